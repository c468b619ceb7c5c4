"""Is the exporter well, and what does it see of the whole?"""

from .common import collected, replay_stats
from .panels import APP, BY_INSIGHT, BY_LAG, GREEN, NOT_LATE, RED, SELECT, app_variable, bad_below, dashboard, lines, override, panel, query, row, stat, variables, warn_above
from .rules import CALL_DATA_DELAY
from .thresholds import text, value

DAY_PASSED = "time() % 86400 / 86400"
NEWEST = "time() - agora_exporter_newest_data_timestamp_seconds"
CALLS = 'source=~"call_.*"'
DASHED = ("custom.lineStyle", {"fill": "dash", "dash": [6, 6]})

# One colour for an endpoint and its source.
ENDPOINTS = [override(f".*{name}", ("color", {"mode": "shades", "fixedColor": color}), matcher="byRegexp")
             for name, color in (("call_lists", "#5794F2"), ("call_sessions", "#B877D9"), ("call_metrics", "#6ED0E0"), ("usage", "#8F7A66"), ("quality", "#A0A0A0"))]


def colored_line(name, color, *properties):
    return override(name, ("color", {"mode": "fixed", "fixedColor": color}), *properties)


def used_share(endpoint=""):
    day = f'window="day", {SELECT}{endpoint}'
    return f"agora_exporter_quota_used{{{day}}} / (agora_exporter_quota_limit{{{day}}} > 0)"


def headline():
    in_hand, seconds = (f"agora_exporter_session_seconds_total{{{APP}, outcome{which}}}" for which in ('="in_hand"', '!="sampled_out"'))
    due = f"on (job, instance) group_left () (agora_exporter_replay_lag_seconds{{{SELECT}}} + {CALL_DATA_DELAY})"
    calls_only = ', endpoint=~"call_.*"'
    return [
        collected(),
        stat("In time", f"over {text('in_hand')}; the rest was late or missing", "agora_exporter_session_seconds_total: of the time of followed sessions that R passed in the last hour, the share whose points were in hand", f"{BY_LAG}, since a second counts when R passes it",
             [query(f"sum(increase({in_hand}[1h])) / (sum(increase({seconds}[1h])) > 0)")], "percentunit", (3, 4), steps=bad_below("in_hand"), decimals=1, no_value="no followed session in the last hour"),
        stat("Quota lead", f"under 0 %; red from {text('quota_ahead')}, where AgoraQuotaSpentFast fires. -40 %: at noon a tenth is spent",
             "agora_exporter_quota_used over agora_exporter_quota_limit less the share of the UTC day that has passed; the call endpoint that is most ahead", NOT_LATE,
             [query(f"max({used_share(calls_only)}) - {DAY_PASSED}")], "percentunit", (3, 4), steps=[(None, GREEN), (value("quota_ahead"), RED)], decimals=1, no_value="the plan sets no limit a day"),
        stat("Overdue", f"0 s; red from {text('data_slack')}, where AgoraDataOld fires. Above 0 what is shown has gaps soon", "agora_exporter_newest_data_timestamp_seconds: age of the newest call data beyond lag + the API's delay, of the app that is worst off", NOT_LATE,
             [query(f"clamp_min(max({NEWEST}{{{APP}, {CALLS}}} - {due}), 0)")], "s", (3, 4), steps=[(None, GREEN), (value("data_slack"), RED)], decimals=0, spark=False, no_value="calls are off"),
        stat("Hidden", "0; hidden sessions stay in the totals", "agora_exporter_sessions_hidden: sessions that the page leaves out for exposition.max_series", BY_LAG,
             [query(f"sum(agora_exporter_sessions_hidden{{{SELECT}}})")], "short", (3, 4), steps=warn_above("some"), spark=False),
        stat("Sampled out", "0; else totals are estimates from a sample: see agora_exporter_estimate_standard_error", "agora_exporter_calls_total: calls of the last day that were not followed for want of budget", NOT_LATE,
             [query(f'sum(increase(agora_exporter_calls_total{{{APP}, outcome="sampled_out"}}[1d]))')], "short", (3, 4), steps=warn_above("some"), decimals=0, spark=False),
        *replay_stats(width=3),
    ]


