"""A client of the local API of pos-terminal, in one file, with the standard library alone.

    from pos_api import Till

    till = Till("https://caisse.local:8443", token, authority="caisse.crt")
    till.get("/status")["selling"]
    till.put("/display", {"line1": "BON APPETIT"})
    till.print("table-4-1", "Table 4", [{"text": "1 x COMTE"}])
    for event in till.follow("/events/live", after=0):
        print(event["kind"])

A webhook is held to its secret by `verified(secret, headers, body)`.

What the till does not do is raised as Problem. `authority` is the file that the console gives at
/authority.crt: no other certificate is taken. Apache-2.0; copy it, change it.
"""

import base64
import hmac
import http.client
import json
import os
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

BASE = "/api/v1"
PATIENCE = 30.0
"""Seconds for one step of a request; a print is answered in ten."""

MOST = 1 << 20
"""Bytes of a message."""

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
"""Opcodes of RFC 6455, section 5.2."""


class Problem(Exception):
    """Why not: `status` and `code` for a program, `title`, `cause` and `remedy` for a person."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self.status = int(told.get("status", 0))
        self.code = str(told.get("code", ""))
        self.title = str(told.get("title", ""))
        self.cause = str(told.get("cause", ""))
        self.remedy = str(told.get("remedy", ""))
        super().__init__(f"{self.status} {self.code} {self.title} {self.cause}".rstrip())


class Answer:
    """What came back: `value` of JSON, `text` of anything else, `etag` of what has a version."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status = status
        self.etag = headers.get("ETag", headers.get("etag", ""))
        self.text = body.decode()
        kind = headers.get("Content-Type", headers.get("content-type", ""))
        self.value: Any = json.loads(body) if body and "json" in kind else None


class Till:
    """One terminal. Each call is a connection of its own: it may be used by several threads."""

    def __init__(self, address: str, token: str, *, authority: str | None = None) -> None:
        parts = urlsplit(address)
        if parts.scheme != "https" or not parts.hostname:
            raise ValueError(f"{address!r}: an https address")
        self._host, self._port = parts.hostname, parts.port or 443
        self._token = token
        self._tls = ssl.create_default_context(cafile=authority)

    def get(self, path: str, **query: object) -> Any:
        """The JSON at that path, or its text."""
        answer = self.ask("GET", path, query=query)
        return answer.text if answer.value is None else answer.value

    def put(self, path: str, value: object, **headers: str) -> Any:
        """Have it be that."""
        return self.ask("PUT", path, json.dumps(value), headers=headers).value

    def post(self, path: str, value: object, **headers: str) -> Any:
        """Have that done."""
        return self.ask("POST", path, json.dumps(value), headers=headers).value

    def print(
        self, key: str, title: str, lines: list[dict[str, Any]], role: str = "receipt"
    ) -> Any:
        """Print a paper. The same `key` again tells what became of it, and prints none."""
        paper = {"title": title, "lines": lines, "role": role}
        return self.post("/print", paper, **{"Idempotency-Key": key})

    def preview(self, table: str) -> Any:
        """What another catalogue would change."""
        return self.ask("POST", "/catalog/preview", table, "text/csv").value

    def apply(self, preview: Mapping[str, str]) -> Any:
        """Put in force what was previewed."""
        wanted = {"sha256": preview["sha256"]}
        return self.put("/catalog", wanted, **{"If-Match": f'"{preview["base"]}"'})

    def ask(
        self, method: str, path: str, body: str | None = None, media: str = "application/json", *,
        query: Mapping[str, object] | None = None, headers: Mapping[str, str] | None = None,
    ) -> Answer:  # fmt: skip
        """One request. Problem where it is not done, OSError where nobody answers."""
        sent = {"Authorization": f"Bearer {self._token}", **(headers or {})}
        if body is not None:
            sent["Content-Type"] = media
        link = http.client.HTTPSConnection(
            self._host, self._port, context=self._tls, timeout=PATIENCE
        )
        try:
            link.request(method, _target(path, query), body and body.encode(), sent)
            got = link.getresponse()
            answer = Answer(got.status, dict(got.getheaders()), got.read())
        finally:
            link.close()
        if answer.status >= 400:
            raise Problem(answer.value or {"status": answer.status, "title": answer.text})
        return answer

    def follow(self, path: str, **query: object) -> Iterator[Any]:
        """Each message, as it comes. Problem where it is refused, or ends with one."""
        plain = socket.create_connection((self._host, self._port), PATIENCE)
        with (
            self._tls.wrap_socket(plain, server_hostname=self._host) as link,
            link.makefile("rb") as stream,
        ):
            self._upgrade(link, stream, _target(path, query))
            link.settimeout(3 * PATIENCE)  # it asks every 20 s whether somebody is there
            for opcode, data in _frames(stream):
                if opcode == TEXT:
                    told = json.loads(data)
                    if isinstance(told, dict) and {"status", "code", "remedy"} <= set(told):
                        raise Problem(told)
                    yield told
                elif opcode == PING:
                    link.sendall(_frame(PONG, data))
                elif opcode == CLOSE:
                    link.sendall(_frame(CLOSE, data[:2]))
                    return

    def _upgrade(self, link: ssl.SSLSocket, stream: Any, target: str) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        link.sendall(
            f"GET {target} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            f"Authorization: Bearer {self._token}\r\n\r\n".encode()
        )
        status = int(stream.readline(1 << 10).split(b" ")[1])
        length = 0
        while (line := stream.readline(1 << 16)).strip():
            name, _, value = line.decode("latin-1").partition(":")
            if name.lower() == "content-length":
                length = int(value)
        if status != 101:
            body = stream.read(min(length, MOST))
            raise Problem(json.loads(body) if body.startswith(b"{") else {"status": status})


