"""An exporter behind a web configuration, its certificates, and clients of it."""

import base64
import contextlib
import json
import os
import pathlib
import socket
import ssl
import subprocess
import urllib.error
import urllib.request

from live import exporter_yaml, read, running, wait_for

USER, PASSWORD = "alice", "open sesame"
HASHES = {"open sesame": "$2b$10$3uvTdQi2gHFSKn2cdsnGSu2WqB53mp9Y4DPDZV5aDFO5IiTtLlRV2", "abracadabra": "$2b$10$X0ORdx1ulTnGHtz4bmpjU.EP8PiXr7DX0HOjsTf0oMOos4tLsq7hG"}


class Certificates:
    """Two authorities in a folder, and what they sign."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        for name in ("server-ca", "client-ca"):
            self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem")

    def path(self, name):
        return str(self.folder / name)

    def issue(self, name, authority, names):
        """NAME.pem and NAME.key, put in place in one go."""
        (self.folder / "names").write_text(f"subjectAltName={names}")
        self._openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}", "-keyout", "new.key", "-out", "new.csr")
        self._openssl("x509", "-req", "-in", "new.csr", "-CA", f"{authority}.pem", "-CAkey", f"{authority}.key", "-CAcreateserial", "-days", "2", "-extfile", "names", "-out", "new.pem")
        os.replace(self.path("new.key"), self.path(f"{name}.key"))
        os.replace(self.path("new.pem"), self.path(f"{name}.pem"))

    def _openssl(self, *arguments):
        done = subprocess.run(["openssl", *arguments], cwd=self.folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"openssl {' '.join(arguments)}: {done.stderr}")


class Site:
    """The exporter, and the files it reads."""

    def __init__(self, program, folder, api, certificates):
        self.program, self.folder, self.certificates = program, pathlib.Path(folder), certificates
        self.config = json.loads(exporter_yaml(api, "live", str(self.folder / "state")))
        self.web = {"tls_server_config": {"cert_file": "server.pem", "key_file": "server.key"}, "basic_auth_users": {USER: HASHES[PASSWORD]}}
        self.address = self.process = None
        self.write_config(self.config)
        self.write_web(self.web)

    def write_config(self, config):
        self._put(self.folder / "exporter.yaml", config)

    def write_web(self, web):
        self._put(self.certificates.folder / "web.yml", web)

    @staticmethod
    def _put(path, content):
        part = path.with_suffix(".part")
        part.write_text(content if isinstance(content, str) else json.dumps(content))
        part.replace(path)

    def arguments(self):
        return [f"--config.file={self.folder / 'exporter.yaml'}", f"--web.config.file={self.certificates.path('web.yml')}"]

    @contextlib.contextmanager
    def running(self):
        flags = ["--web.listen-address=127.0.0.1:0", "--web.enable-lifecycle", "--quota.assume-fresh"]
        with running([self.program, *self.arguments(), *flags], self.folder / "exporter.log") as self.process:
            find = lambda: next((line.split("address=", 1)[1].split()[0] for line in self.log().splitlines() if "msg=listening" in line), None)  # noqa: E731
            self.address = wait_for(find, "address of the exporter")
            yield self

    def log(self):
        return read(self.folder / "exporter.log")

    def health(self, *flags):
        return subprocess.run([self.program, "healthcheck", *self.arguments(), *flags], capture_output=True, text=True, check=False)

    def tls(self, client=None):
        context = ssl.create_default_context(cafile=self.certificates.path("server-ca.pem"))
        if client:
            context.load_cert_chain(self.certificates.path(f"{client}.pem"), self.certificates.path(f"{client}.key"))
        return context

    def ask(self, path, password=PASSWORD, user=USER, method="GET", client=None):
        """Status and body; (0, why) where no answer came."""
        request = urllib.request.Request(f"https://{self.address}{path}", method=method)
        if password is not None:
            request.add_header("Authorization", "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode())
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=self.tls(client)))
        try:
            with opener.open(request, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace")
        except OSError as error:
            return 0, str(error)

    def raw(self, request, tls=True):
        """The status line's number of what comes back to these bytes; 0 if nothing."""
        host, port = self.address.rsplit(":", 1)
        with contextlib.ExitStack() as stack:
            connection = stack.enter_context(socket.create_connection((host, int(port)), timeout=30))
            if tls:
                connection = stack.enter_context(self.tls().wrap_socket(connection, server_hostname=host))
            with contextlib.suppress(OSError):
                connection.sendall(request)
                answer = connection.recv(65_536)
                return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.") else 0
        return 0
