"""docs/events.md and docs/journal.md say what the code does; golden records never change."""

import re
import types
import typing
from enum import Enum
from pathlib import Path

import msgspec
import msgspec.structs
import pytest

from pos_terminal.domain.authorisation import Original
from pos_terminal.domain.events import adjustment as adjustment_events
from pos_terminal.domain.events import balances, breakdown, paper, staff, system
from pos_terminal.domain.events import period as period_events
from pos_terminal.domain.events import sale as events
from pos_terminal.domain.events import stock as stock_events
from pos_terminal.domain.events.payment import TerminalSum
from pos_terminal.domain.events.vocabulary import KINDS
from pos_terminal.journal.chain import Recount
from pos_terminal.journal.codec import Envelope
from pos_terminal.journal.record import Record
from tests.support.golden import rows
from tests.support.journaling import every_kind

TESTS = Path(__file__).parent.parent
EVENTS = (TESTS.parent / "docs" / "events.md").read_text()
JOURNAL = (TESTS.parent / "docs" / "journal.md").read_text()
GOLDEN = sorted((TESTS / "golden" / "journal").glob("*.jsonl"))
PARTS = {
    part.__name__: part
    for part in (
        events.Origin,
        events.Returned,
        events.TicketLine,
        events.VatSum,
        events.Paid,
        events.PaidBy,
        events.CardPaid,
        Original,
        TerminalSum,
        events.Share,
        events.Reduction,
        adjustment_events.LineRate,
        period_events.PeriodTotals,
        period_events.TenderSum,
        breakdown.Breakdown,
        breakdown.ReductionSum,
        breakdown.OperatorSum,
        breakdown.FamilySum,
        breakdown.DrawerSum,
        breakdown.AccountSum,
        breakdown.HourSum,
        breakdown.MovementSum,
        breakdown.DropSum,
        breakdown.ServiceSum,
        breakdown.DepositSum,
        breakdown.VoucherSum,
        balances.Balances,
        balances.StockBalance,
        balances.VoucherBalance,
        balances.DepositBalance,
        balances.UnansweredPayment,
        balances.BottleBalance,
        balances.AccountBalance,
        balances.OrderBalance,
        balances.Ordered,
        staff.ClerkFound,
        paper.Corrected,
        paper.Supplied,
        stock_events.Units,
        system.LastNumber,
        system.PluginFound,
    )
}


def tables() -> dict[str, list[tuple[str, str]]]:
    """Each heading of the third level with its table's fields and types."""
    found = {}
    for section in re.split(r"^### ", EVENTS, flags=re.M)[1:]:
        name = section.partition("\n")[0].strip("`")
        found[name] = re.findall(r"^\| `(\w+)` \| (.+?) \|", section, re.M)
    return found


def said(kind: object) -> str:
    """A field's type in the words of the page."""
    if isinstance(kind, types.UnionType):
        return " or ".join(said(part) for part in typing.get_args(kind))
    if typing.get_origin(kind) is tuple:
        return f"list of {said(typing.get_args(kind)[0])}"
    if isinstance(kind, type) and issubclass(kind, Enum):
        named = [f"`{member.value}`" for member in kind if member.value]
        *first, last = named if len(named) == len(kind) else [*named, "empty"]
        return f"{', '.join(first)} or {last}"
    words = {int: "integer", str: "text", bool: "true or false", types.NoneType: "null"}
    assert isinstance(kind, type)
    return words.get(kind, kind.__name__)


def test_every_kind_and_part_has_its_table_and_no_other() -> None:
    assert set(tables()) == {*KINDS, *PARTS}


@pytest.mark.parametrize("name", [*KINDS, *PARTS])
def test_a_table_lists_the_fields_in_order_with_their_types(name: str) -> None:
    kind = KINDS.get(name) or PARTS[name]
    hints = typing.get_type_hints(kind)
    fields = [(field.name, said(hints[field.name])) for field in msgspec.structs.fields(kind)]
    assert tables()[name] == fields


def test_every_part_of_an_event_is_named() -> None:
    known = (*KINDS.values(), *PARTS.values())
    hints = {hint for kind in known for hint in typing.get_type_hints(kind).values()}
    words = {word for hint in hints if hint != typing.ClassVar[str] for word in said(hint).split()}
    assert {word for word in words if word[0].isupper()} == set(PARTS)


def test_every_field_of_the_envelope_is_documented() -> None:
    section = JOURNAL.partition("\n## A record\n")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", section, re.M) == sorted(Envelope.__struct_fields__)




@pytest.mark.parametrize("golden", GOLDEN, ids=lambda path: path.stem)
def test_journals_of_every_release_verify(golden: Path) -> None:
    recount = Recount()
    for row in rows(golden):
        recount.follow(row)
    assert recount.unknown == 0


def test_what_a_version_wrote_means_the_same_today() -> None:
    """The first golden file holds this morning. Later versions add files, and never edit one.

    Fields that came later have their defaults, so that the events are equal; their bytes are not.
    """
    kept = [Record.read(row.rec, row.hash).event for row in rows(GOLDEN[0])]
    assert kept == every_kind(series="A")
