#!/usr/bin/env python3
"""Every alert, against the real promtool, from the series of the exporter's page through the recording rules.

    tests/dashboards/alerts_test.py [--promtool promtool] [--only AgoraDataOld] [--keep folder]

For each alert five behaviours: it fires 1 % beyond its threshold, not before its `for` has passed; it is silent 1 % within;
it is silent where data are absent; it is right across a restart, when counters begin at 0 again; it is right as series come
and go. An alert that lacks one of the five fails. So that the tests are known to bite, copies of the rules are broken
(thresholds doubled and halved, `for` taken away, rate() that knows no reset), and each time the test that is about it must fail.

Time runs in steps, of one minute as a rule. A level of a step is what the alert measures: a ratio, an age, a state.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from typing import Callable

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "dashboards"))
from generator import rules  # noqa: E402
from generator.thresholds import number, value  # noqa: E402

RECORDING = ROOT / "dashboards" / "rules" / "agora-recording.yaml"
ALERTS = ROOT / "dashboards" / "rules" / "agora-alerts.yaml"
RUNBOOKS = ROOT / "docs" / "runbooks"
FIVE = ("fires", "silent", "absent", "reset", "come and go")
MINUTE, HOUR, DAY = 60, 3600, 86400
CALM = 12  # steps before the trouble
GONE = None  # the level of a step without the series
INSTANCE = {"job": rules.JOB, "instance": "x:10469"}
APP = INSTANCE | {"app": "a"}


# What is shipped


@dataclass
class Shipped:
    """An alert as the file has it."""

    expr: str
    hold: int  # `for`, seconds
    labels: dict
    annotations: dict
    text: str


def shipped_alerts():
    found = {}
    for block in re.split(r"^      - alert: ", ALERTS.read_text(), flags=re.M)[1:]:
        block = re.split(r"^  - name: ", block, flags=re.M)[0]
        amount, unit = re.search(r"^        for: (\d+)([mhd])$", block, re.M).groups()
        pairs = dict(re.findall(r'^          (\w+): (".*")$', block, re.M))
        labels, annotations = (re.findall(rf"^        {part}:\n((?:          .*\n)+)", block, re.M) for part in ("labels", "annotations"))
        found[block.split("\n")[0]] = Shipped(
            re.search(r"expr: >-\n          (.*)", block).group(1), int(amount) * {"m": MINUTE, "h": HOUR, "d": DAY}[unit],
            *({k: json.loads(v) for k, v in pairs.items() if any(f" {k}: " in part for part in parts)} for parts in (labels, annotations)), block)
    return found


SHIPPED = shipped_alerts()


# Series


def sample_text(samples):
    """promtool's words; a series that ends is marked stale, as by a scrape that lacks it."""
    words = []
    for i, sample in enumerate(samples):
        words.append(f"{sample:.10g}" if sample is not GONE else "stale" if i and samples[i - 1] is not GONE else "_")
    return " ".join(words)


@dataclass
class Series:
    name: str
    labels: dict
    samples: list

    def promtool(self):
        return {"series": self.name + "{" + ",".join(f"{k}={json.dumps(v)}" for k, v in self.labels.items()) + "}", "values": sample_text(self.samples)}


@dataclass
class Levels:
    """What one subject shows: a level a step, and the steps at which the process started anew, with counters at 0."""

    levels: list
    amount: float = 0  # how much there is: streams, points a second, sessions of the day
    restarts: frozenset = frozenset()
    begin: float = 0  # counters: at step 0


def gauge(name, labels, levels):
    return Series(name, labels, list(levels))


def counter(name, labels, rates, shown, step):
    """`rates`: of the step that ends there. A series that appears begins with 0."""
    samples, last = [], GONE
    for i, rate in enumerate(rates):
        if rate is GONE:
            last = GONE
        elif i == 0:
            last = shown.begin
        elif last is GONE or i in shown.restarts:
            last = 0
        else:
            last += rate * step
        samples.append(last)
    return Series(name, labels, samples)


# The alerts: what each measures, and on which series of the page


@dataclass
class Limit:
    """A number of the expression. `text` is where it stands, {} in its place."""

    called: str
    value: float
    text: str
    above: bool = True  # fires above it
    literal: str = ""

    def bad(self):
        return self.value * (1.01 if self.above else 0.99)

    def good(self):
        return self.value * (0.99 if self.above else 1.01)


