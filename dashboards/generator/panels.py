"""Grafana's classic dashboard JSON (schemaVersion 39: Grafana 10 to 12), as few functions as the dashboards need."""

import re
import string

from .thresholds import value

DATASOURCE = {"type": "prometheus", "uid": "$datasource"}
SELECT = 'job=~"$job", instance=~"$instance"'
APP = SELECT + ', app=~"$app"'

GREEN, YELLOW, ORANGE, RED = "green", "#EAB839", "orange", "red"
NO_LIMIT = [(None, "text")]
# Of lines that mean neither bad, fair nor good.
SHADES = {"mode": "shades", "fixedColor": "#5794F2"}


def bad_above(fair, bad):
    """Thresholds by name: green, then yellow from `fair`, then red from `bad`."""
    return [(None, GREEN), (value(fair), YELLOW), (value(bad), RED)]


def bad_below(bad, color=RED):
    return [(None, color), (value(bad), GREEN)]


def warn_above(name):
    """Orange from a threshold on: worth a look, no alarm by itself."""
    return [(None, GREEN), (value(name), ORANGE)]


def query(expr, legend="", instant=False, table=False):
    target = {"datasource": DATASOURCE, "editorMode": "code", "expr": " ".join(expr.split()), "legendFormat": legend}
    if instant:
        target |= {"instant": True, "range": False}
    else:
        target |= {"range": True}
    if table:
        target["format"] = "table"
    return target


def ids(targets):
    for i, target in enumerate(targets):
        target["refId"] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[i]
    return targets


def _steps(steps):
    return {"mode": "absolute", "steps": [{"color": color, "value": at} for at, color in steps]}


def override(name, *properties, matcher="byName"):
    return {"matcher": {"id": matcher, "options": name}, "properties": [{"id": i, "value": v} for i, v in properties]}


def link(title, url):
    return {"title": title, "url": url, "targetBlank": False}


# How late a panel can be; lint_test.py knows which metrics are how late.
BY_LAG = "by the replay lag"
NOT_LATE = "not at all, since it is of the exporter itself"
BY_INSIGHT = "by agora_insight_lag_seconds, a day or more"


def describe(good, source, late):
    return " ".join(f"Good: {good}. From: {source}. Late: {late}.".split())


def panel(kind, title, good, source, late, targets, unit, size, *, steps=None, options=None, custom=None, defaults=None, overrides=None,
          transformations=None, interval=None, no_value="no data"):
    """What is good, what it is computed from, how late it is: without a full stop. `size` is (width, height) on Grafana's grid of 24
    columns. `no_value` says what an empty panel means."""
    made = {
        "type": kind, "title": title, "description": describe(good, source, late), "datasource": DATASOURCE,
        "targets": ids(targets), "size": size, "options": options or {},
        "fieldConfig": {
            "defaults": {"unit": unit, "noValue": no_value, "thresholds": _steps(steps or [(None, GREEN)]), "custom": custom or {}} | (defaults or {}),
            "overrides": overrides or []},
    }
    if transformations:
        made["transformations"] = transformations
    if interval:
        made["interval"] = interval
    return made


def stat(title, good, source, late, targets, unit, size, *, steps=None, text=None, sizes=None, spark=True, decimals=None, **more):
    """`sizes`: pixels of name and value, where several share a panel."""
    options = {"reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}, "colorMode": "value" if steps else "none",
               "graphMode": "area" if spark else "none", "justifyMode": "auto", "orientation": "auto", "textMode": text or "value"}
    if sizes:
        options["text"] = dict(zip(("titleSize", "valueSize"), sizes))
    defaults = {"color": {"mode": "thresholds"}} | ({"decimals": decimals} if decimals is not None else {}) | more.pop("defaults", {})
    return panel("stat", title, good, source, late, targets, unit, size, steps=steps or NO_LIMIT, options=options, defaults=defaults, **more)


