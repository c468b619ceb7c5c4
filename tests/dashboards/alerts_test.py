#!/usr/bin/env python3
"""Every alert, against the real promtool, from the series of the exporter's page through the recording rules.

    tests/dashboards/alerts_test.py [--promtool promtool] [--only AgoraDataOld] [--keep folder]

For each alert five behaviours: it fires 1 % beyond its threshold, not before its `for` has passed; it is silent 1 % within;
it is silent where data are absent; it is right across a restart, when counters begin at 0 again; it is right as series come
and go. An alert that lacks one of the five fails. So that the tests are known to bite, copies of the rules are broken
(thresholds doubled and halved, `for` taken away, rate() that knows no reset), and each time the test that is about it must fail.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass

sys.dont_write_bytecode = True
from alert_cases import GONE, HOUR, SHIPPED, Case  # noqa: E402
from alert_table import WATCHED  # noqa: E402
from generator import rules, thresholds  # noqa: E402
from generator.panels import DASHBOARDS  # noqa: E402
from grafana import ROOT, load  # noqa: E402
from rule_files import ALERTS, RECORDING  # noqa: E402

RUNBOOKS = ROOT / "docs" / "runbooks"
FIVE = ("fires", "silent", "absent", "reset", "come and go")


# Running them


def expected(case, alert, step):
    """What promtool is to find at each step. A step at which a subject is unsure is not asked about."""
    severity = SHIPPED[alert].labels
    for i in range(0, case.steps, case.every):
        if any(a <= i <= b for _, a, b in case.unsure):
            continue
        alerts = [{"exp_labels": labels | severity} for labels, a, b in case.firing if a <= i <= b]
        yield {"eval_time": f"{i * step}s", "alertname": alert, "exp_alerts": alerts}


def promtool_test(watched, case, rule_files):
    groups = [g for file in rule_files for g in re.findall(r"^  - name: (\S+)$", pathlib.Path(file).read_text(), re.M)]
    series = {}
    for s in case.series:  # what several subjects share, such as the lag, is there while one of them is
        known = series.setdefault((s.name, tuple(sorted(s.labels.items()))), s)
        known.samples = [b if a is GONE else a for a, b in zip(known.samples, s.samples)]
    return {"rule_files": [str(f) for f in rule_files], "evaluation_interval": f"{watched.step * case.every}s", "group_eval_order": groups,
            "tests": [{"interval": f"{watched.step}s", "input_series": [s.promtool() for s in series.values()], "alert_rule_test": list(expected(case, watched.alert, watched.step))}]}


@dataclass
class Broken:
    """The rules with one thing wrong, and the test that must notice."""

    what: str
    alerts: str
    recording: str
    case: Case


class Bench:
    def __init__(self, promtool, folder):
        self.promtool, self.folder, self.files = promtool, pathlib.Path(folder), 0
        self.recording = RECORDING.read_text()
        # promtool compares annotations word by word, values included: they are checked apart.
        self.alerts = re.sub(r"^        annotations:\n(?:          .*\n)+", "", ALERTS.read_text(), flags=re.M)

    def write(self, text):
        self.files += 1
        file = self.folder / f"{self.files}.yaml"
        file.write_text(text)
        return file

    def run(self, watched, case, alerts, recording):
        """promtool's words where it finds something else than is expected, else nothing."""
        test = self.write(json.dumps(promtool_test(watched, case, [self.write(recording), self.write(alerts)])))
        done = subprocess.run([self.promtool, "test", "rules", str(test)], capture_output=True, text=True)
        words = done.stdout + done.stderr
        if done.returncode and "alertname:" not in words:
            sys.exit(f"{watched.alert}: {case.behaviour}: promtool cannot run the test {test}:\n{words[:2000]}")
        return words if done.returncode else ""

    def holds(self, watched, case):
        words = self.run(watched, case, self.alerts, self.recording)
        return [f"{case.behaviour}{f' ({case.title})' if case.title else ''}: {' '.join(words.split())[:700]}"] if words else []

    def notices(self, watched, broken):
        return [] if self.run(watched, broken.case, broken.alerts, broken.recording) else [f"{broken.what}, and no test of \"{broken.case.behaviour}\" fails"]

    def alone(self, alert, change):
        """A file with this alert and none else, changed."""
        block = re.search(rf"^      - alert: {alert}\n(?:        .*\n)+", self.alerts, re.M).group(0)
        changed = change(block)
        assert changed != block, f"{alert}: nothing to break"
        return f"groups:\n  - name: broken\n    rules:\n{changed}"

    def broken(self, watched):
        """Everything that the tests of this alert must notice."""
        cases = {}
        for case in watched.cases():
            cases.setdefault(case.behaviour, []).append(case)
        fires, silent, reset = cases["fires"][0], cases["silent"], cases["reset"]

        recorded = "rate5m" in SHIPPED[watched.alert].expr
        recording = self.recording if recorded else "groups: []\n"  # saves time

        def replaced(old, new):
            return self.alone(watched.alert, lambda block: block.replace(old, new))

        limits = [l for l in (watched.limit, watched.guard) if l]
        for i, l in enumerate(limits):
            for factor in (2, 0.5):
                bites = fires if (factor == 2) == l.above else silent[i]
                yield Broken(f"{l.called} times {factor}", replaced(l.text.format(l.literal), l.text.format(f"{float(l.literal) * factor:.10g}")), recording, bites)
        if not limits:
            sign, never, always = (" == 0", " == 2", " >= 0") if watched.good == 1 else (" > 0", " > 1e9", " >= 0")
            yield Broken("it never holds", replaced(sign, never), recording, fires)
            yield Broken("it always holds", replaced(sign, always), recording, silent[0])
        if watched.hold:
            yield Broken("it does not wait", self.alone(watched.alert, lambda block: re.sub(r"for: \w+", "for: 0m", block)), recording, fires)
        if recorded:
            unaware = re.sub(r"rate\((\w+)\[5m\]\)", r"(delta(\1[5m]) / 300)", self.recording)
            yield Broken("rate() knows no reset", self.alone(watched.alert, lambda block: block + "\n"), unaware, reset[0])
        if f" < {HOUR}" in SHIPPED[watched.alert].expr:
            yield Broken("it never ends", replaced(f" < {HOUR}", " < 1e9"), recording, fires)
        if "increase(" in SHIPPED[watched.alert].expr:
            yield Broken("increase() knows no reset", replaced("increase(", "delta("), recording, reset[0])


