"""The alerts: what each measures, and on which series of the page."""

from alert_cases import APP, DAY, GONE, HOUR, INSTANCE, MINUTE, Case, Levels, Limit, Watched, counter, gauge, limit
from generator import rules
from generator.thresholds import number, value

KIND = {"platform": "iOS", "network": "Wi-Fi", "sdk_version": "4.3"}
BY_NETWORK = APP | {"platform": "iOS", "network": "Wi-Fi"}
RATE = {"early": 3, "late": 4, "window": 5}  # rate over 5 min


def times(levels, factor):
    return [level if level is GONE else level * factor for level in levels]


def there(levels, what):
    return [level if level is GONE else what for level in levels]


def freeze(media):
    def series(labels, shown, step):
        return [counter(f"agora_{media}_playback_seconds_total", labels, there(shown.levels, shown.amount), shown, step),
                counter(f"agora_{media}_freeze_seconds_total", labels, times(shown.levels, shown.amount), shown, step)]
    return series


def observed(metric, a_second=1.0):
    """The histogram's sum and count; the amount times `a_second` is points a second."""
    def series(labels, shown, step):
        points = shown.amount * a_second
        return [counter(metric + "_count", labels, there(shown.levels, points), shown, step), counter(metric + "_sum", labels, times(shown.levels, points), shown, step)]
    return series


def states(*metrics):
    def series(labels, shown, step):
        return [gauge(metric, labels, shown.levels) for metric in metrics]
    return series


def join_success(labels, shown, step):
    return [gauge("agora_insight_hourly_join_success_ratio", labels, shown.levels),
            gauge("agora_insight_daily_sessions", {k: v for k, v in labels.items() if k != "product"}, there(shown.levels, shown.amount))]


LAG = 900
INSIGHT_LAGS = {"1d": 54 * HOUR, "1h": 48 * HOUR}


def newest(ages, step):
    """promtool's time begins at 0, so that these are before 1970: of ages that does not matter."""
    return [GONE if age is GONE else i * step - age for i, age in enumerate(ages)]


def call_data(labels, shown, step):
    own = {k: v for k, v in labels.items() if k in INSTANCE}
    return [gauge("agora_exporter_newest_data_timestamp_seconds", labels, newest(shown.levels, step)),
            gauge("agora_exporter_replay_lag_seconds", own, there(shown.levels, LAG))]


def insight_data(labels, shown, step):
    lags = [gauge("agora_insight_lag_seconds", labels | {"granularity": granularity}, there(shown.levels, lag)) for granularity, lag in INSIGHT_LAGS.items()]
    return [gauge("agora_exporter_newest_data_timestamp_seconds", labels, newest(shown.levels, step))] + lags


def data_age(source, series, slack, lag, text):
    most = lag + value(slack)
    return Watched("AgoraDataOld", series, APP | {"source": source}, ("job", "instance", "app", "source"), Limit(slack, most, text, literal=number(slack)), calm=most / 2, note=source)


PER_DAY = 10000


def quota(labels, shown, step):
    used = [GONE if ahead is GONE else round(PER_DAY * (i * step % DAY / DAY + ahead)) for i, ahead in enumerate(shown.levels)]
    return [gauge("agora_exporter_quota_used", labels, used), gauge("agora_exporter_quota_limit", labels, there(shown.levels, PER_DAY))]


def midnight(watched):
    """What is used falls to 0, a scrape after Prometheus' midnight: once for who kept pace, once for who was too fast."""
    steps, day = 320, DAY // watched.step

    def used(ahead):
        return [min(PER_DAY, round(PER_DAY * ((i if i <= day else i - day) / day + ahead))) for i in range(steps)]
    series = []
    for endpoint, ahead in (("call_metrics", 0), ("call_lists", watched.bad)):
        labels = watched.subject | {"endpoint": endpoint}
        series += [gauge("agora_exporter_quota_used", labels, used(ahead)), gauge("agora_exporter_quota_limit", labels, [PER_DAY] * steps)]
    fast, full = watched.labels(endpoint="call_lists"), day - int(watched.limit.value * day) - 1
    return [Case("reset", "over midnight", series, [(fast, watched.hold, full), (fast, day + watched.hold, steps)], steps, [(fast, full + 1, full + 1)])]


def session_seconds(labels, shown, step):
    at_once = 20

    def by(outcome, share):
        return counter("agora_exporter_session_seconds_total", labels | {"outcome": outcome}, [level if level is GONE else at_once * share(level) for level in shown.levels], shown, step)
    return [by("in_hand", lambda x: x), by("late", lambda x: (1 - x) / 4), by("missing", lambda x: (1 - x) * 3 / 4)]


def nothing_followed(watched):
    steps = 20
    series = [counter("agora_exporter_session_seconds_total", watched.subject | {"outcome": outcome}, [0] * steps, Levels([]), watched.step) for outcome in ("in_hand", "late", "missing")]
    return [Case("absent", "nothing is followed", series, [], steps)]


def events(metric):
    """A level is how often it happens in a step."""
    def series(labels, shown, step):
        return [counter(metric, labels, times(shown.levels, 1 / step), shown, step)]
    return series


