#!/usr/bin/env python3
"""100,000 session series at once for an hour, a page a minute: every query of the dashboards answers within a second.

    tests/dashboards/many_test.py --history build/release/page_history [--series 100000] [--max-seconds 1] [--prometheus P] [--promtool P]

Usage is left out: its queries read insight values, of which there are as many with 10 calls.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from store import backfill_rules, build_store, finished_files  # noqa: E402

BEGIN, HOUR, SCRAPE = 1772442000, 3600, 60  # 2026-03-02T09:00:00Z
USERS, DURATION, LAG = 20, 1800, 1800
CALLS_PER_SERIES = 0.052  # a day, for one series at once with these calls: measured
HERE = pathlib.Path(__file__).resolve().parent


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--history", required=True)
    args.add_argument("--series", type=int, default=100_000)
    args.add_argument("--max-seconds", type=float, default=1)
    args.add_argument("--prometheus", default="prometheus")
    args.add_argument("--promtool", default="promtool")
    args.add_argument("--keep", type=pathlib.Path)
    args = args.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.keep or pathlib.Path(temporary)
        pages, store, log = folder / "pages", folder / "store", folder / "log"
        folder.mkdir(exist_ok=True)
        command = [args.history, "--plan", "enterprise", "--even", "--no-incidents", "--users", str(USERS), "--duration", str(DURATION), "--lag", str(LAG),
                   "--calls-per-day", str(round(args.series * CALLS_PER_SERIES)), "--start", str(BEGIN - 2 * HOUR), "--span", f"{BEGIN},{BEGIN + HOUR},{SCRAPE}", "--out", str(pages)]
        with open(log, "w", encoding="utf-8") as out:
            producer = subprocess.Popen(command, stdout=out)
        build_store(store, finished_files(pages, lambda: producer.poll() is None), args.promtool, delete=True)
        if producer.wait():
            sys.exit(f"many_test: {args.history} ended with {producer.returncode}")
        backfill_rules(store, args.prometheus, args.promtool, BEGIN, BEGIN + HOUR, interval=SCRAPE, lookback="2m")
        said = log.read_text()
        print(said.splitlines()[-1], flush=True)
        most = int(re.search(r"(\d+) series", said.splitlines()[-1]).group(1))
        if most < args.series:
            sys.exit(f"many_test: {most} series are no {args.series}")
        sys.exit(subprocess.run([HERE / "queries_test.py", "--store", store, "--until", str(BEGIN + HOUR - SCRAPE), "--prometheus", args.prometheus, "--usage-days", "0", "--hours", "1",
                                 "--scrape", str(SCRAPE), "--lookback", "2m", "--max-seconds", str(args.max_seconds)]).returncode)


main()
