"""The template unit tests, by helm-unittest."""

import re

import tools


def check(_):
    done = tools.run(tools.TOOLS / "helm-unittest", "--strict", tools.CHART)
    summary = " ".join(re.findall(r"^(?:Charts|Test Suites|Tests): +(.*)$", done.stdout, re.M))
    faults = [done.stdout + done.stderr] if done.returncode != 0 else []
    suites = "".join(path.read_text() for path in (tools.CHART / "tests").glob("*_test.yaml"))
    for path in sorted((tools.CHART / "templates").rglob("*.*")):
        name = str(path.relative_to(tools.CHART / "templates"))
        if not name.startswith("_") and name not in suites:
            faults.append(f"no suite of helm/agora-exporter/tests names the template {name}")
    return summary, faults
