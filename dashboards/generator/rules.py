"""Recording and alerting rules. A rule never averages ratios: it sums seconds, then divides.

Recorded names are level:metric:operation. The level lists the labels of the page that are left besides job and
instance; `without` keeps whatever labels the scrape adds.
"""

import json
from dataclasses import dataclass

from .thresholds import THRESHOLDS, marks, number, text

WINDOW = "5m"  # at least 5 min and four scrape intervals: holds for intervals up to 75 s
JOB = "agora-exporter"
RUNBOOKS = "https://github.com/agora-exporter/agora-exporter/blob/main/docs/runbooks/"
CALL_DATA_DELAY = 300  # seconds, the API's
POINT_SPACING = 2  # seconds between two points of a stream: points a second times this is streams

# What is left of {app,platform,network,sdk_version}: level -> labels summed away.
LEVELS = {
    "app": ["platform", "network", "sdk_version"],
    "app_platform": ["network", "sdk_version"],
    "app_network": ["platform", "sdk_version"],
    "app_sdk_version": ["platform", "network"],
    "app_platform_network": ["sdk_version"],
}
HISTOGRAM_LEVELS = {level: [l for l in gone if l != "sdk_version"] for level, gone in LEVELS.items() if level != "app_sdk_version"}
HISTOGRAMS = {"audio_loss": "agora_observed_audio_loss_ratio", "video_loss": "agora_observed_video_loss_ratio",
              "router_round_trip": "agora_observed_router_round_trip_seconds", "video_frames": "agora_observed_video_frames_per_second"}
MEDIA = ["audio", "video"]
SESSION_LABELS = "call_id, sid, uid, peer_uid"


@dataclass
class Recording:
    record: str
    expr: str


@dataclass
class Alert:
    alert: str
    expr: str
    hold: str  # for
    severity: str
    summary: str
    description: str


def _without(labels, expr):
    return f"sum without ({', '.join(labels)}) ({expr})" if labels else expr


def sums():
    """Layer 1: seconds a second and points a second at every level."""
    rules = []
    for level, gone in LEVELS.items():
        for media in MEDIA:
            for what in ("playback", "freeze"):
                rate = f"rate(agora_{media}_{what}_seconds_total[{WINDOW}])"
                rules.append(Recording(f"{level}:agora_{media}_{what}_seconds:rate{WINDOW}", _without(gone, rate)))
    for level, gone in HISTOGRAM_LEVELS.items():
        for short, metric in HISTOGRAMS.items():
            for part in ("sum", "count"):
                rules.append(Recording(f"{level}:agora_{short}_{part}:rate{WINDOW}", _without(gone, f"rate({metric}_{part}[{WINDOW}])")))
    for media in MEDIA:
        for what in ("playback", "freeze"):
            rate = f"rate(agora_session_{media}_{what}_seconds_total[{WINDOW}])"
            rules.append(Recording(f"app_channel:agora_session_{media}_{what}_seconds:rate{WINDOW}", f"sum without ({SESSION_LABELS}) ({rate})"))
    return rules


def ratios():
    """Layer 2: quotients of layer 1. A quotient over nothing is absent, not NaN."""
    rules = []
    for level in LEVELS:
        for media in MEDIA:
            rules.append(Recording(f"{level}:agora_{media}_freeze:ratio_rate{WINDOW}",
                                   f"{level}:agora_{media}_freeze_seconds:rate{WINDOW} / ({level}:agora_{media}_playback_seconds:rate{WINDOW} > 0)"))
    for level in HISTOGRAM_LEVELS:
        for short in HISTOGRAMS:
            rules.append(Recording(f"{level}:agora_{short}:mean{WINDOW}",
                                   f"{level}:agora_{short}_sum:rate{WINDOW} / ({level}:agora_{short}_count:rate{WINDOW} > 0)"))
    for media in MEDIA:
        rules.append(Recording(f"app_channel:agora_session_{media}_freeze:ratio_rate{WINDOW}",
                               f"app_channel:agora_session_{media}_freeze_seconds:rate{WINDOW} / (app_channel:agora_session_{media}_playback_seconds:rate{WINDOW} > 0)"))
    return rules