def lines(title, good, source, late, targets, unit, size, *, limit=None, stack=False, bars=False, legend="table", calcs=("mean", "max"),
          right=False, top=None, bottom=0, fill=0, step=False, color=None, **more):
    """A time series. `limit`: threshold steps, drawn as lines. `top`: the least upper bound of the axis."""
    custom = {"drawStyle": "bars" if bars else "line", "lineWidth": 0 if bars or stack else 1, "fillOpacity": 70 if bars or stack else fill,
              "showPoints": "never", "spanNulls": False, "axisSoftMin": bottom,
              "lineInterpolation": "stepAfter" if step else "linear",
              "stacking": {"mode": "normal" if stack else "none", "group": "A"}, "thresholdsStyle": {"mode": "dashed" if limit else "off"}}
    if top is not None:
        custom["axisSoftMax"] = top
    options = {"tooltip": {"mode": "multi", "sort": "desc"},
               "legend": {"displayMode": "table" if legend == "table" else "list", "placement": "right" if right else "bottom",
                          "showLegend": legend != "none", "calcs": list(calcs) if legend == "table" else []}}
    dated = any("shown (start)" in t["legendFormat"] for t in targets)  # a date would be sorted to the top
    if legend == "table" and calcs and not dated:
        options["legend"] |= {"sortBy": {"mean": "Mean", "max": "Max", "lastNotNull": "Last *", "min": "Min"}[calcs[-1]], "sortDesc": True}
    if any(re.search(r"\{\{(app|uid|peer_uid|sdk_version)\}\}$", t["legendFormat"]) for t in targets):
        more["overrides"] = by_name() + (more.get("overrides") or [])
    defaults = {"decimals": 1} if unit == "percentunit" else {}
    defaults |= {"color": color or SHADES, "min": None if bottom else 0} | more.pop("defaults", {})
    return panel("timeseries", title, good, source, late, targets, unit, size, steps=limit, options=options, custom=custom, defaults=defaults, **more)


def table(title, good, source, late, targets, unit, size, *, columns, hide=(), sort=None, links=(), **more):
    """`columns`: field name -> (heading, properties), in order. Instant queries in table format, joined on their labels."""
    rename = {field: heading for field, (heading, _) in columns.items()}
    organize = {"id": "organize", "options": {
        "excludeByName": {name: True for name in ("Time", *hide)}, "includeByName": {},
        "indexByName": {field: i for i, field in enumerate(columns)}, "renameByName": rename}}
    overrides = [override(heading, *properties) for heading, properties in columns.values() if properties]
    options = {"showHeader": True, "cellHeight": "sm", "footer": {"show": False, "reducer": ["sum"], "countRows": False, "fields": ""},
               "sortBy": [{"displayName": sort, "desc": True}] if sort else []}
    steps = [{"id": "merge", "options": {}}] if len(targets) > 1 else []
    return panel("table", title, good, source, late, targets, unit, size, options=options, custom={"align": "auto", "cellOptions": {"type": "auto"}, "inspect": False},
                 overrides=overrides, transformations=steps + [organize], **more)


def colored(steps, unit="percentunit", decimals=1):
    """Properties of a table column whose background tells bad from fair; what is good, or not there, stays plain."""
    plain = [(None, "transparent"), *steps[1:]]
    return (("unit", unit), ("decimals", decimals), ("thresholds", _steps(plain)),
            ("mappings", [{"type": "special", "options": {"match": "null+nan", "result": {"text": "-", "color": "transparent", "index": 0}}}]),
            ("custom.cellOptions", {"type": "color-background", "mode": "basic"}))


# Red, yellow and green say bad, fair and good; who is who has other colours, the same in every panel.
COLORS = {"Wi-Fi": "#5794F2", "LAN": "#8AB8FF", "4G": "#B877D9", "5G": "#E0A3FF", "3G": "#C4A484", "2G": "#7C5E99", "Unknown": "#A0A0A0", "not told": "#D0D0D0",
          "Android": "#5794F2", "iOS": "#B877D9", "Windows": "#8AB8FF", "macOS": "#E0A3FF", "Web": "#C4A484", "Linux": "#A0A0A0", "other": "#707070"}


def who_is_who():
    return [override(name, ("color", {"mode": "fixed", "fixedColor": color})) for name, color in COLORS.items()]


# Of apps, users, peers and versions, whose names are not known here: by the last letter or digit, so that a user has one colour in every panel. Two of one colour have two shades.
NAMED = ["#5794F2", "#B877D9", "#6ED0E0", "#8F7A66", "#A0A0A0", "#E0A3FF", "#8C7AE6", "#3D6BC6", "#7C5E99", "#2A9DB0"]


