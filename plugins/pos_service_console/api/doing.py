"""What a program has the till do: print, show a message, weigh. The till looks at the token itself.

A paper has a key of its program's own: sent again with it, it is told what became of the paper, and
none is printed twice. So a key is on the disk before the till hears of its paper.
"""

import asyncio
import re
from collections.abc import Awaitable
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Literal

import apsw
import msgspec
from msgspec import Struct

from pos_service_console.api import problem
from pos_service_console.api.endpoint import Asked, Endpoint, Given, Header
from pos_service_console.api.problem import Refusal
from pos_terminal.agent.world import Agent
from pos_terminal.channel import api
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import PRINT, SHOW, WEIGH
from pos_terminal.domain import faults
from pos_terminal.domain.events.values import PrintOutcome
from pos_terminal.domain.receipt import Align, PrinterRole
from pos_terminal.domain.screen import WIDTH
from pos_terminal.domain.staff import tokens
from pos_terminal.storage.worker import Worker

SCHEMA = """
CREATE TABLE printed (
    place INTEGER PRIMARY KEY, number INTEGER NOT NULL, key TEXT NOT NULL, digest BLOB NOT NULL,
    outcome TEXT NOT NULL, fault TEXT NOT NULL, UNIQUE (number, key)
) STRICT;
"""

REMEMBERED = 1000
"""Papers whose keys are remembered, of all programs together."""

KEY = re.compile(r"[!-~]{1,64}")

Line20 = Annotated[str, msgspec.Meta(max_length=WIDTH)]


class PrintLine(Struct, frozen=True, forbid_unknown_fields=True):
    """A line: a text, perhaps with another at the `right`; or with a `code` the text as «qr»,
    «code128» or «ean». One without any text is a rule across the paper.
    """

    text: Annotated[str, msgspec.Meta(max_length=200)] = ""
    right: Annotated[str, msgspec.Meta(max_length=200)] = ""
    align: Align = Align.LEFT
    bold: bool = False
    tall: bool = False
    code: Literal["", "qr", "code128", "ean"] = ""


class At(StrEnum):
    """The printer that prints it."""

    RECEIPT = PrinterRole.RECEIPT.value
    KITCHEN = PrinterRole.KITCHEN.value
    LABEL = PrinterRole.LABEL.value


class Paper(Struct, frozen=True, forbid_unknown_fields=True):
    """A paper that is no ticket, at the printer for receipts, kitchen or labels. `title` names it
    in the journal.
    """

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    lines: Annotated[list[PrintLine], msgspec.Meta(min_length=1, max_length=100)]
    role: At = At.RECEIPT


class Printed(Struct, frozen=True):
    """How printing ended. `refused`: nothing was; `unknown`: perhaps. `fault` is why."""

    outcome: PrintOutcome
    fault: str


class Message(Struct, frozen=True, forbid_unknown_fields=True):
    """Two lines for the customers, for so many seconds, until somebody is served."""

    line1: Line20
    line2: Line20 = ""
    seconds: Annotated[int, msgspec.Meta(ge=1, le=120)] = 30


class Shown(Struct, frozen=True):
    """It is shown, for so many seconds at most."""

    seconds: int


class Weight(Struct, frozen=True):
    """Grams that stood still, `net` of the scale's own tare; null and the `fault` where none do."""

    grams: int | None
    net: bool
    fault: str


IDEMPOTENCY_KEY = Header(
    "Idempotency-Key", "1 to 64 visible characters of ASCII, new for each paper.", required=True,
    pattern=f"^{KEY.pattern}$",
)  # fmt: skip


