"""What a real API server says of the rendered objects, and of the pods that are made of them: it enforces the profile on pods alone."""

import copy

import api_server
import manifests
import restricted_test
import tools


def pods_of(found):
    """The pod that a controller would make; with the claims that it would add."""
    pod = manifests.pod_of(found)
    if pod is None or found["kind"] == "Pod":
        return []
    pod = copy.deepcopy(pod)
    pod["metadata"] = {**pod["metadata"], "name": f"{found['metadata']['name']}-0", "namespace": found["metadata"]["namespace"]}
    for claim in found["spec"].get("volumeClaimTemplates", []):
        name = claim["metadata"]["name"]
        pod["spec"]["volumes"].append({"name": name, "persistentVolumeClaim": {"claimName": f"{name}-{pod['metadata']['name']}"}})
    return [{"apiVersion": "v1", "kind": "Pod", **pod}]


def case_faults(server, where, found):
    faults = []
    asked = [o for rendered in found for o in [rendered, *pods_of(rendered)]]
    for o in asked:
        try:
            server.create(o, tools.NAMESPACE, dry_run=True)
        except api_server.Refused as refused:
            faults.append(f"{where}: {manifests.name_of(o)}: {refused}")
    return len(asked), faults


def fixture_faults(server):
    """By its Pod Security the server refuses the pods that the checker of our own finds fault with, and takes the good one."""
    faults = []
    for fixture, pod in [(None, restricted_test.GOOD), *restricted_test.fixtures()]:
        try:
            server.create({"apiVersion": "v1", "kind": "Pod", **pod}, tools.NAMESPACE, dry_run=True)
            if fixture:
                faults.append(f"the server accepts the fixture {fixture}")
        except api_server.Refused as refused:
            if not fixture or "PodSecurity" not in str(refused):
                faults.append(f"{fixture or 'the good pod'}: {refused}")
    return faults


def check(server):
    count, faults = 0, []
    for values in tools.values_files():
        for helm in tools.HELMS:
            asked, found = case_faults(server, f"{values.name}: {helm}", manifests.rendered(helm, values, tools.NEWEST))
            count += asked
            faults += found
    faults += fixture_faults(server)
    return count + len(restricted_test.fixtures()), faults