def by_name():
    letters = string.digits + string.ascii_letters
    return [override(f".*[{letters[i::len(NAMED)]}]", ("color", {"mode": "shades", "fixedColor": color}), matcher="byRegexp") for i, color in enumerate(NAMED)]


def row(title):
    return {"type": "row", "title": title, "collapsed": False, "panels": [], "size": (24, 1)}


def lay_out(panels):
    """Left to right, top to bottom, in the order given: the question first, then who, then why."""
    x = y = height = 0
    for number, p in enumerate(panels, 1):
        w, h = p.pop("size")
        if x + w > 24:
            x, y, height = 0, y + height, 0
        p["id"] = number
        p["gridPos"] = {"x": x, "y": y, "w": w, "h": h}
        x, height = x + w, max(height, h)
    return panels


def variable(name, label, ask, *, multi=True, everything=True, description=""):
    made = {"type": "query", "name": name, "label": label, "description": description, "datasource": DATASOURCE, "definition": ask,
            "query": {"query": ask, "refId": f"variable-{name}", "qryType": 1}, "refresh": 2, "sort": 1, "regex": "", "hide": 0,
            "multi": multi, "includeAll": everything, "skipUrlSync": False, "options": []}
    if everything:
        made |= {"allValue": ".+", "current": {"selected": True, "text": ["All"] if multi else "All", "value": ["$__all"] if multi else "$__all"}}
    return made


def variables(*more):
    """datasource, job and instance come first in every dashboard, each asked for within those before it."""
    page = "agora_exporter_replay_timestamp_seconds"
    return [
        {"type": "datasource", "name": "datasource", "label": "Data source", "query": "prometheus", "refresh": 1, "regex": "", "hide": 0,
         "multi": False, "includeAll": False, "skipUrlSync": False, "options": [], "current": {}},
        variable("job", "Job", f"label_values({page}, job)"),
        variable("instance", "Instance", f'label_values({page}{{job=~"$job"}}, instance)'),
        *more,
    ]


def app_variable():
    return variable("app", "App", f"label_values(agora_up{{{SELECT}}}, app)")


DASHBOARDS = {"overview": "Overview", "call": "Call", "session": "Session", "usage": "Usage", "exporter": "Exporter"}


def dashboard(name, description, variables_, panels, start="now-6h"):
    title = f"Agora / {DASHBOARDS[name]}"
    others = [{"type": "link", "title": shown, "url": f"/d/agora-{other}", "icon": "dashboard", "tooltip": "", "tags": [], "asDropdown": False,
               "targetBlank": False, "includeVars": True, "keepTime": True} for other, shown in DASHBOARDS.items() if other != name]
    return {"uid": f"agora-{name}", "title": title, "description": " ".join(description.split()), "tags": ["agora"], "schemaVersion": 39, "version": 1,
            "editable": False, "graphTooltip": 1, "refresh": "1m", "time": {"from": start, "to": "now"}, "timezone": "browser", "fiscalYearStartMonth": 0,
            "weekStart": "", "liveNow": False, "preload": False, "links": others, "annotations": {"list": []}, "timepicker": {}, "id": None,
            "templating": {"list": variables_}, "panels": lay_out(panels)}


def go_to(dashboard_name, *keep, **fields):
    """A link that keeps time range, data source, job, instance, app and the variables in `keep`, and sets those in `fields`.

    :queryparam writes All as $__all and several values one by one. A plain $name would write All as its raw allValue.
    """
    kept = [name for name in ("datasource", "job", "instance", "app", *keep) if name not in fields]
    return f"/d/agora-{dashboard_name}?" + "&".join(["${__url_time_range}", *(f"${{{name}:queryparam}}" for name in kept), *(f"var-{k}={v}" for k, v in fields.items())])


def cell(field):
    """The value of another column of the clicked row, escaped for an address."""
    return f'${{__data.fields["{field}"]:percentencode}}'


def queries_of(made):
    """(panel title, expression) of every query of a dashboard, variables left in place."""
    for p in made["panels"]:
        for target in p.get("targets", []):
            yield p["title"], target["expr"]


def variable_queries(made):
    for v in made["templating"]["list"]:
        if v["type"] == "query":
            yield v["name"], v["query"]["query"]


def label_values(ask):
    """The series and the label of label_values(series, label)."""
    found = re.fullmatch(r"label_values\((.*), *(\w+)\)", ask)
    return found.group(1), found.group(2)
