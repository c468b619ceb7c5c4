"""A kube-apiserver with its etcd on loopback, empty, for as long as a test runs. There is no kubelet and no controller: objects are
admitted and kept, and nothing starts."""

import contextlib
import json
import pathlib
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request

import tools

sys.path.append(str(tools.ROOT / "tests" / "dashboards"))  # last: modules of these tests have names of those there
from prometheus import free_port  # noqa: E402

TOKEN = "of-this-test"
PATIENCE = 600  # on a busy machine


class Refused(Exception):
    """What the server answered instead."""

    def __init__(self, status, message):
        super().__init__(f"{status}: {message}")
        self.status = status


class Server:
    """Requests to the server. Kinds are found by what the server itself lists."""

    def __init__(self, port, folder):
        self.url = f"https://127.0.0.1:{port}"
        self.certificate = folder / "api.crt"
        self._trust = ssl.create_default_context(cafile=self.certificate)
        self._kinds = {}

    def ask(self, method, path, body=None):
        request = urllib.request.Request(self.url + path, method=method, data=None if body is None else json.dumps(body).encode(),
                                         headers={"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=300, context=self._trust) as answer:
                return json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as error:
            text = error.read().decode()
            with contextlib.suppress(ValueError):
                text = json.loads(text)["message"]
            raise Refused(error.code, text) from None

    def ready(self):
        with contextlib.suppress(OSError, Refused):
            request = urllib.request.Request(self.url + "/readyz", headers={"Authorization": f"Bearer {TOKEN}"})
            with urllib.request.urlopen(request, timeout=60, context=self._trust) as answer:
                return answer.read() == b"ok"
        return False

    def path_of(self, api_version, kind, namespace):
        root = f"/api/{api_version}" if "/" not in api_version else f"/apis/{api_version}"
        if (api_version, kind) not in self._kinds:
            for resource in self.ask("GET", root)["resources"]:
                if "/" not in resource["name"]:
                    self._kinds[api_version, resource["kind"]] = (resource["name"], resource["namespaced"])
        plural, namespaced = self._kinds[api_version, kind]
        return f"{root}/namespaces/{namespace}/{plural}" if namespaced else f"{root}/{plural}"

    def create(self, found, namespace, dry_run=False):
        """Strictly: an unknown field is refused."""
        path = self.path_of(found["apiVersion"], found["kind"], found["metadata"].get("namespace") or namespace)
        return self.ask("POST", f"{path}?fieldValidation=Strict{'&dryRun=All' if dry_run else ''}", found)

    def list(self, api_version, kind, namespace, selector=""):
        return self.ask("GET", f"{self.path_of(api_version, kind, namespace)}?labelSelector={selector}")["items"]

    def kubeconfig(self, folder):
        path = folder / "kubeconfig"
        path.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "test",
            "clusters": [{"name": "test", "cluster": {"server": self.url, "certificate-authority": str(self.certificate)}}],
            "users": [{"name": "test", "user": {"token": TOKEN}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}]}))
        return path


@contextlib.contextmanager
def _running(log, *command):
    with open(log, "w", encoding="utf-8") as out:
        process = subprocess.Popen([str(word) for word in command], stdout=out, stderr=subprocess.STDOUT)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(300)


def _keys(folder):
    for command in (["openssl", "genrsa", "-out", folder / "sa.key", "2048"],
                    ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "api.key", "-out", folder / "api.crt",
                     "-days", "2", "-subj", "/CN=kube-apiserver", "-addext", "subjectAltName=IP:127.0.0.1"]):
        done = tools.run(*command)
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(map(str, command))}: {done.stderr}")
    (folder / "tokens.csv").write_text(f'{TOKEN},admin,admin,"system:masters"\n')


@contextlib.contextmanager
def running(folder):
    """The server, once it is ready."""
    folder = pathlib.Path(folder)
    _keys(folder)
    store, peers, port = (f"http://127.0.0.1:{free_port()}", f"http://127.0.0.1:{free_port()}", free_port())
    etcd = [tools.TOOLS / "etcd", "--data-dir", folder / "etcd", "--unsafe-no-fsync", "--listen-client-urls", store,
            "--advertise-client-urls", store, "--listen-peer-urls", peers]
    # The ServiceAccount plugin would want accounts that only a controller makes. Privileged pods are allowed, so that it is Pod Security that
    # refuses them.
    kube_apiserver = [tools.TOOLS / "kube-apiserver", f"--etcd-servers={store}", "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1",
                      f"--secure-port={port}", f"--tls-cert-file={folder}/api.crt", f"--tls-private-key-file={folder}/api.key",
                      f"--token-auth-file={folder}/tokens.csv", "--authorization-mode=RBAC",
                      "--service-account-issuer=https://kubernetes.default.svc", f"--service-account-key-file={folder}/sa.key",
                      f"--service-account-signing-key-file={folder}/sa.key", "--service-cluster-ip-range=10.0.0.0/24",
                      "--endpoint-reconciler-type=none", "--allow-privileged=true", "--disable-admission-plugins=ServiceAccount"]
    with _running(folder / "etcd.log", *etcd), _running(folder / "api.log", *kube_apiserver) as process:
        server = Server(port, folder)
        until = time.monotonic() + PATIENCE
        while not server.ready():
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"kube-apiserver is not ready:\n{(folder / 'api.log').read_text()[-3000:]}")
            time.sleep(0.2)
        yield server
