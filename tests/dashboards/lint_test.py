#!/usr/bin/env python3
"""The dashboards and rules, without a Prometheus: the 17 rules of grafana/dashboard-linter, our own (own_lint.py), and every name in
a query against the catalog of the program.

    tests/dashboards/lint_test.py --catalog build/debug/agora-exporter [--promtool promtool]
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "dashboards"))
import own_lint  # noqa: E402
from generator import panels, rules  # noqa: E402
from promql import selectors  # noqa: E402

# Rule and panel (or dashboard) that is excused -> why.
EXCEPTIONS = {}

MACROS = {"$__rate_interval": "5m", "$__interval": "1m", "$__range": "6h"}


def substitute(expr):
    for macro, value in MACROS.items():
        expr = expr.replace(macro, value)
    return re.sub(r"\$\{?(\w+)\}?", "x", expr)


def parses(exprs, promtool):
    """The expressions that promtool refuses, with its words."""
    text = "groups:\n- name: g\n  rules:\n" + "".join(f"  - record: q{i}\n    expr: {json.dumps(e)}\n" for i, e in enumerate(exprs))
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(text)
        file.flush()
        done = subprocess.run([promtool, "check", "rules", file.name], capture_output=True, text=True)
    return done.stdout + done.stderr if done.returncode else ""


class Lint:
    def __init__(self, made, promtool):
        self.made, self.promtool, self.found = made, promtool, []
        # All at once, since most dashboards have no wrong expression; only else is each asked about.
        asked = [expr for _, expr in panels.queries_of(made)] + [ask.partition("(")[2].rpartition(",")[0] for _, ask in panels.variable_queries(made)]
        self.all_parse = not parses([substitute(expr) for expr in asked if expr], promtool)

    def say(self, rule, where, what):
        if (rule, self.made["uid"], where) not in EXCEPTIONS:
            self.found.append(f"{self.made['uid']}: {where}: {rule}: {what}")

    def templates(self):
        variables = {v["name"]: v for v in self.made["templating"]["list"]}
        sources = [v for v in variables.values() if v["type"] == "datasource"]
        if len(sources) != 1 or sources[0]["name"] != "datasource" or sources[0]["label"] != "Data source" or sources[0]["query"] != "prometheus":
            self.say("template-datasource", "datasource", "exactly one, named datasource, labelled Data source")
        for name in ("job", "instance"):
            v = variables.get(name)
            if not v or not v["multi"] or v.get("allValue") != ".+" or v["datasource"]["uid"] != "$datasource" or v["label"].lower() != name:
                self.say(f"template-{name}", name, "is missing, or is not multi with allValue .+ on $datasource")
        for v in variables.values():
            if v["type"] == "query":
                if v["refresh"] != 2:
                    self.say("template-on-time-change-reload", v["name"], "is not asked again when the time range changes")
                try:
                    series, _ = panels.label_values(v["query"]["query"])
                except AttributeError:
                    self.say("template-label-promql", v["name"], "is no label_values(series, label)")
                    continue
                if not self.all_parse and (wrong := parses([substitute(series)], self.promtool)):
                    self.say("template-label-promql", v["name"], wrong)

    def panel(self, p):
        if p["type"] not in ("row", "text"):
            if p["datasource"]["uid"] != "$datasource":
                self.say("panel-datasource", p["title"], "is not $datasource")
            if not p["title"] or len(p["description"]) < 40:
                self.say("panel-title-description", p["title"], "needs a title and a description that says something")
            if not p["fieldConfig"]["defaults"].get("unit"):
                self.say("panel-units", p["title"], "has no unit")
            if not p["targets"]:
                self.say("panel-no-targets", p["title"], "asks nothing")
            if "noValue" not in p["fieldConfig"]["defaults"]:
                self.say("own-no-value", p["title"], "does not say what an empty panel means")
        for target in p.get("targets", []):
            self.target(p, target["expr"])

    def target(self, p, expr):
        title = p["title"]
        if "|=" in expr or "|~" in expr:
            self.say("target-logql", title, "is LogQL")
        if "$__auto" in expr:
            self.say("target-logql-auto", title, "uses $__auto")
        if not self.all_parse and (wrong := parses([substitute(expr)], self.promtool)):
            self.say("target-promql", title, wrong)
        for window in re.findall(r"\b(?:rate|irate)\([^\[]*\[([^\]]+)\]", expr):
            if window != "$__rate_interval":
                self.say("target-rate-interval", title, f"rate over [{window}]")
        for metric, matchers in selectors(expr):
            for label in ("job", "instance"):
                if matchers.get(label) != ("=~", f"${label}"):
                    self.say(f"target-{label}", title, f'{metric} lacks {label}=~"${label}"')
            if metric.endswith("_total") and not re.search(r"\b(?:rate|irate|increase)\(\s*" + metric + r"\b", expr):
                self.say("target-counter-agg", title, f"{metric} is a counter outside rate, irate and increase")

    def run(self):
        if self.made["editable"]:
            self.say("uneditable-dashboard", "", "is editable")
        self.templates()
        for p in self.made["panels"]:
            self.panel(p)
        return self.found


def names_known(catalog):
    known = {}
    for metric in catalog["metrics"]:
        labels = set(metric["labels"]) | {"job", "instance"}
        suffixes = ["_bucket", "_sum", "_count"] if metric["type"] == "histogram" else [""]
        for suffix in suffixes:
            known[metric["name"] + suffix] = labels | ({"le"} if suffix == "_bucket" else set())
    for name in ("process_resident_memory_bytes", "process_cpu_seconds_total", "process_start_time_seconds", "process_open_fds", "process_max_fds", "up"):
        known.setdefault(name, {"job", "instance"})
    for rule in rules.sums() + rules.ratios():
        inner = re.search(r"rate\((\w+)\[", rule.expr)
        if inner:
            gone = re.search(r"sum without \(([^)]*)\)", rule.expr)
            known[rule.record] = known[inner.group(1)] - set(re.split(r", *", gone.group(1)) if gone else [])
        else:
            known[rule.record] = known[re.match(r"[\w:]+", rule.expr).group(0)]
    return known


def unknown_names(made, known):
    found = []
    asked = list(panels.queries_of(made)) + [(n, panels.label_values(q)[0]) for n, q in panels.variable_queries(made)]
    for where, expr in asked:
        for metric, matchers in selectors(expr):
            if metric not in known:
                found.append(f"{made['uid']}: {where}: {metric} is not in the catalog")
                continue
            for label in set(matchers) - known[metric]:
                found.append(f"{made['uid']}: {where}: {metric} has no label {label}")
    for p in made["panels"]:
        for target in p.get("targets", []):
            possible = set().union(*(known.get(m, set()) for m, _ in selectors(target["expr"])))
            for label in re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]):
                if label not in possible:
                    found.append(f"{made['uid']}: {p['title']}: legend names {label}, which no series of the query has")
    return found


def rules_unknown(known):
    found = []
    for rule in rules.sums() + rules.ratios() + rules.alerts():
        for metric, matchers in selectors(rule.expr):
            if metric not in known or set(matchers) - known[metric]:
                found.append(f"{getattr(rule, 'record', getattr(rule, 'alert', ''))}: {metric} or its labels are not in the catalog")
    return found


def overview_is_cheap(made):
    """None of the overview's queries reads per-session series but through a recording rule."""
    return [f"overview: {where}: reads {m}" for where, e in panels.queries_of(made) for m, _ in selectors(e) if m.startswith("agora_session_") and m != "agora_session_seconds_total"]