def limit(name, text, above=True):
    return Limit(name, value(name), text, above, number(name))


@dataclass
class Case:
    behaviour: str
    title: str
    series: list
    firing: list  # (labels of the page that the alert has, first step, last step)
    steps: int
    unsure: list = field(default_factory=list)  # (labels, first step, last step): windows fill step by step, promtools differ by one
    every: int = 1  # steps from one evaluation of the rules to the next: where days pass


@dataclass
class Watched:
    alert: str
    series: Callable | None  # (labels, Levels, step) -> list of Series
    subject: dict  # labels of the page
    keeps: tuple  # those that the alert has
    limit: Limit | None = None  # none: `bad` and `good` are states
    guard: Limit | None = None  # below it there is too little to tell
    bad: float | None = None
    good: float | None = None
    calm: float | None = None
    step: int = MINUTE
    early: int = 0  # steps after the trouble began, at which the expression may hold
    late: int = 0  # and must
    window: int = 0  # steps that the expression looks back
    vary: str = "app"  # the label that tells subjects apart
    waves: tuple = ()  # labels that the recording rules sum away
    note: str = ""
    extra: Callable | None = None  # more cases

    def __post_init__(self):
        if self.limit:
            self.bad, self.good = self.limit.bad(), self.limit.good()
            self.calm = (0 if self.limit.above else 1) if self.calm is None else self.calm
        elif self.calm is None:
            self.calm = self.good

    @property
    def hold(self):
        return SHIPPED[self.alert].hold // self.step

    def plenty(self):
        """So much that it stays above the guard while a restart makes rates fall to a quarter."""
        return 8 * self.guard.value if self.guard else 0

    def made(self, labels, levels, amount=None, restarts=(), begin=0):
        return self.series(self.subject | labels, Levels(levels, self.plenty() if amount is None else amount, frozenset(restarts), begin), self.step)

    def labels(self, **others):
        return {k: v for k, v in (self.subject | others).items() if k in self.keeps}

    def fires(self):
        levels = [self.calm] * CALM + [self.bad] * (self.late + self.hold + 6)
        at, unsure = CALM + self.late + self.hold, (self.labels(), CALM + self.early + self.hold, CALM + self.late + self.hold - 1)
        series = self.made({}, levels, self.guard.bad() if self.guard else None, begin=1e6)
        return [Case("fires", self.note, series, [(self.labels(), at, len(levels))], len(levels), [unsure])]

    def silent(self):
        steps = self.late + self.hold + 10
        cases = [Case("silent", self.note, self.made({}, [self.good] * steps), [], steps)]
        if self.guard:
            cases.append(Case("silent", f"{self.note} {self.guard.called}".strip(), self.made({}, [self.bad] * steps, self.guard.good()), [], steps))
        return cases

    def absent(self):
        """Nothing at all; one of the metrics only; data that end; where it may be, that there is nothing to measure."""
        ends = self.late + self.hold + 6
        steps = ends + self.window + 8
        series = [gauge("up", INSTANCE, [1] * steps)]
        whole = self.made({}, [self.bad] * ends + [GONE] * (steps - ends))
        for name in sorted({s.name for s in whole}) if len({s.name for s in whole}) > 1 else []:
            lacks = {"instance": f"lacks {name}"}
            series += [s for s in self.made(lacks, [self.bad] * steps) if s.name != name]
        if self.guard:
            series += self.made({"instance": "nothing goes on"}, [0] * steps, 0)
        return [Case("absent", self.note, series, [], steps),
                Case("absent", f"{self.note} data end".strip(), whole, [(self.labels(), self.late + self.hold, ends - 1)], steps,
                     [(self.labels(), self.hold, self.late + self.hold - 1), (self.labels(), ends, ends + self.window)] if self.late or self.window else [])]

    def reset(self):
        """The process is away for two scrapes and begins anew. What is counted goes on firing; a state has to hold anew."""
        back = self.late + self.hold + 8
        steps = back + self.late + self.hold + 8
        away = range(back - 2, back)

        def restarted(level):
            return [GONE if i in away else level for i in range(steps)]
        series = self.made({}, restarted(self.bad), restarts={back}, begin=1e6)
        well = self.made({"instance": "well"}, restarted(self.good), restarts={back}, begin=1e6)
        if self.window:
            firing, unsure = [(self.labels(), self.late + self.hold, steps)], [(self.labels(), self.hold, self.late + self.hold - 1)]
        else:
            firing, unsure = [(self.labels(), self.hold, back - 3), (self.labels(), back + self.hold, steps)], []
        return [Case("reset", self.note, series + well, firing, steps, unsure)]

    def come_and_go(self):
        """One subject is bad throughout, one comes and goes and is well, one comes and is bad."""
        comes = self.hold + 8
        goes = comes + self.hold + 6
        steps = comes + self.late + self.hold + 12

        def between(level, first, last):
            return [level if first <= i < last else GONE for i in range(steps)]
        new = self.labels(**{self.vary: "new"})
        series = (self.made({}, [self.bad] * steps, begin=1e6) + self.made({self.vary: "well"}, between(self.good, comes, goes)) +
                  self.made({self.vary: "new"}, between(self.bad, comes, steps)))
        cases = [Case("come and go", self.note, series, [(self.labels(), self.late + self.hold, steps), (new, comes + self.late + self.hold, steps)], steps,
                      [(self.labels(), self.hold, self.late + self.hold - 1), (new, comes + self.hold, comes + self.late + self.hold - 1)])]
        return cases + (self.in_waves() if self.waves else [])

    def in_waves(self):
        """The same app throughout: sets of the labels that are summed away begin at 0 and end, each on the same side."""
        steps, series = 60, []
        for wave in range(5):
            labels = {label: f"{label} {wave}" for label in self.waves}
            there = range(8 * wave, 8 * wave + 26)
            for instance, levels in ((self.subject["instance"], (self.bad, 1.3 * self.bad)), ("well", (self.good, self.good / 2))):
                series += self.made(labels | {"instance": instance}, [levels[wave % 2] if i in there else GONE for i in range(steps)])
        series += self.made({label: "" for label in self.waves}, [0] * steps, 0)
        return [Case("come and go", "in waves", series, [(self.labels(), self.late + self.hold, steps - 1)], steps, [(self.labels(), self.hold, self.late + self.hold - 1)])]

    def cases(self):
        return self.fires() + self.silent() + self.absent() + self.reset() + self.come_and_go() + (self.extra(self) if self.extra else [])


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


