"""The files of rules: read, put in order, and the alerts judged over a span of time."""

import json
import pathlib
import re
from dataclasses import dataclass, field

from prometheus import PrometheusError

RULES = pathlib.Path(__file__).resolve().parent.parent.parent / "dashboards" / "rules"
RECORDING = RULES / "agora-recording.yaml"
ALERTS = RULES / "agora-alerts.yaml"
MOST_POINTS = 10_000  # of a series in one range query; Prometheus refuses more than 11,000
UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")


@dataclass
class Rule:
    kind: str  # record or alert
    name: str
    group: str
    expr: str = ""
    hold: int = 0  # `for`, in seconds
    labels: dict = field(default_factory=dict)
    annotations: dict = field(default_factory=dict)


def seconds(text):
    """1h30m"""
    return sum(int(number) * UNITS[unit] for number, unit in re.findall(r"(\d+)([smhd])", text))


def read_rules(file):
    """What dashboards/generate writes: an expression is the line after its `expr: >-`, other values stand on their own line."""
    rules, group, within = [], "", ""
    lines = iter(pathlib.Path(file).read_text().splitlines())
    for line in lines:
        key, colon, value = line.strip().removeprefix("- ").partition(":")
        value = value.strip()
        if not colon or line.lstrip().startswith("#"):
            continue
        if key == "name":
            group = value
        elif key in ("record", "alert"):
            rules.append(Rule(key, value, group))
        elif key == "expr":
            rules[-1].expr = next(lines).strip() if value == ">-" else value
        elif key == "for":
            rules[-1].hold = seconds(value)
        elif not value:
            within = key
        elif within in ("labels", "annotations") and rules:
            getattr(rules[-1], within)[key] = json.loads(value)
    return rules


def layers_of(rules):
    """Lists of rules: each names only what lists before its own record."""
    layers, done, left = [], set(), list(rules)
    names = {r.name for r in rules}
    while left:
        ready = [r for r in left if not (set(NAME.findall(r.expr)) & names - done)]
        if not ready:
            raise PrometheusError(f"rules that wait for each other: {', '.join(r.name for r in left)}")
        layers.append(ready)
        done |= {r.name for r in ready}
        left = [r for r in left if r.name not in done]
    return layers


def points_of(prometheus, expr, start, end, step):
    """{labels: times at which there is a result}"""
    times = {}
    while start <= end:
        last = min(end, start + (MOST_POINTS - 1) * step)
        for series in prometheus.query_range(expr, start, last, step):
            labels = tuple(sorted((k, v) for k, v in series["metric"].items() if k != "__name__"))
            times.setdefault(labels, []).extend(float(t) for t, _ in series["values"])
        start = last + step
    return times


def runs_of(times, step):
    """(first, last) of each run of times that are a step apart."""
    first = last = None
    for t in times:
        if last is not None and t - last > step * 1.001:
            yield first, last
            first = None
        first, last = t if first is None else first, t
    if first is not None:
        yield first, last


def evaluate_alerts(prometheus, alerts, start, end, step):
    """[(alert, labels, from, until)] of what fires: `from` is when the expression has held at every step for as long as it must."""
    fired = []
    for rule in read_rules(alerts):
        for labels, times in points_of(prometheus, rule.expr, start, end, step).items():
            for first, last in runs_of(times, step):
                if last - first >= rule.hold:
                    fired.append((rule.name, dict(labels) | rule.labels, first + rule.hold, last))
    return sorted(fired, key=lambda f: (f[2], f[0], sorted(f[1].items())))
