"""What is said in several places is the same in all of them."""

import importlib.machinery
import importlib.util
import json
import re

import jsonschema

import manifests
import tools
import values_schema

# For helm/generate: every key is told.
TOLD = """
# -- Told.
first: []

group:
  # -- Told.
  second: 1
  # -- Told, with a default below.
  third:
    deeper:
      deepest: 1
    other: [1]
# -- Told, and so are its keys.
fourth:
  # -- Told.
  fifth: 1
"""
# A line that is put in, and after which: it is a key without a comment.
UNTOLD = [("lost: 1", "first: []"), ("  lost: 1", "group:"), ("  lost: 1", "  second: 1"), ("  lost: 1", "    other: [1]"),
          ("lost: 1", "    other: [1]"), ("  lost: 1", "fourth:"), ("  lost: 1", "  fifth: 1")]


def version_faults():
    """One version, in all that is built and installed together."""
    chart = manifests.parse((tools.CHART / "Chart.yaml").read_text())[0]
    faults = []
    for name, pattern in (("CMakeLists.txt", r"project\(agora_exporter VERSION (\S+)"), ("packaging/Containerfile", r"^ARG VERSION=(\S+)$")):
        found = re.findall(pattern, (tools.ROOT / name).read_text(), re.M)
        if found != [chart["appVersion"]]:
            faults.append(f"Chart.yaml has appVersion {chart['appVersion']}, {name} {' and '.join(found) or 'none'}")
    if not chart["kubeVersion"].startswith(f">={tools.OLDEST}"):
        faults.append(f"Chart.yaml wants {chart['kubeVersion']}, the tests begin with {tools.OLDEST}")
    return faults


def command_faults():
    """Every command of the documentation that installs the chart names an image: the default is nobody's. And the image has the chart's tag."""
    faults, version = [], manifests.parse((tools.CHART / "Chart.yaml").read_text())[0]["appVersion"]
    for name in ("docs/kubernetes.md", "helm/agora-exporter/README.md"):
        text = (tools.ROOT / name).read_text()
        commands = re.findall(r"helm install \w+ helm/agora-exporter[^`]*?(?=`|\n[^-])", text)
        faults += [f"{name}: no image: {command}" for command in commands if "--set image.repository=REGISTRY/agora-exporter" not in command]
        faults += [] if commands else [f"{name} has no command that installs the chart"]
        faults += [f"{name}: tag {tag}, not {version}" for tag in re.findall(r"REGISTRY/agora-exporter:(\S+)", text) if tag != version]
    return faults


def rule_faults(schema):
    """The names that values may give: of thresholds and of alerts."""
    thresholds = manifests.parse((tools.CHART / "files/rules/thresholds.yaml").read_text())[0]
    alerts = manifests.parse((tools.CHART / "files/rules/agora-alerts.yaml").read_text())[0]
    names = {rule["alert"] for group in alerts["groups"] for rule in group["rules"]}
    known = values_schema.at(schema, schema, "prometheusRule.disabledAlerts[]")["enum"]
    given = values_schema.at(schema, schema, "prometheusRule.thresholds")["properties"]
    both = (("thresholds", set(thresholds) ^ set(given)), ("alerts", names ^ set(known)))
    return [f"{what} of the schema and of the rules: {sorted(differing)}" for what, differing in both if differing]


def generator_faults():
    """What is generated is up to date."""
    faults = []
    for generator in (tools.ROOT / "helm" / "generate", tools.ROOT / "dashboards" / "generate"):
        done = tools.run(generator, "--check")
        if done.returncode != 0:
            faults.append(f"{generator.relative_to(tools.ROOT)}: {done.stdout}{done.stderr}")
    return faults


def test_faults():
    """scripts/test runs every test of helm/tests, but the one that needs an API server."""
    known = set(re.findall(r"^(\w+) {2,}\w", (tools.HERE / "run").read_text().split('"""')[1], re.M)) - {"kubernetes"}
    listed = re.search(r"foreach\(check ([\w ]+)\)\n +add_test\(NAME helm/", (tools.ROOT / "tests" / "CMakeLists.txt").read_text())[1].split()
    return [] if known == set(listed) else [f"tests/CMakeLists.txt and helm/tests/run have not the same tests: {sorted(known ^ set(listed))}"]


