"""Every pod has what it names: a volume for each mount, and a mounted file or a variable for each that its configuration tells of."""

import base64
import copy
import pathlib

import manifests
import tools

# No kubelet runs the pods here, so what is missing in one must be seen by reading it. Values file, container, and what is taken away.
BREAKS = {
    "a mount of a certificate": ("scrape-config-values.yaml", "test", lambda pod, c: _without(c["volumeMounts"], "pki")),
    "a mount of credentials": ("files-and-web-values.yaml", "test", lambda pod, c: _without(c["volumeMounts"], "agora")),
    "a volume": ("files-and-web-values.yaml", "test", lambda pod, c: _without(pod["spec"]["volumes"], "agora")),
    "the variables": ("configmap-and-web-values.yaml", "test", lambda pod, c: c.pop("env")),
    "the mount of the configuration": ("existing-secret-values.yaml", "exporter", lambda pod, c: _without(c["volumeMounts"], "config")),
}


def _without(some, name):
    some[:] = [one for one in some if one["name"] != name]


def texts(found):
    """(kind, name, key) -> text, of all ConfigMaps and Secrets."""
    made = {}
    for o in found:
        if o["kind"] in ("ConfigMap", "Secret"):
            for key, text in o["data"].items():
                made[o["kind"], o["metadata"]["name"], key] = text if o["kind"] == "ConfigMap" else base64.b64decode(text).decode()
    return made


def flag(container, name):
    """The file that a flag names, or nothing."""
    words = container.get("args", [])
    return next((pathlib.PurePosixPath(word.split("=", 1)[1]) for word in words if word.startswith(f"--{name}=")), None)


def configured(found, pod, container):
    """The values of exporter.yaml and web-config.yml that the container is told, as far as the chart knows them."""
    made, volumes = texts(found), {v["name"]: v for v in pod["spec"].get("volumes", [])}
    known = {}
    for name in ("config.file", "web.config.file"):
        path = flag(container, name)
        volume = next((volumes[m["name"]] for m in container.get("volumeMounts", []) if path and m["mountPath"] == str(path.parent)), None)
        if volume is None:
            continue
        maps = [("ConfigMap", volume["configMap"])] if "configMap" in volume else []
        for kind, source in maps + [("Secret", s["secret"]) for s in volume.get("projected", {}).get("sources", [])]:
            keys = {item["path"]: item["key"] for item in source.get("items", [])}
            text = made.get((kind, source["name"], keys.get(path.name, path.name)))
            if text is not None:
                known[name] = manifests.parse(text)[0]
    return known


def named(known, key_end):
    """Every text below a key that ends so."""
    if isinstance(known, list):
        return [text for one in known for text in named(one, key_end)]
    if not isinstance(known, dict):
        return []
    own = [value for key, value in known.items() if key.endswith(key_end) and isinstance(value, str)]
    return own + [text for value in known.values() for text in named(value, key_end)]


def files(found, pod, container):
    """Every file that the container reads by its flags or its configuration. Those of the web configuration stand beside it."""
    paths = [path for path in (flag(container, "config.file"), flag(container, "web.config.file")) if path]
    known = configured(found, pod, container)
    paths += [pathlib.PurePosixPath("/", path) for path in named(known.get("config.file"), "_file")]
    return paths + [flag(container, "web.config.file").parent / path for path in named(known.get("web.config.file"), "_file")]


def container_faults(found, pod, container):
    faults = []
    mounts = container.get("volumeMounts", [])
    volumes = [v["name"] for v in pod["spec"].get("volumes", [])]
    faults += [f"no volume is called {m['name']}" for m in mounts if m["name"] not in volumes]
    for path in files(found, pod, container):
        if not any(pathlib.PurePosixPath(m["mountPath"]) in path.parents for m in mounts):
            faults.append(f"{path} lies under no mount")
    variables = [one["name"] for one in container.get("env", [])]
    known = configured(found, pod, container)
    faults += [f"no variable is called {name}" for name in named(known.get("config.file"), "_env") if name not in variables]
    return faults


def unlike_exporter(pods):
    """A configuration of another's may name what it likes of what the exporter has: what checks it has the same, but the state."""
    exporter = next(c for pod in pods for c in pod["spec"]["containers"] if c["name"] == "exporter")
    faults = []
    for container in [c for pod in pods for c in pod["spec"]["containers"] if c.get("args", [""])[0] == "check-config"]:
        if container.get("env") != exporter.get("env"):
            faults.append(f"{container['name']} has not the variables of the exporter")
        if container["volumeMounts"] != [m for m in exporter["volumeMounts"] if m["name"] != "state"]:
            faults.append(f"{container['name']} has not the mounts of the exporter")
    return faults


def pods_of(found):
    """The pods; those of a StatefulSet with the volumes that its claims make."""
    made = []
    for o in found:
        pod = copy.deepcopy(manifests.pod_of(o))
        if pod:
            claims = o["spec"].get("volumeClaimTemplates", [])
            pod["spec"]["volumes"] = pod["spec"].get("volumes", []) + [{"name": claim["metadata"]["name"]} for claim in claims]
            made.append(pod)
    return made


def case_faults(found, pods):
    faults = unlike_exporter(pods)
    for pod in pods:
        for container in pod["spec"]["containers"]:
            faults += [f"container {container['name']}: {fault}" for fault in container_faults(found, pod, container)]
    return faults


def broken_faults():
    faults = []
    for what, (values, name, take_away) in BREAKS.items():
        found = manifests.rendered(tools.HELMS[-1], tools.CHART / "ci" / values, tools.NEWEST)
        pods = pods_of(found)
        pod, container = next((pod, c) for pod in pods for c in pod["spec"]["containers"] if c["name"] == name)
        take_away(pod, container)
        if not case_faults(found, pods):
            faults.append(f"not noticed: {values}: {name} without {what}")
    return faults


def check():
    """How many files are named, and what is wrong. All values files must have been rendered."""
    count, faults = 0, []
    for values in tools.values_files():
        found = manifests.rendered(tools.HELMS[-1], values, tools.NEWEST)
        pods = pods_of(found)
        count += sum(len(files(found, pod, c)) for pod in pods for c in pod["spec"]["containers"])
        faults += [f"{values.name}: {fault}" for fault in case_faults(found, pods)]
    return count, faults + broken_faults()
