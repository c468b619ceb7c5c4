"""Our own rules for the dashboards. Each finding is (rule, where, what); each rule is broken on purpose in BREAKS."""

import colorsys
import itertools
import json
import re
from dataclasses import dataclass

import grafana  # noqa: F401 (finds the generator)
import promql
from generator import panels, rules
from generator.thresholds import THRESHOLDS

LARGEST = 900_000  # bytes: a ConfigMap holds 1 MiB
GRID = 24
LATE = {"replay": "by the replay lag", "insight": "by agora_insight_lag_seconds", "now": "not at all"}
CONSTANT = {"agora_exporter_replay_lag_seconds", "agora_insight_lag_seconds"}
REPLAYED = {"agora_exporter_replay_timestamp_seconds", "agora_exporter_session_seconds_total", "agora_exporter_sessions_hidden"}
# Lines whose red, orange or green says bad, fair and good.
JUDGED = {"success", "^(?!success$).*", "in_hand", "late", "missing", "followed", "sampled_out", "failed"}
AUDIO_FREEZE_MID = 20005


@dataclass
class Page:
    """What the program shows: labels of each metric, and the mids that each is made from."""

    labels: dict
    mids: dict
    remote: set  # metrics about a remote user


def page_of(catalog, labels):
    mids = {m["name"] + suffix: {int(n) for n in re.findall(r"\b20\d{3}\b", m["from"])} for m in catalog["metrics"] for suffix in ("", "_bucket", "_sum", "_count")}
    for rule in rules.sums() + rules.ratios():
        mids[rule.record] = set().union(*(mids.get(m, set()) for m in promql.metrics(rule.expr)))
    return Page(labels, mids, {m["metric"] for m in catalog["mids"] if m["about_remote_user"]})


def asked(p):
    return set().union(*(promql.metrics(t["expr"]) for t in p.get("targets", [])))


def shown(made):
    return [p for p in made["panels"] if p["type"] != "row"]


def links_of(p):
    return [link["url"] for o in p.get("fieldConfig", {}).get("overrides", []) for prop in o["properties"] if prop["id"] == "links" for link in prop["value"]]


# What a dashboard is as a file


def structure(made, _):
    if not re.fullmatch(r"agora-\w+", made.get("uid") or "") or made.get("id", 0) is not None:
        yield "own-import", "", "needs a uid, and null as id"
    if any(key.startswith("__") for key in made) or not 36 <= made["schemaVersion"] <= 41:
        yield "own-import", "", "cannot be provisioned: __inputs or __requires, or a schemaVersion outside 36 to 41"
    if len(json.dumps(made, indent=2)) > LARGEST:
        yield "own-size", "", f"more than {LARGEST} bytes"
    if len({p["id"] for p in made["panels"]}) < len(made["panels"]):
        yield "own-grid", "", "two panels have one id"
    boxes = [(p["title"], p["gridPos"]) for p in made["panels"]]
    for title, box in boxes:
        if box["x"] < 0 or box["x"] + box["w"] > GRID:
            yield "own-grid", title, f"is beyond {GRID} columns"
    for (title, a), (other, b) in itertools.combinations(boxes, 2):
        if a["x"] < b["x"] + b["w"] and b["x"] < a["x"] + a["w"] and a["y"] < b["y"] + b["h"] and b["y"] < a["y"] + a["h"]:
            yield "own-grid", title, f"lies over {other}"
    if not any("agora_exporter_replay_timestamp_seconds" in asked(p) for p in shown(made)):
        yield "own-replay", "", "no panel shows R"


