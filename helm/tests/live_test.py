"""The programs of the image, started with the commands of the rendered pods: only addresses and the place of the files are others."""

import json
import pathlib
import re
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import contents_test
import manifests
import tools

sys.path.insert(0, str(tools.ROOT / "tests" / "support"))
from live import get, read, running, wait_for  # noqa: E402

PLAIN, WEB = "simulator-values.yaml", "web-tls-values.yaml"


class Pods:
    """What a values file makes, with its files under a folder."""

    def __init__(self, values, folder):
        self.found = manifests.rendered(tools.HELMS[-1], tools.CHART / "ci" / values, tools.NEWEST)
        self.folder = str(folder)
        contents_test.mounted(self.found, self.folder)

    def container(self, kind, name):
        pods = [manifests.pod_of(o) for o in self.found if o["kind"] == kind]
        return next(c for pod in pods for c in pod["spec"]["containers"] if c["name"] == name)

    def here(self, words):
        """Arguments with the files of the container under the folder."""
        return [re.sub(r"^(--(?:config\.file|storage\.path|web\.config\.file)=)", rf"\1{self.folder}", word) for word in words]


def listening(process, log):
    def address():
        if process.poll() is not None:
            raise SystemExit(f"the exporter ended with {process.returncode}:\n{read(log)}")
        lines = [line for line in read(log).splitlines() if "msg=listening" in line and "address=127.0.0.1:" in line]
        return lines[0].split("address=", 1)[1].split()[0] if lines else None

    return wait_for(address, "address of the exporter")


def exporter(args, pods, log):
    words = [word for word in pods.here(pods.container("StatefulSet", "exporter")["args"]) if not word.startswith("--web.listen-address=")]
    (pathlib.Path(pods.folder) / "var/lib/agora-exporter").mkdir(parents=True, exist_ok=True)
    return running([args.exporter, *words, "--web.listen-address=127.0.0.1:0"], log)


def plain_faults(args, folder):
    """Probes over HTTP, the page where the ServiceMonitor looks for it, helm test, and the end within the grace period."""
    pods, faults = Pods(PLAIN, folder), []
    simulator = pods.container("Deployment", "simulator")
    if simulator["command"] != ["/usr/bin/agora-simulator"] or simulator["args"][0] != "--listen=:8080":
        faults.append(f"the simulator is started by {simulator['command']} {simulator['args']}")
    portfile = f"{folder}/simulator.address"
    with running([args.simulator, "--listen=127.0.0.1:0", f"--portfile={portfile}", *simulator["args"][1:]], f"{folder}/simulator.log"):
        api = wait_for(lambda: read(portfile).strip(), "address of the simulator")
        config = pathlib.Path(folder) / "etc/agora-exporter/exporter.yaml"
        config.write_text(config.read_text().replace("http://agora-agora-exporter-simulator:8080", f"http://{api}"))
        log, container = f"{folder}/exporter.log", pods.container("StatefulSet", "exporter")
        test = pods.container("Pod", "test")["args"]
        with exporter(args, pods, log) as process:
            page = listening(process, log)
            for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
                wait_for(lambda path=container[probe]["httpGet"]["path"]: get(f"http://{page}{path}"), probe)
            scrape = next(o for o in pods.found if o["kind"] == "PodMonitor")["spec"]["podMetricsEndpoints"][0]
            wait_for(lambda: "\nagora_exporter_build_info{" in get(f"{scrape['scheme']}://{page}{scrape['path']}"), "page")
            asked = [test[0], f"--web.listen-address={page}"]
            done = tools.run(args.exporter, *asked)
            if done.returncode != 0 or not test[1].startswith("--web.listen-address="):
                faults.append(f"helm test: {test}: {done.stdout}{done.stderr}")
            faults += end_faults(process, 10)
        if tools.run(args.exporter, *asked).returncode != 1:
            faults.append("helm test is content with an exporter that has ended")
    return faults


def end_faults(process, within):
    began = time.monotonic()
    process.terminate()
    try:
        process.wait(within)
    except subprocess.TimeoutExpired:
        return [f"the exporter has not ended {within} s after SIGTERM"]
    return [] if process.returncode == 0 else [f"the exporter ended with {process.returncode} after {time.monotonic() - began:.1f} s"]


def status_of(url):
    """What a client gets who trusts anybody's certificate."""
    trust = ssl.create_default_context()
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    try:
        with urllib.request.urlopen(url, timeout=10, context=trust) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def web_faults(args, folder):
    """With TLS and a password: the page asks for it, the probes' commands do not need it, and what helm test runs is content."""
    pods, faults = Pods(WEB, folder), []
    secrets = pathlib.Path(folder) / "run/secrets/web"
    tools.certificate(secrets / "tls.key", secrets / "tls.crt")
    config = pathlib.Path(folder) / "etc/agora-exporter/exporter.yaml"
    account = manifests.parse(config.read_text().replace("_file: /", f"_file: {folder}/"))[0]["accounts"][0]
    config.write_text(json.dumps({"accounts": [{**account, "base_url": "http://127.0.0.1:9"}]}))  # where nobody answers
    log, container = f"{folder}/exporter.log", pods.container("StatefulSet", "exporter")
    with exporter(args, pods, log) as process:
        page = listening(process, log)
        if status_of(f"https://{page}/metrics") != 401:
            faults.append("the page does not ask for a password")
        for probe in ("startupProbe", "livenessProbe"):
            command = pods.here(container[probe]["exec"]["command"][1:])
            done = tools.run(args.exporter, *command)
            if done.returncode != 0:
                faults.append(f"{probe}: {command}: {done.stdout}{done.stderr}")
        # Without an answer of the API it is alive, and not ready.
        if tools.run(args.exporter, *pods.here(container["readinessProbe"]["exec"]["command"][1:])).returncode != 1:
            faults.append("readinessProbe: ready without having asked anything")
        done = tools.run(args.exporter, *pods.here(pods.container("Pod", "test")["args"]))
        if done.returncode != 0:
            faults.append(f"helm test: {done.stdout}{done.stderr}")
        faults += end_faults(process, 10)
    return faults


def check(args):
    faults = []
    for part in (plain_faults, web_faults):
        with tempfile.TemporaryDirectory() as folder:
            faults += part(args, folder)
    return "simulator and exporter as the pods start them; TLS, password, probes inside", faults
