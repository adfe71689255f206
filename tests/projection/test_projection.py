"""The projection says what the journal says, whatever became of its file."""

import shutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from pos_terminal.domain import faults
from pos_terminal.domain.events.balances import Balances, VoucherBalance
from pos_terminal.domain.events.event import SERIES, TRAINING_SERIES
from pos_terminal.domain.events.paper import ReceiptRequested
from pos_terminal.domain.events.sale import Returned, SaleClosed, TicketLine
from pos_terminal.domain.lookup.balances import fold
from pos_terminal.domain.lookup.changes import Changes
from pos_terminal.domain.lookup.questions import (
    Back,
    DepositsHeld,
    DepositWanted,
    SoldFound,
    SoldWanted,
    StockHeld,
    StockWanted,
    TicketFound,
    TicketWanted,
    VoucherWanted,
)
from pos_terminal.domain.quantity import Unit
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.purge import purge
from pos_terminal.journal.record import Record
from pos_terminal.journal.store import read_records
from pos_terminal.projection.comparison import Comparison
from pos_terminal.projection.store import Projection
from pos_terminal.projection.tables import NAME
from tests.conftest import run
from tests.support.journaled import Line
from tests.support.season import lived

DAYS = 12
AT = "2026-01-05T08:30:00.000+01:00"


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state directory with a journal of some days; not to be changed."""
    directory = tmp_path_factory.mktemp("past")
    run(lived(directory, (DAYS,), tickets=25))
    return directory


@pytest.fixture
def state(past: Path, tmp_path: Path) -> Path:
    return shutil.copytree(past, tmp_path / "state")


def ticket(series: str, number: int, back: Returned) -> SaleClosed:
    """A ticket that takes one and a half of a line back."""
    line = TicketLine(
        line=1, plu="28", name="Tradition", unit=Unit.PIECE, family="pain", quantity=-1500,
        price=130, per=1000, vat=550, gross=-195, net=-185, voided=False, of=back,
    )  # fmt: skip
    return SaleClosed(
        sale=number, series=series, number=number, catalog="c0" * 32, lines=(line,), vat=(),
        tenders=(), total=-195, turnover=-195, change=0,
    )  # fmt: skip


def records(state: Path) -> list[Record]:
    found: list[Record] = []
    while more := read_records(state / "journal.db", "", found[-1].seq if found else 0, 5000):
        found += more
    return found


def caught_up(state: Path) -> Projection:
    store = Projection(state)
    while store.advance():
        pass
    return store


@pytest.fixture
def store(state: Path) -> Iterator[Projection]:
    store = caught_up(state)
    yield store
    store.close()


def said(store: Projection, state: Path) -> Balances:
    """All balances that can be asked for, gathered by asking for each that ever was."""
    moved = [fold([record.event]) for record in records(state)]
    names = sorted({each.voucher for one in moved for each in one.vouchers})
    orders = sorted({each.order for one in moved for each in one.deposits})
    vouchers = [store.answer(VoucherWanted(name)) for name in names]
    held = [store.answer(DepositWanted(order)) for order in orders]
    stock = store.answer(StockWanted())
    assert isinstance(stock, StockHeld)
    return Balances(
        stock=stock.stock,
        vouchers=tuple(v for v in vouchers if isinstance(v, VoucherBalance) and v.amount),
        deposits=tuple(d for each in held if isinstance(each, DepositsHeld) for d in each.deposits),
    )


def expected(state: Path) -> Balances:
    balances = fold(record.event for record in records(state))
    return Balances(stock=balances.stock, vouchers=balances.vouchers, deposits=balances.deposits)


def test_the_balances_are_those_of_the_journal(store: Projection, state: Path) -> None:
    assert expected(state).vouchers
    assert expected(state).deposits
    assert said(store, state) == expected(state)


def papers(state: Path, ticket: SaleClosed) -> set[int]:
    """Which copies of a ticket were asked for; none was refused."""
    return {
        event.copy
        for event in (record.event for record in records(state))
        if isinstance(event, ReceiptRequested)
        and (event.series, event.number) == (ticket.series, ticket.number)
    }


def test_a_ticket_is_found_as_it_was_closed(store: Projection, state: Path) -> None:
    closed = [record for record in records(state) if isinstance(record.event, SaleClosed)]
    for record in closed[:: len(closed) // 7]:
        event = record.event
        assert isinstance(event, SaleClosed)
        found = store.answer(TicketWanted(event.series, event.number))
        assert isinstance(found, TicketFound)
        assert (found.closed, found.moment, found.returned) == (event, record.moment, {})
        assert found.anchor == f"{record.seq} {record.hash.hex()}"
        assert found.papers == papers(state, event)
    assert store.answer(TicketWanted(SERIES, 10**9)) is None


def test_what_each_day_sold(store: Projection, state: Path) -> None:
    days: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for record in records(state):
        event = record.event
        if isinstance(event, SaleClosed) and event.series != "F":
            for line in event.lines:
                goods = not (line.voided or line.order or line.voucher)
                days[record.envelope.session][line.plu] += line.quantity if goods else 0
    newest = [dict(days[session]) for session in sorted(days, reverse=True)]
    found = store.answer(SoldWanted(DAYS))
    assert isinstance(found, SoldFound)
    assert [day.day for day in found.days] == sorted({d.day for d in found.days}, reverse=True)
    assert [day.quantities for day in found.days] == [
        {plu: sold for plu, sold in day.items() if sold} for day in newest
    ]
    assert len(found.days) == len(newest) > DAYS // 2
    assert store.answer(SoldWanted(2)) == SoldFound(found.days[:2])


def test_returned_lines_add_up() -> None:
    changes = Changes()
    for number in (5, 6):
        back = Returned(series=SERIES, number=4, line=2)
        changes.take(ticket(SERIES, number, back), number, 1, AT)
    assert changes.returned == {(SERIES, 4, 2): Back(3000, 390, 20)}
    assert changes.sold == {(1, "28"): -3000}


def test_exercises_sell_and_return_nothing() -> None:
    changes = Changes()
    back = Returned(series=TRAINING_SERIES, number=1, line=1)
    changes.take(ticket(TRAINING_SERIES, 2, back), 9, 1, AT)
    assert changes.tickets == {(TRAINING_SERIES, 2): 9}
    assert (changes.returned, changes.sold, changes.days) == ({}, {}, {})


@pytest.mark.parametrize("spoilt", [b"", b"no database at all" * 400, None])
def test_a_file_that_is_lost_or_damaged_is_made_anew(state: Path, spoilt: bytes | None) -> None:
    caught_up(state).close()
    if spoilt is None:
        (state / NAME).unlink()
    else:
        (state / NAME).write_bytes(spoilt)
    store = caught_up(state)
    assert said(store, state) == expected(state)
    store.close()


def test_it_goes_on_where_it_stood(state: Path) -> None:
    store = Projection(state)
    assert store.advance()  # a batch, and not all
    store.close()
    store = caught_up(state)
    assert said(store, state) == expected(state)
    assert not store.advance()
    assert said(store, state) == expected(state)
    store.close()


def test_it_is_made_anew_for_another_journal(state: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    run(lived(other, (5,), tickets=10))
    caught_up(state).close()
    shutil.copy(state / NAME, other / NAME)
    store = caught_up(other)
    assert said(store, other) == expected(other)
    store.close()


def test_behind_a_purge_it_begins_with_the_balances_carried_over(
    past: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = shutil.copytree(past, tmp_path / "state")
    whole = expected(state)
    (first, *_) = (r.event for r in records(state) if isinstance(r.event, SaleClosed))
    line, copies = Line(state, capsys), [tmp_path / "a.zip", tmp_path / "b.zip"]
    assert line("journal", "archive", "--out", copies[0])[0] == 0
    shutil.copy(*copies)
    purge = "journal", "purge", "--through-closure", str(DAYS // 2)
    assert line(*purge, "--copy", copies[0], "--copy", copies[1])[0] == 0
    store = caught_up(state)
    for voucher in whole.vouchers:
        assert store.answer(VoucherWanted(voucher.voucher)) == voucher
    for deposit in whole.deposits:
        assert store.answer(DepositWanted(deposit.order)) == DepositsHeld((deposit,))
    assert store.answer(StockWanted()) == StockHeld(whole.stock)
    assert isinstance(first, SaleClosed)
    with pytest.raises(JournalError) as raised:  # its number is below all that are there
        store.answer(TicketWanted(first.series, first.number))
    assert raised.value.fault is faults.TICKET_PURGED
    assert store.answer(TicketWanted(first.series, 10**9)) is None
    store.close()


def test_a_purged_ticket_is_said_to_be_archived(state: Path) -> None:
    closed = [record.event for record in records(state) if isinstance(record.event, SaleClosed)]
    caught_up(state).close()
    z = next(record.seq for record in records(state) if record.kind == "period.closed")
    purge(state / "journal.db", z)
    store = caught_up(state)
    with pytest.raises(JournalError) as refused:
        store.answer(TicketWanted(closed[0].series, closed[0].number))
    assert refused.value.fault is faults.TICKET_PURGED
    store.close()


def test_what_could_not_be_opened_keeps_nothing_open(state: Path) -> None:
    """Though its error is kept: a journal that was moved away is opened anew in this process."""
    (state / NAME).mkdir()
    kept = []
    for opens in (Projection, Comparison):
        with pytest.raises(JournalError) as failed:
            opens(state)
        kept.append(failed.value)
    opened = [str(each.readlink()) for each in Path("/proc/self/fd").iterdir() if each.is_symlink()]
    assert not [each for each in opened if each.startswith(str(state))]