def session_shows_all(made, catalog):
    """A new mid in the catalog needs a panel."""
    asked = {m for _, e in panels.queries_of(made) for m, _ in selectors(e)}
    return [f"session: no panel asks for {m['name']}" for m in catalog["metrics"] if "peer_uid" in m["labels"] and m["name"] not in asked]


def pictures_shown():
    """Each dashboard's picture is in README and docs, which say with what it was drawn."""
    found = []
    for file, folder in (("README.md", "docs/images"), ("docs/dashboards.md", "images")):
        text = (ROOT / file).read_text()
        found += [f"{file}: lacks the picture of {name}" for name in panels.DASHBOARDS if f"({folder}/{name}.png)" not in text and f'src="{folder}/{name}.png"' not in text]
        if not re.search(r"drawn\s+with\s+Grafana", text):
            found.append(f"{file}: does not say with what its pictures are drawn")
    return found


def lint_can_fail(made, promtool):
    """Each rule is broken once in a copy: a lint that finds nothing then is no lint."""
    def broken(change):
        copy = json.loads(json.dumps(made))
        change(copy)
        return {line.split(": ")[2] for line in Lint(copy, promtool).run()}

    def first(copy):
        return next(p for p in copy["panels"] if p["type"] == "timeseries")

    def variable(copy, name):
        return next(v for v in copy["templating"]["list"] if v["name"] == name)

    def expr(text):
        return lambda c: first(c)["targets"][0].__setitem__("expr", text)

    page = 'job=~"$job", instance=~"$instance"'
    cases = {
        "template-datasource": lambda c: variable(c, "datasource").__setitem__("label", "Source"),
        "template-job": lambda c: variable(c, "job").__setitem__("multi", False),
        "template-instance": lambda c: variable(c, "instance").__setitem__("allValue", ".*"),
        "template-label-promql": lambda c: variable(c, "job")["query"].__setitem__("query", "label_values(up{, job)"),
        "template-on-time-change-reload": lambda c: variable(c, "job").__setitem__("refresh", 1),
        "panel-datasource": lambda c: first(c)["datasource"].__setitem__("uid", "abc"),
        "panel-title-description": lambda c: first(c).__setitem__("description", ""),
        "panel-units": lambda c: first(c)["fieldConfig"]["defaults"].__setitem__("unit", ""),
        "panel-no-targets": lambda c: first(c).__setitem__("targets", []),
        "target-logql": expr('{app="x"} |= "y"'), "target-logql-auto": expr("rate(x[$__auto])"), "target-promql": expr("sum("),
        "target-rate-interval": expr(f"rate(agora_calls_started_total{{{page}}}[1m])"),
        "target-job": expr('agora_up{instance=~"$instance"}'), "target-instance": expr('agora_up{job=~"$job"}'),
        "target-counter-agg": expr(f"sum(agora_calls_started_total{{{page}}})"),
        "uneditable-dashboard": lambda c: c.__setitem__("editable", True),
    }
    assert len(cases) == 17
    return [f"lint: {rule} is broken on purpose and not found" for rule, change in cases.items() if rule not in broken(change)]


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--catalog", required=True, help="the agora-exporter program")
    args.add_argument("--promtool", default="promtool")
    args = args.parse_args()
    catalog = json.loads(subprocess.run([args.catalog, "catalog", "--json"], capture_output=True, check=True, text=True).stdout)
    known = names_known(catalog)
    page = own_lint.page_of(catalog, known)
    found, queries, uids = rules_unknown(known), 0, set()
    found += [f"rules: {where}: {rule}: {what}" for rule, where, what in (*own_lint.rules_literals(), *own_lint.rules_labels(page))]
    for name in panels.DASHBOARDS:
        made = json.loads((ROOT / "dashboards" / f"{name}.json").read_text())
        found += Lint(made, args.promtool).run() + unknown_names(made, known)
        found += [f"{made['uid']}: {where}: {rule}: {what}" for rule, where, what in own_lint.lint(made, page)]
        uids.add(made["uid"])
        if name == "overview":
            found += overview_is_cheap(made) + lint_can_fail(made, args.promtool)
        if name == "session":
            found += session_shows_all(made, catalog)
        queries += len(list(panels.queries_of(made)))
    found += [*own_lint.can_fail(page), *pictures_shown()]
    if len(uids) < len(panels.DASHBOARDS):
        found.append(f"two dashboards have one uid: {sorted(uids)}")
    print("\n".join(found) or f"5 dashboards, {queries} queries, {len(rules.sums() + rules.ratios())} recorded series, {len(rules.alerts())} alerts: "
          f"0 errors, {len(EXCEPTIONS)} exceptions")
    sys.exit(1 if found else 0)


main()