def one_event(watched):
    """A single one is told for an hour; a restart from 7 to 0 is none."""
    steps, at = 30, 5
    metric = "agora_exporter_lists_truncated_total"
    series = [gauge(metric, watched.subject, [0] * at + [1] * (steps - at)), gauge(metric, watched.subject | {"app": "b"}, [7] * 12 + [0] * (steps - 12))]
    return [Case("fires", "once", series, [(watched.labels(), at, at + 10)], steps, [(watched.labels(), at + 11, at + 11)])]


def down(watched):
    """A restart takes two scrapes; going away is no outage of what remains."""
    steps = watched.hold + 20
    restart = [1] * 6 + [0] * 2 + [1] * (steps - 8)
    gone = [0] * 3 + [GONE] * (steps - 3)
    other = {"job": "another", "instance": "y:1"}
    series = [gauge("up", INSTANCE, restart), gauge("up", INSTANCE | {"instance": "gone"}, gone), gauge("up", other, [0] * steps)]
    return [Case("reset", "a restart is no outage", series, [], steps)]


def journal_cases(watched):
    """Damage is met by a process while it starts, and told for an hour from then on."""
    step, steps = watched.step, 50
    hour = HOUR // step

    def series(starts, instance="x:10469", gone=()):
        """`starts`: step -> damaged records that the process started there met; it is scraped from the next step on."""
        begun, damaged = [GONE] * steps, [GONE] * steps
        for start, met in starts.items():
            begun[start + 1:] = [start * step] * (steps - start - 1)
            damaged[start + 1:] = [met] * (steps - start - 1)
        for i in gone:
            begun[i] = damaged[i] = GONE
        labels = watched.subject | {"instance": instance}
        return [gauge("agora_exporter_journal_damaged_records_total", labels, damaged), gauge("process_start_time_seconds", labels, begun)]

    def told(start, last=hour - 1, **labels):
        return watched.labels(**labels), start + 1, start + last
    lacks = [s for i, s in enumerate(series({5: 1}, "no start") + series({5: 1}, "no damage")) if i in (0, 3)]
    return [
        Case("fires", "a restart meets it", series({0: 0, 15: 1}), [told(15)], steps),
        Case("fires", "the first start meets it", series({15: 1}), [told(15)], steps),
        Case("fires", "after 2 h away", series({0: 0, 30: 1}, gone=range(6, 31)), [told(30)], steps),
        Case("silent", "", series({0: 0, 15: 0}), [], steps),
        Case("absent", "", [gauge("up", INSTANCE, [1] * steps)] + lacks, [], steps),
        Case("absent", "data end", series({5: 1}, gone=range(10, steps)), [(watched.labels(), 6, 9)], steps),
        Case("reset", "from 3 to 0, to 2", series({0: 3, 20: 0}) + series({0: 3, 20: 2}, "again"), [told(0), told(0, instance="again"), told(20, instance="again")], steps),
        Case("come and go", "", series({20: 2}) + series({10: 0}, "well", range(30, steps)) + series({0: 0}, "stays"), [told(20)], steps),
    ]