def literal_of(alert, text):
    """A number that is in no table: read from the expression."""
    before, after = (re.escape(part) for part in text.split("{}"))
    found = re.search(before + r"([\d.]+)" + after, SHIPPED[alert].expr)
    assert found, f"{alert} has no {text}"
    return Limit("points", float(found.group(1)), text, literal=found.group(1))


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
            limit("router_round_trip", ":mean5m > {}"), literal_of("AgoraRouterRoundTripHigh", "_count:rate5m > {}"), waves=("platform",), vary="network", **RATE),
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


# Running them


def expected(case, alert, step):
    """What promtool is to find at each step. A step at which a subject is unsure is not asked about."""
    severity = SHIPPED[alert].labels
    for i in range(0, case.steps, case.every):
        if any(a <= i <= b for _, a, b in case.unsure):
            continue
        alerts = [{"exp_labels": labels | severity} for labels, a, b in case.firing if a <= i <= b]
        yield {"eval_time": f"{i * step}s", "alertname": alert, "exp_alerts": alerts}


def promtool_test(watched, case, rule_files):
    groups = [g for file in rule_files for g in re.findall(r"^  - name: (\S+)$", pathlib.Path(file).read_text(), re.M)]
    series = {}
    for s in case.series:  # what several subjects share, such as the lag, is there while one of them is
        known = series.setdefault((s.name, tuple(sorted(s.labels.items()))), s)
        known.samples = [b if a is GONE else a for a, b in zip(known.samples, s.samples)]
    return {"rule_files": [str(f) for f in rule_files], "evaluation_interval": f"{watched.step * case.every}s", "group_eval_order": groups,
            "tests": [{"interval": f"{watched.step}s", "input_series": [s.promtool() for s in series.values()], "alert_rule_test": list(expected(case, watched.alert, watched.step))}]}


@dataclass
class Broken:
    """The rules with one thing wrong, and the test that must notice."""

    what: str
    alerts: str
    recording: str
    case: Case


