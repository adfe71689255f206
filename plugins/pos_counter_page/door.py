"""Who is let in: this machine's browser, with the token of the address, and no foreign page.

Whoever else is signed on to this machine reads the command lines of all programs, and a browser's
has the address that it opens: that one is good once, and leads on to the one with the token.

The page types at a till. A page of another site must not, whatever name it gives itself in the DNS
(Host), and whether or not it may read the answer (Origin).
"""

import secrets
from hmac import compare_digest
from http import HTTPStatus

from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

NAMES = ("127.0.0.1", "localhost")

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
    "img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Content Security Policy: nothing from elsewhere, no script but our own. Styles carry numbers."""

HEADERS = {
    "Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
}  # fmt: skip


def new_token() -> str:
    """A token that nobody guesses."""
    return secrets.token_urlsafe(24)


class Door:
    """Refuses what is not for this page: 421 another host, 403 another origin, 404 no token.

    `ticket` stands for the token once.
    """

    def __init__(self, app: ASGIApp, token: str, port: int) -> None:
        self._app = app
        self._token = token.encode()
        self.ticket = new_token()
        self._hosts = {f"{name}:{port}".encode() for name in NAMES}
        self._origins = {b"http://" + host for host in self._hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let it in, or say why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refused = self._refused(scope)
        if refused is HTTPStatus.NOT_FOUND and self._takes_ticket(scope["path"]):
            onwards = RedirectResponse(f"/{self._token.decode()}/", 303, HEADERS)
            await onwards(scope, receive, send)
            return
        if refused is not None:
            await PlainTextResponse(refused.phrase, refused)(scope, receive, send)
            return
        # What stands behind the token is the path that the page knows.
        path = "/" + scope["path"].removeprefix("/").partition("/")[2]
        await self._app({**scope, "path": path}, receive, send)

    def _takes_ticket(self, path: str) -> bool:
        """Whether this is the ticket, which then is spent."""
        if not self.ticket or not compare_digest(path.encode(), b"/" + self.ticket.encode()):
            return False
        self.ticket = ""
        return True

    def _refused(self, scope: Scope) -> HTTPStatus | None:
        headers = scope["headers"]
        hosts = [value for name, value in headers if name == b"host"]
        if len(hosts) != 1 or hosts[0] not in self._hosts:
            return HTTPStatus.MISDIRECTED_REQUEST
        origins = [value for name, value in headers if name == b"origin"]
        if not set(origins) <= self._origins:
            return HTTPStatus.FORBIDDEN
        given = scope["path"].removeprefix("/").partition("/")[0].encode()
        return None if compare_digest(given, self._token) else HTTPStatus.NOT_FOUND
