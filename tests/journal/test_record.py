"""Records and the state that runs through them, without a disk."""

import json
import types
import typing
from typing import Any

import msgspec
import msgspec.structs
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pos_terminal.domain.events.event import SERIES, Event
from pos_terminal.domain.events.paper import ReceiptRequested
from pos_terminal.domain.events.sale import LineSold, SaleAbandoned, SaleClosed, SaleOpened
from pos_terminal.domain.events.system import CatalogChanged, TillStopped
from pos_terminal.domain.events.values import EntryMethod
from pos_terminal.domain.events.vocabulary import KINDS
from pos_terminal.domain.period.book import Book
from pos_terminal.domain.quantity import Unit
from pos_terminal.journal import codec
from pos_terminal.journal.codec import LARGEST, Counts, Totals, UnknownEvent
from pos_terminal.journal.errors import OutOfStep
from pos_terminal.journal.record import Record, Running
from pos_terminal.verifier.chain import NOTHING, leaf
from tests.support.journaling import (
    IDENTITY,
    SIGN_ON,
    closed,
    every_kind,
    line,
    moment,
    mornings,
    stamped,
)

START = Running(identity=IDENTITY)
WHOLE = st.integers(-LARGEST, LARGEST)


def test_a_record_reads_back_as_what_was_stamped() -> None:
    for record, event in zip(stamped(every_kind()), every_kind(), strict=True):
        again = Record.read(record.rec, record.hash)
        assert again == record
        assert again.event == event
        assert again.moment == moment(record.seq - 1)


def test_records_are_chained_from_the_first_on() -> None:
    before = NOTHING
    for number, record in enumerate(stamped(every_kind()), 1):
        assert (record.seq, record.envelope.prev) == (number, before.hex())
        assert record.hash == leaf(record.rec)
        before = record.hash


@given(
    name=st.text(st.characters(exclude_categories=["Cs"])),
    code=st.text(st.characters(exclude_categories=["Cs"])),
    numbers=st.lists(WHOLE, min_size=5, max_size=5),
    listed=st.none() | WHOLE,
)
def test_bytes_are_canonical_json_by_an_independent_implementation(
    name: str, code: str, numbers: list[int], listed: int | None
) -> None:
    quantity, price, per, vat, gross = numbers
    sold = LineSold(
        sale=1, line=1, plu=code, name=name, unit=Unit.KG, family="", quantity=quantity,
        price=price, per=per, list_price=listed, list_per=listed, vat=vat, gross=gross,
        entry=EntryMethod.SCAN, code=code,
    )  # fmt: skip
    opened = next(stamped([SaleOpened(sale=1, catalog="")]))
    running = replace(START, seq=1, head=opened.hash, opened={1: 1})
    record, _ = running.stamp(sold, moment())
    assert record.rec == rfc8785.dumps(json.loads(record.rec))
    assert Record.read(record.rec, record.hash).event == sold


@pytest.mark.parametrize("amount", [LARGEST + 1, -LARGEST - 1, 2**70])
def test_an_integer_that_json_would_round_is_refused(amount: int) -> None:
    _, running = START.stamp(SaleOpened(sale=1, catalog=""), moment())
    with pytest.raises(ValueError, match="2\\^53"):
        running.stamp(line(1, gross=amount), moment())


def test_a_total_that_json_would_round_is_refused() -> None:
    running = Running(
        identity=IDENTITY, opened={1: 1}, counts=Counts(1, {}), book=Book(absolute=LARGEST)
    )
    with pytest.raises(ValueError, match="2\\^53"):
        running.stamp(closed(1, 1), moment())


def test_long_digits_in_text_are_no_integers() -> None:
    changed = CatalogChanged(catalog="9" * 64)
    record, _ = START.stamp(changed, moment())
    assert record.event == changed


def test_text_that_is_no_unicode_is_refused() -> None:
    with pytest.raises(ValueError):
        START.stamp(TillStopped(reason="\ud800"), moment())


def test_fields_that_this_version_does_not_know_are_harmless() -> None:
    record = next(stamped([SIGN_ON]))
    more = json.loads(record.rec)
    more["key"] = "k1"
    more["body"]["badge"] = "17"
    again = Record.read(json.dumps(more).encode(), record.hash)
    assert again.event == SIGN_ON


