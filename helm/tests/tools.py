"""Where things are, and running programs."""

import concurrent.futures
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CHART = ROOT / "helm" / "agora-exporter"
TOOLS = ROOT / "build" / "tools" / "kubernetes"
HERE = ROOT / "helm" / "tests"
HELMS = ("helm3", "helm4")
# The oldest Kubernetes that Chart.yaml allows, and the newest with published schemas.
OLDEST, NEWEST = "1.25.0", "1.37.0"
VERSIONS = (OLDEST, NEWEST)
RELEASE, NAMESPACE = "agora", "calls"


def run(*command, **options):
    """The finished process; its output as text."""
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **options)


def values_files():
    return sorted((CHART / "ci").glob("*-values.yaml"))


def for_each(work, cases):
    """What work gives for each case, in their order; two at a time."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda case: work(*case), cases))


def helm(name, *arguments):
    return run(TOOLS / name, *arguments)


def template(name, values, version, *before):
    """Renders; `before` may name values that `values` are laid over."""
    return helm(name, "template", RELEASE, CHART, "--namespace", NAMESPACE, "--kube-version", version, *before, "--values", values)


def certificate(key, path):
    """Of one's own signing."""
    done = run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", path, "-subj", "/CN=agora", "-days", "2")
    if done.returncode != 0:
        raise SystemExit(f"openssl: {done.stderr}")