def quality_alerts():
    played = "app:agora_{0}_playback_seconds:rate5m > " + number("streams")
    # Not by playback: that of audio comes from mid 20005, which WebRTC does not send.
    measured = f"app:agora_{{0}}_loss_count:rate5m * {POINT_SPACING} > " + number("streams")
    alerts = []
    for media in MEDIA:
        limit = f"{media}_freeze"
        alerts.append(Alert(
            f"Agora{media.title()}FreezeHigh",
            f"app:agora_{media}_freeze:ratio_rate5m > {number(limit)} and {played.format(media)}",
            "10m", "warning", f"{{{{ $labels.app }}}}: {media} freezes {{{{ $value | humanizePercentage }}}} of the time it plays",
            f"More than {text(limit)} of the {media} played in app {{{{ $labels.app }}}} has been frozen for 10 minutes. The overview's row \"For whom?\" tells network, platform and SDK version."))
    alerts.append(Alert(
        "AgoraNetworkVideoFreezeHigh",
        f"app_network:agora_video_freeze:ratio_rate5m > {number('video_freeze')} and app_network:agora_video_playback_seconds:rate5m > {number('streams_part')}",
        "10m", "warning", "{{ $labels.app }}: video freezes {{ $value | humanizePercentage }} of the time on {{ $labels.network }}",
        f"More than {text('video_freeze')} of the video played on network {{{{ $labels.network }}}} of app {{{{ $labels.app }}}} has been frozen for 10 minutes."))
    for media in MEDIA:
        for name, limit, severity in (("High", "loss", "warning"), ("Severe", "loss_severe", "critical")):
            alerts.append(Alert(
                f"Agora{media.title()}Loss{name}",
                f"app:agora_{media}_loss:mean5m > {number(limit)} and {measured.format(media)}",
                "10m", severity, f"{{{{ $labels.app }}}}: {{{{ $value | humanizePercentage }}}} of {media} is lost end to end",
                f"The mean end-to-end loss of {media} in app {{{{ $labels.app }}}} has been above {text(limit)} for 10 minutes."))
    alerts.append(Alert(
        "AgoraRouterRoundTripHigh",
        f"app_network:agora_router_round_trip:mean5m > {number('router_round_trip')} and app_network:agora_router_round_trip_count:rate5m > {number('points')}",
        "15m", "info", "{{ $labels.app }}: {{ $value | humanizeDuration }} to the local router on {{ $labels.network }}",
        f"Clients on {{{{ $labels.network }}}} have needed more than {text('router_round_trip')} to reach their own router for 15 minutes: weak Wi-Fi as a rule. This is not the way end to end."))
    alerts.append(Alert(
        "AgoraJoinSuccessLow",
        f"agora_insight_hourly_join_success_ratio < {number('join_success')} and on (job, instance, app) agora_insight_daily_sessions >= {number('join_sessions')}",
        "2h", "info", "{{ $labels.app }}, {{ $labels.product }}: only {{ $value | humanizePercentage }} of attempts joined, a day or two ago",
        f"By Agora's own count fewer than {text('join_success')} of the attempts to join with {{{{ $labels.product }}}} succeeded, for two hours or more. The hour is the one in agora_insight_bucket_timestamp_seconds: a day or two old."))
    return alerts


def _age_alert():
    call = (f"time() - agora_exporter_newest_data_timestamp_seconds{{source=~\"call_.*\"}} > on (job, instance) group_left () "
            f"(agora_exporter_replay_lag_seconds + {CALL_DATA_DELAY} + {number('data_slack')})")
    insight = (f"time() - agora_exporter_newest_data_timestamp_seconds{{source=~\"usage|quality\"}} > on (job, instance, app, source) group_left () "
               f"(max by (job, instance, app, source) (agora_insight_lag_seconds) + {number('insight_slack')})")
    return Alert(
        "AgoraDataOld", f"({call}) or ({insight})", "10m", "warning",
        "{{ $labels.app }}: nothing newer than {{ $value | humanizeDuration }} of {{ $labels.source }}",
        "The newest window that answers of {{ $labels.source }} covered ends before what the page must show. Whether there were calls does not matter: an empty answer covers its window too.")


