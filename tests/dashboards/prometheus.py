"""A real Prometheus on loopback: its API, and the program over a store that scrapes nothing."""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # loopback is never asked for through a proxy


class PrometheusError(Exception):
    """What failed, with the words of the program that failed."""


def find_program(name):
    found = shutil.which(name)
    if not found:
        raise PrometheusError(f"there is no program {name}")
    return os.path.abspath(found)  # programs are started in other folders


def run_promtool(promtool, arguments, what, cwd=None):
    done = subprocess.run([find_program(promtool), *arguments], capture_output=True, text=True, cwd=cwd)
    if done.returncode:
        raise PrometheusError(f"{what}: promtool ended with {done.returncode}:\n{(done.stdout + done.stderr)[-3000:]}")
    return done.stdout


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Api:
    """The API of a Prometheus that runs."""

    def __init__(self, url):
        self.url = url

    def log(self):
        return ""

    def ask(self, path, parameters):
        """`data` of an answer of the API."""
        form = urllib.parse.urlencode(parameters, doseq=True).encode()
        get = path not in ("/api/v1/query", "/api/v1/query_range", "/api/v1/series")  # those take long questions by POST
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
            raise PrometheusError(f"{path}: {said}: {parameters}") from None
        except OSError as error:
            raise PrometheusError(f"{path}: {error}: {parameters}\n{self.log()}") from None

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


class Prometheus(Api):
    """A real Prometheus that scrapes nothing, on loopback, over a store. Ends with the `with`."""

    def __init__(self, store, prometheus="prometheus", lookback="1m", port=0, ready_within=300):
        self.store, self.program, self.lookback, self.ready_within = pathlib.Path(store).resolve(), find_program(prometheus), lookback, ready_within
        self.port = port or free_port()
        super().__init__(f"http://127.0.0.1:{self.port}")
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
                raise PrometheusError(f"{self.program} on {self.store} ended with {self.process.returncode}:\n{self.log()}")
            try:
                with DIRECT.open(f"{self.url}/-/ready", timeout=5):
                    return
            except OSError:
                time.sleep(0.1)
        raise PrometheusError(f"{self.program} on {self.store} is not ready after {self.ready_within} s:\n{self.log()}")
