"""What stands inside the objects: the exporter takes its exporter.yaml with the credentials where the pod mounts them, promtool takes
the rules and the web configuration, the dashboards are those of dashboards/, and pods.py and changes.py hold what they say."""

import base64
import json
import pathlib
import re
import tempfile

import changes
import manifests
import pods
import tools

LARGEST = 1_000_000  # bytes of a ConfigMap; the API server takes 1 MiB


def of_kind(found, kind):
    return [o for o in found if o["kind"] == kind]


def mounted(found, folder):
    """Makes the files that the exporter's pod mounts, under folder, with what is known of them; Secrets that exist elsewhere hold made-up values."""
    pod = of_kind(found, "StatefulSet")[0]["spec"]["template"]["spec"]
    secrets = {o["metadata"]["name"]: o["data"] for o in of_kind(found, "Secret")}
    maps = {o["metadata"]["name"]: o["data"] for o in of_kind(found, "ConfigMap")}
    places = {m["name"]: m["mountPath"] for c in pod["containers"] if c["name"] == "exporter" for m in c["volumeMounts"]}
    for volume in pod["volumes"]:
        sources = [s["secret"] for s in volume.get("projected", {}).get("sources", [])] + ([volume["configMap"]] if "configMap" in volume else [])
        for source in sources:
            data = secrets.get(source["name"]) or maps.get(source["name"])
            for item in source.get("items") or [{"key": key, "path": key} for key in data or ()]:
                path = pathlib.Path(folder + places[volume["name"]]) / item["path"]
                path.parent.mkdir(parents=True, exist_ok=True)
                if data is None:
                    path.write_text("made-up")
                elif source["name"] in secrets:
                    path.write_bytes(base64.b64decode(data[item["key"]]))
                else:
                    path.write_text(data[item["key"]])


def config_faults(exporter, found, folder):
    """check-config of the file that the exporter is told, its paths moved under folder."""
    args = of_kind(found, "StatefulSet")[0]["spec"]["template"]["spec"]["containers"][0]["args"]
    path = pathlib.Path(folder + next(a.split("=", 1)[1] for a in args if a.startswith("--config.file=")))
    if not of_kind(found, "ConfigMap") or not path.exists() or path.read_text() == "made-up":
        return []  # another's ConfigMap
    path.write_text(re.sub(r"(?<=_file: )/", f"{folder}/", path.read_text()))
    for mount in of_kind(found, "StatefulSet")[0]["spec"]["template"]["spec"]["containers"][0]["volumeMounts"]:
        # Of a volume that the chart does not know, such as a CSI driver's: what is there is not rendered.
        for named in re.findall(rf"_file: ({re.escape(folder + mount['mountPath'])}/\S+)", path.read_text()):
            if not pathlib.Path(named).exists() and mount["name"] not in ("credentials", "config"):
                pathlib.Path(named).parent.mkdir(parents=True, exist_ok=True)
                pathlib.Path(named).write_text("made-up")
    done = tools.run(exporter, "check-config", f"--config.file={path}", f"--storage.path={folder}/state")
    return [] if done.returncode == 0 else [f"check-config: {done.stdout}{done.stderr}"]


def web_faults(args, folder):
    """Of web-config.yml: by promtool and by the exporter. The certificate that it names is one made here."""
    path = pathlib.Path(folder) / "run/secrets/web/web-config.yml"
    if not path.exists() or path.read_text() == "made-up":
        return []
    web = manifests.parse(path.read_text())[0]
    for name in ("cert_file", "key_file"):
        if name in web.get("tls_server_config", {}):
            web["tls_server_config"][name] = f"{folder}/{name}.pem"
    tools.certificate(f"{folder}/key_file.pem", f"{folder}/cert_file.pem")
    path.write_text(json.dumps(web))
    config = pathlib.Path(folder) / "etc/agora-exporter/exporter.yaml"
    if config.read_text() == "made-up":  # another's ConfigMap
        config.write_text("accounts: [{customer_id: made-up, customer_secret: made-up, apps: [{app_id: made-up}]}]")
    done = tools.run(args.exporter, "check-config", f"--config.file={config}", f"--web.config.file={path}")
    faults = [] if done.returncode == 0 else [f"check-config: {done.stdout}{done.stderr}"]
    web.pop("rate_limit", None)  # unknown to promtool
    path.write_text(json.dumps(web))
    done = tools.run(args.promtool, "check", "web-config", path)
    return faults if done.returncode == 0 else [*faults, f"promtool check web-config: {done.stdout}{done.stderr}"]


def shipped_rules():
    groups = []
    for name in ("agora-recording.yaml", "agora-alerts.yaml"):
        groups += manifests.parse((tools.ROOT / "dashboards" / "rules" / name).read_text())[0]["groups"]
    return groups


def words(value, unit):
    """A threshold as the alerts' texts have it."""
    if unit == "ratio":
        return f"{value * 100:.4g} %"
    if unit != "seconds":
        return f"{value:.10g}"
    if value < 1:
        return f"{value * 1000:.4g} ms"
    return f"{value / 86400:.4g} d" if value >= 86400 and value % 86400 == 0 else f"{value / 60:.4g} min"


