#!/usr/bin/env python3
"""Makes a Prometheus store of page_history's files, runs a real Prometheus on it, and evaluates the shipped rules over days.

    page_history ... --out OM & tests/dashboards/store.py build --store DIR --while $! --delete OM
    tests/dashboards/store.py rules --store DIR --start T --end T [--interval 30] [--settle]
    tests/dashboards/store.py alerts --store DIR --start T --end T [--step 30]
    tests/dashboards/store.py query --store DIR EXPR --at T
    tests/dashboards/store.py serve --store DIR [--port 9090]

T is Unix seconds or RFC 3339. --promtool and --prometheus name the programs (2.42 or newer).

A store that is loaded from files knows no staleness: a series that ended is still there for as long as --lookback. A minute does for
pages taken every 30 s.
"""

import argparse
import datetime
import json
import os
import pathlib
import signal
import sys
import tempfile
import time

sys.dont_write_bytecode = True
from prometheus import Prometheus, PrometheusError, run_promtool  # noqa: E402
from rule_files import ALERTS, RECORDING, evaluate_alerts, layers_of, read_rules  # noqa: E402

LONGEST_BLOCK = "54h"  # 2 h times a power of 3; 6,480 points of a series at 30 s


# Loading


def finished_files(folder, running=None):
    """The .om files of a folder by name. While `running()` is true others may yet come, and are waited for."""
    told = set()
    while True:
        goes_on = running() if running else False
        new = sorted(f for f in pathlib.Path(folder).glob("*.om") if f.name not in told)
        told.update(f.name for f in new)
        yield from new
        if not goes_on:
            return
        if not new:
            time.sleep(0.2)


