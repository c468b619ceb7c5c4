#!/usr/bin/env python3
"""kill -9 of the real exporter, again and again, against a real simulator, on one fast clock.

Holds that the exporter comes back each time, that no total of the replayed world ever falls, that by the
simulator's own count no limit was ever passed, and that once caught up the page equals the simulator's truth.
"""

import argparse
import http.client
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
import urllib.request

APP_ID = "00000000000000000000000000000001"
# 2026-03-02T23:40:00Z: with the speeds used here, the runs come over a UTC midnight.
START = 1772494800
COMES_BACK_WITHIN = 30  # seconds of real time, on a machine that does much else
CATCHES_UP_WITHIN = 240
SAMPLE = re.compile(r'^(\w+)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
REPLAYED_TOTAL = re.compile(
    r'^agora_(session_seconds_total$|(audio|video)_\w+_seconds_total$|calls_(started|ended)_total$'
    r'|(observed|call_duration)_\w+_(bucket|count|sum)$)')


class Failure(Exception):
    pass


class Machine:
    """Both programs, in a folder of their own."""

    def __init__(self, args, folder):
        self.args, self.folder = args, folder
        self.exporter = self.simulator = None
        self.lives = 0
        self.clock = ["--clock.start", str(START), "--clock.epoch", repr(time.time()), "--clock.speed", str(args.speed)]

    def path(self, name):
        return os.path.join(self.folder, name)

    def start_simulator(self):
        command = [self.args.simulator, "--listen", "127.0.0.1:0", "--portfile", self.path("address"), "--plan",
                   "enterprise", "--seed", str(self.args.seed), "--calls-per-day", "200", "--even", "--apps", APP_ID]
        self.simulator = subprocess.Popen(command + self.clock, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: os.path.exists(self.path("address")) and os.path.getsize(self.path("address")) > 0,
                 "the simulator's address", COMES_BACK_WITHIN)
        with open(self.path("address"), encoding="utf-8") as file:
            self.api = file.read().strip()
        with open(self.path("exporter.yaml"), "w", encoding="utf-8") as file:
            file.write(f"""accounts:
  - name: killed
    base_url: http://{self.api}
    customer_id: simulated-customer
    customer_secret: simulated-secret
    plan: enterprise
    apps:
      - app_id: "{APP_ID}"
        name: killed
storage: {{ path: {self.path("state")} }}
""")

    def start_exporter(self):
        self.lives += 1
        self.log = self.path(f"exporter-{self.lives}.log")
        command = [self.args.exporter, "--config.file", self.path("exporter.yaml"), "--web.listen-address",
                   "127.0.0.1:0", "--log.level", "info", "--quota.assume-fresh"]
        with open(self.log, "w", encoding="utf-8") as log:
            self.exporter = subprocess.Popen(command + self.clock, stdout=subprocess.DEVNULL, stderr=log)
        self.address = None

    def page(self):
        """The page, or None while there is none."""
        if self.exporter.poll() is not None:
            with open(self.log, encoding="utf-8") as log:
                raise Failure(f"the exporter ended with {self.exporter.returncode}: {log.read()[-2000:]}")
        if self.address is None:
            with open(self.log, encoding="utf-8") as log:
                found = re.search(r'listening.*?(127\.0\.0\.1:\d+)', log.read())
            if not found:
                return None
            self.address = found.group(1)
        connection = http.client.HTTPConnection(self.address, timeout=10)
        try:
            connection.request("GET", "/metrics")
            answer = connection.getresponse()
            body = answer.read().decode()
            return Page(body) if answer.status == 200 else None
        except OSError:
            return None
        finally:
            connection.close()

    def ask_simulator(self, target):
        with urllib.request.urlopen(f"http://{self.api}{target}", timeout=30) as answer:
            return json.load(answer)

    def kill(self):
        self.exporter.kill()
        if self.exporter.wait() != -9:
            with open(self.log, encoding="utf-8") as log:
                raise Failure(f"the exporter had ended by itself: {log.read()[-2000:]}")

    def stop_in_order(self):
        """SIGTERM: it ends by itself within 10 s."""
        self.exporter.terminate()
        try:
            self.exporter.wait(10)
        except subprocess.TimeoutExpired:
            raise Failure("the exporter had not stopped 10 s after SIGTERM") from None
        if self.exporter.returncode != 0:
            raise Failure(f"after SIGTERM the exporter ended with {self.exporter.returncode}")

    def stop(self):
        for process in (self.exporter, self.simulator):
            if process is not None and process.poll() is None:
                process.terminate()
                try:
                    process.wait(15)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


class Page:
    def __init__(self, text):
        self.samples = {}
        for line in text.splitlines():
            found = SAMPLE.match(line)
            if found:
                labels = tuple(LABEL.findall(found.group(2) or ""))
                self.samples[(found.group(1), labels)] = float(found.group(3))

    def of(self, name):
        return {labels: value for (family, labels), value in self.samples.items() if family == name}

    def replayed(self):
        return int(next(iter(self.of("agora_exporter_replay_timestamp_seconds").values()), 0))

    def totals(self):
        return {key: value for key, value in self.samples.items() if REPLAYED_TOTAL.match(key[0])}


def wait_for(what, words, seconds):
    end = time.monotonic() + seconds
    while True:
        got = what()
        if got:
            return got
        if time.monotonic() > end:
            raise Failure(f"{words}: not there within {seconds} s")
        time.sleep(0.02)


def check_no_fall(before, after, kill):
    for key, value in before.items():
        if key not in after:
            raise Failure(f"after kill {kill}: {key} is gone, it was {value}")
        if after[key] < value:
            raise Failure(f"after kill {kill}: {key} fell from {value} to {after[key]}")


def compare(page, truth, mids):
    """What is shown wrongly, what is missing, and how many series were held against each other."""
    by_metric = {mid["metric"]: mid["mid"] for mid in mids}
    scale = {mid["mid"]: mid["scale"] for mid in mids}
    shown = {}
    for (name, labels), value in page.samples.items():
        text = dict(labels)
        if name in by_metric:
            shown[(text["sid"], by_metric[name], text["peer_uid"])] = value
        elif name == "agora_session_unknown_mid":
            shown[(text["sid"], int(text["mid"]), text["peer_uid"])] = value
    wrong, missing = [], []
    for series in truth["series"]:
        key = (series["sid"], series["mid"], str(series["peer_uid"]))
        real = series["value"] * scale.get(series["mid"], 1)
        if key not in shown:
            missing.append(f"{key} is not shown, point at {series['point_ts']}")
        elif abs(shown[key] - real) > 1e-9 * max(1.0, abs(real)):
            wrong.append(f"{key} is {shown[key]}, not {real}")
        shown.pop(key, None)
    wrong += [f"{key} is shown and not there" for key in shown]
    sessions = {dict(labels)["sid"] for labels in page.of("agora_session_info")}
    real_sessions = {session["sid"] for session in truth["sessions"]}
    wrong += [f"session {sid} is shown and not there" for sid in sessions - real_sessions]
    missing += [f"session {sid} is not shown" for sid in real_sessions - sessions]
    active = sum(page.of("agora_active_calls").values())
    if active != len(truth["calls"]):
        (wrong if active > len(truth["calls"]) else missing).append(
            f"{active} active calls, not {len(truth['calls'])}")
    return wrong, missing, len(truth["series"])


def kill_again_and_again(machine, dice, kills):
    """Gives the totals before the last kill."""
    totals = {}
    for kill in range(1, kills + 1):
        machine.start_exporter()
        if dice.random() < 0.25:  # while it starts
            time.sleep(dice.uniform(0, 0.3))
        else:
            page = wait_for(machine.page, f"the page after kill {kill - 1}", COMES_BACK_WITHIN)
            check_no_fall(totals, page.totals(), kill - 1)
            time.sleep(dice.uniform(0, 2.5))
            page = wait_for(machine.page, f"the page before kill {kill}", COMES_BACK_WITHIN)
            totals = page.totals()
        machine.kill()
        check_quota(machine)
    return totals


def check_quota(machine):
    counters = machine.ask_simulator("/counters")
    if counters["above_limits"]:
        raise Failure(f"over quota by the simulator's count: {counters['above_limits']}")
    refused = [answer for answer in counters["answers"] if answer["code"] == 300]
    if refused:
        raise Failure(f"refused: {refused}")
    return counters


def check_caught_up(machine, totals, kills, mids):
    machine.start_exporter()
    page = wait_for(machine.page, "the page after the last kill", COMES_BACK_WITHIN)
    check_no_fall(totals, page.totals(), kills)
    lag = next(iter(page.of("agora_exporter_replay_lag_seconds").values()))
    # From here on R stands at instants whose points were all asked for in this life.
    whole_from = page.replayed() + lag + 120
    missing, compared, end = [], 0, time.monotonic() + CATCHES_UP_WITHIN
    while time.monotonic() < end:
        time.sleep(0.5)
        later = wait_for(machine.page, "the page", COMES_BACK_WITHIN)
        check_no_fall(page.totals(), later.totals(), kills)
        page = later
        truth = machine.ask_simulator(f"/truth?appid={APP_ID}&ts={page.replayed()}")
        wrong, missing, compared = compare(page, truth, mids)
        if wrong:
            raise Failure("\n".join([f"at R = {page.replayed()}, {len(wrong)} wrong:"] + wrong[:10]))
        if page.replayed() >= whole_from and compared > 0 and not missing:
            return page, compared
    raise Failure("\n".join([f"at R = {page.replayed()} of {compared} series missing:"] + missing[:10]))


def run(args, folder):
    dice = random.Random(args.seed)
    catalog = subprocess.run([args.exporter, "catalog", "--json"], check=True, capture_output=True)
    mids = json.loads(catalog.stdout)["mids"]
    machine = Machine(args, folder)
    began = time.monotonic()
    try:
        machine.start_simulator()
        totals = kill_again_and_again(machine, dice, args.kills)
        page, compared = check_caught_up(machine, totals, args.kills, mids)
        counters = check_quota(machine)
        machine.stop_in_order()
    finally:
        machine.stop()
    requests = sum(usage["requests"] for usage in counters["usage"])
    took = time.monotonic() - began
    if sum(value for key, value in page.totals().items() if key[0] == "agora_calls_started_total") <= 0:
        raise Failure("no call has started: the world was too quiet to say anything")
    print(f"seed {args.seed}: {args.kills} kills, {took * args.speed / 3600:.1f} h of the world in {took:.0f} s, "
          f"{requests} requests, {len(page.totals())} totals, {compared} series equal to the truth")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--exporter", required=True, help="the program agora-exporter")
    parser.add_argument("--simulator", required=True, help="the program agora-simulator")
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--speed", type=float, default=30, help="of the clock; at most 100")
    parser.add_argument("--seed", type=int, default=int(time.time()) % 100000)
    args = parser.parse_args()
    print(f"seed {args.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="agora-kill.") as folder:
        try:
            run(args, folder)
        except Failure as failure:
            print(f"seed {args.seed}: {failure}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