class Doing:
    """Answers them."""

    def __init__(self, agent: Agent, store: Worker) -> None:
        self._agent = agent
        self._store = store
        self._under_way: dict[tuple[int, str], asyncio.Event] = {}

    def endpoints(self) -> list[Endpoint]:
        """What it answers."""
        return [
            Endpoint(method="POST", path="/print", scope=tokens.PRINT, gives=Printed, body=Paper,
                     does="Print a paper, and say how that ended", answer=self._print,
                     headers=(IDEMPOTENCY_KEY,), problems=(problem.KEY_REUSED,)),
            Endpoint(method="PUT", path="/display", scope=tokens.SHOW, gives=Shown, body=Message,
                     does="Show the customers a message while nobody is served", answer=self._show),
            Endpoint(method="GET", path="/weight", scope=tokens.WEIGH, gives=Weight,
                     does="What lies on the scale", answer=self._weigh),
        ]  # fmt: skip

    async def _show(self, asked: Asked) -> Given:
        what: Message = asked.body
        asks = api.ShowAsked(what.line1, what.line2, what.seconds, asked.who.secret)
        await self._agent.till.call(SHOW, asks)
        return Given(Shown(what.seconds))

    async def _weigh(self, asked: Asked) -> Given:
        return Given(weight(await self._agent.till.call(WEIGH, api.WeighAsked(asked.who.secret))))

    async def _print(self, asked: Asked) -> Given:
        key = asked.headers.get("idempotency-key", "")
        if not KEY.fullmatch(key):
            raise Refusal(problem.BAD_REQUEST, f"Idempotency-Key: {IDEMPOTENCY_KEY.meaning}")
        whose = asked.who.bearer.number, key
        while whose in self._under_way:  # each that waited looks, and only one goes on at once
            await self._under_way[whose].wait()
        digest = sha256(msgspec.json.encode(asked.body)).digest()
        self._under_way[whose] = ended = asyncio.Event()
        try:
            # The till takes the connection in while the key goes to the disk.
            async with self._agent.till.at_the_till() as till:
                known = await self._store.do(lambda db: _kept(db, *whose, digest))
                if known is None:
                    asks = _asks(asked.body, asked.who.secret)
                    known = await self._ended(whose, till.call(PRINT, asks))
        finally:
            del self._under_way[whose]
            ended.set()
        return Given(known)

    async def _ended(
        self, whose: tuple[int, str], printing: Awaitable[api.PrintedPaper]
    ) -> Printed:
        try:
            done = await printing
        except ChannelError as error:
            if error.fault is not faults.CHANNEL_BROKEN:  # then it was never asked to print it
                await self._store.do(lambda db: _forgotten(db, *whose))
                raise
            return Printed(PrintOutcome.UNKNOWN, faults.PRINT_UNKNOWN.code)
        found = Printed(done.outcome, done.fault)
        await self._store.do(lambda db: _noted(db, *whose, found))
        return found


def weight(seen: api.WeightSeen) -> Weight:
    """A reading as the API tells it."""
    return Weight(seen.grams, seen.net, seen.fault)


def _asks(paper: Paper, secret: str) -> api.PrintAsked:
    lines = [
        api.PrintLine(each.text, each.right, each.align, each.bold, each.tall, each.code)
        for each in paper.lines
    ]
    return api.PrintAsked(paper.title, lines, PrinterRole(paper.role.value), secret)


def _kept(db: apsw.Connection, number: int, key: str, digest: bytes) -> Printed | None:
    """What became of the paper of that key, None where it is new: from here on it is not. Refusal
    where it was another's.

    Until its outcome is known it is unknown, as it is after a power cut.
    """
    sql = "SELECT digest, outcome, fault FROM printed WHERE number = ? AND key = ?"
    for known, outcome, fault in db.execute(sql, (number, key)):
        if known != digest:
            raise Refusal(problem.KEY_REUSED, key)
        return Printed(PrintOutcome(outcome), str(fault))
    db.execute(
        "INSERT INTO printed (number, key, digest, outcome, fault) VALUES (?, ?, ?, ?, ?)",
        (number, key, digest, PrintOutcome.UNKNOWN.value, faults.PRINT_UNKNOWN.code),
    )
    db.execute(
        "DELETE FROM printed WHERE place <= (SELECT max(place) FROM printed) - ?", (REMEMBERED,)
    )
    return None


def _noted(db: apsw.Connection, number: int, key: str, found: Printed) -> None:
    db.execute(
        "UPDATE printed SET outcome = ?, fault = ? WHERE number = ? AND key = ?",
        (found.outcome.value, found.fault, number, key),
    )


def _forgotten(db: apsw.Connection, number: int, key: str) -> None:
    db.execute("DELETE FROM printed WHERE number = ? AND key = ?", (number, key))