def is_alive(pid):
    """Whether a program runs; one that has ended and that nobody has asked about does not."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False


def build_store(folder, om_files, promtool, delete=False):
    """Loads one file after the other, so that the disk holds little more than the blocks. How many there were."""
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    count = 0
    for file in om_files:
        run_promtool(promtool, ["tsdb", "create-blocks-from", "--quiet", "openmetrics", str(file), str(folder)], str(file))
        if delete:
            os.unlink(file)
        count += 1
    return count


def blocks_of(store):
    """{folder: (begin, end)} of the blocks, in milliseconds."""
    found = {}
    for meta in pathlib.Path(store).glob("*/meta.json"):
        if len(meta.parent.name) == 26:  # others are not finished
            block = json.loads(meta.read_text())
            found[meta.parent.name] = (block["minTime"], block["maxTime"])
    return found


def overlap(blocks):
    spans = sorted(blocks.values())
    return any(later[0] < earlier[1] for earlier, later in zip(spans, spans[1:]))


def settle_store(store, prometheus, within=1_800):
    """Lets Prometheus merge blocks that overlap. It begins to a minute after its start: where it is timed, better before."""
    if not overlap(blocks_of(store)):
        return
    with Prometheus(store, prometheus) as running:
        end = time.monotonic() + within
        while overlap(blocks_of(store)):
            if running.process.poll() is not None or time.monotonic() > end:
                raise PrometheusError(f"{prometheus} has not merged the blocks of {store}:\n{running.log()}")
            time.sleep(0.5)


# What the recording rules would have recorded


def backfill_layer(prometheus, layer, promtool, start, end, interval, folder):
    """Blocks of what the rules record, in a folder."""
    groups = {}
    for rule in layer:
        groups.setdefault(rule.group, []).append({"record": rule.name, "expr": rule.expr} | ({"labels": rule.labels} if rule.labels else {}))
    # The times at which a group is evaluated hang on its name and that of its file: the same for all layers.
    text = {"groups": [{"name": name, "interval": f"{interval}s", "rules": rules} for name, rules in groups.items()]}
    (folder / "rules.yaml").write_text(json.dumps(text))
    run_promtool(promtool, ["tsdb", "create-blocks-from", "--quiet", f"--max-block-duration={LONGEST_BLOCK}", "rules", f"--url={prometheus.url}",
                            f"--start={start}", f"--end={end}", f"--eval-interval={interval}s", "--output-dir=blocks", "rules.yaml"], "rules.yaml", folder)


def backfill_rules(store, prometheus, promtool, start, end, recording=RECORDING, interval=30, lookback="1m"):
    """Adds to a store what the recording rules would have recorded. How many blocks came: one a rule and 54 h, see settle_store()."""
    blocks = 0
    for layer in layers_of([r for r in read_rules(recording) if r.kind == "record"]):
        with tempfile.TemporaryDirectory(dir=pathlib.Path(store).resolve().parent, prefix="rules.") as folder:
            folder = pathlib.Path(folder)
            with Prometheus(store, prometheus, lookback) as running:
                backfill_layer(running, layer, promtool, int(start), int(end), interval, folder)
            # Not under the eyes of a Prometheus that runs: it looks for new blocks once a minute only.
            for block in sorted((folder / "blocks").iterdir()) if (folder / "blocks").exists() else []:
                block.rename(pathlib.Path(store) / block.name)
                blocks += 1
    return blocks


# Command line


def instant(text):
    try:
        return float(text)
    except ValueError:
        return datetime.datetime.fromisoformat(text).timestamp()


def iso(t):
    return datetime.datetime.fromtimestamp(t, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def build(args):
    files = (pathlib.Path(f) for f in args.files)
    if len(args.files) == 1 and pathlib.Path(args.files[0]).is_dir():
        files = finished_files(args.files[0], (lambda: is_alive(getattr(args, "while"))) if getattr(args, "while") else None)
    print(f"{build_store(args.store, files, args.promtool, args.delete)} files loaded")


def rules(args):
    print(f"{backfill_rules(args.store, args.prometheus, args.promtool, args.start, args.end, args.rules, args.interval, args.lookback)} blocks added")
    if args.settle:
        settle_store(args.store, args.prometheus)


def alerts(args):
    with Prometheus(args.store, args.prometheus, args.lookback) as prometheus:
        for name, labels, begin, until in evaluate_alerts(prometheus, args.rules, args.start, args.end, args.step):
            print(f"{iso(begin)} {iso(until)} {name} {json.dumps(labels, sort_keys=True)}")


def query(args):
    with Prometheus(args.store, args.prometheus, args.lookback) as prometheus:
        for series in prometheus.query(args.expr, args.at):
            print(f"{json.dumps(series['metric'], sort_keys=True)} {series['value'][1]}")


def serve(args):
    with Prometheus(args.store, args.prometheus, args.lookback, args.port) as prometheus:
        print(f"{prometheus.url}, until Ctrl-C", flush=True)
        try:
            prometheus.process.wait()
        except KeyboardInterrupt:
            pass


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)

    def command(function, **options):
        made = commands.add_parser(function.__name__)
        made.set_defaults(run=function)
        made.add_argument("--store", required=True)
        made.add_argument("--promtool", default="promtool")
        made.add_argument("--prometheus", default="prometheus")
        made.add_argument("--lookback", default="1m")
        for name, settings in options.items():
            made.add_argument(name if name in ("files", "expr") else f"--{name}", **settings)

    time_of = {"type": instant, "required": True}
    command(build, files={"nargs": "+", "help": "files, or the folder with them"}, delete={"action": "store_true"},
            **{"while": {"type": int, "metavar": "PID", "help": "more files come as long as this program runs"}})
    command(rules, start=time_of, end=time_of, rules={"default": RECORDING}, interval={"type": int, "default": 30},
            settle={"action": "store_true", "help": "merge the blocks: takes a minute, and makes later queries quick"})
    command(alerts, start=time_of, end=time_of, rules={"default": ALERTS}, step={"type": int, "default": 30})
    command(query, expr={}, at=time_of)
    command(serve, port={"type": int, "default": 0})
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # ends Prometheus too
    try:
        args.run(args)
    except PrometheusError as error:
        sys.exit(f"store: {error}")


if __name__ == "__main__":
    main()
