"""A stock witness of transparency logs (aics-witness) on loopback, with TLS before it.

It needs Python 3.12 or newer, so it lives in an environment of its own.
"""

import http.client
import signal
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from tests.support.emupos import free_port
from tests.support.mail_server import certificate
from tests.support.own_environment import installed

PATIENCE = 60.0


class NetWitness:
    """Its files, its address, and its key for the till's settings."""

    def __init__(self, folder: Path, name: str = "witness.example/w1") -> None:
        folder.mkdir()
        self.folder = folder
        self.pem = certificate(folder)
        self.tls = free_port()
        self._plain = free_port()
        self._program = installed("witness", "aics-witness", 12)
        self.vkey = self.run("init", "--name", name, "--listen", f"127.0.0.1:{self._plain}").strip()

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.tls}"

    def run(self, action: str, *options: str) -> str:
        """One of its commands; what it printed."""
        words = [*self._words(action), *options]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _words(self, action: str) -> list[str]:
        return [str(self._program), action, "--config", str(self.folder / "witness.json")]

    def know(self, vkey: str) -> None:
        """Have it cosign that log, as its keeper would."""
        self.run("add-log", "--origin", vkey.partition("+")[0], "--vkey", vkey)

    @contextmanager
    def up(self) -> Iterator[None]:
        """Serve."""
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(self._words("serve"), stdout=log, stderr=log)
        try:
            self._wait(process)
            with tls_before(self._plain, self.tls, self.pem):
                yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)

    def _wait(self, process: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self._plain}/healthz", timeout=5):
                    return
            except OSError:
                log = (self.folder / "log").read_text()
                assert process.poll() is None and time.monotonic() < deadline, log
                time.sleep(0.02)


@contextmanager
def tls_before(plain: int, port: int, pem: Path) -> Iterator[None]:
    """Take TLS off what comes in on one port of the loopback, and pass it to another."""

    class PassOn(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            link = http.client.HTTPConnection("127.0.0.1", plain, timeout=PATIENCE)
            link.request("POST", self.path, body, {"Content-Type": self.headers["Content-Type"]})
            with link.getresponse() as answer:
                content = answer.read()
                self.send_response(answer.status)
            link.close()
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *words: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), PassOn)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
