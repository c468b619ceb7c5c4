#!/usr/bin/env python3
"""Everything asked for real: days of produced pages in a real Prometheus, rules and alerts over them, every query of every dashboard.

    tests/dashboards/history_test.py --history build/release/page_history [--days 10] [--prometheus P]... [--promtool P] [--keep DIR]

Pages come every 5 min, in the last two days (or --fine-hours) every 30 s. Two incidents are planned in the fine part: Wi-Fi freezes six
times as much for 40 minutes, and the API answers with errors for 90. Holds that both are seen, that their alerts fire and no alert on
the exporter fires elsewhere, and that queries_test.py passes: all on each --prometheus.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import grafana  # noqa: E402
from prometheus import Prometheus  # noqa: E402
from rule_files import ALERTS, evaluate_alerts  # noqa: E402
from store import backfill_rules, build_store, finished_files, iso  # noqa: E402

UNTIL = 1773360000  # 2026-03-13T00:00:00Z, a Friday
HOUR, DAY, LAG, FINE, COARSE = 3600, 86400, 900, 30, 300
HERE = pathlib.Path(__file__).resolve().parent
# Alerts on the exporter that the outage must raise; none may fire at another time.
BY_OUTAGE = {"AgoraAppNotCollected", "AgoraDataOld", "AgoraSessionTimeLow"}
BY_INCIDENT = {"AgoraNetworkVideoFreezeHigh"}
OF_EXPORTER = BY_OUTAGE | {"AgoraExporterDown", "AgoraQuotaSpentFast", "AgoraAccessLost", "AgoraSessionsHidden", "AgoraJournalDamaged", "AgoraListsTruncated"}


class Plan:
    def __init__(self, days, fine_hours):
        self.fine = UNTIL - fine_hours * HOUR
        self.begin = UNTIL - int(days * DAY)
        self.incident = UNTIL - 5 * HOUR  # in the world's time
        self.outage = UNTIL - 3 * HOUR

    def command(self, args, out):
        spans = [f"{self.fine},{UNTIL},{FINE}"]
        if self.begin < self.fine:
            spans.insert(0, f"{self.begin},{self.fine},{COARSE}")
        command = [args.history, "--seed", str(args.seed), "--plan", "enterprise", "--apps", "2", "--calls-per-day", str(args.calls_per_day), "--start", str(self.begin - 3 * DAY), "--out", str(out), "--no-incidents",
                   "--incident", f"Wi-Fi,1,6,{self.incident},40", "--outage", f"{self.outage},{self.outage + 90 * 60}", "--restart-at", str(self.fine + HOUR // 2)]
        for span in spans:
            command += ["--span", span]
        return command


def make_store(args, plan, folder):
    pages, store = folder / "pages", folder / "store"
    pages.mkdir(parents=True)
    producer = subprocess.Popen(plan.command(args, pages), stdout=subprocess.DEVNULL)
    files = build_store(store, finished_files(pages, lambda: producer.poll() is None), args.promtool, delete=True)
    if producer.wait():
        sys.exit(f"history_test: {args.history} ended with {producer.returncode}")
    if plan.begin < plan.fine:
        backfill_rules(store, args.prometheus[0], args.promtool, plan.begin, plan.fine, interval=COARSE, lookback="5m")
    backfill_rules(store, args.prometheus[0], args.promtool, plan.fine, UNTIL, interval=FINE)
    print(f"{files} files of pages loaded, rules backfilled from {iso(plan.begin)} to {iso(UNTIL)}", flush=True)
    return store


def check_alerts(fired, plan):
    found = []
    def within(begin, hours):
        return {name for name, _, start, _ in fired if begin <= start <= begin + hours * HOUR}
    for name in sorted(BY_INCIDENT - within(plan.incident + LAG, 1)):
        found.append(f"{name} does not fire in the incident")
    for name in sorted(BY_OUTAGE - within(plan.outage, 3)):
        found.append(f"{name} does not fire in the outage")
    for name, labels, start, _ in fired:
        if name in OF_EXPORTER and not plan.outage <= start <= plan.outage + 3 * HOUR:
            found.append(f"{name} {labels} fires at {iso(start)}, where nothing is wrong with the exporter")
    return found


def check_incident(prometheus, plan):
    """Seen by eye: Wi-Fi's line in the overview is twice its own rest."""
    asker = grafana.Asker(prometheus, plan.incident + LAG - 2 * HOUR, plan.incident + LAG + 40 * 60, FINE)
    panel = grafana.panel_of("overview", "Video freeze by network")
    points = next(p for labels, p in asker.ask(panel, panel["targets"][0]) if labels["network"] == "Wi-Fi")
    inside = [v for t, v in points if t >= plan.incident + LAG + 300]
    before = [v for t, v in points if t < plan.incident + LAG]
    mean = lambda values: sum(values) / len(values)  # noqa: E731
    print(f"video freeze on Wi-Fi: {mean(before):.1%} before, {mean(inside):.1%} in the incident")
    return [] if mean(inside) > 2 * mean(before) else ["the incident is not seen in the overview's video freeze by network"]


