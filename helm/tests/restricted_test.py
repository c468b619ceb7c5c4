"""Every pod of every rendering keeps the profile "restricted"; a pod that breaks one control is found out, for each control."""

import copy

import manifests
import restricted
import tools

GOOD = {"metadata": {"name": "good"},
        "spec": {"securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
                 "containers": [{"name": "exporter", "image": "agora-exporter:1",
                                 "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}}]}}
# What the chart promises on top of the profile.
USER = 65532


def lay_over(under, over):
    for key, value in over.items():
        if value is None:
            under.pop(key, None)
        elif isinstance(value, dict):
            lay_over(under.setdefault(key, {}), value)
        else:
            under[key] = value


def fixtures():
    """(fixture, pod) of restricted_fixtures.yaml."""
    made = []
    for fixture in manifests.parse((tools.HERE / "restricted_fixtures.yaml").read_text())[0]:
        pod = copy.deepcopy(GOOD)
        lay_over(pod["metadata"], fixture.get("metadata", {}))
        lay_over(pod["spec"], fixture.get("spec", {}))
        lay_over(pod["spec"]["containers"][0], fixture.get("container", {}))
        made.append((fixture, pod))
    return made


def own_promises(pod):
    """A read-only root, a numbered user, no token, for the chart's own containers: those with its image."""
    faults = [] if pod["spec"].get("automountServiceAccountToken") is False else ["a token is mounted"]
    if restricted.context(pod["spec"]).get("runAsUser") != USER:
        faults.append(f"the pod does not run as {USER}")
    for container in restricted.containers(pod):
        if "agora-exporter" in container["image"] and restricted.context(container).get("readOnlyRootFilesystem") is not True:
            faults.append(f"container {container['name']} may write to its root")
    return faults


def pods():
    """(where, pod) of every rendering."""
    found = []
    for helm, values, version in manifests.cases():
        for rendered in manifests.rendered(helm, values, version):
            pod = manifests.pod_of(rendered)
            if pod:
                found.append((f"{values.name}: {helm} for {version}: {manifests.name_of(rendered)}", pod))
    return found


def check(_):
    faults = manifests.render_all()
    if faults:
        return "not everything could be rendered", faults
    found = pods()
    for where, pod in found:
        faults += [f"{where}: {control}: {sentence}" for control, sentence in restricted.violations(pod)]
        faults += [f"{where}: {sentence}" for sentence in own_promises(pod)]
    for kind in ("StatefulSet agora-agora-exporter", "Deployment agora-agora-exporter-simulator", "Pod agora-agora-exporter-test"):
        if not any(where.endswith(kind) for where, _ in found):
            faults.append(f"no rendering has the {kind}")
    faults += [f"the good pod breaks {control}: {sentence}" for control, sentence in restricted.violations(GOOD)]
    for fixture, pod in fixtures():
        broken = {control for control, _ in restricted.violations(pod)}
        if broken != {fixture["control"], *fixture.get("also", [])}:
            faults.append(f"the fixture for {fixture['control']} {fixture} breaks {sorted(broken)}")
    for control in restricted.CONTROLS:
        if control not in {fixture["control"] for fixture, _ in fixtures()}:
            faults.append(f"no fixture breaks {control}")
    return f"{len(found)} pods, {len(restricted.CONTROLS)} controls, {len(fixtures())} pods that break one", faults
