"""Every rendered object is valid, in the oldest and the newest Kubernetes; and a broken one is not."""

import copy
import functools
import json

import manifests
import schemas
import tools

# One fault each: kind, and what breaks it.
BREAKS = {
    "an unknown field of a StatefulSet": ("StatefulSet", lambda o: o["spec"]["template"]["spec"].update(nodeSelecter={})),
    "a word for a number": ("StatefulSet", lambda o: o["spec"].update(replicas="one")),
    "a NetworkPolicy without podSelector": ("NetworkPolicy", lambda o: o["spec"].update(podSelector="all")),
    "an unknown field of a ServiceMonitor": ("ServiceMonitor", lambda o: o["spec"]["endpoints"][0].update(intervall="15s")),
    "an interval of a ServiceMonitor": ("ServiceMonitor", lambda o: o["spec"]["endpoints"][0].update(interval="often")),
    "a scheme of a PodMonitor": ("PodMonitor", lambda o: o["spec"]["podMetricsEndpoints"][0].update(scheme="ftp")),
    "a ScrapeConfig's target": ("ScrapeConfig", lambda o: o["spec"]["staticConfigs"][0].update(targets=[1])),
    "a rule without an expression": ("PrometheusRule", lambda o: o["spec"]["groups"][0]["rules"][0].pop("expr")),
    "a GrafanaDashboard without instanceSelector": ("GrafanaDashboard", lambda o: o["spec"].pop("instanceSelector")),
    "an unknown field of a GrafanaDashboard": ("GrafanaDashboard", lambda o: o["spec"].update(jsom="")),
}


def identity(found):
    return found["apiVersion"], found["kind"], found["metadata"].get("namespace"), found["metadata"]["name"]


@functools.cache
def text_faults(text, version):
    """Many renderings share an object: it is validated once."""
    return schemas.faults(json.loads(text), version)


def case_faults(helm, values, version):
    found = manifests.rendered(helm, values, version)
    faults = [f"{manifests.name_of(o)}: {fault}" for o in found for fault in text_faults(json.dumps(o), version)]
    identities = [identity(o) for o in found]
    faults += [f"{manifests.name_of(o)} comes twice" for i, o in enumerate(found) if identities.index(identity(o)) != i]
    faults += [f"{manifests.name_of(o)} names no namespace" for o in found if "namespace" not in o["metadata"]]
    return [f"{values.name}: {helm} for {version}: {fault}" for fault in faults]


def unlike(values, version):
    """The two Helms must render the same."""
    by_name = [sorted(manifests.rendered(helm, values, version), key=lambda o: tuple(map(str, identity(o)))) for helm in tools.HELMS]
    return [] if all(found == by_name[0] for found in by_name) else [f"{values.name}: Helm 3 and 4 differ for {version}"]


def broken_faults():
    every = {o["kind"]: o for case in manifests.cases() for o in manifests.rendered(*case)}
    faults = []
    for what, (kind, brk) in BREAKS.items():
        if kind not in every:
            faults.append(f"no values file of ci makes a {kind}")
            continue
        broken = copy.deepcopy(every[kind])
        brk(broken)
        faults += [f"not noticed in {version}: {what}" for version in tools.VERSIONS if not schemas.faults(broken, version)]
    return faults


def check(_):
    faults = manifests.render_all()
    if faults:
        return "not everything could be rendered", faults
    count = 0
    for case in manifests.cases():
        count += len(manifests.rendered(*case))
        faults += case_faults(*case)
    for values in tools.values_files():
        for version in tools.VERSIONS:
            faults += unlike(values, version)
    faults += broken_faults()
    return f"{count} objects of {len(manifests.cases())} renderings, {len(BREAKS)} broken ones found out", faults