def check_tiles(prometheus, fired, plan):
    """The exporter's tile of overdue data is red where AgoraDataOld fires, and not where nothing is wrong."""
    tile = grafana.panel_of("exporter", "Overdue")
    red = tile["fieldConfig"]["defaults"]["thresholds"]["steps"][-1]["value"]

    def shown(at):
        return grafana.Asker(prometheus, at - HOUR, at, FINE).ask(tile, tile["targets"][0])[0][1][-1][1]
    old = [start for name, labels, start, _ in fired if name == "AgoraDataOld" and labels["source"].startswith("call_")]
    found = [f"AgoraDataOld fires at {iso(t)}, and the tile \"Overdue\" shows {shown(t):.0f} s" for t in old[:3] if shown(t) < red]
    calm = plan.outage - HOUR
    return found + ([f"the tile \"Overdue\" shows {shown(calm):.0f} s at {iso(calm)}, where nothing is wrong"] if shown(calm) >= red else [])


def check_history(prometheus, plan):
    fired = evaluate_alerts(prometheus, ALERTS, plan.fine, UNTIL - FINE, FINE)
    for name, labels, start, until in fired:
        print(f"{iso(start)} to {iso(until)} {name} {labels.get('app', '')} {labels.get('network', '')} {labels.get('source', '')}")
    return check_alerts(fired, plan) + check_incident(prometheus, plan) + check_tiles(prometheus, fired, plan)


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--history", required=True)
    args.add_argument("--days", type=float, default=10)
    args.add_argument("--fine-hours", type=int, default=48)
    args.add_argument("--calls-per-day", type=int, default=400)
    args.add_argument("--seed", type=int, default=7)
    args.add_argument("--prometheus", action="append")
    args.add_argument("--promtool", default="promtool")
    args.add_argument("--keep", type=pathlib.Path, help="a folder for the store, which stays")
    args = args.parse_args()
    args.prometheus = args.prometheus or ["prometheus"]
    plan = Plan(args.days, args.fine_hours)
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.keep or pathlib.Path(temporary)
        store = folder / "store" if args.keep and (folder / "store").exists() else make_store(args, plan, folder)
        found = []
        usage_days = str(args.days if args.days >= 8 else 0)
        for program in args.prometheus:
            version = subprocess.run([program, "--version"], capture_output=True, text=True)
            print((version.stdout or version.stderr).splitlines()[0], flush=True)
            with Prometheus(store, program) as prometheus:
                wrong = check_history(prometheus, plan)
            print("\n".join(wrong) or "incidents are seen, their alerts fire, no other alert on the exporter does", flush=True)
            found += wrong
            asked = subprocess.run([HERE / "queries_test.py", "--store", store, "--until", str(UNTIL - FINE), "--prometheus", program, "--usage-days", usage_days])
            if asked.returncode:
                found.append(f"queries_test.py fails on {program}")
    sys.exit(1 if found else 0)


main()