def told(entries, text):
    try:
        return bool(entries(text))
    except SystemExit:
        return False


def untold_faults():
    """helm/generate complains of a key without a comment, wherever it stands."""
    path = str(tools.ROOT / "helm" / "generate")
    loader = importlib.machinery.SourceFileLoader("generate", path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("generate", loader))
    loader.exec_module(module)
    faults = [] if told(module.entries, TOLD) else ["helm/generate complains where every key has a comment"]
    for line, after in UNTOLD:
        if told(module.entries, TOLD.replace(f"{after}\n", f"{after}\n{line}\n")):
            faults.append(f"helm/generate takes \"{line}\" after \"{after}\" without a comment")
    return faults


def flag_faults():
    """extraArgs refuse every flag that the chart sets; the address alone may be given again. wrong/ shows it for each."""
    flags = set()
    for values in tools.values_files():
        theirs = manifests.parse(values.read_text())[0].get("extraArgs", [])
        found = manifests.rendered(tools.HELMS[-1], values, tools.NEWEST)
        words = [word for o in found if o["kind"] == "StatefulSet" for word in manifests.pod_of(o)["spec"]["containers"][0]["args"]]
        flags |= {word.split("=", 1)[0] for word in words if word not in theirs}
    shown = "".join(path.read_text() for path in (tools.HERE / "wrong").glob("*.yaml"))
    return [f"no file of wrong/ shows that extraArgs refuse {flag}" for flag in sorted(flags - {"--web.listen-address"})
            if not re.search(rf"the chart itself sets {re.escape(flag)}$", shown, re.M)]


def example_faults(schema):
    """Every key of exporter.yaml.example is one of values.config, but the credentials and the place of the state, which are the chart's."""
    config = manifests.parse((tools.ROOT / "exporter.yaml.example").read_text())[0]
    for account in config["accounts"]:
        for key in [key for key in account if key.startswith("customer_")]:
            del account[key]
    del config["storage"]["path"]
    errors = jsonschema.Draft7Validator({**values_schema.at(schema, schema, "config"), "$defs": schema["$defs"]}).iter_errors(config)
    return [f"exporter.yaml.example as values.config: {'.'.join(map(str, error.absolute_path))}: {error.message}" for error in errors]


def census_faults():
    """docs/kubernetes.md names a test for every feature of the census; it must exist."""
    page = (tools.ROOT / "docs" / "kubernetes.md").read_text()
    rows = re.findall(r"^\| (.+?) \| yes \| (.+?) \|$", page, re.M)
    faults = [] if len(rows) == 15 else [f"docs/kubernetes.md: the census has {len(rows)} rows that say yes, 15 are wanted"]
    for feature, shown in rows:
        for path in re.findall(r"`([^`]+)`", shown):
            file, _, name = path.partition(": ")
            if not (tools.ROOT / "helm" / file).exists():
                faults.append(f"docs/kubernetes.md: {feature}: there is no helm/{file}")
            elif name and name not in (tools.ROOT / "helm" / file).read_text():
                faults.append(f"docs/kubernetes.md: {feature}: helm/{file} has no test \"{name}\"")
    return faults


def check(args):
    faults = manifests.render_all([(tools.HELMS[-1], path, tools.NEWEST) for path in tools.values_files()])
    if faults:
        return "not everything could be rendered", faults
    values = manifests.parse((tools.CHART / "values.yaml").read_text())[0]
    schema = json.loads((tools.CHART / "values.schema.json").read_text())
    faults += values_schema.check(args.exporter, values) + rule_faults(schema) + version_faults()
    faults += command_faults() + generator_faults() + untold_faults() + test_faults() + flag_faults() + example_faults(schema) + census_faults()
    return "values, schema, README, rules, flags, versions, census", faults