class Bench:
    def __init__(self, promtool, folder):
        self.promtool, self.folder, self.files = promtool, pathlib.Path(folder), 0
        self.recording = RECORDING.read_text()
        # promtool compares annotations word by word, values included: they are checked apart.
        self.alerts = re.sub(r"^        annotations:\n(?:          .*\n)+", "", ALERTS.read_text(), flags=re.M)

    def write(self, text):
        self.files += 1
        file = self.folder / f"{self.files}.yaml"
        file.write_text(text)
        return file

    def run(self, watched, case, alerts, recording):
        """promtool's words where it finds something else than is expected, else nothing."""
        test = self.write(json.dumps(promtool_test(watched, case, [self.write(recording), self.write(alerts)])))
        done = subprocess.run([self.promtool, "test", "rules", str(test)], capture_output=True, text=True)
        words = done.stdout + done.stderr
        if done.returncode and "alertname:" not in words:
            sys.exit(f"{watched.alert}: {case.behaviour}: promtool cannot run the test {test}:\n{words[:2000]}")
        return words if done.returncode else ""

    def holds(self, watched, case):
        words = self.run(watched, case, self.alerts, self.recording)
        return [f"{case.behaviour}{f' ({case.title})' if case.title else ''}: {' '.join(words.split())[:700]}"] if words else []

    def notices(self, watched, broken):
        return [] if self.run(watched, broken.case, broken.alerts, broken.recording) else [f"{broken.what}, and no test of \"{broken.case.behaviour}\" fails"]

    def alone(self, alert, change):
        """A file with this alert and none else, changed."""
        block = re.search(rf"^      - alert: {alert}\n(?:        .*\n)+", self.alerts, re.M).group(0)
        changed = change(block)
        assert changed != block, f"{alert}: nothing to break"
        return f"groups:\n  - name: broken\n    rules:\n{changed}"

    def broken(self, watched):
        """Everything that the tests of this alert must notice."""
        cases = {}
        for case in watched.cases():
            cases.setdefault(case.behaviour, []).append(case)
        fires, silent, reset = cases["fires"][0], cases["silent"], cases["reset"]

        recorded = "rate5m" in SHIPPED[watched.alert].expr
        recording = self.recording if recorded else "groups: []\n"  # saves time

        def replaced(old, new):
            return self.alone(watched.alert, lambda block: block.replace(old, new))

        limits = [l for l in (watched.limit, watched.guard) if l]
        for i, l in enumerate(limits):
            for factor in (2, 0.5):
                bites = fires if (factor == 2) == l.above else silent[i]
                yield Broken(f"{l.called} times {factor}", replaced(l.text.format(l.literal), l.text.format(f"{float(l.literal) * factor:.10g}")), recording, bites)
        if not limits:
            sign, never, always = (" == 0", " == 2", " >= 0") if watched.good == 1 else (" > 0", " > 1e9", " >= 0")
            yield Broken("it never holds", replaced(sign, never), recording, fires)
            yield Broken("it always holds", replaced(sign, always), recording, silent[0])
        if watched.hold:
            yield Broken("it does not wait", self.alone(watched.alert, lambda block: re.sub(r"for: \w+", "for: 0m", block)), recording, fires)
        if recorded:
            unaware = re.sub(r"rate\((\w+)\[5m\]\)", r"(delta(\1[5m]) / 300)", self.recording)
            yield Broken("rate() knows no reset", self.alone(watched.alert, lambda block: block + "\n"), unaware, reset[0])
        if f" < {HOUR}" in SHIPPED[watched.alert].expr:
            yield Broken("it never ends", replaced(f" < {HOUR}", " < 1e9"), recording, fires)
        if "increase(" in SHIPPED[watched.alert].expr:
            yield Broken("increase() knows no reset", replaced("increase(", "delta("), recording, reset[0])


def texts_are_right(alert, labels):
    """Severity, annotations, the page that is linked, and that the labels named in the texts are there."""
    shipped, found = SHIPPED[alert], []
    if shipped.labels.get("severity") not in ("critical", "warning", "info"):
        found.append("severity is none of critical, warning, info")
    for name in ("summary", "description", "runbook_url"):
        if not shipped.annotations.get(name):
            found.append(f"has no {name}")
    page = shipped.annotations.get("runbook_url", "").rsplit("/", 1)[-1]
    if page != f"{alert}.md" or not (RUNBOOKS / page).is_file():
        found.append(f"links {page}, which is not its page in docs/runbooks")
    named = set(re.findall(r"\$labels\.(\w+)", shipped.annotations.get("summary", "") + shipped.annotations.get("description", "")))
    return found + [f"its texts name the label {label}, which it does not have" for label in sorted(named - set(labels))]


