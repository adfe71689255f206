"""What may be done with the shop's catalogue while the till sells: another put in force, whole.

It is checked as the file would be, and taken up as the file would be, between two sales. One that
is wrong changes nothing; one that was made from another than the present one neither, since whoever
made it has not seen what the other person changed.
"""

import zlib
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from hashlib import sha256
from typing import Any

from msgspec import Struct

from pos_terminal.acts.asked import Asked, given
from pos_terminal.channel.acts import Act, Actor, Acts
from pos_terminal.channel.errors import ChannelError
from pos_terminal.domain import faults
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.language import say
from pos_terminal.journal.errors import JournalError
from pos_terminal.runtime.shop_files import ShopFiles
from pos_terminal.tasks.groups import to_the_end

CATALOG_APPLY = "catalog.apply"

LARGEST = 16 << 20
"""Bytes of a catalogue, inflated: some 200,000 articles."""

SAID = 5
"""Of what is wrong with a catalogue so much is said."""


class ApplyCatalog(Asked, frozen=True, kw_only=True):
    """Another catalogue: the file's bytes, deflated, made from the one with the SHA-256 `base`."""

    base: str
    deflated: bytes


class CatalogApplied(Struct, frozen=True):
    """The SHA-256 of the catalogue that is in force from the next sale on."""

    sha256: str


class _Catalogues:
    def __init__(
        self, record: Callable[[Sequence[Event]], Awaitable[Any]], files: Callable[[], ShopFiles]
    ) -> None:
        self._record = record
        self._files = files

    async def apply(self, asked: ApplyCatalog, actor: Actor) -> CatalogApplied:
        """Put it in force. ChannelError where it is wrong, or made from another."""
        source = await to_the_end(partial(_inflated, asked.deflated))
        catalogue, name = self._files().catalogue, sha256(source).hexdigest()
        try:
            problems = await to_the_end(partial(catalogue.problems, source))
            if problems:
                raise ChannelError(faults.BAD_CATALOGUE, " ; ".join(map(str, problems[:SAID])))
            if await to_the_end(catalogue.named) != asked.base:
                raise ChannelError(faults.CATALOGUE_MOVED)
            await self._record([given(f"catalog apply {name}", asked, actor)])
            await to_the_end(partial(catalogue.put, source))
        except JournalError as error:
            raise ChannelError(error.fault, error.detail) from error
        self._files().reload_catalogue()
        return CatalogApplied(name)


def _inflated(deflated: bytes) -> bytes:
    inflating = zlib.decompressobj()
    try:
        source = inflating.decompress(deflated, LARGEST)
    except zlib.error as error:
        raise ChannelError(faults.BAD_REQUEST, str(error)) from error
    if not inflating.eof:
        raise ChannelError(faults.BAD_REQUEST, say("coupé, ou plus de 16 Mio"))
    return source


def catalogue_acts(
    record: Callable[[Sequence[Event]], Awaitable[Any]], files: Callable[[], ShopFiles]
) -> Acts:
    """The acts over these files."""
    catalogues = _Catalogues(record, files)
    return {CATALOG_APPLY: Act(ApplyCatalog, catalogues.apply)}
