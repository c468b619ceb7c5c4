#!/usr/bin/env python3
"""A live run: simulator, exporter and a real Prometheus that scrapes it with the shipped rules loaded.

    tests/dashboards/live_test.py --exporter E --simulator S [--prometheus P] [--seconds 180]

Holds that every scrape succeeds, that every rule evaluates without an error, that the recorded series are there, that the
overview's queries answer, and that no alert but the expected fires in a healthy world.
"""

import argparse
import contextlib
import json
import os
import pathlib
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import grafana  # noqa: E402
from generator import rules  # noqa: E402
from live import exporter_yaml, get, running, simulator, wait_for  # noqa: E402
from prometheus import Api, free_port  # noqa: E402

SCRAPE = 5
# A rate over 5 min of a younger series is too small by what is missing: before, parts of an app draw no line.
FULL_RATE = 120
# May be empty in a run of a few minutes -> why.
NO_ROW = "the insight rows may still be on their way"
NEEDS_TIME = {"Length of ended calls": "no call need have ended", "Join success by product": NO_ROW, "Joined within 5 s by product": NO_ROW, "Delay over 400 ms by product": NO_ROW,
              "Video freeze by product": NO_ROW, "Audio freeze by product": NO_ROW}


def check(api, seconds):
    found = []
    targets = api.ask("/api/v1/targets", {})["activeTargets"]
    found += [f"scrape: {t['lastError']}" for t in targets if t["health"] != "up"]
    groups = api.ask("/api/v1/rules", {})["groups"]
    evaluated = [r for g in groups for r in g["rules"]]
    found += [f"{r['name']}: {r.get('lastError', r['health'])}" for r in evaluated if r["health"] != "ok"]
    expected = len(rules.sums()) + len(rules.ratios()) + len(rules.alerts())
    if len(evaluated) != expected:
        found.append(f"{len(evaluated)} rules are loaded, {expected} are shipped")
    found += [f"alert {r['name']} fires in a healthy world" for r in evaluated if r["type"] == "alerting" and r["state"] == "firing"]
    now = time.time()
    for rule in rules.sums() + rules.ratios():
        if not api.query(f"last_over_time({rule.record}[2m])", now):
            found.append(f"{rule.record} has no series")
    if seconds < FULL_RATE:
        return found
    asker = grafana.Asker(api, now - 900, now, SCRAPE)  # longer than the run: a step falls on now
    for panel, _, series in asker.everything("overview"):
        if not series and panel["title"] not in NEEDS_TIME and "not available" not in str(panel["targets"]):
            found.append(f"overview: {panel['title']} is empty")
    return found


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--exporter", required=True)
    args.add_argument("--simulator", required=True)
    args.add_argument("--prometheus", default="prometheus")
    args.add_argument("--seconds", type=int, default=180)
    args = args.parse_args()
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        path = lambda name: os.path.join(folder, name)  # noqa: E731
        api_address = stack.enter_context(simulator(args.simulator, folder))
        with open(path("exporter.yaml"), "w", encoding="utf-8") as file:
            file.write(exporter_yaml(api_address, "live", path("state")))
        page_port, port = free_port(), free_port()
        page = f"127.0.0.1:{page_port}"
        stack.enter_context(running([args.exporter, "--config.file", path("exporter.yaml"), "--web.listen-address", page, "--quota.assume-fresh"], path("exporter.log")))
        wait_for(lambda: get(f"http://{page}/-/ready"), "ready exporter")
        with open(path("prometheus.yml"), "w", encoding="utf-8") as file:
            json.dump({"global": {"scrape_interval": f"{SCRAPE}s", "evaluation_interval": f"{SCRAPE}s"}, "rule_files": [str(grafana.ROOT / "dashboards" / "rules" / "*.yaml")],
                       "scrape_configs": [{"job_name": rules.JOB, "static_configs": [{"targets": [page]}]}]}, file)
        stack.enter_context(running([args.prometheus, f"--config.file={path('prometheus.yml')}", f"--storage.tsdb.path={path('tsdb')}", f"--web.listen-address=127.0.0.1:{port}"], path("prometheus.log")))
        url = f"http://127.0.0.1:{port}"
        wait_for(lambda: get(f"{url}/-/ready"), "ready Prometheus")
        time.sleep(args.seconds)  # what is tested is what a run of this length shows
        found = check(Api(url), args.seconds)
    print("\n".join(found) if found else f"{args.seconds} s: every scrape, every rule and every recorded series is there; no alert fires")
    sys.exit(1 if found else 0)


main()