def pages_are_right(bench):
    """Every query of the runbooks can be read, and every name in them is on the page of the exporter or is recorded."""
    page = set(re.findall(r"`((?:agora|process)_\w+)`", (ROOT / "docs" / "metrics.md").read_text()))
    known = page | {name + suffix for name in page for suffix in ("_bucket", "_sum", "_count")} | set(re.findall(r"record: (\S+)", bench.recording))
    found, queries = [], []
    for file in sorted(RUNBOOKS.glob("*.md")):
        text = file.read_text()
        queries += [line for block in re.findall(r"^```promql\n(.*?)^```", text, re.M | re.S) for line in block.splitlines()]
        used = set(re.findall(r"\b(?:app\w*:)?(?:agora|process)_[\w:]+", text))
        found += [f"docs/runbooks/{file.name}: {name} is neither on the page nor recorded" for name in sorted(used - known)]
    file = bench.write("groups:\n  - name: queries\n    rules:\n" + "".join(f"      - record: query_{i}\n        expr: {json.dumps(q)}\n" for i, q in enumerate(queries)))
    done = subprocess.run([bench.promtool, "check", "rules", str(file)], capture_output=True, text=True)
    return found + ([f"docs/runbooks: {done.stdout}{done.stderr}"] if done.returncode else [])


def whole_files(promtool):
    """What is not of one alert."""
    done = subprocess.run([promtool, "check", "rules", "--lint=all", "--lint-fatal", str(RECORDING), str(ALERTS)], capture_output=True, text=True)
    found = [f"promtool check rules: {done.stdout}{done.stderr}"] if done.returncode else []
    if set(SHIPPED) != {a.alert for a in rules.alerts()}:
        found.append("agora-alerts.yaml has other alerts than dashboards/generator/rules.py: run dashboards/generate")
    found += [f"{w.alert} is tested and not shipped" for w in WATCHED if w.alert not in SHIPPED]
    pages = {page.stem for page in RUNBOOKS.glob("*.md")} - {"README"}
    found += [f"docs/runbooks/{page}.md is of no alert" for page in sorted(pages - set(SHIPPED))]
    contents = (RUNBOOKS / "README.md").read_text() if (RUNBOOKS / "README.md").is_file() else ""
    for alert, shipped in SHIPPED.items():
        if f"| [{alert}]({alert}.md) | {shipped.labels.get('severity')} |" not in contents:
            found.append(f"docs/runbooks/README.md does not list {alert} with its severity")
    return found


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--promtool", default="promtool")
    args.add_argument("--only", help="this alert alone")
    args.add_argument("--keep", help="write promtool's files there and leave them")
    args = args.parse_args()
    watched = collections.defaultdict(list)
    for w in WATCHED:
        watched[w.alert].append(w)
    failures, asked, breaks = 0, 0, 0
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        if args.keep:
            folder = args.keep
            pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
        bench, jobs = Bench(args.promtool, folder), {}
        for line in whole_files(args.promtool) + pages_are_right(bench):
            failures += 1
            print(line)
        for alert in SHIPPED if not args.only else [args.only]:
            cases = [(w, case) for w in watched[alert] for case in w.cases()]
            lacks = [b for b in FIVE if b not in {case.behaviour for _, case in cases}]
            held = [pool.submit(bench.holds, w, case) for w, case in cases]
            broken = [] if lacks else [pool.submit(bench.notices, w, b) for w in watched[alert] for b in bench.broken(w)]
            jobs[alert] = (lacks, held, broken)
        for alert, (lacks, held, broken) in jobs.items():
            found = [f"has no test of \"{b}\"" for b in lacks] + [line for job in held + broken for line in job.result()]
            found += texts_are_right(alert, watched[alert][0].keeps if watched[alert] else ())
            failures, asked, breaks = failures + len(found), asked + len(held), breaks + len(broken)
            print(f"{alert}: {'FAILED' if found else 'ok'}, {len(held)} cases, {len(broken)} broken rules" + "".join(f"\n    {line}" for line in found), flush=True)
    print(f"{len(jobs)} alerts, {asked} cases, {breaks} broken rules: {failures} failures")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
