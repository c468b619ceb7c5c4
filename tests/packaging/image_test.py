#!/usr/bin/env python3
"""The image, built by buildah out of packaging/Containerfile and run by podman with a read-only root and no capability.

    tests/packaging/image_test.py --base FOLDER --work FOLDER

--base is the root filesystem of a bare Debian 12, which takes the place of the registry's image. Holds what the image says of itself, that it is
under 40 MB, that the exporter serves a page of the simulator beside it, that podman's health check by the image's HEALTHCHECK is content, and that
it stops within 10 s. Root. Nothing is pulled or pushed.
"""

import argparse
import json
import pathlib
import resource
import subprocess
import sys
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from live import APP_ID, exporter_yaml, wait_for  # noqa: E402

ROOT = HERE.parent.parent
IMAGE = "localhost/agora-exporter:test"
LARGEST = 40_000_000
STOPS_WITHIN = 10
CONFINED = ["--read-only", "--cap-drop=all", "--security-opt=no-new-privileges"]


def check(condition, what):
    if not condition:
        sys.exit(f"image_test: {what}")


class Tools:
    """buildah and podman with a storage of their own, so that nothing of this machine's is touched."""

    def __init__(self, work):
        self._storage = ["--root", str(work / "storage"), "--runroot", str(work / "run"), "--storage-driver", "vfs"]
        self._log = work / "log"

    def buildah(self, *arguments):
        return self._run(["buildah", *self._storage, *arguments])

    def podman(self, *arguments, allow=False):
        return self._run(["podman", *self._storage, "--cgroup-manager", "cgroupfs", "--runtime", "runc", *arguments], allow)

    def run(self, name, *arguments):
        """A container in the background. Its limits are below those of this process: podman would ask for more than it may have."""
        files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        return self.podman("run", "--detach", "--name", name, f"--ulimit=nofile={files}:{files}", "--ulimit=nproc=1000:1000", *CONFINED, *arguments)

    def _run(self, command, allow=False):
        with open(self._log, "a", encoding="utf-8") as log:
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=log, text=True, check=False)
        if done.returncode and not allow:
            sys.exit(f"image_test: {' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout[-2000:]}{self._log.read_text()[-4000:]}")
        return done.stdout.strip() if not done.returncode else None


def build(tools, base):
    container = tools.buildah("from", "scratch")
    tools.buildah("copy", "--quiet", container, base, "/")
    tools.buildah("commit", "--quiet", container, "localhost/base")
    tools.buildah("rm", container)
    # HEALTHCHECK is a word of Docker's format.
    tools.buildah("bud", "--isolation", "chroot", "--format", "docker", "--build-arg", "BASE=localhost/base", "--build-arg", "REVISION=of-a-test", "-t", IMAGE,
                  "-f", str(ROOT / "packaging/Containerfile"), str(ROOT))


def check_image(tools):
    image = json.loads(tools.podman("image", "inspect", IMAGE))[0]
    config = image["Config"]
    check(image["Size"] < LARGEST, f"the image has {image['Size'] / 1e6:.1f} MB")
    check(config["User"] == "65532:65532", f"user {config['User']}")
    check(config["Entrypoint"] == ["/usr/bin/agora-exporter"], f"entrypoint {config['Entrypoint']}")
    labels = config["Labels"]
    for label in ("title", "description", "version", "revision", "source", "documentation"):
        check(labels.get(f"org.opencontainers.image.{label}"), f"no label {label}: {labels}")
    for label in ("source", "documentation"):
        check(labels[f"org.opencontainers.image.{label}"].startswith("https://"), f"{label} is no address: {labels}")
    check(labels["org.opencontainers.image.revision"] == "of-a-test", "the revision is not the one given")
    check("healthcheck" in str(image.get("HealthCheck") or image.get("Healthcheck") or config.get("Healthcheck")), "no health check")
    return image["Size"]


def serve(tools, work):
    config = work / "exporter.yaml"
    config.write_text(exporter_yaml("127.0.0.1:8080", "contained", "/var/lib/agora-exporter"))
    config.chmod(0o644)
    tools.run("simulator", "--network=none", "--entrypoint=/usr/bin/agora-simulator", IMAGE, "--listen=127.0.0.1:8080", "--plan=enterprise", "--calls-per-day=1000", "--even",
              f"--apps={APP_ID}")
    # With the network of the simulator, which is loopback alone.
    tools.run("exporter", "--network=container:simulator", "--volume=state:/var/lib/agora-exporter", f"--volume={config}:/etc/agora-exporter/exporter.yaml:ro", IMAGE,
              "--config.file=/etc/agora-exporter/exporter.yaml", "--quota.assume-fresh")
    wait_for(lambda: tools.podman("exec", "exporter", "/usr/bin/agora-exporter", "healthcheck", "--ready", allow=True) is not None, "ready exporter")
    pid = tools.podman("inspect", "--format", "{{.State.Pid}}", "exporter")
    scrape = ["nsenter", "--net", "--target", pid, "curl", "-s", "http://127.0.0.1:10469/metrics"]
    wait_for(lambda: b"\nagora_session_join_timestamp_seconds{" in subprocess.run(scrape, capture_output=True, check=False).stdout, "session on the page")
    check(tools.podman("healthcheck", "run", "exporter", allow=True) is not None, "the image's own health check fails")
    check(tools.podman("exec", "exporter", "/bin/sh", "-c", "true", allow=True) is None, "there is a shell")
    began = time.monotonic()
    tools.podman("stop", "--time", str(STOPS_WITHIN), "exporter")
    took = time.monotonic() - began
    status = json.loads(tools.podman("inspect", "exporter"))[0]["State"]["ExitCode"]
    check(status == 0, f"the exporter ended with {status} after {took:.1f} s:\n{tools.podman('logs', 'exporter')}")
    return took


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--base", required=True)
    args.add_argument("--work", required=True, type=pathlib.Path)
    args = args.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    tools = Tools(args.work)
    try:
        build(tools, args.base)
        size = check_image(tools)
        took = serve(tools, args.work)
    finally:
        tools.podman("rm", "--all", "--force", "--time", "0", allow=True)
        tools.podman("rmi", "--all", "--force", allow=True)
    print(f"{size / 1e6:.1f} MB; read-only, without capabilities: ready, health check, ended {took:.1f} s after it was asked to")


main()