def access_cases(watched):
    """The gauge is 1 until the API has refused once, and again from each midnight until the day's try."""
    step, hold = watched.step, watched.hold
    day, tries = DAY // step, 4  # the day's try: steps from midnight on
    lost, short, long = 24, 48, 3 * DAY // step + 60

    def access(since, steps, to=None, **labels):
        return gauge("agora_exporter_endpoint_access", watched.subject | labels,
                     [GONE if to and i >= to else 0 if i >= since and (i % day >= tries or i < day) else 1 for i in range(steps)])

    def requests(counts, result="success", **labels):
        return gauge("agora_exporter_api_requests_total", watched.subject | {"result": result} | labels, counts)

    def until_lost(steps):
        return [min(i + 1, lost) for i in range(steps)]
    fired = (watched.labels(), lost + hold, short)
    # Until midnight, then again once the day's try has failed, until two days have passed without an answer.
    end = lost + 2 * day
    days = [(watched.labels(), lost + hold, day - 1), (watched.labels(), day + tries + hold, 2 * day - 1), (watched.labels(), 2 * day + tries + hold, end - 3)]
    edges = [(watched.labels(), max(0, d * day - 12), d * day + 24) for d in (1, 2)] + [(watched.labels(), lost, lost + 12), (watched.labels(), end - 12, end + 12)]
    refused = requests([i // day + 1 if i >= 2 else GONE for i in range(long)], "no_access", account="never")
    other = {"account": "never", "endpoint": "call_lists"}
    answers = [requests([i + 1 for i in range(long)], **other), access(long, long, **other)]
    anew = [i + 500 for i in range(14)] + [GONE, GONE, 1, 2, 3, 4, 5, 6, 7, 8] + [8] * (short - lost)
    well = [requests([900] * 14 + [GONE, GONE] + [i + 1 for i in range(short - 16)], account="well"), access(short, short, account="well")]
    return [
        Case("fires", "", [access(lost, short), requests(until_lost(short))], [fired], short),
        Case("fires", "for two days", [access(lost, long), requests(until_lost(long))], days, long, edges, every=12),
        Case("silent", "", [access(short, short), requests(list(range(short)))], [], short),
        Case("silent", "the plan never had it", [access(2, long, account="never"), refused] + answers, [], long, every=12),
        Case("absent", "", [gauge("up", INSTANCE, [1] * short), access(0, short, instance="no requests"), requests(until_lost(short), instance="no gauge")], [], short),
        Case("absent", "data end", [access(lost, short, 36), requests(until_lost(36) + [GONE] * (short - 36))], [(watched.labels(), lost + hold, 35)], short),
        Case("reset", "", [access(lost, short), requests(anew)] + well, [fired], short),
        Case("come and go", "", [access(lost, short), requests(until_lost(short)), access(0, short, account="new"), requests([GONE] * 20 + [1] * (short - 20), "no_access", account="new"),
                                 access(short, short, 36, account="well"), requests(list(range(36)) + [GONE] * (short - 36), account="well")], [fired], short),
    ]


class Told(Watched):
    """An alert whose cases are all written out."""

    def cases(self):
        return self.extra(self)


def of_media(media):
    name = media.title()
    keeps = ("job", "instance", "app")
    # A point every POINT_SPACING seconds of each stream.
    loss = observed(f"agora_observed_{media}_loss_ratio", 1 / rules.POINT_SPACING)
    measured = limit("streams", f"_count:rate5m * {rules.POINT_SPACING} > {{}}")
    return [Watched(f"Agora{name}FreezeHigh", freeze(media), APP | KIND, keeps, limit(f"{media}_freeze", ":ratio_rate5m > {}"), limit("streams", "_seconds:rate5m > {}"), waves=tuple(KIND), **RATE),
            Watched(f"Agora{name}LossHigh", loss, BY_NETWORK, keeps, limit("loss", ":mean5m > {}"), measured, waves=("platform", "network"), **RATE),
            Watched(f"Agora{name}LossSevere", loss, BY_NETWORK, keeps, limit("loss_severe", ":mean5m > {}"), measured, waves=("platform", "network"), **RATE)]


WATCHED = [
    *of_media("audio"), *of_media("video"),
    Watched("AgoraNetworkVideoFreezeHigh", freeze("video"), APP | KIND, ("job", "instance", "app", "network"), limit("video_freeze", ":ratio_rate5m > {}"),
            limit("streams_part", "_seconds:rate5m > {}"), waves=("platform", "sdk_version"), vary="network", **RATE),
    Watched("AgoraRouterRoundTripHigh", observed("agora_observed_router_round_trip_seconds"), BY_NETWORK, ("job", "instance", "app", "network"),
            limit("router_round_trip", ":mean5m > {}"), limit("points", "_count:rate5m > {}"), waves=("platform",), vary="network", **RATE),
    Watched("AgoraJoinSuccessLow", join_success, APP | {"product": "WebRTC"}, ("job", "instance", "app", "product"), limit("join_success", "_ratio < {}", above=False),
            limit("join_sessions", ">= {}"), step=5 * MINUTE),
    Watched("AgoraExporterDown", states("up"), INSTANCE, ("job", "instance"), bad=0, good=1, vary="instance", extra=down),
    Watched("AgoraAppNotCollected", states("agora_up"), APP | {"account": "main"}, ("job", "instance", "account", "app"), bad=0, good=1),
    data_age("call_metrics", call_data, "data_slack", LAG + rules.CALL_DATA_DELAY, f"{rules.CALL_DATA_DELAY} + {{}})"),
    data_age("quality", insight_data, "insight_slack", max(INSIGHT_LAGS.values()), "(agora_insight_lag_seconds) + {})"),
    Watched("AgoraQuotaSpentFast", quota, INSTANCE | {"account": "main", "endpoint": "call_metrics", "window": "day"}, ("job", "instance", "account", "endpoint", "window"),
            limit("quota_ahead", f"/ {DAY} > {{}}"), step=5 * MINUTE, vary="account", extra=midnight),
    # Over an hour. From all in hand the share falls step by step, and passes the threshold before the hour is full.
    Watched("AgoraSessionTimeLow", session_seconds, APP, ("job", "instance", "app"), limit("in_hand", "< {}", above=False), step=5 * MINUTE, early=9, late=12, window=12, extra=nothing_followed),
    Told("AgoraAccessLost", None, INSTANCE | {"account": "main", "endpoint": "call_metrics"}, ("job", "instance", "account", "endpoint"),
         bad=0, good=1, step=5 * MINUTE, extra=access_cases),
    Watched("AgoraSessionsHidden", states("agora_exporter_sessions_hidden"), INSTANCE | {"reason": "max_series"}, ("job", "instance", "reason"), bad=1, good=0, vary="reason"),
    Told("AgoraJournalDamaged", None, INSTANCE, ("job", "instance"), bad=1, good=0, step=5 * MINUTE, extra=journal_cases),
    Watched("AgoraListsTruncated", events("agora_exporter_lists_truncated_total"), APP, ("job", "instance", "app"), bad=1, good=0, step=5 * MINUTE, late=1, window=12, extra=one_event),
]
