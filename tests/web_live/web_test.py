#!/usr/bin/env python3
"""The exporter behind TLS, passwords and client certificates, scraped by a real Prometheus.

    tests/web_live/web_test.py --exporter E --simulator S [--prometheus P]

Holds that Prometheus scrapes with the right credentials and certificates and with no others; that what is malformed is refused; that renewed
certificates and users are in use without a restart; that health is asked for by the socket.
"""

import argparse
import contextlib
import json
import pathlib
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "support"), str(HERE.parent / "dashboards")]
from live import running, simulator, wait_for  # noqa: E402
from prometheus import Api, free_port  # noqa: E402
from exporter_site import HASHES, PASSWORD, USER, Certificates, Site  # noqa: E402


def check(condition, what):
    if not condition:
        sys.exit(f"web_test: {what}")


def job(name, site, scheme="https", password=PASSWORD, user=USER, ca="server-ca", client=None):
    tls = {"ca_file": site.certificates.path(f"{ca}.pem")}
    if client:
        tls |= {"cert_file": site.certificates.path(f"{client}.pem"), "key_file": site.certificates.path(f"{client}.key")}
    made = {"job_name": name, "scheme": scheme, "static_configs": [{"targets": [site.address]}]}
    if scheme == "https":
        made["tls_config"] = tls
    if password is not None:
        made["basic_auth"] = {"username": user, "password": password}
    return made


@contextlib.contextmanager
def prometheus(program, folder, jobs):
    config = folder / "prometheus.yml"
    config.write_text(json.dumps({"global": {"scrape_interval": "1s"}, "scrape_configs": jobs}))
    port = free_port()
    with running([program, f"--config.file={config}", f"--storage.tsdb.path={folder / 'tsdb'}", f"--web.listen-address=127.0.0.1:{port}"], folder / "prometheus.log"):
        yield Api(f"http://127.0.0.1:{port}")


def states(api):
    """Job -> (health, last error), once each has been scraped."""
    with contextlib.suppress(Exception):
        targets = api.ask("/api/v1/targets", {})["activeTargets"]
        return {t["labels"]["job"]: (t["health"], t["lastError"]) for t in targets}
    return {}


def scraped_by(api, expected, what):
    """Waits until each job is up, or down for the expected reason."""

    def as_expected():
        now = states(api)
        return all(name in now and (now[name][0] == "up" if why is None else now[name][0] == "down" and why in now[name][1]) for name, why in expected.items())

    try:
        wait_for(as_expected, what, within=60)
    except SystemExit:
        sys.exit(f"web_test: {what}: {states(api)}")


MALFORMED = {
    "two lengths": b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "length and chunks": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "xchunked": b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "space before the colon": b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
    "folded line": b"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n",
    "bare line feed": b"GET / HTTP/1.1\nHost: x\n\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
    "zero byte": b"GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n",
}


def refusals(site):
    for path in ("/", "/metrics", "/-/healthy", "/-/ready", "/-/reload", "//metrics", "/./metrics", "/x/../metrics", "/%6detrics", "/metrics%00", "/nothing"):
        for password, user in ((None, USER), ("", USER), ("wrong", USER), (PASSWORD, "bob")):
            status, body = site.ask(path, password, user)
            check(status == (400 if "%00" in path else 401) and "agora_" not in body, f"{path} as {user}:{password}: {status} {body[:200]}")
    for name, request in MALFORMED.items():
        check(site.raw(request) == 400, f"{name}: {site.raw(request)}")
    huge = b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"b" * 100_000 + b"\r\n\r\n"
    check(site.raw(huge) == 431, f"a head of 100 kB: {site.raw(huge)}")
    check(site.raw(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", tls=False) == 0, "plain HTTP is answered")
    check(site.ask("/metrics")[0] == 200, "the page is not served after all that")


def health(site):
    check(site.health().returncode == 0, f"healthcheck: {site.health().stderr}")
    wait_for(lambda: site.health("--ready").returncode == 0, "readiness by the socket")


def renewal(site, api):
    """Other certificates, users and demands, without a restart."""
    site.certificates.issue("server", "client-ca", "IP:127.0.0.1")
    wait_for(lambda: site.ask("/metrics")[0] == 0, "renewed certificate", within=10)
    site.certificates.issue("server", "server-ca", "IP:127.0.0.1")
    wait_for(lambda: site.ask("/metrics")[0] == 200, "certificate as before", within=10)

    site.write_web(site.web | {"basic_auth_users": {USER: HASHES["abracadabra"]}})
    wait_for(lambda: site.ask("/metrics", "abracadabra")[0] == 200, "new password", within=10)
    check(site.ask("/metrics")[0] == 401, "the old password is good still")

    site.write_web("tls_server_config: [")
    time.sleep(3)
    check(site.ask("/metrics", "abracadabra")[0] == 200, "a wrong web file is in use")
    wait_for(lambda: "\nagora_exporter_config_last_reload_successful 0" in site.ask("/metrics", "abracadabra")[1], "word of the wrong web file", within=10)

    tls = site.web["tls_server_config"] | {"client_ca_file": "client-ca.pem", "client_auth_type": "RequireAndVerifyClientCert", "client_allowed_sans": ["prometheus.example"]}
    site.write_web({"tls_server_config": tls})
    scraped_by(api, {"right": "", "client certificate": None, "other client": "", "plain": ""}, "scrapes by client certificate")
    check(site.ask("/metrics", None, client="client")[0] == 200, "the client's certificate is not taken")
    health(site)
    wait_for(lambda: "\nagora_exporter_config_last_reload_successful 1" in site.ask("/metrics", None, client="client")[1], "word of the good web file", within=10)


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--exporter", required=True)
    args.add_argument("--simulator", required=True)
    args.add_argument("--prometheus", default="prometheus")
    args = args.parse_args()
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        api = stack.enter_context(simulator(args.simulator, str(folder)))
        (folder / "web").mkdir()
        certificates = Certificates(folder / "web")
        certificates.issue("server", "server-ca", "IP:127.0.0.1")
        certificates.issue("client", "client-ca", "DNS:prometheus.example")
        certificates.issue("other", "client-ca", "DNS:other.example")
        site = stack.enter_context(Site(args.exporter, folder, api, certificates).running())
        health(site)
        jobs = [job("right", site), job("wrong password", site, password="guess"), job("unknown user", site, user="bob"), job("no password", site, password=None),
                job("other authority", site, ca="client-ca"), job("plain", site, scheme="http"), job("client certificate", site, password=None, client="client"),
                job("other client", site, password=None, client="other")]
        scraper = stack.enter_context(prometheus(args.prometheus, folder, jobs))
        scraped_by(scraper, {"right": None, "wrong password": "401", "unknown user": "401", "no password": "401", "other authority": "certificate", "plain": "", "client certificate": "401"},
                   "scrapes by password")
        refusals(site)
        renewal(site, scraper)
        began = time.monotonic()
        site.process.terminate()
        check(site.process.wait(20) == 0, f"it ended with {site.process.returncode}")
        took = time.monotonic() - began
        check(took < 10, f"it took {took:.1f} s to end")
    print(f"scraped over TLS by password and by client certificate; ended {took:.1f} s after SIGTERM")


main()
