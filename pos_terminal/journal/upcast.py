"""Bodies that earlier versions wrote, made into what today's code reads. Pure.

Most changes need nothing here: a new field has a default, and readers pass over fields that they do
not know. A kind whose fields had to change otherwise is a new kind («sale.closed.2»); the old one
is written no more, and stands in this table with what makes its body into the new kind's. The
stored bytes stay as they are, and hashes and signatures are always of those.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec


class Upcast(NamedTuple):
    """Today's kind, and how its body is made of the old kind's."""

    kind: str
    make: Callable[[dict[str, Any]], dict[str, Any]]


UPCASTS: Mapping[str, Upcast] = MappingProxyType({})
"""By old kind. Empty: no released kind has had to change."""


def upcast(kind: str, body: bytes, table: Mapping[str, Upcast] = UPCASTS) -> tuple[str, bytes]:
    """The kind and the body that today's code reads, through as many steps as there were."""
    while kind in table:
        kind, make = table[kind]
        body = msgspec.json.encode(make(msgspec.json.decode(body)), order="sorted")
    return kind, body
