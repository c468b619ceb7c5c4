"""Real processes for the tests that run them: started, waited for, ended."""

import contextlib
import json
import os
import subprocess
import time
import urllib.request

APP_ID = "00000000000000000000000000000001"
PATIENCE = 120


def wait_for(condition, what, within=PATIENCE):
    until = time.monotonic() + within
    while time.monotonic() < until:
        got = condition()
        if got:
            return got
        time.sleep(0.2)
    raise SystemExit(f"no {what} within {within} s")


def get(url):
    """The body of a good answer, else nothing."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.read().decode()
    except OSError:
        return ""


def read(path):
    with contextlib.suppress(OSError), open(path, encoding="utf-8") as file:
        return file.read()
    return ""


@contextlib.contextmanager
def running(command, log, **options):
    with open(log, "w", encoding="utf-8") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, **options)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)


@contextlib.contextmanager
def simulator(program, folder, apps=(APP_ID,)):
    """The simulator on enterprise with many small calls, and nothing asked of it yet. Gives its address."""
    portfile = os.path.join(folder, "address")
    with running([program, "--listen", "127.0.0.1:0", "--portfile", portfile, "--plan", "enterprise", "--calls-per-day", "1000", "--even", "--max-users", "10", "--apps", ",".join(apps)],
                 os.path.join(folder, "simulator.log")):
        yield wait_for(lambda: read(portfile).strip(), "address of the simulator")


def exporter_yaml(address, name, state):
    """Configuration of an exporter that asks that simulator. JSON is YAML too."""
    return json.dumps({"accounts": [{"name": name, "base_url": f"http://{address}", "customer_id": "simulated-customer", "customer_secret": "simulated-secret", "plan": "enterprise",
                                     "apps": [{"app_id": APP_ID, "name": name}]}], "storage": {"path": state}})
