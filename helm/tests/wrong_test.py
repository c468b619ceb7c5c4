"""Wrong values are refused by both Helms, each with a sentence that says what and where.

wrong/*.yaml: lines "# refused: SENTENCE", then the values. They are laid over ci/existing-secret-values.yaml, which is right, unless a
line "# alone" stands there.
"""

import re

import tools

LEAST = 20
BASE = "existing-secret-values.yaml"


def expected(text):
    return re.findall(r"^# refused: (.*)$", text, re.M)


def case_faults(path, helm):
    text = path.read_text()
    sentences = expected(text)
    if not sentences:
        return [f"{path.name}: no line \"# refused: ...\""]
    base = [] if re.search(r"^# alone$", text, re.M) else ["--values", tools.CHART / "ci" / BASE]
    done = tools.template(helm, path, tools.NEWEST, *base)
    if done.returncode == 0:
        return [f"{path.name}: {helm} takes it"]
    # Helm 3 and 4 break and quote lines differently.
    said = " ".join(done.stderr.split())
    return [f"{path.name}: {helm} does not say \"{sentence}\", but: {said}" for sentence in sentences if sentence not in said]


def check(_):
    paths = sorted((tools.HERE / "wrong").glob("*.yaml"))
    found = tools.for_each(case_faults, [(path, helm) for path in paths for helm in tools.HELMS])
    faults = [fault for some in found for fault in some]
    if len(paths) < LEAST:
        faults.append(f"only {len(paths)} wrong values files, {LEAST} are wanted")
    if tools.template("helm3", tools.CHART / "ci" / BASE, tools.NEWEST).returncode != 0:
        faults.append(f"{BASE} itself is refused: nothing was shown")
    return f"{len(paths)} files, {sum(len(expected(p.read_text())) for p in paths)} sentences", faults
