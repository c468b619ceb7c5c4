"""What several dashboards show alike."""

from .panels import APP, SELECT, override, query, stat


def replay_stats(width=4, height=4):
    """R and the lag: everything of calls and sessions on the page is so late, by a constant."""
    shown = f"max(agora_exporter_replay_timestamp_seconds{{{SELECT}}}) * 1000"
    return [
        stat("Call data up to (R)", """The instant of the replayed world that the newest scrape shows: the clock less the replay lag. All calls, sessions
             and their quality are shown as of R, so every graph of them is this much to the left of live data. Good: it moves with the clock.""",
             [query(shown, instant=True)], "dateTimeAsIso", (width, height), spark=False),
        stat("Late by", """How far R is behind the clock (replay.lag, 15 or 30 min unless set). Computed from agora_exporter_replay_lag_seconds;
             constant, so rates and alerts work as on live data. To lay live data over it, ask for live_metric offset LAG; to shift this data instead, metric offset -LAG.""",
             [query(f"max(agora_exporter_replay_lag_seconds{{{SELECT}}})", instant=True)], "s", (3, height), spark=False),
    ]


def told(label, expr):
    """What the API left out is an empty label, which a legend would not show."""
    return f'label_replace({expr}, "{label}", "not told", "{label}", "")'


def ratio(part, whole, by, least=0):
    """Sum of seconds over sum of seconds, absent where not more than `least` was played."""
    return f"sum by ({by}) ({part}) / (sum by ({by}) ({whole}) > {least})"


def recorded_freeze(media, level, by, more=""):
    """Freeze over playback from the recorded rates of a level: seconds are summed first, so that several apps weigh by what they play."""
    part = f"{level}:agora_{media}_freeze_seconds:rate5m{{{APP}{more}}}"
    # A part of an app with one listener or none says nothing, and its line would drown the others.
    return ratio(part, part.replace("_freeze_", "_playback_"), by, 0 if level == "app" else 1)


def recorded_mean(short, level, by):
    part = f"{level}:agora_{short}_sum:rate5m{{{APP}}}"
    return ratio(part, part.replace("_sum:", "_count:"), by)


def hour_shown(metric, granularity="1h"):
    """The start of the insight bucket shown, for a panel's legend: drawn nowhere, read as a date."""
    expr = f'max by (granularity) (agora_insight_bucket_timestamp_seconds{{{APP}, metric="{metric}", granularity="{granularity}"}}) * 1000'
    return query(expr, "day shown (start)" if granularity == "1d" else "hour shown (start)")


def date_in_legend():
    return override(".*shown \\(start\\)", ("unit", "dateTimeAsIso"), ("custom.hideFrom", {"viz": True, "legend": False, "tooltip": False}),
                    ("custom.axisPlacement", "hidden"), matcher="byRegexp")


