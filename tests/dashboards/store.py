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
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field

RULES = pathlib.Path(__file__).resolve().parent.parent.parent / "dashboards" / "rules"
RECORDING = RULES / "agora-recording.yaml"
ALERTS = RULES / "agora-alerts.yaml"
MOST_POINTS = 10_000  # of a series in one range query; Prometheus refuses more than 11,000
LONGEST_BLOCK = "54h"  # 2 h times a power of 3; 6,480 points of a series at 30 s
UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # loopback is never asked for through a proxy


class StoreError(Exception):
    """What failed, with the words of the program that failed."""


def find_program(name):
    found = shutil.which(name)
    if not found:
        raise StoreError(f"there is no program {name}")
    return os.path.abspath(found)  # programs are started in other folders


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


def run_promtool(promtool, arguments, what, cwd=None):
    done = subprocess.run([find_program(promtool), *arguments], capture_output=True, text=True, cwd=cwd)
    if done.returncode:
        raise StoreError(f"{what}: promtool ended with {done.returncode}:\n{(done.stdout + done.stderr)[-3000:]}")
    return done.stdout


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


# Prometheus


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Prometheus:
    """A real Prometheus that scrapes nothing, on loopback, over a store. Ends with the `with`."""

    def __init__(self, store, prometheus="prometheus", lookback="1m", port=0, ready_within=300):
        self.store, self.program, self.lookback, self.ready_within = pathlib.Path(store).resolve(), find_program(prometheus), lookback, ready_within
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = self.folder = None

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="prometheus."))
        config = self.folder / "prometheus.yml"
        config.write_text("global: {}\n")
        command = [
            self.program, f"--config.file={config}", f"--web.listen-address=127.0.0.1:{self.port}", f"--storage.tsdb.path={self.store}",
            "--storage.tsdb.retention.time=100y", f"--query.lookback-delta={self.lookback}", "--query.max-samples=1000000000", "--query.timeout=30m",
        ]
        with open(self.folder / "log", "wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.folder)
        try:
            self.wait_until_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder)

    def log(self):
        return (self.folder / "log").read_text(errors="replace")[-3000:]

    def wait_until_ready(self):
        end = time.monotonic() + self.ready_within
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise StoreError(f"{self.program} on {self.store} ended with {self.process.returncode}:\n{self.log()}")
            try:
                with DIRECT.open(f"{self.url}/-/ready", timeout=5):
                    return
            except OSError:
                time.sleep(0.1)
        raise StoreError(f"{self.program} on {self.store} is not ready after {self.ready_within} s:\n{self.log()}")

    def ask(self, path, parameters):
        """`data` of an answer of the API."""
        form = urllib.parse.urlencode(parameters, doseq=True).encode()
        get = path.startswith("/api/v1/label/")
        request = urllib.request.Request(f"{self.url}{path}" + (f"?{form.decode()}" if get else ""), data=None if get else form)
        try:
            with DIRECT.open(request, timeout=1_800) as response:
                return json.load(response)["data"]
        except urllib.error.HTTPError as error:
            said = error.read().decode(errors="replace")
            try:
                said = json.loads(said)["error"]
            except ValueError:
                pass
            raise StoreError(f"{path}: {said}: {parameters}") from None
        except OSError as error:
            raise StoreError(f"{path}: {error}: {parameters}\n{self.log()}") from None

    def query(self, expr, at):
        """[{"metric": labels, "value": [time, text]}]"""
        return self.ask("/api/v1/query", {"query": expr, "time": at})["result"]

    def query_range(self, expr, start, end, step):
        """[{"metric": labels, "values": [[time, text], ...]}]"""
        return self.ask("/api/v1/query_range", {"query": expr, "start": start, "end": end, "step": step})["result"]

    def series(self, match, start, end):
        """The labels of the series that match, which may be one selector or a list."""
        return self.ask("/api/v1/series", {"match[]": match, "start": start, "end": end})

    def label_values(self, label, match, start, end):
        return self.ask(f"/api/v1/label/{label}/values", {"match[]": match, "start": start, "end": end})


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
                raise StoreError(f"{prometheus} has not merged the blocks of {store}:\n{running.log()}")
            time.sleep(0.5)


# The files of rules


@dataclass
class Rule:
    kind: str  # record or alert
    name: str
    group: str
    expr: str = ""
    hold: int = 0  # `for`, in seconds
    labels: dict = field(default_factory=dict)


def seconds(text):
    """1h30m"""
    return sum(int(number) * UNITS[unit] for number, unit in re.findall(r"(\d+)([smhd])", text))


def read_rules(file):
    """What dashboards/generate writes: an expression is the line after its `expr: >-`, other values stand on their own line."""
    rules, group, within = [], "", ""
    lines = iter(pathlib.Path(file).read_text().splitlines())
    for line in lines:
        key, colon, value = line.strip().removeprefix("- ").partition(":")
        value = value.strip()
        if not colon or line.lstrip().startswith("#"):
            continue
        if key == "name":
            group = value
        elif key in ("record", "alert"):
            rules.append(Rule(key, value, group))
        elif key == "expr":
            rules[-1].expr = next(lines).strip() if value == ">-" else value
        elif key == "for":
            rules[-1].hold = seconds(value)
        elif not value:
            within = key
        elif within == "labels" and rules:
            rules[-1].labels[key] = json.loads(value)
    return rules


def layers_of(rules):
    """Lists of rules: each names only what lists before its own record."""
    layers, done, left = [], set(), list(rules)
    names = {r.name for r in rules}
    while left:
        ready = [r for r in left if not (set(NAME.findall(r.expr)) & names - done)]
        if not ready:
            raise StoreError(f"rules that wait for each other: {', '.join(r.name for r in left)}")
        layers.append(ready)
        done |= {r.name for r in ready}
        left = [r for r in left if r.name not in done]
    return layers


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


# Alerts


def points_of(prometheus, expr, start, end, step):
    """{labels: times at which there is a result}"""
    times = {}
    while start <= end:
        last = min(end, start + (MOST_POINTS - 1) * step)
        for series in prometheus.query_range(expr, start, last, step):
            labels = tuple(sorted((k, v) for k, v in series["metric"].items() if k != "__name__"))
            times.setdefault(labels, []).extend(float(t) for t, _ in series["values"])
        start = last + step
    return times


def runs_of(times, step):
    """(first, last) of each run of times that are a step apart."""
    first = last = None
    for t in times:
        if last is not None and t - last > step * 1.001:
            yield first, last
            first = None
        first, last = t if first is None else first, t
    if first is not None:
        yield first, last


def evaluate_alerts(prometheus, alerts, start, end, step):
    """[(alert, labels, from, until)] of what fires: `from` is when the expression has held at every step for as long as it must."""
    fired = []
    for rule in read_rules(alerts):
        for labels, times in points_of(prometheus, rule.expr, start, end, step).items():
            for first, last in runs_of(times, step):
                if last - first >= rule.hold:
                    fired.append((rule.name, dict(labels) | rule.labels, first + rule.hold, last))
    return sorted(fired, key=lambda f: (f[2], f[0], sorted(f[1].items())))


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
    except StoreError as error:
        sys.exit(f"store: {error}")


if __name__ == "__main__":
    main()
