"""What a page of the owner's console is asked, and what it may answer: no web library's, but ours.

So a service can add a page without one, and the console alone decides who sees it, in which frame,
and behind which headers.
"""

from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from typing import Any

from msgspec import Struct

from pos_terminal.domain.events.values import ConsoleRole
from pos_terminal.domain.markup import Markup


class Visitor(Struct, frozen=True):
    """Who is signed in: as what, whose PIN it was, and the grant for the till's methods."""

    role: ConsoleRole
    by: int
    grant: str
    key: str
    """Of this sign-in: under it a page may remember something. Of nobody else's, and no secret."""


class Asked(Struct, frozen=True):
    """One request. `path` is what stands behind the page's name; `form` is None where she looks.

    A form's `token` has been checked by the console. `query` and `form` have the last value of each
    name; nothing of them has been looked at otherwise.
    """

    visitor: Visitor
    token: str
    path: tuple[str, ...] = ()
    query: Mapping[str, str] = {}
    form: Mapping[str, str] | None = None


class Html(Struct, frozen=True):
    """A page: its title, and what stands in it. A `live` one is asked for anew as the till sells,
    one with `again` after so many seconds.
    """

    title: str
    body: Markup
    live: bool = False
    status: int = 200
    again: int = 0


class Download(Struct, frozen=True):
    """A file to be kept: its name, media type, bytes; or its parts as they come, and their sum."""

    name: str
    kind: str
    content: bytes | AsyncIterator[bytes]
    size: int | None = None


class Redirect(Struct, frozen=True):
    """Look there: a path of the console's own, «/articles»."""

    to: str


Answer = Html | Download | Redirect


class NoSuchPage(LookupError):
    """A page has nothing under that path."""


class ConsolePage(Struct, frozen=True):
    """A page in the console's menu, under `/name`, for those roles; lower `place`s stand first.

    `answer` raises NoSuchPage where there is nothing, and ChannelError where the till would not:
    the console says either. It must not block.
    """

    name: str
    title: str
    roles: frozenset[ConsoleRole]
    answer: Callable[[Asked], Coroutine[Any, Any, Answer]]
    place: int = 100
