"""helm lint --strict over every values file of ci."""

import tools


def lint(helm, values, version):
    done = tools.helm(helm, "lint", "--strict", "--kube-version", version, "--values", values, tools.CHART)
    said = done.stdout + done.stderr
    # A `fail` of a template is only told, not counted, by a linting Helm: by 3 as "Fail:", by 4 as "funcMap fail".
    if done.returncode != 0 or "[ERROR]" in said or "[WARNING]" in said or "fail:" in said.lower() or "funcMap fail" in said:
        return f"{values.name}: {helm} for {version}:\n{said.strip()}"
    return None


def check(_):
    cases = [(helm, values, version) for values in tools.values_files() for helm in tools.HELMS for version in tools.VERSIONS]
    faults = [fault for fault in tools.for_each(lint, cases) if fault]
    if len(tools.values_files()) < 12:
        faults.append(f"only {len(tools.values_files())} values files in ci")
    return f"{len(cases)} runs of {len(tools.values_files())} values files", faults
