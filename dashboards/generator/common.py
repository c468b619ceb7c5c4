"""What several dashboards show alike."""

from .panels import APP, BY_LAG, GREEN, NOT_LATE, SELECT, override, query, stat
from .thresholds import number

PLAYED_NOTHING = "nothing played; or the recording rules are not loaded (dashboards/rules)"
HEARD_NOTHING = "nothing played; or not available, as on Web; or the recording rules are not loaded (dashboards/rules)"


def replay_stats(width=4, height=4, late_width=3):
    """R and the lag: everything of calls and sessions on the page is so late, by a constant."""
    shown = f"max(agora_exporter_replay_timestamp_seconds{{{SELECT}}}) * 1000"
    return [
        stat("Call data up to (R)", "it moves with the clock",
             "agora_exporter_replay_timestamp_seconds, the instant of the world that the newest scrape shows. Graphs of calls and sessions are this much to the left of live data",
             f"{BY_LAG}, which it is itself", [query(shown, instant=True)], "dateTimeAsIso", (width, height), spark=False),
        stat("Late by", "no limit; 15 or 30 min unless set. It is constant, so rates and alerts work as on live data",
             "agora_exporter_replay_lag_seconds (replay.lag). To lay live data over call data, ask for live_metric offset LAG, or for call_metric offset -LAG", NOT_LATE,
             [query(f"max(agora_exporter_replay_lag_seconds{{{SELECT}}})", instant=True)], "s", (late_width, height), spark=False),
    ]


def collected():
    """The colour is the state's own: there is no threshold between yes and no."""
    states = {"0": {"text": "NO", "color": "red", "index": 0}, "1": {"text": "yes", "color": "green", "index": 1}}
    return stat("Collected", "yes. NO: the last request to an enabled endpoint failed or one is overdue, so that what is shown may be old; open Exporter", "agora_up of the worst app", NOT_LATE,
                [query(f"min(agora_up{{{APP}}})")], "none", (3, 4), steps=[(None, GREEN)], spark=False, defaults={"mappings": [{"type": "value", "options": states}]})


def told(label, expr):
    """What the API left out is an empty label, which a legend would not show."""
    return f'label_replace({expr}, "{label}", "not told", "{label}", "")'


def ratio(part, whole, by, least="0"):
    """Sum of seconds over sum of seconds, absent where not more than `least` was played."""
    return f"sum by ({by}) ({part}) / (sum by ({by}) ({whole}) > {least})"


def recorded_freeze(media, level, by, more=""):
    """Freeze over playback from the recorded rates of a level: seconds are summed first, so that several apps weigh by what they play."""
    part = f"{level}:agora_{media}_freeze_seconds:rate5m{{{APP}{more}}}"
    # A part of an app with one listener or none says nothing, and its line would drown the others.
    return ratio(part, part.replace("_freeze_", "_playback_"), by, "0" if level == "app" else number("streams_line"))


def recorded_mean(short, level, by):
    part = f"{level}:agora_{short}_sum:rate5m{{{APP}}}"
    return ratio(part, part.replace("_sum:", "_count:"), by)


def hour_shown(metric, granularity="1h"):
    """The start of each app's insight bucket shown, for a panel's legend: drawn nowhere, read as a date. The first query, so that the legend begins with it."""
    expr = f'max by (app) (agora_insight_bucket_timestamp_seconds{{{APP}, metric="{metric}", granularity="{granularity}"}}) * 1000'
    return query(expr, "{{app}}: day shown (start)" if granularity == "1d" else "{{app}}: hour shown (start)")


def date_in_legend():
    return override(".*shown \\(start\\)", ("unit", "dateTimeAsIso"), ("custom.hideFrom", {"viz": True, "legend": False, "tooltip": False}),
                    ("custom.axisPlacement", "hidden"), matcher="byRegexp")


def not_available(expr, legend):
    """Names in the legend what cannot have a line. `expr`: any value for each."""
    return query(f"0 * {expr}", f"{legend}: not available", instant=True)


def not_available_in_legend():
    return override(".*not available", ("custom.hideFrom", {"viz": True, "legend": False, "tooltip": True}), ("custom.axisPlacement", "hidden"), ("unit", "short"),
                    ("mappings", [{"type": "range", "options": {"from": 0, "to": 0, "result": {"index": 0, "text": "-"}}}]), matcher="byRegexp")