def quota():
    account = "{{account}} {{endpoint}}"
    return [
        lines("Day's quota used, and the day", f"below the dashed line; {text('quota_ahead')} above it AgoraQuotaSpentFast fires", "agora_exporter_quota_used over agora_exporter_quota_limit of the UTC day; dashed: the share of the day that has passed", NOT_LATE,
              [query(f"max by (account, endpoint) ({used_share()})", account), query(f"{DAY_PASSED} + 0 * max(agora_exporter_replay_lag_seconds{{{SELECT}}})", "day passed")], "percentunit", (12, 9), top=1, calcs=("lastNotNull",),
              overrides=[*ENDPOINTS, colored_line("day passed", "#8e8e8e", DASHED, ("custom.lineWidth", 2))]),
        lines("Requests a minute by result", "success alone. rate_quota and day_quota: more was asked than allowed; does somebody else use the account?", "agora_exporter_api_requests_total by success or the kind of error", NOT_LATE,
              [query(f"sum by (result) (rate(agora_exporter_api_requests_total{{{SELECT}}}[$__rate_interval])) * 60", "{{result}}")], "short", (12, 9), stack=True, calcs=("mean", "max"), interval="2m",
              overrides=[override("^(?!success$).*", ("color", {"mode": "shades", "fixedColor": "red"}), matcher="byRegexp"), colored_line("success", "green")]),
        lines("Time of an answer", "no limit; a few seconds. A request ends after 60 s", "agora_exporter_api_request_duration_seconds: 90th percentile over the last hour, from sending to the end of the answer", NOT_LATE,
              [query(f"histogram_quantile(0.9, sum by (le, account, endpoint) (increase(agora_exporter_api_request_duration_seconds_bucket{{{SELECT}}}[1h]))) >= 0", account)], "s", (12, 9), calcs=("lastNotNull", "max"), overrides=ENDPOINTS,
              no_value="no request in the last hour"),
        panel("state-timeline", "Access to endpoints", "access throughout. \"no access\" is tried again once a UTC day; if the plan never had it, turn it off in exporter.yaml", "agora_exporter_endpoint_access", NOT_LATE,
              [query(f"min by (account, endpoint) (agora_exporter_endpoint_access{{{SELECT}}})", account)], "none", (12, 9),
              options={"mergeValues": True, "showValue": "never", "alignValue": "left", "rowHeight": 0.8, "legend": {"showLegend": True, "displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "single", "sort": "none"}},
              custom={"fillOpacity": 70, "lineWidth": 0},
              defaults={"color": {"mode": "thresholds"}, "mappings": [{"type": "value", "options": {"0": {"text": "no access", "color": "red", "index": 0}, "1": {"text": "access", "color": "green", "index": 1}}}]}),
    ]


def coverage():
    size, stacked = (8, 9), {"stack": True, "calcs": ("mean", "max")}
    missed = f'increase(agora_exporter_insight_buckets_total{{{APP}, outcome="missed"}}[1h])'
    return [
        lines("Session time by outcome", "in_hand alone, sampled_out where the budget does not carry every call; late came after its deadline and is in no total", "agora_exporter_session_seconds_total: seconds of followed sessions that R passed, a second; sampled_out: estimated, of those not followed", f"{BY_LAG}, since a second counts when R passes it",
              [query(f"sum by (outcome) (rate(agora_exporter_session_seconds_total{{{APP}}}[$__rate_interval]))", "{{outcome}}")], "short", size, interval="2m", **stacked,
              overrides=[colored_line("in_hand", "green"), colored_line("late", "orange"), colored_line("missing", "red"), colored_line("sampled_out", "#8e8e8e")]),
        lines("Age of the newest data", "below the replay lag, dashed. Quiet nights count as covered", "agora_exporter_newest_data_timestamp_seconds: how long ago the newest window that answers covered ended, of the app that is worst off", NOT_LATE,
              [query(f"max by (source) ({NEWEST}{{{APP}, {CALLS}}})", "{{source}}"), query(f"max(agora_exporter_replay_lag_seconds{{{SELECT}}})", "replay lag")], "s", size, calcs=("lastNotNull", "max"),
              overrides=[*ENDPOINTS, colored_line("replay lag", "#8e8e8e", DASHED)], no_value="calls are off"),
        lines("Age of the newest insight", "below its lag, dashed, and a day", "agora_exporter_newest_data_timestamp_seconds of usage and quality, of the app that is worst off", NOT_LATE,
              [query(f'max by (source) ({NEWEST}{{{APP}, source=~"usage|quality"}})', "{{source}}"), query(f"max by (source) (agora_insight_lag_seconds{{{APP}}})", "limit of {{source}}")], "s", size, calcs=("lastNotNull", "max"),
              overrides=[*ENDPOINTS, override("limit of .*", DASHED, matcher="byRegexp")], no_value="insight is off or has no access"),
        lines("Calls found, by outcome", "followed alone; sampled_out for want of budget", "agora_exporter_calls_total: calls found in call/lists, an hour", NOT_LATE,
              [query(f"sum by (outcome) (increase(agora_exporter_calls_total{{{APP}}}[1h]))", "{{outcome}}")], "short", size, **stacked,
              overrides=[colored_line("followed", "green"), colored_line("sampled_out", "orange"), colored_line("failed", "red")]),
        lines("What was dropped or cut", "0, but for late points after a start", "agora_exporter_points_dropped_total, agora_exporter_lists_truncated_total, agora_exporter_insight_buckets_total and agora_exporter_journal_damaged_records_total of the last hour",
              f"{NOT_LATE}; insight buckets {BY_INSIGHT}",
              [query(f"sum by (reason) (increase(agora_exporter_points_dropped_total{{{APP}}}[1h]))", "points: {{reason}}"), query(f"sum(increase(agora_exporter_lists_truncated_total{{{APP}}}[1h]))", "lists cut off"),
               query(f"sum({missed})", "insight buckets missed"), query(f"sum(increase(agora_exporter_journal_damaged_records_total{{{SELECT}}}[1h]))", "journal records damaged")], "short", size, calcs=("mean", "max")),
        lines("Calls whose end is not known", "0; they are not in the calls shown", "agora_calls_end_unknown: neither the list nor a session tells whether they go on", BY_LAG,
              [query(f"sum by (app) (agora_calls_end_unknown{{{APP}}})", "{{app}}")], "short", size, calcs=("lastNotNull", "max")),
    ]


def process():
    return [
        lines("Memory", "no limit; it grows with sessions in view, not with time", "process_resident_memory_bytes", NOT_LATE, [query(f"process_resident_memory_bytes{{{SELECT}}}", "{{instance}}")], "bytes", (8, 7), calcs=("lastNotNull", "max")),
        lines("CPU", "no limit; a few percent of a processor", "process_cpu_seconds_total, a second", NOT_LATE, [query(f"rate(process_cpu_seconds_total{{{SELECT}}}[$__rate_interval])", "{{instance}}")], "percentunit", (8, 7), calcs=("mean", "max"), interval="2m",
              defaults={"decimals": 3}),
        lines("Insight buckets by outcome", "shown alone; revised: the API told something else later", "agora_exporter_insight_buckets_total of the last day, by source", f"{BY_INSIGHT}, since a bucket counts when it is shown or missed",
              [query(f"sum by (source, outcome) (increase(agora_exporter_insight_buckets_total{{{APP}}}[1d]))", "{{source}}: {{outcome}}")], "short", (8, 7), calcs=("lastNotNull",)),
    ]


def make():
    return dashboard("exporter", "Is the exporter well, does the quota last, and what was not seen?", variables(app_variable()),
                     [*headline(), row("Does the quota last?"), *quota(), row("What was seen, and what not?"), *coverage(), row("The process"), *process()], start="now-24h")
