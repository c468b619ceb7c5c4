"""docs/quality.md: every threshold with its source."""

from .rules import alerts
from .thresholds import THRESHOLDS

HEAD = """# What is good, what is bad

<!-- Written by dashboards/generate from dashboards/generator/thresholds.py. Do not edit. -->

The alerts, the colours of the dashboards and this page are made from one table, `dashboards/generator/thresholds.py`. To change a threshold, change
it there and run `dashboards/generate`.

**Freeze ratio** is freeze seconds over playback seconds of the same streams, as Agora defines it. It is never taken over session time and never an
average of ratios: the rules sum seconds first and divide last. Audio counts freezes over 200 ms, video over 600 ms.

**Loss** is the mean of all points of mid 20016 (audio) or 20018 (video), end to end: from the sender's device to the listener's.

**Round trip** (mid 20022) is the way from the client to its own router, not end to end. It tells weak Wi-Fi, not a slow internet.

WebRTC clients send no mid 20005. Their audio freeze is known only from the insight rows (`agora_insight_hourly_audio_freeze_ratio{product="WebRTC"}`).

| threshold | value | means | source |
|---|---|---|---|
"""


def page():
    rows = [f"| {t.name} | {t.text()} | {t.means} | {t.source} |" for t in THRESHOLDS.values()]
    fired = [f"| [{a.alert}](runbooks/{a.alert}.md) | {a.severity} | `{a.expr}` | {a.hold} |".replace("source=~\"usage|quality\"", "source=~\"usage\\|quality\"") for a in alerts()]
    return (HEAD + "\n".join(rows) + "\n\n## Alerts\n\nAn alert fires when its expression has held for the time in the last column. Quality is shown at the replay lag, so an alert on it comes that much after the trouble.\n\n"
            "| alert | severity | expression | for |\n|---|---|---|---|\n" + "\n".join(fired) + "\n")
