#!/usr/bin/env python3
"""packaging/compose.yaml without a container runtime: its simulator, exporter and Prometheus, confined as it says, in a network of their own.

    /usr/bin/python3 tests/packaging/compose_test.py --programs build/release [--prometheus prometheus]

Each service that can run here is started with its own entrypoint, command and volumes, and finds the others by their names. Holds that Prometheus
has loaded every rule, scrapes the exporter by the shipped configuration, and holds sessions of the simulated calls. Of Grafana, which cannot be had
from Debian's packages, only the files are held against each other. Skipped (77) where mounts are not allowed.
"""

import argparse
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import yaml

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
import confined  # noqa: E402
from live import get, read, running, wait_for  # noqa: E402

ROOT = HERE.parent.parent
FOLDER = ROOT / "packaging"
# What the image of Prometheus runs unless told otherwise.
PROMETHEUS = ["/bin/prometheus", "--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"]
SKIPPED = 77


def check(condition, what):
    if not condition:
        sys.exit(f"compose_test: {what}")


def volumes(service):
    """(source, target, writable) of each; a source is a path, or the name of a volume."""
    for volume in service.get("volumes", []):
        source, target, *mode = volume.split(":")
        yield source, target, mode != ["ro"]


def check_files(services, named):
    for name, service in services.items():
        for source, _, _ in volumes(service):
            check(source in named or (source.startswith(".") and (FOLDER / source).exists()), f"{name}: there is no {source}")
    grafana = services["grafana"]
    inside = {target: (FOLDER / source).resolve() for source, target, _ in volumes(grafana)}
    provider = yaml.safe_load((FOLDER / "compose/grafana-dashboards.yaml").read_text())["providers"][0]
    shown = inside[provider["options"]["path"]]
    check(len(list(shown.glob("*.json"))) == 5, f"no five dashboards in {shown}")
    home = pathlib.Path(grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])
    check((inside[str(home.parent)] / home.name).exists(), f"there is no {home}")
    source = yaml.safe_load((FOLDER / "compose/grafana-datasources.yaml").read_text())["datasources"][0]
    check(source["url"] == "http://prometheus:9090" and source["type"] == "prometheus", f"the data source is {source}")


def libraries(program):
    """None of a static one."""
    listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=False).stdout
    return [word for line in listed.splitlines() for word in line.split() if word.startswith("/")]


class Containers:
    """The services that can run here, each in a root filesystem of its own."""

    def __init__(self, folder, services, prometheus, programs):
        self.folder, self.services = folder, services
        image = folder / "image"
        subprocess.run([ROOT / "packaging" / "assemble-root", programs, image], check=True)
        self.roots = {"simulator": image, "exporter": image, "prometheus": folder / "prometheus"}
        (self.roots["prometheus"] / "bin").mkdir(parents=True)
        (self.roots["prometheus"] / "tmp").mkdir()
        shutil.copy(prometheus, self.roots["prometheus"] / "bin" / "prometheus")
        for library in libraries(prometheus):
            kept = pathlib.Path(f"{self.roots['prometheus']}{library}")
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(library, kept)
        for root in self.roots.values():
            (root / "etc").mkdir(exist_ok=True)
            (root / "etc/hosts").write_text(f"127.0.0.1 {' '.join(services)}\n")

    def run(self, name):
        service, root = self.services[name], self.roots[name]
        mounts = [self._mount(name, root, *volume) for volume in volumes(service)]
        command = PROMETHEUS if name == "prometheus" else service.get("entrypoint", ["/usr/bin/agora-exporter"]) + service["command"]
        return running(command, self.log(name), preexec_fn=confined.enter(str(root), mounts), env={})

    def log(self, name):
        return self.folder / f"{name}.log"

    def _mount(self, name, root, source, target, writable):
        outside = (FOLDER / source).resolve() if source.startswith(".") else self.folder / f"{name}-{source}"
        inside = pathlib.Path(f"{root}{target}")
        if not source.startswith("."):
            outside.mkdir()
            os.chown(outside, confined.USER, confined.USER)
        if outside.is_dir():
            inside.mkdir(parents=True, exist_ok=True)
        else:
            inside.parent.mkdir(parents=True, exist_ok=True)
            inside.touch()
        return str(outside), target, writable


def ask(path, query=""):
    answer = get(f"http://127.0.0.1:9090/api/v1/{path}{query}")
    return json.loads(answer)["data"] if answer else {}


def try_out(containers):
    with contextlib.ExitStack() as stack:
        for name in ("simulator", "exporter", "prometheus"):
            process = stack.enter_context(containers.run(name))
            stack.callback(lambda name=name, process=process: check(process.poll() is None, f"{name} ended:\n{read(containers.log(name))}"))
        sessions = wait_for(lambda: ask("query", "?query=count(agora_session_join_timestamp_seconds)").get("result"), "session in Prometheus")
        check(ask("query", "?query=up{job=%22agora-exporter%22}")["result"][0]["value"][1] == "1", "the scrape fails")
        loaded = [rule for group in ask("rules")["groups"] for rule in group["rules"]]
        shipped = sum(len(group["rules"]) for file in (ROOT / "dashboards/rules").glob("*.yaml") for group in (yaml.safe_load(file.read_text()) or {}).get("groups", []))
        check(len(loaded) == shipped > 0, f"{len(loaded)} rules are loaded, {shipped} are shipped")
        return sessions[0]["value"][1], len(loaded)


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--programs", required=True, help="the folder with agora-exporter and agora-simulator")
    args.add_argument("--prometheus", default="prometheus")
    args = args.parse_args()
    compose = yaml.safe_load((FOLDER / "compose.yaml").read_text())
    check_files(compose["services"], compose["volumes"])
    if os.geteuid() != 0 or not confined.allowed():
        print("files only: mounting needs root and a machine that allows it")
        sys.exit(SKIPPED)
    confined.own_network()
    with tempfile.TemporaryDirectory() as made:
        folder = pathlib.Path(made)
        folder.chmod(0o755)
        containers = Containers(folder, compose["services"], shutil.which(args.prometheus) or args.prometheus, args.programs)
        sessions, rules = try_out(containers)
    print(f"{sessions} sessions reached Prometheus; {rules} rules loaded")


main()
