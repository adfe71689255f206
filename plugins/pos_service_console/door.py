"""In front of every page: whose name is called, who sends, how much, how often.

A page of another site must not write here, whatever name it gives itself in the DNS (Host), and
whether or not it may read the answer (Origin). Nothing may be framed, kept or loaded from outside.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from http import HTTPStatus
from time import monotonic

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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

ADDRESSES = 256
"""Addresses that are remembered; there are fewer in a shop."""

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
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let it in, or say why not."""

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *HEADERS]}
            await send(message)

        if scope["type"] != "http":
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
        if not set(origins) <= own or (scope["method"] not in SAFE and not origins):
            return HTTPStatus.FORBIDDEN
        if not self._may_come(scope["client"][0] if scope["client"] else ""):
            return HTTPStatus.TOO_MANY_REQUESTS
        return None

    def _hosts(self) -> set[bytes]:
        return {f"{name}:{self._port()}".encode() for name in self._names}

    def _may_come(self, address: str) -> bool:
        now = self._clock()
        left, then = self._left.pop(address, (float(AT_ONCE), now))
        left = min(AT_ONCE, left + (now - then) * A_SECOND)
        may = left >= 1
        self._left[address] = (left - may, now)
        while len(self._left) > ADDRESSES:
            self._left.popitem(last=False)
        return may
