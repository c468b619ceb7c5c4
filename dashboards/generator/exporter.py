"""Is the exporter well, and what does it see of the whole?"""

from .common import replay_stats
from .panels import APP, SELECT, app_variable, bad_below, dashboard, lines, override, panel, query, row, stat, variables
from .thresholds import text

NOW = "Of the exporter itself, so not delayed."
DAY = f'window="day", {SELECT}'


def colored_line(name, color):
    return override(name, ("color", {"mode": "fixed", "fixedColor": color}))


def used_share(endpoint=""):
    return f"agora_exporter_quota_used{{{DAY}{endpoint}}} / (agora_exporter_quota_limit{{{DAY}{endpoint}}} > 0)"


def headline():
    in_hand = f'increase(agora_exporter_session_seconds_total{{{APP}, outcome="in_hand"}}[1h])'
    every = f"increase(agora_exporter_session_seconds_total{{{APP}}}[1h])"
    return [
        stat("Collected", f"""agora_up of the worst app: 0 when the last attempt on an enabled endpoint failed or a due request is overdue by more than the replay lag. Good: yes. {NOW}""",
             [query(f"min(agora_up{{{APP}}})")], "none", (3, 4), steps=[(None, "red"), (1, "green")], spark=False,
             defaults={"mappings": [{"type": "value", "options": {"0": {"text": "NO", "index": 0}, "1": {"text": "yes", "index": 1}}}]}),
        stat("In time", f"""Of the time of followed sessions that R passed in the last hour, the share whose points were in hand in time. Good: over {text('in_hand')}; the rest was late or missing. {NOW}""",
             [query(f"sum({in_hand}) / (sum({every}) > 0)")], "percentunit", (3, 4), steps=bad_below("in_hand"), decimals=1, no_value="no followed session in the last hour"),
        stat("Quota used", f"""Of the endpoint that has spent most of its requests of this UTC day. Good: below the share of the day that has passed. {NOW}""",
             [query(f"max({used_share()})")], "percentunit", (3, 4), steps=[(None, "green"), (0.9, "orange"), (1, "red")], decimals=1),
        stat("Newest", f"""How old the newest call data is of the app that is worst off. Good: under the replay lag; above it what is shown ends. {NOW}""",
             [query(f'time() - min(agora_exporter_newest_data_timestamp_seconds{{{APP}, source=~"call_.*"}})')], "s", (3, 4), steps=[(None, "green"), (1800, "orange"), (3600, "red")], decimals=0, spark=False),
        stat("Hidden", f"""Sessions that the page leaves out for exposition.max_series. They stay in the totals. Good: 0. {NOW}""",
             [query(f"sum(agora_exporter_sessions_hidden{{{SELECT}}})")], "short", (3, 4), steps=[(None, "green"), (1, "orange")], spark=False),
        stat("Sampled", f"""Calls of the last day that were not followed for want of budget. Good: 0; else totals speak of followed calls only. {NOW}""",
             [query(f'sum(increase(agora_exporter_calls_total{{{APP}, outcome="sampled_out"}}[1d]))')], "short", (3, 4), steps=[(None, "green"), (1, "orange")], decimals=0, spark=False),
        *replay_stats(width=3),
    ]


