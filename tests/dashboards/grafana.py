"""Asks a dashboard's queries as Grafana does: variables and macros filled in, range or instant, with Grafana's step."""

import json
import pathlib
import re
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "dashboards"))
from generator import panels  # noqa: E402

ALL = ".+"
# Escaped as Grafana escapes the values of a variable in a regular expression.
SPECIAL = re.compile(r"([\\^$.|?*+()\[\]{}/-])")


def load(name):
    return json.loads((ROOT / "dashboards" / f"{name}.json").read_text())


def regex_of(value):
    """A variable's value within =~"...", inside a PromQL string."""
    if value == ALL:
        return ALL
    values = [value] if isinstance(value, str) else value
    escaped = [SPECIAL.sub(r"\\\1", v).replace("\\", "\\\\").replace('"', '\\"') for v in values]
    return escaped[0] if len(escaped) == 1 else "(" + "|".join(escaped) + ")"


def text_of(seconds):
    return f"{int(seconds)}s"


class Asker:
    """`scrape` is the data source's scrape interval in seconds; panels are about 800 pixels wide."""

    def __init__(self, prometheus, start, end, scrape=30, variables=None):
        self.prometheus, self.start, self.end, self.scrape = prometheus, start, end, scrape
        self.variables = {"job": ALL, "instance": ALL, "app": ALL, "channel": ALL, "call": ALL, "uid": ALL, "sid": ALL} | (variables or {})
        self.slowest = (0.0, "")

    def step(self, panel):
        least = self.scrape
        if panel.get("interval"):
            least = max(least, {"m": 60, "s": 1}[panel["interval"][-1]] * int(panel["interval"][:-1]))
        return max(least, round((self.end - self.start) / 800 / 15) * 15)

    def fill(self, expr, panel=None):
        step = self.step(panel or {})
        macros = {"$__rate_interval": text_of(max(step + self.scrape, 4 * self.scrape)), "$__interval": text_of(step), "$__range": text_of(self.end - self.start)}
        for macro, value in macros.items():
            expr = expr.replace(macro, value)
        return re.sub(r"\$\{?(\w+)\}?", lambda m: regex_of(self.variables[m.group(1)]), expr)

    def ask(self, panel, target):
        """The series of the answer: [(labels, [(t, value)])]."""
        expr = self.fill(target["expr"], panel)
        if target.get("instant"):
            answer = self.timed(panel["title"], expr, lambda: self.prometheus.query(expr, self.end))
        else:
            answer = self.timed(panel["title"], expr, lambda: self.prometheus.query_range(expr, self.start, self.end, self.step(panel)))
        return [(s["metric"], [(float(t), float(v)) for t, v in s.get("values", [s["value"]] if "value" in s else [])]) for s in answer]

    def values_of(self, variable):
        """What the drop-down of a variable offers."""
        series, label = panels.label_values(variable["query"]["query"])
        match = self.fill(series)
        return self.timed(f"variable {variable['name']}", match, lambda: self.prometheus.label_values(label, match, self.start, self.end))

    def timed(self, what, expr, ask):
        begin = time.monotonic()
        answer = ask()
        self.slowest = max(self.slowest, (time.monotonic() - begin, f"{what}: {expr}"))
        return answer

    def everything(self, name):
        """(panel, target, series) of every query of a dashboard."""
        for panel in load(name)["panels"]:
            for target in panel.get("targets", []):
                yield panel, target, self.ask(panel, target)


def panel_of(name, title):
    return next(p for p in load(name)["panels"] if p["title"] == title)
