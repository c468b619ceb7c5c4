"""Asks a dashboard's queries as Grafana does: variables and macros filled in, range or instant, with Grafana's step."""

import json
import pathlib
import re
import sys
import time
import urllib.parse

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


def begin(name, asker):
    """Sets the variables to what a dashboard begins with where no link says more: All where it is offered, else the first value."""
    for variable in load(name)["templating"]["list"]:
        if variable["type"] == "query":
            asker.variables[variable["name"]] = ALL if variable["includeAll"] else asker.values_of(variable)[0]
    return asker


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


# Links


def written(name, form, value, all_value=ALL):
    """A variable in a link, as Grafana writes it: $name is the raw value, :queryparam the whole parameter."""
    values = [value] if isinstance(value, str) else value
    if form == "queryparam":
        return "&".join(f"var-{name}={'$__all' if v == ALL else urllib.parse.quote(v, safe='')}" for v in values)
    if value == ALL:
        return all_value
    return values[0] if len(values) == 1 else "{" + ",".join(values) + "}"


def follow(url, cells, asker):
    """The dashboard that a link opens, and an Asker with the variables and the time range of its address alone: what Grafana does with it.

    `cells`: heading -> text of the clicked row.
    """
    url = re.sub(r'\$\{__data\.fields\["([^"]+)"\]:percentencode\}', lambda m: urllib.parse.quote(cells[m.group(1)], safe=""), url)
    url = url.replace("${__url_time_range}", f"from={int(asker.start * 1000)}&to={int(asker.end * 1000)}")
    known = asker.variables | {"datasource": "prometheus"}
    url = re.sub(r"\$\{(\w+):(queryparam)\}|\$\{?(\w+)\}?", lambda m: written(m.group(1) or m.group(3), m.group(2), known[m.group(1) or m.group(3)]) if (m.group(1) or m.group(3)) in known else m.group(0), url)
    address = urllib.parse.urlsplit(url)
    name = address.path.removeprefix("/d/agora-")
    told = urllib.parse.parse_qs(address.query)  # reads + as a space, as browsers do
    opened = Asker(asker.prometheus, float(told["from"][0]) / 1000, float(told["to"][0]) / 1000, asker.scrape)
    for variable in load(name)["templating"]["list"]:
        values = told.get(f"var-{variable['name']}", [])
        if variable["type"] != "query" or values == ["$__all"] and variable["includeAll"]:
            continue
        if not values:
            raise AssertionError(f"{url} leaves {variable['name']} to chance")
        offered = opened.values_of(variable)
        if not set(values) <= set(offered):
            raise AssertionError(f"{url} sets {variable['name']} to {values}, which {name} does not offer")
        opened.variables[variable["name"]] = values if len(values) > 1 else values[0]
    return name, opened