def quota():
    return [
        lines("Day's quota used, and the day", f"""Share of the day's requests that is spent, a line an endpoint, against the share of the UTC day that has passed. A line {text('quota_ahead')} above the dashed one fires AgoraQuotaSpentFast. {NOW}""",
              [query(f"max by (endpoint) ({used_share()})", "{{endpoint}}"), query("time() % 86400 / 86400 + 0 * max(agora_exporter_replay_lag_seconds{" + SELECT + "})", "day passed")], "percentunit", (12, 9), top=1, calcs=("lastNotNull",),
              overrides=[override("day passed", ("custom.lineStyle", {"fill": "dash", "dash": [6, 6]}), ("color", {"mode": "fixed", "fixedColor": "#8e8e8e"}), ("custom.lineWidth", 2))]),
        lines("Requests a minute by result", f"""Requests to the API a minute, by success or the kind of error. Good: success alone. rate_quota and day_quota: the API says that more was asked than allowed; does somebody else use the account? {NOW}""",
              [query(f"sum by (result) (rate(agora_exporter_api_requests_total{{{SELECT}}}[$__rate_interval])) * 60", "{{result}}")], "short", (12, 9), stack=True, calcs=("mean", "max"), interval="2m", overrides=[override("^(?!success$).*", ("color", {"mode": "shades", "fixedColor": "red"}), matcher="byRegexp"), colored_line("success", "green")]),
        lines("Time of an answer", f"""90th percentile from sending a request to the end of its answer, an endpoint a line, over the last hour. Requests end after 60 s. {NOW}""",
              [query(f"histogram_quantile(0.9, sum by (le, endpoint) (increase(agora_exporter_api_request_duration_seconds_bucket{{{SELECT}}}[1h]))) >= 0", "{{endpoint}}")], "s", (12, 9), calcs=("lastNotNull", "max"), no_value="no request in the last hour"),
        panel("state-timeline", "Access to endpoints", f"""Whether the API lets the account use each endpoint. "no access" is tried again once a UTC day; if the plan never had it, turn it off in exporter.yaml. {NOW}""",
              [query(f"min by (account, endpoint) (agora_exporter_endpoint_access{{{SELECT}}})", "{{account}} {{endpoint}}")], "none", (12, 9),
              options={"mergeValues": True, "showValue": "never", "alignValue": "left", "rowHeight": 0.8, "legend": {"showLegend": True, "displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "single", "sort": "none"}},
              custom={"fillOpacity": 70, "lineWidth": 0},
              defaults={"color": {"mode": "thresholds"}, "mappings": [{"type": "value", "options": {"0": {"text": "no access", "color": "red", "index": 0}, "1": {"text": "access", "color": "green", "index": 1}}}]}),
    ]


def coverage():
    return [
        lines("Session time by outcome", f"""Seconds of followed sessions that R passed, a second: in hand, late (came after their deadline, in no total) or missing. Good: in_hand alone. {NOW}""",
              [query(f"sum by (outcome) (rate(agora_exporter_session_seconds_total{{{APP}}}[$__rate_interval]))", "{{outcome}}")], "short", (8, 9), stack=True, calcs=("mean", "max"), interval="2m",
              overrides=[colored_line("in_hand", "green"), colored_line("late", "orange"), colored_line("missing", "red")]),
        lines("Age of the newest data", f"""How long ago the newest window that answers covered ended; quiet nights count as covered. Good for call sources: below the replay lag (dashed). {NOW}""",
              [query(f'time() - max by (source) (agora_exporter_newest_data_timestamp_seconds{{{APP}, source=~"call_.*"}})', "{{source}}"), query(f"max(agora_exporter_replay_lag_seconds{{{SELECT}}})", "replay lag")], "s", (8, 9), calcs=("lastNotNull", "max"),
              overrides=[override("replay lag", ("custom.lineStyle", {"fill": "dash", "dash": [6, 6]}), ("color", {"mode": "fixed", "fixedColor": "#8e8e8e"}))]),
        lines("Age of the newest insight", f"""The same for usage and quality rows. Good: below their lag (dashed) and a day. {NOW}""",
              [query(f'time() - max by (source) (agora_exporter_newest_data_timestamp_seconds{{{APP}, source=~"usage|quality"}})', "{{source}}"), query(f"max by (source) (agora_insight_lag_seconds{{{APP}}})", "limit of {{source}}")], "s", (8, 9), calcs=("lastNotNull", "max"),
              overrides=[override("limit of .*", ("custom.lineStyle", {"fill": "dash", "dash": [6, 6]}), matcher="byRegexp")], no_value="insight is off or has no access"),
        lines("Calls found, by outcome", f"""Calls found in call/lists an hour: followed, sampled_out for want of budget, failed. {NOW}""",
              [query(f"sum by (outcome) (increase(agora_exporter_calls_total{{{APP}}}[1h]))", "{{outcome}}")], "short", (8, 9), stack=True, calcs=("mean", "max"),
              overrides=[colored_line("followed", "green"), colored_line("sampled_out", "orange"), colored_line("failed", "red")]),
        lines("What was dropped or cut", f"""In the last hour: points in no series by reason, lists cut off by the API, insight buckets that were missed. Good: 0, but for late points after a start. {NOW}""",
              [query(f"sum by (reason) (increase(agora_exporter_points_dropped_total{{{APP}}}[1h]))", "points: {{reason}}"), query(f"sum(increase(agora_exporter_lists_truncated_total{{{APP}}}[1h]))", "lists cut off"),
               query(f'sum(increase(agora_exporter_insight_buckets_total{{{APP}, outcome="missed"}}[1h]))', "insight buckets missed"), query(f"sum(increase(agora_exporter_journal_damaged_records_total{{{SELECT}}}[1h]))", "journal records damaged")],
              "short", (8, 9), calcs=("mean", "max")),
        lines("Calls whose end is not known", f"""Calls of which neither the list nor a session tells whether they go on; they are not in the calls shown. Good: 0. Late by the replay lag.""",
              [query(f"sum by (app) (agora_calls_end_unknown{{{APP}}})", "{{app}}")], "short", (8, 9), calcs=("lastNotNull", "max")),
    ]


def process():
    return [
        lines("Memory", f"Resident memory of the process. Grows with sessions in view, not with time. {NOW}", [query(f"process_resident_memory_bytes{{{SELECT}}}", "{{instance}}")], "bytes", (8, 7), calcs=("lastNotNull", "max")),
        lines("CPU", f"Processor seconds a second. {NOW}", [query(f"rate(process_cpu_seconds_total{{{SELECT}}}[$__rate_interval])", "{{instance}}")], "percentunit", (8, 7), calcs=("mean", "max"), interval="2m", defaults={"decimals": 3}),
        lines("Insight buckets by outcome", f"Buckets shown, missed and revised, by source, in the last day. {NOW}",
              [query(f"sum by (source, outcome) (increase(agora_exporter_insight_buckets_total{{{APP}}}[1d]))", "{{source}}: {{outcome}}")], "short", (8, 7), calcs=("lastNotNull",)),
    ]


def make():
    return dashboard("exporter", "Is the exporter well, does the quota last, and what was not seen?", variables(app_variable()),
                     [*headline(), row("Does the quota last?"), *quota(), row("What was seen, and what not?"), *coverage(), row("The process"), *process()], start="now-24h")