def _target(path: str, query: Mapping[str, object] | None) -> str:
    asked = {name: value for name, value in (query or {}).items() if value is not None}
    return BASE + quote(path) + (f"?{urlencode(asked)}" if asked else "")


def _frames(stream: Any) -> Iterator[tuple[int, bytes]]:
    """Whole messages (RFC 6455, section 5.2); a server's are not masked."""
    whole, kind = b"", 0
    while len(head := stream.read(2)) == 2:
        length = head[1] & 0x7F
        if length >= 126:
            length = int.from_bytes(stream.read(2 if length == 126 else 8), "big")
        if length + len(whole) > MOST:
            raise OSError("a message that is too long")
        data, opcode = stream.read(length), head[0] & 0x0F
        if opcode >= CLOSE:
            yield opcode, data
            continue
        whole, kind = whole + data, opcode or kind
        if head[0] & 0x80:
            yield kind, whole
            whole = b""


def _frame(opcode: int, data: bytes) -> bytes:
    """A short one, masked as a client's must be."""
    mask = os.urandom(4)
    masked = bytes(byte ^ mask[place % 4] for place, byte in enumerate(data[:125]))
    return bytes([0x80 | opcode, 0x80 | len(masked)]) + mask + masked


def verified(
    secret: str, headers: Mapping[str, str], body: bytes, *, now: float | None = None,
    tolerance: float = 300.0,
) -> Any:  # fmt: skip
    """The JSON of a webhook that was really sent, within so many seconds; ValueError for any other.

    The same `webhook-id` comes again where an answer was lost: whoever has dealt with one passes it
    over.
    """
    given = {name.lower(): value for name, value in headers.items()}
    id, moment = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = hmac.digest(key, f"{id}.{moment}.".encode() + body, "sha256")
    wanted = f"v1,{base64.b64encode(expected).decode()}"
    signatures = given.get("webhook-signature", "").split()
    if not any(hmac.compare_digest(wanted, each) for each in signatures):
        raise ValueError("a webhook that this secret has not signed")
    if abs((time.time() if now is None else now) - int(moment)) > tolerance:
        raise ValueError("an old webhook, or a wrong clock")
    return json.loads(body)
