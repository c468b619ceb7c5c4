#!/usr/bin/env python3
"""Reloads during a storm of scrapes.

    tests/web_live/reload_test.py --exporter E --simulator S [--times 16]

A few clients scrape without a pause. Meanwhile 100 wrong files are refused, each with its reason, good ones are taken by POST and by SIGHUP, and apps
come and go. Holds that no scrape fails, no counter falls, not even of an app that was gone, every request that was sent is counted, and the server refused
none.
"""

import argparse
import contextlib
import json
import pathlib
import re
import signal
import sys
import tempfile
import threading

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "support")]
from live import APP_ID, get, simulator, wait_for  # noqa: E402
from exporter_site import Certificates, Site  # noqa: E402
from wrong_files import wrong_files  # noqa: E402

WRONG = 100
LEAST_PAGES = 50
SECOND = "00000000000000000000000000000002"
COUNTER = re.compile(r"^(\w+_(?:total|bucket|count)\{.*\}|\w+_total) (\S+)$", re.MULTILINE)


# These end with their session.
PER_SESSION = re.compile(r"agora_session_(audio|video)_\w+_total\{.*,sid=")


def check(condition, what):
    if not condition:
        sys.exit(f"reload_test: {what}")


class Scraper(threading.Thread):
    """Scrapes until told to stop; keeps what went wrong."""

    def __init__(self, site):
        super().__init__(daemon=True)
        self.site, self.wrong, self.pages, self.ending = site, [], 0, threading.Event()

    def run(self):
        last = {}
        while not self.ending.is_set():
            try:
                status, page = self.site.ask("/metrics")
            except Exception as error:  # a page that is cut off, say
                status, page = 0, repr(error)
            if status != 200:
                self.wrong.append(f"{status} {page[:200]}")
                continue
            self.pages += 1
            now = {name: float(value) for name, value in COUNTER.findall(page) if not PER_SESSION.match(name)}
            self.wrong += [f"{name} fell from {last[name]} to {value}" for name, value in now.items() if value < last.get(name, 0)]
            last |= now

    def end(self):
        self.ending.set()
        self.join(60)
        return self.wrong


def value(page, name):
    found = re.search(rf"^{re.escape(name)} (\S+)$", page, re.MULTILINE)
    return float(found[1]) if found else None


def refuse_all(site):
    """The old configuration serves after each."""
    for name, text in wrong_files(site.config, WRONG).items():
        site.write_config(text)
        status, body = site.ask("/-/reload", method="POST")
        check(status == 500 and body.startswith("the old configuration stays: ") and len(body) > 40, f"{name}: {status} {body}")
        check('agora_up{account="live",app="live"}' in site.ask("/metrics")[1], f"{name}: the app is gone")
    site.write_config(site.config)
    site.write_web(site.web | {"basic_auth_users": {"alice": "open sesame"}})
    status, body = site.ask("/-/reload", method="POST")
    check(status == 500 and "no bcrypt hash" in body, f"a wrong web file: {status} {body}")
    wait_for(lambda: value(site.ask("/metrics")[1], "agora_exporter_config_last_reload_successful") == 0, "word of the refusal", within=10)
    site.write_web(site.web)
    check(in_use(site) == 0, "a web configuration that did not change was put to use")


def in_use(site):
    return site.log().count("the new web configuration is in use")


def web_alone(site):
    """A web configuration that changes is used by itself, also beside an exporter.yaml that is refused."""
    before = in_use(site)
    site.write_config("accounts: [")
    site.write_web(site.web | {"http_server_config": {"headers": {"X-Frame-Options": "deny"}}})
    check(site.ask("/-/reload", method="POST")[0] == 500, "a broken file is taken")
    wait_for(lambda: in_use(site) > before, "web configuration in use", within=10)
    check(value(site.ask("/metrics")[1], "agora_exporter_config_last_reload_successful") == 0, "exporter.yaml is wrong still, and it is not said")
    site.write_config(site.config)
    site.write_web(site.web)
    check(site.ask("/-/reload", method="POST")[0] == 200, "both are right, and they are refused")


def take_all(site, times):
    """A second app comes and goes; the last one is the first again."""
    second = json.loads(json.dumps(site.config))
    second["accounts"][0]["apps"].append({"app_id": SECOND, "name": "second", "usage": {"enabled": False}, "quality": {"enabled": False}})
    for i in range(times):
        site.write_config(second if i % 2 == 0 else site.config)
        if i % 4 < 2:
            status, body = site.ask("/-/reload", method="POST")
            check(status == 200, f"a good file: {status} {body}")
        else:
            site.process.send_signal(signal.SIGHUP)
        shown = (lambda page: 'app="second"' in page) if i % 2 == 0 else (lambda page: 'app="second"' not in page)
        wait_for(lambda shown=shown: shown(site.ask("/metrics")[1]), f"configuration {i} in use", within=30)
    check(value(site.ask("/metrics")[1], "agora_exporter_config_last_reload_successful") == 1, "the last reload succeeded, and it is not said")


def counted(site):
    page = site.ask("/metrics")[1]
    return sum(float(v) for v in re.findall(r"^agora_exporter_api_requests_total\{.*\} (\S+)$", page, re.MULTILINE))


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--exporter", required=True)
    args.add_argument("--simulator", required=True)
    args.add_argument("--times", type=int, default=16)
    args = args.parse_args()
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        api = stack.enter_context(simulator(args.simulator, str(folder), (APP_ID, SECOND)))
        (folder / "web").mkdir()
        certificates = Certificates(folder / "web")
        certificates.issue("server", "server-ca", "IP:127.0.0.1")
        site = stack.enter_context(Site(args.exporter, folder, api, certificates).running())
        wait_for(lambda: site.health("--ready").returncode == 0, "ready exporter")
        scrapers = [Scraper(site) for _ in range(3)]
        for scraper in scrapers:
            scraper.start()
        refuse_all(site)
        web_alone(site)
        take_all(site, args.times)
        wrong = [w for scraper in scrapers for w in scraper.end()]
        check(all(scraper.pages > LEAST_PAGES for scraper in scrapers), f"scrapes: {[scraper.pages for scraper in scrapers]}")
        check(not wrong, f"{len(wrong)} things went wrong in the storm, such as {wrong[:3]}")
        server = json.loads(get(f"http://{api}/counters"))
        sent = sum(usage["requests"] for usage in server["usage"])
        wait_for(lambda: counted(site) >= sent, "count of every request", within=60)
        check(not [a for a in server["answers"] if a["code"] in (300, 400)], f"refused: {server['answers']}")
    print(f"{sum(s.pages for s in scrapers)} scrapes during {WRONG} refusals and {args.times} changes; {sent} requests, all counted, none refused")


main()