def texts_are_right(alert, labels):
    """Severity, annotations, the page that is linked, and that the labels named in the texts are there."""
    shipped, found = SHIPPED[alert], []
    if shipped.labels.get("severity") not in ("critical", "warning", "info"):
        found.append("severity is none of critical, warning, info")
    for name in ("summary", "description", "runbook_url"):
        if not shipped.annotations.get(name):
            found.append(f"has no {name}")
    page = shipped.annotations.get("runbook_url", "").rsplit("/", 1)[-1]
    if page != f"{alert}.md" or not (RUNBOOKS / page).is_file():
        found.append(f"links {page}, which is not its page in docs/runbooks")
    named = set(re.findall(r"\$labels\.(\w+)", shipped.annotations.get("summary", "") + shipped.annotations.get("description", "")))
    return found + [f"its texts name the label {label}, which it does not have" for label in sorted(named - set(labels))]


def pages_are_right(bench):
    """Every query of the runbooks can be read, and every name in them is on the page of the exporter or is recorded."""
    page = set(re.findall(r"`((?:agora|process)_\w+)`", (ROOT / "docs" / "metrics.md").read_text()))
    known = page | {name + suffix for name in page for suffix in ("_bucket", "_sum", "_count")} | set(re.findall(r"record: (\S+)", bench.recording))
    found, queries = [], []
    for file in sorted(RUNBOOKS.glob("*.md")):
        text = file.read_text()
        queries += [line for block in re.findall(r"^```promql\n(.*?)^```", text, re.M | re.S) for line in block.splitlines()]
        used = set(re.findall(r"\b(?:app\w*:)?(?:agora|process)_[\w:]+", text))
        found += [f"docs/runbooks/{file.name}: {name} is neither on the page nor recorded" for name in sorted(used - known)]
    file = bench.write("groups:\n  - name: queries\n    rules:\n" + "".join(f"      - record: query_{i}\n        expr: {json.dumps(q)}\n" for i, q in enumerate(queries)))
    done = subprocess.run([bench.promtool, "check", "rules", str(file)], capture_output=True, text=True)
    return found + ([f"docs/runbooks: {done.stdout}{done.stderr}"] if done.returncode else [])


