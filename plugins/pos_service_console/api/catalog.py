"""The catalogue: read, and replaced as the console's own page does: seen first, then put in force.

What is put in force was previewed by the same token, and was made from the version that its
If-Match names: the till looks at both anew, and takes it up between two sales.
"""

import asyncio
import zlib
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from itertools import islice

import msgspec
from msgspec import Struct

from pos_service_console.api import problem
from pos_service_console.api.endpoint import CSV, Asked, Endpoint, Given, Header
from pos_service_console.api.problem import Refusal
from pos_service_console.api.routing import tags
from pos_service_console.catalogue import Present, Read
from pos_service_console.pages.articles import APPLY, Staged
from pos_service_console.pages.page import today
from pos_service_console.staging import Staging
from pos_service_console.till import do
from pos_terminal.agent.world import Agent
from pos_terminal.domain.catalog.catalog import Item

KEPT = 4
"""Previews that are kept at once, one a token."""

AT_ONCE = 256
"""Articles that are written together."""

LARGEST = 8 << 20
"""Bytes of a table, as of a form: some 100,000 articles, more than are compared (comparing.py)."""


class Article(Struct, frozen=True):
    """An article today: `price` cents for `per` thousandths of its unit, null where it is keyed;
    `vat` in basis points, null where the shop's default holds.
    """

    plu: str
    name: str
    unit: str
    family: str
    price: int | None
    per: int | None
    vat: int | None
    barcodes: list[str]


class Articles(Struct, frozen=True):
    """The catalogue in force: its SHA-256, which is its ETag, and its articles."""

    sha256: str
    articles: list[Article]


class Changed(Struct, frozen=True):
    """What differs of one article; `field` is new or gone where it was not there, or is no more."""

    plu: str
    name: str
    field: str
    before: str
    after: str


class Wrong(Struct, frozen=True):
    """A line of a table that is wrong, with its column and the reason."""

    line: int
    column: str
    reason: str


class Preview(Struct, frozen=True):
    """What would change: from the catalogue `base` to that with this SHA-256. `count` differences,
    of which the first are listed. Null and what is `wrong`: it is none, and the present one sells
    on.
    """

    base: str
    sha256: str | None
    count: int
    differences: list[Changed]
    wrong: list[Wrong]


class Wanted(Struct, frozen=True, forbid_unknown_fields=True):
    """The SHA-256 of what was previewed."""

    sha256: str


class InForce(Struct, frozen=True):
    """What sells from the next sale on."""

    sha256: str


IF_NONE_MATCH = Header("If-None-Match", "The ETag that is known: 304 where it is still that.")
IF_MATCH = Header("If-Match", "The ETag of the one that it was made from: 428 without.")


class Catalogue:
    """Answers them."""

    def __init__(self, agent: Agent, present: Present) -> None:
        self._agent = agent
        self._present = present
        self._staged: Staging[Staged] = Staging(KEPT)

    def endpoints(self) -> list[Endpoint]:
        """What it answers."""
        return [
            Endpoint(method="GET", path="/catalog", scope="catalog.read", gives=Articles,
                     does="The articles of today", answer=self._articles, conditional=True,
                     headers=(IF_NONE_MATCH,)),
            Endpoint(method="GET", path="/catalog.csv", scope="catalog.read", media=(CSV,),
                     does="The catalogue's file, to be changed and sent back", answer=self._file,
                     conditional=True, headers=(IF_NONE_MATCH,)),
            Endpoint(method="POST", path="/catalog/preview", scope=APPLY, gives=Preview, body=CSV,
                     does="What another catalogue would change, and what is wrong with it",
                     answer=self._preview, largest=LARGEST),
            Endpoint(method="PUT", path="/catalog", scope=APPLY, gives=InForce, body=Wanted,
                     does="Put in force what this token has previewed", answer=self._apply,
                     headers=(IF_MATCH,),
                     problems=(problem.NO_CONDITION, problem.MOVED, problem.NO_PREVIEW)),
        ]  # fmt: skip

    async def _articles(self, _: Asked) -> Given:
        read, day = await self._present.read(), today(self._agent).date()
        return Given(_written(read, day), etag=read.sha256)

    async def _file(self, _: Asked) -> Given:
        source = await self._present.source()
        return Given(source, etag=sha256(source).hexdigest(), media=CSV)

    async def _preview(self, asked: Asked) -> Given:
        deflated = await asyncio.to_thread(zlib.compress, asked.body)
        present, found = await self._present.compared(deflated)
        if found.problems:
            wrong = [Wrong(each.line, each.key, each.reason) for each in found.problems]
            return Given(Preview(present.sha256, None, 0, [], wrong))
        staged = Staged(present.sha256, deflated)
        self._staged.put(asked.who.bearer.number, found.sha256, staged)
        listed = [Changed(*msgspec.structs.astuple(each)) for each in found.differences]
        return Given(Preview(present.sha256, found.sha256, found.count, listed, []))

    async def _apply(self, asked: Asked) -> Given:
        wanted: Wanted = asked.body
        staged = self._staged.held(asked.who.bearer.number, wanted.sha256)
        if staged is None:
            raise Refusal(problem.NO_PREVIEW, wanted.sha256)
        named = asked.headers.get("if-match", "")
        if not named:
            raise Refusal(problem.NO_CONDITION)
        if tags(named) != [staged.base]:
            raise Refusal(problem.MOVED, f"previewed on {staged.base}")
        arguments = {"base": staged.base, "deflated": staged.deflated}
        await do(self._agent, asked.who.secret, APPLY, arguments)
        self._staged.drop(asked.who.bearer.number)
        return Given(InForce(wanted.sha256), etag=wanted.sha256)


def _written(read: Read, day: date) -> Iterator[bytes]:
    """Articles as JSON, so many at a time: 50,000 of them at once are some 30 MiB."""
    yield msgspec.json.encode(Articles(read.sha256, [])).removesuffix(b"]}")
    items, comma = read.items(), b""
    while several := [_article(item, day) for item in islice(items, AT_ONCE)]:
        yield comma + msgspec.json.encode(several)[1:-1]
        comma = b","
    yield b"]}"


def _article(item: Item, day: date) -> Article:
    price = item.listed(day)
    return Article(
        item.plu, item.name, item.unit.value, item.family,
        price.cents if price else None, price.per if price else None, item.rate(day),
        list(item.barcodes),
    )  # fmt: skip
