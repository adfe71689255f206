"""In front of every page: whose name is called, who sends, how much, how often.

A page of another site must not write here, whatever name it gives itself in the DNS (Host), and
whether or not it may read the answer (Origin). Nothing may be framed, kept or loaded from outside.
"""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from time import monotonic

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pos_service_console.buckets import Buckets

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),  # «no-referrer» would have our own forms say «null»
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
    (b"cache-control", b"no-store"),
]

AT_ONCE, A_SECOND = 80, 10
"""Requests of one address: so many at once, and so many a second for ever."""

API = "/api/"
"""Under it nothing is done by a cookie: a token comes with each request, which no page of another's
can send, and counts its requests itself (api/bearers)."""

SAFE = ("GET", "HEAD")


class Door:
    """Refuses what is not for this page: 421 another host, 403 another origin, 429 too often."""

    def __init__(
        self, app: ASGIApp, names: Iterable[str], port: Callable[[], int],
        clock: Callable[[], float] = monotonic,
    ) -> None:  # fmt: skip
        self._app = app
        self._names = tuple(names)
        self._port = port
        self._addresses = Buckets(AT_ONCE, A_SECOND, clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let it in, or say why not."""

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *HEADERS]}
            await send(message)

        if scope["type"] == "websocket" and not scope["path"].startswith(API):
            await send({"type": "websocket.close", "code": 1008})
            return
        refused = self._refused(scope)
        if refused is not None:
            answer = PlainTextResponse(refused.phrase, refused, headers={"connection": "close"})
            await answer(scope, receive, guarded)
            return
        await self._app(scope, receive, guarded)

    def _refused(self, scope: Scope) -> HTTPStatus | None:
        headers = scope["headers"]
        hosts = [value for name, value in headers if name == b"host"]
        if len(hosts) != 1 or hosts[0] not in self._hosts():
            return HTTPStatus.MISDIRECTED_REQUEST
        origins = [value for name, value in headers if name == b"origin"]
        own = {b"https://" + host for host in self._hosts()}
        if not set(origins) <= own:
            return HTTPStatus.FORBIDDEN
        if scope["path"].startswith(API):
            return None
        if scope["method"] not in SAFE and not origins:
            return HTTPStatus.FORBIDDEN
        if not self._addresses.may(scope["client"][0] if scope["client"] else ""):
            return HTTPStatus.TOO_MANY_REQUESTS
        return None

    def _hosts(self) -> set[bytes]:
        return {f"{name}:{self._port()}".encode() for name in self._names}
