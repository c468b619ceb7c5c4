#!/usr/bin/env python3
"""Every query of every panel and variable, asked of a real Prometheus over a store of produced history.

    tests/dashboards/queries_test.py --store DIR --until TIME --prometheus P [--max-seconds S] [--days N]

Fails on an error, on an empty panel that should not be, on a value outside what its unit can be, and on a query that takes longer
than --max-seconds. `--store` is made by history_test.py.
"""

import argparse
import math
import re
import sys

sys.dont_write_bytecode = True
import grafana  # noqa: E402
from prometheus import Prometheus  # noqa: E402

# (dashboard, panel, refId) that may be empty in a world where nothing is wrong -> why.
MAY_BE_EMPTY = {
    ("overview", "Audio freeze by platform", "B"): "names platforms without mid 20005: nobody on Web may be in a call just then",
    ("session", "Ids without a name", "A"): "a mid that no catalog has is rare",
}
HOURS = 3_600
# Labels that the API may leave out of a session.
MAY_LACK = {"platform", "network", "sdk_version"}


def plausible(panel, target, unit, value):
    """Whether a value can be one of its unit."""
    if math.isnan(value):
        return False
    if "offset 7d" in target["expr"] or "% 86400" in target["expr"]:  # a difference
        return value >= -1
    if "shown" in target["legendFormat"] or unit == "dateTimeAsIso":
        return 1.5e12 < value < 4e12
    if unit == "percentunit" and "not available" not in target["legendFormat"]:
        return 0 <= value <= 1.0001
    return value >= 0


def choose_calls(asker):
    """Worst channels first, as the overview's table lists them, then others: (channel, call, uid, sid) of some sessions."""
    info = asker.prometheus.series("agora_session_info", asker.start, asker.end)
    picked, kinds = [], set()
    for labels in sorted(info, key=lambda one: (one["platform"], one["sid"])):
        kind = (labels["platform"], labels["speaker"], labels.get("network"))
        if kind not in kinds:
            kinds.add(kind)
            picked.append(labels)
    return picked


def check(asker, name, found):
    """Adds to `found`; returns {(panel, refId): series} of what was answered."""
    filled = {}
    for panel, target, series in asker.everything(name):
        key = (name, panel["title"], target["refId"])
        filled[key] = len(series)
        unit = panel["fieldConfig"]["defaults"]["unit"]
        named = re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])
        for labels, points in series:
            if set(named) - set(labels) - MAY_LACK:
                found.append(f"{name}: {panel['title']}: its legend names {named}, a series has {sorted(labels)}")
            wrong = [v for _, v in points if not plausible(panel, target, unit, v)]
            if wrong:
                found.append(f"{name}: {panel['title']}: {wrong[0]} is no {unit} ({labels})")
                break
    return filled


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--store", required=True)
    args.add_argument("--until", type=float, required=True, help="end of the history, Unix seconds")
    args.add_argument("--prometheus", default="prometheus")
    args.add_argument("--lookback", default="1m")
    args.add_argument("--scrape", type=int, default=30)
    args.add_argument("--max-seconds", type=float, default=0)
    args.add_argument("--usage-days", type=float, default=10, help="days of history for the usage dashboard; 0: it is not asked")
    args.add_argument("--hours", type=float, default=6)
    args = args.parse_args()
    found, queries, slow, filled = [], 0, (0.0, ""), {}
    with Prometheus(args.store, args.prometheus, lookback=args.lookback) as prometheus:
        start = args.until - args.hours * HOURS
        asker = grafana.Asker(prometheus, start, args.until, args.scrape)
        sessions = choose_calls(asker)
        if not sessions:
            sys.exit("queries_test: the store holds no session")
        runs = [("overview", asker), ("exporter", asker)]
        if args.usage_days:
            runs.append(("usage", grafana.Asker(prometheus, args.until - args.usage_days * 24 * HOURS, args.until, 300)))
        # As they open without a link, and as the overview's link opens a call: with all calls of a channel.
        for name in ("call", "session"):
            runs.append((name, grafana.begin(name, grafana.Asker(prometheus, start, args.until, args.scrape))))
        for labels in sessions:
            runs.append(("call", grafana.Asker(prometheus, start, args.until, args.scrape, {"channel": labels["channel"]})))
            chosen = {"channel": labels["channel"], "call": labels["call_id"]}
            runs.append(("call", grafana.Asker(prometheus, start, args.until, args.scrape, chosen)))
            runs.append(("session", grafana.Asker(prometheus, start, args.until, args.scrape, chosen | {"uid": labels["uid"], "sid": labels["sid"]})))
        for name, one in runs:
            for key, series in check(one, name, found).items():
                filled[key] = filled.get(key, 0) + series
            for variable in grafana.load(name)["templating"]["list"]:
                if variable["type"] == "query" and not one.values_of(variable):
                    found.append(f"{name}: variable {variable['name']} offers nothing")
            slow = max(slow, one.slowest)
    for key, series in filled.items():
        queries += 1
        if not series and key not in MAY_BE_EMPTY:
            found.append(f"{key[0]}: {key[1]} ({key[2]}): empty for all of {len(sessions)} sessions" if key[0] in ("call", "session") else f"{key[0]}: {key[1]} ({key[2]}): empty")
    if args.max_seconds and slow[0] > args.max_seconds:
        found.append(f"{slow[0]:.2f} s, {args.max_seconds} are allowed: {slow[1]}")
    print("\n".join(found) if found else f"{queries} queries of {len({k[0] for k in filled})} dashboards, for {len(sessions)} kinds of session: all answered; slowest {slow[0]:.2f} s ({slow[1][:90]})")
    sys.exit(1 if found else 0)


main()
