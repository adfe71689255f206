"""An HTTPS server on loopback that keeps what it was sent, and answers as a test says."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

from tests.support.mail_server import certificate


class Got(NamedTuple):
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes


class HttpsServer:
    """`answers` are statuses, taken one by one; then 200. A redirect goes to `elsewhere`; `bodies`
    are what it answers with, the last one again and again.
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
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                owner.got.append(Got(self.path, headers, body))
                self.send_response(owner.answers.pop(0) if owner.answers else 200)
                self.send_header("Location", "/elsewhere")
                words = owner.bodies.pop(0) if len(owner.bodies) > 1 else owner.bodies[0]
                self.send_header("Content-Length", str(len(words)))
                self.end_headers()
                self.wfile.write(words)

            def log_message(self, *words: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.pem)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        # A handshake that fails is the client's to tell.
        server.handle_error = lambda *words: None  # type: ignore[method-assign]
        self.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
