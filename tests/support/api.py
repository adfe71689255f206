"""A program in the shop's network beside a console: a token, requests, what comes back."""

import json
import re
from typing import Any
from urllib.parse import urlencode

from tests.support.console import Console, Got

BASE = "/api/v1"


async def make_token(console: Console, cookie: str, *scope: str, name: str = "Cuisine") -> str:
    """Made in the console by whoever is signed in; read off the page, as she would."""
    page = await console.ask("GET", "/api", Cookie=cookie)
    form = urlencode({"token": page.token, "name": name, "days": "30", **dict.fromkeys(scope, "1")})
    made = await console.ask("POST", "/api/make", form, Cookie=cookie)
    found = re.search(r'class="secret">([0-9a-f]{64})<', made.text)
    assert found, made.text
    return found[1]


class Program:
    """Asks with one token."""

    def __init__(self, console: Console, token: str) -> None:
        self._console = console
        self.token = token

    async def ask(
        self, method: str, path: str, body: Any = None, media: str = "application/json",
        **headers: str,
    ) -> Got:  # fmt: skip
        """One request; a body that is no text goes as JSON."""
        if body is not None:
            headers.setdefault("Content_Type", media)
        sent = body if isinstance(body, (str, bytes)) or body is None else json.dumps(body)
        headers.setdefault("Authorization", f"Bearer {self.token}")
        headers.setdefault("Origin", "")
        return await self._console.ask(method, BASE + path, sent, **headers)

    async def get(self, path: str) -> Any:
        """The JSON at that path."""
        got = await self.ask("GET", path)
        assert got.status == 200, got.text
        return json.loads(got.text)
