"""Every threshold, once: the rules, the colours of the dashboards and docs/quality.md are made from this table."""

import contextlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Threshold:
    name: str
    value: float
    unit: str  # ratio, seconds, count
    means: str
    source: str

    def text(self):
        """As people write it: 5 %, 100 ms, 1 h."""
        if self.unit == "ratio":
            return f"{self.value * 100:g} %"
        if self.unit == "seconds":
            if self.value < 1:
                return f"{self.value * 1000:g} ms"
            if self.value % 86400 == 0:
                return f"{self.value / 86400:g} d"
            return f"{self.value / 60:g} min"
        return f"{self.value:g}"


VENDOR = "Agora's own red line"
EXPERIENCE = "experience with voice and video over packet networks; Agora names no line"
OWN = "set here; change it to your service"

_TABLE = [
    Threshold("video_freeze_fair", 0.03, "ratio", "video freeze is fair, no longer good", "the first bound of Agora's freeze buckets (0-3 %, 3-5 %, 5-10 %, above)"),
    Threshold("video_freeze", 0.05, "ratio", "video freeze is bad", VENDOR),
    Threshold("audio_freeze_fair", 0.015, "ratio", "audio freeze is fair, no longer good", "half of the red line; " + OWN),
    Threshold("audio_freeze", 0.03, "ratio", "audio freeze is bad", VENDOR),
    Threshold("loss", 0.05, "ratio", "end-to-end loss is noticed", EXPERIENCE),
    Threshold("loss_severe", 0.10, "ratio", "end-to-end loss breaks speech and freezes video", EXPERIENCE),
    Threshold("router_round_trip", 0.1, "seconds", "the client's way to its local router is slow: weak Wi-Fi as a rule. Not end to end", OWN),
    Threshold("join_success", 0.95, "ratio", "join success is below target", OWN),
    Threshold("join_sessions", 100, "count", "sessions of the day below which the join success ratio says nothing", OWN),
    Threshold("network_delay", 0.05, "ratio", "share of media time with more than 400 ms end to end is high", OWN),
    Threshold("streams", 3, "count", "streams played at once, on average, below which a ratio of an app says nothing", OWN),
    Threshold("streams_part", 10, "count", "the same for one network of an app", OWN),
    Threshold("streams_line", 1, "count", "the same for one line of the overview, which is not drawn below it", OWN),
    Threshold("streams_channel", 0.5, "count", "the same for a channel in the tables of the worst", OWN),
    Threshold("points", 1, "count", "points of the round trip a second below which its mean says nothing", OWN),
    Threshold("frames", 12, "count", "frames a second of received video below which motion is seen to stutter", OWN),
    Threshold("quantization", 40, "count", "quantization (QP) of sent video from which it is visibly blocky", "experience with H.264, whose QP ends at 51; Agora names no line"),
    Threshold("cpu", 0.85, "ratio", "the device is busy: encoding and decoding suffer", OWN),
    Threshold("in_hand", 0.9, "ratio", "share of followed session time whose points came in time is low", OWN),
    Threshold("session_time", 600, "seconds", "session time of an hour below which that share says nothing: one short call at night", OWN),
    Threshold("quota_ahead", 0.13, "ratio", "share of the day's quota spent beyond the share of the day that has passed", "a little over the 3 h that the planner itself may run ahead of the day"),
    Threshold("data_slack", 300, "seconds", "how much later than delay + lag the newest data may be", "the API's delay of call data, once more"),
    Threshold("some", 1, "count", "sessions hidden or calls not followed: one is worth a look", OWN),
    Threshold("journal_told", 3600, "seconds", "how long after a start the damage that it met is told", OWN),
    Threshold("insight_slack", 86400, "seconds", "the same for insight: each row is asked for once a day", "one UTC day"),
]

THRESHOLDS = {t.name: t for t in _TABLE}


def value(name):
    """The number as PromQL and JSON take it."""
    return float(f"{THRESHOLDS[name].value:g}")


_marks = False


@contextlib.contextmanager
def marks():
    """Within, number() and text() give the marks in whose place the Helm chart puts its own values."""
    global _marks
    _marks = True
    try:
        yield
    finally:
        _marks = False


def number(name):
    return f"@{name}@" if _marks else f"{THRESHOLDS[name].value:g}"


def text(name):
    return f"@{name}:text@" if _marks else THRESHOLDS[name].text()