def test_an_unknown_kind_keeps_its_body() -> None:
    record = next(stamped([SIGN_ON]))
    newer = record.rec.replace(b"operator.signed_on", b"operator.danced")
    unknown = Record.read(newer, record.hash).event
    assert isinstance(unknown, UnknownEvent)
    assert json.loads(unknown.body) == json.loads(record.rec)["body"]


@pytest.mark.parametrize("rec", [b"", b"{}", b"[1]", b"\xff", b'{"v":1}'])
def test_what_is_no_record_is_refused(rec: bytes) -> None:
    with pytest.raises(ValueError, match="no record"):
        codec.decode(rec)


OUT_OF_STEP: list[tuple[list[Event], Event]] = [
    ([], SaleOpened(sale=2, catalog="")),
    ([], line(1)),
    ([], closed(1, 1)),
    ([], ReceiptRequested(series=SERIES, number=1, copy=0)),
    ([SaleOpened(sale=1, catalog="")], SaleOpened(sale=1, catalog="")),
    ([SaleOpened(sale=1, catalog="")], closed(1, 2)),
    ([SaleOpened(sale=1, catalog="")], closed(1, 0)),
    ([SaleOpened(sale=1, catalog="")], closed(1, 1, series="é")),
    ([SaleOpened(sale=1, catalog=""), closed(1, 1)], line(1)),
    ([SaleOpened(sale=1, catalog=""), closed(1, 1)], closed(1, 2)),
    (
        [SaleOpened(sale=1, catalog=""), SaleAbandoned(sale=1, catalog="", lines=(), total=0)],
        closed(1, 1),
    ),
]


@pytest.mark.parametrize(("before", "event"), OUT_OF_STEP)
def test_an_event_that_cannot_follow_is_refused(before: list[Event], event: Event) -> None:
    running = START
    for each in before:
        _, running = running.stamp(each, moment())
    with pytest.raises(OutOfStep):
        running.stamp(event, moment())


@given(mornings())
def test_a_restart_from_the_base_knows_all_that_ran(events: list[Event]) -> None:
    records: list[Record] = []
    running = START
    for event in events:
        record, running = running.stamp(event, moment())
        records.append(record)
        assert 1 <= running.base == record.envelope.base <= running.seq
        for first in running.opened.values():
            assert first >= running.base
        if running.closed:
            assert records[running.closed - 1].kind == "sale.closed"
            assert running.base <= running.closed


@given(mornings())
def test_totals_and_counts_are_what_the_events_add_up_to(events: list[Event]) -> None:
    running = START
    for event in events:
        _, running = running.stamp(event, moment())
    totals = [event.total for event in events if isinstance(event, SaleClosed)]
    assert running.total == Totals(sum(totals), sum(map(abs, totals)))
    assert sum(running.counts.tickets.values()) == len(totals)


@given(st.data())
def test_every_kind_reads_back_as_it_was(data: st.DataObject) -> None:
    """Whatever its fields hold: bytes that another library finds canonical, and the same event."""
    kind = data.draw(st.sampled_from(sorted(KINDS)))
    event = data.draw(st.builds(KINDS[kind], **filled(KINDS[kind])))
    encoded = bytes(codec.body(event))
    assert encoded == rfc8785.dumps(json.loads(encoded))
    assert msgspec.json.decode(encoded, type=KINDS[kind]) == event


def filled(kind: type) -> dict[str, st.SearchStrategy[Any]]:
    """A strategy for every field, those with a default too, within what a record may hold."""
    hints = typing.get_type_hints(kind)
    return {field.name: values(hints[field.name]) for field in msgspec.structs.fields(kind)}


def values(hint: Any) -> st.SearchStrategy[Any]:
    if hint is int:
        return WHOLE
    if hint is str:
        return st.text(st.characters(exclude_categories=["Cs"]))
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return st.builds(hint, **filled(hint))
    if isinstance(hint, types.UnionType):
        return st.one_of([values(part) for part in typing.get_args(hint)])
    if typing.get_origin(hint) is tuple:
        of = typing.get_args(hint)
        if of[-1] is Ellipsis:
            return st.lists(values(of[0]), max_size=3).map(tuple)
        return st.tuples(*(values(part) for part in of))
    return st.from_type(hint)