def wanted_alerts(given):
    """Name -> rule, of the shipped alerts with the values' thresholds in place of the marks."""
    shipped = manifests.parse((tools.CHART / "files/rules/thresholds.yaml").read_text())[0]
    values = {name: given.get("thresholds", {}).get(name, threshold["value"]) for name, threshold in shipped.items()}

    def fill(mark):
        return words(values[mark[1]], shipped[mark[1]]["unit"]) if mark[2] else f"{values[mark[1]]:.10g}"

    text = re.sub(r"@(\w+?)(:text)?@", fill, (tools.CHART / "files/rules/agora-alerts.yaml").read_text())
    rules = [rule for group in manifests.parse(text)[0]["groups"] for rule in group["rules"]]
    return {rule["alert"]: rule for rule in rules if given.get("alerts", True) and rule["alert"] not in given.get("disabledAlerts", [])}


def alert_faults(given, groups):
    """The alerts that are wanted, word by word, but their labels: those are the values' own."""
    found = {rule["alert"]: rule for group in groups for rule in group["rules"] if "alert" in rule}
    wanted = wanted_alerts(given)
    faults = [f"alert {name}: {'missing' if name in wanted else 'not wanted'}" for name in sorted(set(wanted) ^ set(found))]
    for name in sorted(set(wanted) & set(found)):
        for key in ("expr", "annotations", "for"):
            if wanted[name].get(key) != found[name].get(key):
                faults.append(f"alert {name}: {key} is {found[name].get(key)}, not {wanted[name].get(key)}")
    return faults


def threshold_faults():
    """ci/rules-values.yaml tells every threshold from every other and from the shipped one, so that none can stand in for another."""
    shipped = manifests.parse((tools.CHART / "files/rules/thresholds.yaml").read_text())[0]
    given = manifests.parse((tools.CHART / "ci/rules-values.yaml").read_text())[0]["prometheusRule"]["thresholds"]
    marks = set(re.findall(r"@(\w+)@", (tools.CHART / "files/rules/agora-alerts.yaml").read_text()))
    faults = [f"threshold {name} is in no expression" for name in shipped if name not in marks]
    for name, threshold in shipped.items():
        others = [*[t["value"] for t in shipped.values()], *[value for other, value in given.items() if other != name]]
        if name not in given or given[name] in others:
            faults.append(f"ci/rules-values.yaml: threshold {name} needs a value of its own, not {given.get(name, threshold['value'])}")
    return faults


def rule_faults(promtool, values, found, folder):
    faults = []
    given = values.get("prometheusRule", {})
    for rule in of_kind(found, "PrometheusRule"):
        path = pathlib.Path(folder) / "rules.yaml"
        path.write_text(json.dumps(rule["spec"]))
        done = tools.run(promtool, "check", "rules", path)
        if done.returncode != 0:
            faults.append(f"promtool check rules: {done.stdout}{done.stderr}")
        if re.search(r"@\w+(:text)?@", path.read_text()):
            faults.append("a mark of a threshold is left in the rules")
        faults += alert_faults(given, rule["spec"]["groups"])
        if not set(given) & {"alerts", "disabledAlerts", "alertLabels", "thresholds", "extraGroups"} and rule["spec"]["groups"] != shipped_rules():
            faults.append("the rules differ from dashboards/rules")
    return faults


def dashboard_faults(found):
    faults = []
    shipped = {path.stem: json.loads(path.read_text()) for path in (tools.ROOT / "dashboards").glob("*.json")}
    shown = [(name, text) for o in of_kind(found, "ConfigMap") for name, text in o["data"].items() if name.endswith(".json")]
    shown += [(f"agora-{o['metadata']['name'].rsplit('-', 1)[1]}.json", o["spec"]["json"]) for o in of_kind(found, "GrafanaDashboard")]
    for name, text in shown:
        if json.loads(text) != shipped.get(name.removeprefix("agora-").removesuffix(".json")):
            faults.append(f"{name} differs from dashboards/")
        if len(text.encode()) > LARGEST:
            faults.append(f"{name} has {len(text.encode())} bytes")
    if shown and len(shown) % len(shipped) != 0:
        faults.append(f"{len(shown)} dashboards of {len(shipped)}")
    return faults


def case_faults(args, path):
    values = manifests.parse(path.read_text())[0]
    found = manifests.rendered(tools.HELMS[-1], path, tools.NEWEST)
    with tempfile.TemporaryDirectory() as folder:
        mounted(found, folder)
        faults = config_faults(args.exporter, found, folder) + web_faults(args, folder)
        faults += rule_faults(args.promtool, values, found, folder) + dashboard_faults(found)
    return [f"{path.name}: {fault}" for fault in faults]


def check(args):
    # One Helm is enough: schemas_test.py holds that they render the same.
    faults = manifests.render_all([(tools.HELMS[-1], path, tools.NEWEST) for path in tools.values_files()])
    if faults:
        return "not everything could be rendered", faults
    faults += threshold_faults()
    for path in tools.values_files():
        faults += case_faults(args, path)
    named, missing = pods.check()
    faults += missing + changes.check()
    return f"{len(tools.values_files())} values files, {named} files that pods name, {len(changes.CHANGES)} changes of values", faults