def exporter_alerts():
    used = "agora_exporter_quota_used{endpoint=~\"call_.*\", window=\"day\"} / (agora_exporter_quota_limit{endpoint=~\"call_.*\", window=\"day\"} > 0)"
    seconds = "increase(agora_exporter_session_seconds_total{outcome!=\"sampled_out\"}[1h])"
    in_hand = "increase(agora_exporter_session_seconds_total{outcome=\"in_hand\"}[1h])"
    return [
        Alert("AgoraExporterDown", f"up{{job=\"{JOB}\"}} == 0", "5m", "critical", "{{ $labels.instance }} cannot be scraped",
              "Prometheus has not reached the exporter for 5 minutes. What it collects meanwhile is not lost, but no quality alert can fire."),
        Alert("AgoraAppNotCollected", "agora_up == 0", "15m", "warning", "{{ $labels.app }}: the last request failed or one is overdue",
              "For 15 minutes an endpoint of app {{ $labels.app }} (account {{ $labels.account }}) has failed or a due request is overdue by more than the replay lag. agora_exporter_api_requests_total tells the result."),
        _age_alert(),
        Alert("AgoraQuotaSpentFast", f"{used} - (time() % 86400) / 86400 > {number('quota_ahead')}", "30m", "warning",
              "{{ $labels.account }}: {{ $labels.endpoint }} is {{ $value | humanizePercentage }} ahead of the day",
              f"The share of the day's requests to {{{{ $labels.endpoint }}}} that is spent exceeds the share of the UTC day that has passed by more than {text('quota_ahead')}. Own requests alone count. From about 12 % on the exporter follows fewer of the new calls, so that the quota lasts the day."),
        Alert("AgoraSessionTimeLow",
              f"sum without (outcome) ({in_hand}) / (sum without (outcome) ({seconds}) > {number('session_time')}) < {number('in_hand')}",
              "15m", "warning", "{{ $labels.app }}: only {{ $value | humanizePercentage }} of session time is in hand",
              f"In the last hour less than {text('in_hand')} of the time of followed sessions had its points in hand when the page showed it; the rest was late or missing."),
        # Not by the gauge alone: it is 1 from every midnight until the day's try, also where the plan never had the endpoint.
        Alert("AgoraAccessLost",
              "agora_exporter_endpoint_access == 0 and on (job, instance, account, endpoint) increase(agora_exporter_api_requests_total{result=\"success\"}[2d]) > 0",
              "5m", "warning",
              "{{ $labels.account }}: no longer any access to {{ $labels.endpoint }}",
              "The API says that the plan has no access to {{ $labels.endpoint }}, which answered in the last two days. It is tried again once a UTC day."),
        Alert("AgoraSessionsHidden", "agora_exporter_sessions_hidden > 0", "15m", "info", "{{ $labels.instance }} hides {{ $value }} sessions ({{ $labels.reason }})",
              "The page leaves whole sessions out, for exposition.max_series as a rule. They stay in the totals."),
        # Damage is met while starting: the counter is above 0 from its first scrape on, which increase() does not see.
        Alert("AgoraJournalDamaged", f"agora_exporter_journal_damaged_records_total > 0 and time() - process_start_time_seconds < {number('journal_told')}", "0m", "warning",
              "{{ $labels.instance }}: {{ $value | humanize }} journal records are damaged",
              "Records of the journal fail their checksum: the disk or the memory is at fault. They were skipped; what they held is missing."),
        Alert("AgoraListsTruncated", "increase(agora_exporter_lists_truncated_total[1h]) > 0", "0m", "info",
              "{{ $labels.app }}: the API left calls out of its lists",
              "An answer of call/lists left calls out that could not be listed by asking on. They are in no total."),
    ]


def alerts():
    return quality_alerts() + exporter_alerts()


def _rule(fields):
    """A YAML mapping: strings in JSON's form are YAML's too."""
    lines = []
    for i, (key, value) in enumerate(fields.items()):
        lead = "      - " if i == 0 else "        "
        if isinstance(value, dict):
            lines.append(f"{lead}{key}:")
            lines += [f"          {k}: {json.dumps(v)}" for k, v in value.items()]
        elif key == "expr":
            lines += [f"{lead}expr: >-", f"          {value}"]
        else:
            lines.append(f"{lead}{key}: {value}")
    return "\n".join(lines)


HEAD = "# Written by dashboards/generate from dashboards/generator. Do not edit.\n"


def recording_yaml():
    rules = [_rule({"record": r.record, "expr": r.expr}) for r in sums() + ratios()]
    return (HEAD + "# One group, since the second half divides what the first half sums.\n"
            "groups:\n  - name: agora-quality\n    rules:\n" + "\n".join(rules) + "\n")


def alerts_yaml():
    text_of = HEAD + "groups:\n"
    for group, members in (("agora-quality-alerts", quality_alerts()), ("agora-exporter-alerts", exporter_alerts())):
        text_of += f"  - name: {group}\n    rules:\n"
        for a in members:
            text_of += _rule({"alert": a.alert, "expr": a.expr, "for": a.hold, "labels": {"severity": a.severity},
                              "annotations": {"summary": a.summary, "description": a.description, "runbook_url": f"{RUNBOOKS}{a.alert}.md"}}) + "\n"
    return text_of


def chart_alerts_yaml():
    """The alerts with marks for thresholds, for the Helm chart."""
    with marks():
        return alerts_yaml()


def chart_thresholds_yaml():
    """What the marks stand for unless the chart's values say otherwise: those that an alert uses."""
    used = [t for t in THRESHOLDS.values() if f"@{t.name}" in chart_alerts_yaml()]
    return HEAD + "".join(f"{t.name}: {{value: {t.value:g}, unit: {t.unit}}} # {t.means}\n" for t in used)
