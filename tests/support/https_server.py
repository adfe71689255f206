"""HTTPS servers on loopback: one that a test tells what to answer, and what others stand on."""

import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

from tests.support.mail_server import certificate

ELSEWHERE = "/elsewhere"
"""Where a redirect goes."""


class Got(NamedTuple):
    """One request; its headers' names in small letters."""

    path: str
    headers: dict[str, str]
    body: bytes


class _Server(ThreadingHTTPServer):
    def handle_error(self, *words: Any) -> None:
        # A connection that breaks is the client's to tell.
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(*words)


@contextmanager
def https(
    pem: Path, answer: Callable[[Got], tuple[int, bytes]], port: int = 0
) -> Iterator[int]:
    """Serve POST and GET with that certificate and key: statuses and bodies; the port, 0: any."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, content = answer(Got(self.path, headers, body))
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", ELSEWHERE)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST  # noqa: N815  http.server's own name

        def log_message(self, *words: Any) -> None:
            pass

    server = _Server(("127.0.0.1", port), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class HttpsServer:
    """Keeps what it was sent. `answers` are statuses, taken one by one; then 200. `bodies` are what
    it answers with, the last one again and again.
    """

    def __init__(self, folder: Path) -> None:
        self.pem = certificate(folder)
        self.answers: list[int] = []
        self.bodies: list[bytes] = [b"secret"]
        self.got: list[Got] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}/hook?shop=1"

    @contextmanager
    def up(self) -> Iterator[None]:
        with https(self.pem, self._answer, self.port) as self.port:
            yield

    def _answer(self, got: Got) -> tuple[int, bytes]:
        self.got.append(got)
        status = self.answers.pop(0) if self.answers else 200
        return status, self.bodies.pop(0) if len(self.bodies) > 1 else self.bodies[0]