def titles_are_right(file, text, runbook=True):
    """A quoted title after the name of a dashboard, or before "in *Name*", is one of its panels or rows; in a runbook without a name, of any dashboard. So are words in italics."""
    titles = {shown: {p["title"] for p in load(name)["panels"]} for name, shown in DASHBOARDS.items()}
    everywhere = set().union(*titles.values())
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
    prose = re.sub(r"`[^`]*`", "", prose)
    found = [f"{file}: *{words}* is neither a dashboard nor a panel" for words in re.findall(r"(?<!\*)\*([A-Z][^*\n]+)\*(?!\*)", prose) if words not in titles and words not in everywhere]
    for sentence in re.split(r"\n\n|\||(?<=\.)\s", prose):
        dashboard = None
        for name, title, where in re.findall(r'\*{1,2}(\w+)\*{1,2}|"([^"]+)"(?: in \*(\w+)\*)?', " ".join(sentence.split())):
            dashboard = name if name in titles else dashboard
            meant = where or dashboard
            if title and (meant or runbook and title[0].isupper()) and title not in (titles[meant] if meant in titles else everywhere):
                found.append(f"{file}: \"{title}\" is no panel of {meant or 'any dashboard'}")
    return found


def texts_name_panels():
    found = [f"titles: {words} is not found" for words in ('*Call*, "Sessions hidden"', '"Hidden" in *Call*', "*No such panel*", '"No such panel"') if not titles_are_right("", words)]
    for file in [*sorted(RUNBOOKS.glob("*.md")), ROOT / "docs" / "dashboards.md"]:
        words = file.read_text()
        found += titles_are_right(file.relative_to(ROOT), words, file.parent == RUNBOOKS)
        for name, said in re.findall(r"`(\w+)`\s+\(([^()]+?)\s+unless\s+changed\)", words):
            if thresholds.text(name) != said:
                found.append(f"{file.relative_to(ROOT)}: {name} is {thresholds.text(name)}, not {said}")
    for alert, shipped in SHIPPED.items():
        found += titles_are_right(alert, shipped.annotations["description"].replace("overview's row", "*Overview*"))
    return found


def whole_files(promtool):
    """What is not of one alert."""
    done = subprocess.run([promtool, "check", "rules", "--lint=all", "--lint-fatal", str(RECORDING), str(ALERTS)], capture_output=True, text=True)
    found = [f"promtool check rules: {done.stdout}{done.stderr}"] if done.returncode else []
    if set(SHIPPED) != {a.alert for a in rules.alerts()}:
        found.append("agora-alerts.yaml has other alerts than dashboards/generator/rules.py: run dashboards/generate")
    found += [f"{w.alert} is tested and not shipped" for w in WATCHED if w.alert not in SHIPPED]
    pages = {page.stem for page in RUNBOOKS.glob("*.md")} - {"README"}
    found += [f"docs/runbooks/{page}.md is of no alert" for page in sorted(pages - set(SHIPPED))]
    contents = (RUNBOOKS / "README.md").read_text() if (RUNBOOKS / "README.md").is_file() else ""
    for alert, shipped in SHIPPED.items():
        if f"| [{alert}]({alert}.md) | {shipped.labels.get('severity')} |" not in contents:
            found.append(f"docs/runbooks/README.md does not list {alert} with its severity")
    return found


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--promtool", default="promtool")
    args.add_argument("--only", help="this alert alone")
    args.add_argument("--keep", help="write promtool's files there and leave them")
    args = args.parse_args()
    watched = collections.defaultdict(list)
    for w in WATCHED:
        watched[w.alert].append(w)
    failures, asked, breaks = 0, 0, 0
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        if args.keep:
            folder = args.keep
            pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
        bench, jobs = Bench(args.promtool, folder), {}
        for line in whole_files(args.promtool) + pages_are_right(bench) + texts_name_panels():
            failures += 1
            print(line)
        for alert in SHIPPED if not args.only else [args.only]:
            cases = [(w, case) for w in watched[alert] for case in w.cases()]
            lacks = [b for b in FIVE if b not in {case.behaviour for _, case in cases}]
            held = [pool.submit(bench.holds, w, case) for w, case in cases]
            broken = [] if lacks else [pool.submit(bench.notices, w, b) for w in watched[alert] for b in bench.broken(w)]
            jobs[alert] = (lacks, held, broken)
        for alert, (lacks, held, broken) in jobs.items():
            found = [f"has no test of \"{b}\"" for b in lacks] + [line for job in held + broken for line in job.result()]
            found += texts_are_right(alert, watched[alert][0].keeps if watched[alert] else ())
            failures, asked, breaks = failures + len(found), asked + len(held), breaks + len(broken)
            print(f"{alert}: {'FAILED' if found else 'ok'}, {len(held)} cases, {len(broken)} broken rules" + "".join(f"\n    {line}" for line in found), flush=True)
    print(f"{len(jobs)} alerts, {asked} cases, {breaks} broken rules: {failures} failures")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
