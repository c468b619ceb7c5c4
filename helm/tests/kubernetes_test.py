"""The chart before a real API server whose namespaces enforce Pod Security "restricted"."""

import pathlib
import tempfile
import time

import admission
import api_server
import manifests
import releases
import tools

NAMESPACES = (tools.NAMESPACE, "monitoring", "grafana", "helm3", "helm4")
RESTRICTED = {"pod-security.kubernetes.io/enforce": "restricted"}
PATIENCE = 300  # on a busy machine


def prepare(server):
    """The namespaces, and the kinds of the operators: the newest ones'."""
    for name in NAMESPACES:
        server.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": RESTRICTED}}, None)
    # A priority class and a runtime class must be there for a pod that names them.
    server.create({"apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "metadata": {"name": "gvisor"}, "handler": "runsc"}, None)
    paths = [*(tools.TOOLS / "newest-crds").glob("*.yaml"), *(tools.HERE / "crds").glob("*.yaml")]
    crds = [crd for path in paths for crd in manifests.parse(path.read_text())]
    for crd in crds:
        server.create(crd, None)
    until = time.monotonic() + PATIENCE
    while not all(served(server, crd) for crd in crds):
        if time.monotonic() > until:
            raise SystemExit("the CustomResourceDefinitions are not served")
        time.sleep(0.2)


def served(server, crd):
    """Some time after a definition was taken, its kind can be listed."""
    try:
        server.list(f"{crd['spec']['group']}/{crd['spec']['versions'][0]['name']}", crd["spec"]["names"]["kind"], tools.NAMESPACE)
    except (api_server.Refused, KeyError):
        return False
    return True


def check(_):
    faults = manifests.render_all(manifests.cases([tools.NEWEST]))
    if faults:
        return "not everything could be rendered", faults
    with tempfile.TemporaryDirectory() as made, api_server.running(made) as server:
        prepare(server)
        count, faults = admission.check(server)
        kubeconfig = server.kubeconfig(pathlib.Path(made))
        steps = 0
        for helm in tools.HELMS:
            done, found = releases.check(server, helm, kubeconfig)
            steps += done
            faults += found
    return f"{count} objects and pods admitted or refused as they should be, {steps} steps of releases", faults