def links(made, _):
    """Data links keep time range, data source, job, instance and app; no variable is written as its raw value; cells that they name are there."""
    others = {f"/d/agora-{name}" for name in panels.DASHBOARDS} - {f"/d/{made['uid']}"}
    if {link["url"] for link in made["links"] if link["includeVars"] and link["keepTime"]} != others:
        yield "own-top-links", "", "the links on top lead to all others, with includeVars and keepTime"
    variables = {name: {v["name"] for v in grafana.load(name)["templating"]["list"]} for name in panels.DASHBOARDS}
    for p in shown(made):
        columns = next((t["options"]["renameByName"] for t in p.get("transformations", []) if t["id"] == "organize"), {})
        for url in links_of(p):
            name, _, rest = url.removeprefix("/d/agora-").partition("?")
            parts = rest.replace("&", "\n").splitlines()
            kept = {found.group(1) for part in parts if (found := re.fullmatch(r"\$\{(\w+):queryparam\}", part))}
            set_ = dict(re.findall(r"^var-(\w+)=(.*)$", "\n".join(parts), re.M))
            for variable, value in set_.items():
                cell = re.fullmatch(r'\$\{__data\.fields\["(.+)"\]:percentencode\}', value)
                if not (value == "$__all" or cell and cell.group(1) in columns.values()):
                    yield "own-link", p["title"], f"{variable}={value} is neither All nor a cell of the row: use ${{{variable}:queryparam}}"
            lost = {"datasource", "job", "instance", "app"} - kept - set(set_)
            if lost or "${__url_time_range}" not in parts:
                yield "own-link", p["title"], f"{url} loses {', '.join(sorted(lost)) or 'the time range'}"
            if (kept | set(set_)) - variables.get(name, set()):
                yield "own-link", p["title"], f"{url} sets what {name} lacks"


# What a panel says


def description(made, page):
    for p in shown(made):
        parts = re.fullmatch(r"Good: (.+)\. From: (.+)\. Late: (.+)\.", p["description"])
        if not parts:
            yield "own-description", p["title"], "needs Good, From and Late"
            continue
        _, source, late = parts.groups()
        metrics = asked(p)
        named = {name.rstrip(":") for name in re.findall(r"\b(?:\w+:)?(?:agora|process)_[\w:]+", source)}
        mids = {int(m) for m in re.findall(r"\b20\d{3}\b", source)}
        bases = metrics | {re.sub(r"_(bucket|sum|count)$", "", m) for m in metrics}
        made_from = set().union(*(page.mids.get(m, set()) for m in metrics))
        if not named | mids or named - bases or mids - made_from:
            yield "own-from", p["title"], f"is not computed from {sorted(named - bases) + sorted(mids - made_from) or 'anything that it names'}"
        how = {how_late(m) for m in metrics - CONSTANT} or {"now"}
        said = {kind for kind, phrase in LATE.items() if phrase in late}
        if how != said:
            yield "own-late", p["title"], f"is late {' and '.join(LATE[h] for h in sorted(how))}"


def how_late(metric):
    if metric.startswith("agora_insight_") or metric == "agora_exporter_insight_buckets_total":
        return "insight"
    if metric in REPLAYED:
        return "replay"
    return "now" if metric == "agora_up" or metric.startswith(("agora_exporter_", "process_")) else "replay"


def empty_words(made, page):
    """What an empty panel says must be true in each case."""
    for p in shown(made):
        words = p["fieldConfig"]["defaults"].get("noValue", "")
        if any(":" in m for m in asked(p)) and not ("nothing" in words and "recording rules" in words):
            yield "own-no-value", p["title"], "is empty where nothing played, and where the recording rules are not loaded"
        heard = [AUDIO_FREEZE_MID in page.mids.get(m, set()) for m in asked(p) - {"agora_session_info", "agora_active_sessions"}]
        if p["type"] != "table" and heard and all(heard) and "not available" not in words:
            yield "own-no-value", p["title"], "is not available on Web"
        if "not available" in words and not re.search("nothing|nobody", words):
            yield "own-no-value", p["title"], "is empty where it is available, too"


def dates(made, _):
    """An insight panel's legend begins with the day or hour of each app, which the values are of."""
    for p in shown(made):
        if p["type"] == "timeseries" and any(m.startswith(("agora_insight_hourly_", "agora_insight_daily_")) for m in asked(p)):
            first = p["targets"][0]
            if "agora_insight_bucket_timestamp_seconds" not in first["expr"] or not re.search(r"by \(app\)", first["expr"]) or "{{app}}" not in first["legendFormat"]:
                yield "own-date", p["title"], "its first query names the hour or day of each app"


# What is judged, and by what


def steps_of(p):
    config = p["fieldConfig"]
    found = [config["defaults"]["thresholds"]] + [prop["value"] for o in config["overrides"] for prop in o["properties"] if prop["id"] == "thresholds"]
    return [s["value"] for t in found for s in t["steps"] if s["value"] is not None]


def in_table(number):
    return number == 0 or any(abs(number - t.value) < 1e-9 for t in THRESHOLDS.values())


