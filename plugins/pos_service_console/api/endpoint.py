"""What an address of the API takes and gives: one table, which routes it and describes it."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from msgspec import Struct

from pos_service_console.api.bearers import Shown
from pos_service_console.api.problem import Kind

JSON, CSV, TEXT = "application/json", "text/csv", "text/plain"


class Nothing(Struct, frozen=True, forbid_unknown_fields=True):
    """No parameters."""


class Asked(Struct, frozen=True):
    """One request, as what it should be: `path`, `query` and `body` are of the endpoint's types.

    A body that is no JSON comes as bytes.
    """

    who: Shown
    path: Any
    query: Any
    body: Any
    headers: Mapping[str, str]


class Given(Struct, frozen=True):
    """An answer: a Struct, its JSON in pieces where it is large, or bytes of the endpoint's other
    media types; `etag` of what changes.
    """

    value: Any
    etag: str = ""
    status: int = 200
    media: str = JSON


class Header(Struct, frozen=True):
    """A header that is asked for."""

    name: str
    meaning: str
    required: bool = False
    pattern: str = ""


class Endpoint(Struct, frozen=True, kw_only=True):
    """A method at a path («/tickets/{number}»), for tokens with that scope.

    `problems` are those that it has beside what every one has.
    """

    method: str
    path: str
    scope: str
    does: str
    answer: Callable[[Asked], Coroutine[Any, Any, Given]]
    gives: type[Struct] | None = None
    media: tuple[str, ...] = (JSON,)
    at: type[Struct] = Nothing
    query: type[Struct] = Nothing
    body: type[Struct] | str | None = None
    headers: tuple[Header, ...] = ()
    problems: tuple[Kind, ...] = ()
    status: int = 200
    conditional: bool = False
    largest: int = 64 << 10

    @property
    def name(self) -> str:
        """Its own word in the description: «getTicketsNumber»."""
        parts = self.path.replace("{", "").replace("}", "").replace(".", "/").split("/")
        return self.method.lower() + "".join(each.capitalize() for each in parts)
