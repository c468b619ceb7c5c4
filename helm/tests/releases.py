"""helm install, upgrade, rollback and uninstall, before a real API server."""

import os

import manifests
import tools

FIRST, SECOND = "existing-secret-values.yaml", "web-tls-values.yaml"
SELECTOR = f"app.kubernetes.io/instance%3D{tools.RELEASE}"


def kinds():
    """Every kind that the chart makes."""
    return sorted({(o["apiVersion"], o["kind"]) for case in manifests.cases([tools.NEWEST]) for o in manifests.rendered(*case)})


def standing(server, namespace):
    """(kind, name) of what the release has made, with its specification."""
    found = {}
    for api_version, kind in kinds():
        for o in server.list(api_version, kind, namespace, SELECTOR):
            found[kind, o["metadata"]["name"]] = o.get("spec") or o.get("data")
    return found


def wanted(helm, values):
    """What it should make: all but the pod of helm test."""
    return {(o["kind"], o["metadata"]["name"]) for o in manifests.rendered(helm, tools.CHART / "ci" / values, tools.NEWEST)
            if "helm.sh/hook" not in o["metadata"].get("annotations", {})}


def check(server, helm, kubeconfig):
    """Number of steps, and what went wrong. Each Helm has a namespace of its own, called like it."""
    faults = []

    def step(*arguments):
        cache = {"HELM_CACHE_HOME": f"{kubeconfig}.cache"}
        done = tools.run(tools.TOOLS / helm, *arguments, "--namespace", helm, "--kubeconfig", kubeconfig, env={**os.environ, **cache})
        if done.returncode != 0:
            faults.append(f"{helm} {arguments[0]}: {done.stderr.strip()}")
        return done.stdout

    def stands(after, names):
        now = standing(server, helm)
        if set(now) != names:
            faults.append(f"{helm} {after}: lacks {sorted(names - set(now))}, has {sorted(set(now) - names)} beyond what was rendered")
        return now

    first, second = (("--values", tools.CHART / "ci" / name) for name in (FIRST, SECOND))
    notes = step("install", tools.RELEASE, tools.CHART, *first)
    if "A quota has one owner" not in notes:
        faults.append(f"{helm} install does not say that a quota has one owner")
    installed = stands("install", wanted(helm, FIRST))
    step("upgrade", tools.RELEASE, tools.CHART, *first, "--set", "logLevel=debug")
    same = stands("upgrade of one value", wanted(helm, FIRST))
    if same == installed:
        faults.append(f"{helm} upgrade changes nothing")
    step("upgrade", tools.RELEASE, tools.CHART, *second)
    stands("upgrade", wanted(helm, SECOND))
    step("rollback", tools.RELEASE, "1")
    back = stands("rollback", wanted(helm, FIRST))
    for key in set(back) & set(installed):
        if back[key] != installed[key]:
            faults.append(f"{helm} rollback: {key[0]} {key[1]} is not what was installed")
    step("upgrade", tools.RELEASE, tools.CHART, *first, "--dry-run=server")
    history = step("history", tools.RELEASE)
    if history.count("\n") < 5:
        faults.append(f"{helm} history: {history}")
    step("uninstall", tools.RELEASE)
    stands("uninstall", set())
    return 7, faults