def literals(made, _):
    for p in shown(made):
        for number in steps_of(p) + [n for t in p["targets"] for n in promql.compared_with(t["expr"])]:
            if not in_table(number):
                yield "own-literal", p["title"], f"{number:g} is in no table of thresholds"
        judged = steps_of(p)
        if judged and "agora_exporter_quota_used" in asked(p) and not all("% 86400" in t["expr"] for t in p["targets"]):
            yield "own-clock", p["title"], "what is spent is bad or good by the share of the day that has passed"
        if judged and "agora_exporter_newest_data_timestamp_seconds" in asked(p) and "agora_exporter_replay_lag_seconds" not in asked(p):
            yield "own-clock", p["title"], "an age is bad or good by the lag"


def rules_literals():
    for rule in rules.sums() + rules.ratios() + rules.alerts():
        for number in promql.compared_with(rule.expr):
            if not in_table(number):
                yield "own-literal", getattr(rule, "record", getattr(rule, "alert", "")), f"{number:g} is in no table of thresholds"


def judging(color):
    """Whether a colour is read as bad, fair or good."""
    if not color.startswith("#"):
        return color in ("red", "orange", "yellow", "green") or color.endswith(("-red", "-orange", "-yellow", "-green"))
    hue, _, saturation = colorsys.rgb_to_hls(*(int(color[i:i + 2], 16) / 255 for i in (1, 3, 5)))
    return saturation > 0.4 and not 0.47 < hue < 0.9


def colors(made, _):
    for p in shown(made):
        if p["type"] != "timeseries":
            continue
        wanted = [("", p["fieldConfig"]["defaults"]["color"])] + [(o["matcher"]["options"], prop["value"]) for o in p["fieldConfig"]["overrides"] for prop in o["properties"] if prop["id"] == "color"]
        for name, color in wanted:
            if name not in JUDGED and (color["mode"] not in ("shades", "fixed") or judging(color["fixedColor"])):
                yield "own-color", p["title"], f"{name or 'its lines'}: red, yellow and green say bad, fair and good"


# Labels


def wrong_labels(expr, page):
    """Labels that an expression sums by, or matches on, and that its series do not have."""
    def have(part):
        return set().union(*(page.labels.get(m, set()) for m in promql.metrics(part))) | promql.made_labels(expr)
    found = [label for _, labels, inner in promql.aggregations(expr) for label in labels if label not in have(inner)]
    for on, brought, left, right in promql.matchings(expr):
        there = page.labels.get(right, set())
        found += [label for label in on if label not in have(left) or label not in there] + [label for label in brought if label not in there]
    return found


def labels_known(made, page):
    for where, expr in panels.queries_of(made):
        for label in wrong_labels(expr, page):
            yield "own-label", where, f"no series of the query has the label {label}"
    for p in shown(made):
        for target in p["targets"]:
            left = next((set(labels) for kind, labels, _ in promql.aggregations(target["expr"]) if kind == "by"), None)
            for label in re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]):
                if left is not None and label not in left:
                    yield "own-label", p["title"], f"its legend names {label}, which is summed away"
            for metric, matchers in promql.selectors(target["expr"]):
                by = next((set(labels) for kind, labels, inner in promql.aggregations(target["expr"]) if metric in promql.metrics(inner)), set())
                if made["uid"] == "agora-session" and (metric in page.remote and "peer_uid" not in by or metric == "agora_session_unknown_mid" and not {"mid", "peer_uid"} <= by):
                    yield "own-peer", p["title"], f"{metric} is about a peer or an id, which its lines do not tell"
                yield from operators(p["title"], matchers)
    for name, ask in panels.variable_queries(made):
        series, label = panels.label_values(ask)
        for metric, matchers in promql.selectors(series):
            if label not in page.labels.get(metric, set()):
                yield "own-label", name, f"{metric} has no label {label}"
            yield from operators(name, matchers)


def operators(where, matchers):
    """A variable may be several values or All."""
    for label, (operator, value) in matchers.items():
        if value.startswith("$") and operator != "=~":
            yield "own-operator", where, f'{label}{operator}"{value}": a variable needs =~'


def rules_labels(page):
    for rule in rules.sums() + rules.ratios() + rules.alerts():
        for label in wrong_labels(rule.expr, page):
            yield "own-label", getattr(rule, "record", getattr(rule, "alert", "")), f"no series of it has the label {label}"


CHECKS = (structure, links, description, empty_words, dates, literals, colors, labels_known)


def lint(made, page):
    return [finding for check in CHECKS for finding in check(made, page)]


# Each rule broken once


