#!/usr/bin/env python3
"""The image's root filesystem, assembled and started as a container runtime would: read-only, user 65532, without capabilities.

    tests/packaging/root_test.py --programs build/release

Holds that it is under 40 MB and has no shell, that the exporter serves a page of the simulator from it, that nothing but the state can be
written, that `agora-exporter healthcheck` answers inside, and that SIGTERM ends it within 10 s. Skipped (77) where mounts are not allowed.
"""

import argparse
import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
import confined  # noqa: E402
from live import exporter_yaml, get, read, running, simulator, wait_for  # noqa: E402

ROOT = HERE.parent.parent
LARGEST = 40_000_000
STOPS_WITHIN = 10
SKIPPED = 77
NEITHER_SHELL_NOR_TOOLS = ("sh", "bash", "dash", "busybox", "apt", "dpkg", "perl", "python3")


def check(condition, what):
    if not condition:
        sys.exit(f"root_test: {what}")


def assemble(programs, root):
    subprocess.run([ROOT / "packaging" / "assemble-root", programs, root], check=True)
    files = [f for f in pathlib.Path(root).rglob("*") if f.is_file() and not f.is_symlink()]
    size = sum(f.stat().st_size for f in files)
    check(size < LARGEST, f"the root filesystem has {size / 1e6:.1f} MB, {LARGEST / 1e6:.0f} are allowed")
    unwanted = [f for f in files if f.name in NEITHER_SHELL_NOR_TOOLS]
    check(not unwanted, f"not wanted: {unwanted}")
    programs_inside = sorted(f.name for f in files if f.parent.name == "bin")
    check(programs_inside == ["agora-exporter", "agora-simulator"], f"programs inside: {programs_inside}")
    return size


def check_confined(pid):
    """By the kernel's own word."""
    status = dict(line.split(":\t", 1) for line in read(f"/proc/{pid}/status").splitlines() if ":\t" in line)
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        check(int(status[name], 16) == 0, f"{name} is {status[name]}")
    check(status["Uid"].split() == [str(confined.USER)] * 4, f"user {status['Uid']}")
    check(status["NoNewPrivs"] == "1", "new privileges are possible")
    writable = [line for line in read(f"/proc/{pid}/mounts").splitlines() if line.split()[3].split(",")[0] == "rw"]
    check([line.split()[1] for line in writable] == ["/var/lib/agora-exporter"], f"writable: {writable}")


def serve(folder, root, api):
    """The exporter inside: page, health, end."""
    state, config = folder / "state", folder / "config"
    for made in (state, config):
        made.mkdir()
    os.chown(state, confined.USER, confined.USER)
    (config / "exporter.yaml").write_text(exporter_yaml(api, "contained", "/var/lib/agora-exporter"))
    enter = confined.enter(root, [(state, "/var/lib/agora-exporter", True), (config, "/etc/agora-exporter", False)])
    log = folder / "exporter.log"
    arguments = ["--config.file=/etc/agora-exporter/exporter.yaml", "--web.listen-address=127.0.0.1:0", "--quota.assume-fresh"]
    with running(["/usr/bin/agora-exporter", *arguments], log, preexec_fn=enter, env={}) as exporter:

        def address():
            check(exporter.poll() is None, f"the exporter ended with {exporter.returncode}:\n{read(log)}")
            return next((line.split("address=", 1)[1].split()[0] for line in read(log).splitlines() if "msg=listening" in line), None)

        page = wait_for(address, "address of the exporter")
        check_confined(exporter.pid)
        wait_for(lambda: get(f"http://{page}/-/ready"), "ready exporter")
        wait_for(lambda: "\nagora_session_join_timestamp_seconds{" in get(f"http://{page}/metrics"), "session on the page")
        health = subprocess.run(["/usr/bin/agora-exporter", "healthcheck", f"--web.listen-address={page}"], preexec_fn=enter, env={}, capture_output=True, text=True, check=False)
        check(health.returncode == 0, f"healthcheck ended with {health.returncode}: {health.stdout}{health.stderr}")
        began = time.monotonic()
        exporter.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            exporter.wait(STOPS_WITHIN)
        took = time.monotonic() - began
        check(exporter.returncode == 0, f"after SIGTERM: {exporter.returncode}, {took:.1f} s\n{read(log)}")
        dead = subprocess.run(["/usr/bin/agora-exporter", "healthcheck", f"--web.listen-address={page}"], preexec_fn=enter, env={}, capture_output=True, check=False)
        check(dead.returncode == 1, "healthcheck is content with an exporter that has ended")
    check((state / "ledger.db").exists(), "the state is not where it was mounted")
    return took


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--programs", required=True, help="the folder with agora-exporter and agora-simulator")
    args = args.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = pathlib.Path(made)
        folder.chmod(0o755)
        root = folder / "root"
        size = assemble(args.programs, root)
        if os.geteuid() != 0 or not confined.allowed():
            print(f"{size / 1e6:.1f} MB; not started: mounting needs root and a machine that allows it")
            sys.exit(SKIPPED)
        with simulator(f"{args.programs}/agora-simulator", made) as api:
            took = serve(folder, str(root), api)
    print(f"{size / 1e6:.1f} MB; read-only, user {confined.USER}, no capability: page, health check, ended {took:.1f} s after SIGTERM")


main()