def titled(made, title):
    return next(p for p in made["panels"] if p["title"] == title)


def replaced(title, old, new):
    """A change of one panel's text."""
    def change(made):
        p = titled(made, title)
        text = json.dumps(p)
        escaped = [json.dumps(part)[1:-1] for part in (old, new)]
        assert escaped[0] in text, f"{title} has no {old}"
        made["panels"][made["panels"].index(p)] = json.loads(text.replace(*escaped))
    return change


def put(*path):
    *keys, last, new = path

    def change(made):
        for key in keys:
            made = made[key]
        made[last] = new
    return change


USERS = "Users: who was hit, and by what"
# rule, dashboard, what is broken in it
BREAKS = [
    ("own-import", "call", put("uid", None)), ("own-import", "call", put("id", 7)), ("own-import", "call", put("__inputs", [])), ("own-import", "call", put("schemaVersion", 42)),
    ("own-size", "call", put("description", "x" * LARGEST)), ("own-grid", "call", put("panels", 1, "gridPos", "x", 0)), ("own-grid", "call", put("panels", 1, "gridPos", "x", 22)),
    ("own-grid", "call", put("panels", 1, "id", 1)), ("own-replay", "usage", replaced("Call data up to (R)", "replay_timestamp", "replay_lag")),
    ("own-top-links", "call", put("links", 0, "includeVars", False)), ("own-top-links", "call", put("links", 0, "keepTime", False)),
    ("own-link", "call", replaced(USERS, "${channel:queryparam}", "var-channel=$channel")), ("own-link", "call", replaced(USERS, "${app:queryparam}&", "")), ("own-link", "call", replaced(USERS, "${__url_time_range}&", "")),
    ("own-link", "call", replaced(USERS, 'fields["Call"]', 'fields["Calls"]')), ("own-link", "call", replaced(USERS, "var-sid", "var-session")),
    ("own-description", "call", replaced("Users", "Good: ", "")), ("own-from", "call", replaced(USERS, "20022", "20021")), ("own-from", "exporter", replaced("Memory", "From: process_resident_memory_bytes", "From: its memory")),
    ("own-late", "exporter", replaced("In time", "Late: by the replay lag", "Late: not at all")), ("own-late", "exporter", replaced("Insight buckets by outcome", "Late: by agora_insight_lag_seconds", "Late: not at all")),
    ("own-no-value", "overview", replaced("Video freeze by app", "nothing played; or ", "")), ("own-no-value", "session", replaced("Audio freeze by peer", "nobody spoke; or ", "")),
    ("own-no-value", "call", replaced("Audio freeze", "; or not available", "")), ("own-date", "usage", replaced("Users by app", "max by (app)", "max by (granularity)")),
    ("own-literal", "overview", replaced("Worst channels: video freeze", "> 0.5", "> 0.7")), ("own-literal", "call", put("panels", 1, "fieldConfig", "defaults", "thresholds", "steps", 1, "value", 0.42)),
    ("own-clock", "exporter", replaced("Quota lead", " - time() % 86400 / 86400", "")), ("own-clock", "exporter", replaced("Overdue", "replay_lag", "replay_timestamp")),
    ("own-color", "overview", replaced("Video freeze by app", "shades", "palette-classic")), ("own-color", "overview", replaced("Live sessions by network", "#B877D9", "#77D9B8")),
    ("own-label", "overview", replaced("Calls running", "by (app)", "by (apps)")), ("own-label", "call", replaced("Loss sent by user", "{{uid}}", "{{sid}}")), ("own-label", "session", replaced("Who, with what", "group_left ()", "group_left (cpu)")),
    ("own-label", "call", put("templating", "list", 4, "query", "query", 'label_values(agora_session_info{job=~"$job"}, peer_uid)')),
    ("own-operator", "call", replaced("Loss sent by user", 'job=~"', 'job="')), ("own-peer", "session", replaced("WebRTC: loss", "by (peer_uid, sid)", "by (sid)")), ("own-peer", "session", replaced("Ids without a name", "by (mid, ", "by (")),
]


def can_fail(page):
    """A lint that finds nothing in what is broken is no lint."""
    for i, (rule, name, change) in enumerate(BREAKS):
        copy = grafana.load(name)
        change(copy)
        if rule not in {found for found, _, _ in lint(copy, page)}:
            yield f"lint: {rule} is broken on purpose (BREAKS[{i}]) and not found"
