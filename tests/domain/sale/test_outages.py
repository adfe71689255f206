"""Sales written by hand while the till was down, entered afterwards: time, law, marks, sums."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.audit.jet import DEGRADED, RECOVERED, jet_line
from pos_terminal.domain.counter.steps import Print
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.outage import OutageEnded, OutageStarted
from pos_terminal.domain.events.sale import LineSold, SaleClosed
from pos_terminal.domain.events.staff import AuthorityGiven
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.printing.digital import digital
from pos_terminal.domain.printing.papers import paper
from pos_terminal.domain.receipt import Text
from pos_terminal.domain.sale.terms import Terms
from pos_terminal.journal.errors import OutOfStep
from pos_terminal.journal.record import Running
from tests.support.bench import Bench, bench, moment
from tests.support.paper import TILL
from tests.support.staff import BOSS, SAM, staffed

OPENED = datetime.fromisoformat(moment().at)
"""08:30 on Monday, the fifth of January 2026."""


def at(hour: int, minute: int, day: int = 5, month: int = 1, year: int = 2026) -> str:
    when = OPENED.replace(year=year, month=month, day=day, hour=hour, minute=minute)
    return when.isoformat(timespec="milliseconds")


def running(events: Sequence[Event]) -> Running:
    """The journal's state after these."""
    after = Running(identity=TILL)
    for event in events:
        _, after = after.stamp(event, moment())
    return after


def told(till: Bench) -> list[Event]:
    return [event for event, _ in till.events]


def test_a_breakdown_from_its_beginning_to_its_end() -> None:
    till = bench()
    till.press("2 MOTIF 700 PANNE 715 PANNE 1 PLU CASH 730 PANNE 5 PLU CARD 2 PLU CASH PANNE")
    begun, *_, ended = told(till)
    assert begun == OutageStarted(since=at(7, 0), reason="APPAREIL EN PANNE")
    assert ended == OutageEnded(since=at(7, 0), tickets=2, total=930)
    tickets = till.of(SaleClosed)
    assert [(each.number, each.taken_at) for each in tickets] == [
        (1, at(7, 15)), (2, at(7, 30)), (3, ""),
    ]  # fmt: skip
    jet = [jet_line(event) for event in (begun, ended)]
    assert [(line.code, line.detail) for line in jet if line] == [
        (DEGRADED, "panne depuis 05/01/2026 07:00, APPAREIL EN PANNE"),
        (RECOVERED, "panne depuis 05/01/2026 07:00 : 2 ventes saisies, 9,30 €"),
    ]
    book = running(told(till)).book
    assert (book.day.totals.tickets, book.day.totals.net, book.net) == (3, 1030, 1030)
    parts = book.day.totals.parts
    assert parts
    assert {each.hour: each.net for each in parts.hours} == {7: 930, 8: 100}


def test_prices_and_limits_are_those_of_then() -> None:
    """The GALETTE has a price from the first of January; vouchers are not taken on a Sunday."""
    till = bench()
    till.press("31121000 PANNE 31121015 PANNE 9 PLU")
    assert till.fault is faults.NO_PRICE
    till.press("C CANCEL 4011000 PANNE 1 PLU TR")
    assert till.fault is faults.MEAL_DAY
    till.press("C CASH 9 PLU CASH")
    assert [line.price for line in till.of(LineSold)] == [130, 1500]
    assert [each.taken_at for each in till.of(SaleClosed)] == [at(10, 0, 4), ""]


@pytest.mark.parametrize(
    ("typed", "since"),
    [
        ("700", at(7, 0)),
        ("0700", at(7, 0)),
        ("1010700", at(7, 0, 1)),
        ("01010700", at(7, 0, 1)),
        ("31122359", at(23, 59, 31, 12, 2025)),
    ],
)
def test_a_time(typed: str, since: str) -> None:
    till = bench()
    till.press(f"{typed} PANNE")
    assert [event.since for event in till.of(OutageStarted)] == [since]


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("PANNE", faults.NUMBER_MISSING),
        ("7 PANNE", faults.BAD_TIME),
        ("70000 PANNE", faults.BAD_TIME),
        ("760 PANNE", faults.BAD_TIME),
        ("2400 PANNE", faults.BAD_TIME),
        ("900 PANNE", faults.BAD_TIME),
        ("30020700 PANNE", faults.BAD_TIME),
        ("9 MOTIF 700 PANNE", faults.UNKNOWN_REASON),
        ("1 PLU 700 PANNE", faults.NOT_NOW),
        ("700 PANNE 659 PANNE", faults.BAD_TIME),
        ("700 PANNE 1 MOTIF PANNE", faults.NOT_NOW),
        ("700 PANNE 715 PANNE 720 PANNE", faults.NOT_NOW),
    ],
)
def test_refused(typed: str, fault: Fault) -> None:
    till = bench()
    till.press(typed)
    assert till.fault is fault


def test_it_needs_its_right_at_both_ends_and_names_who_gave_it() -> None:
    till = staffed()
    till.sign_on(SAM)
    till.press("700 PANNE")
    till.press(f"{BOSS} CLERK 5930 CLERK 715 PANNE 1 PLU CASH PANNE")
    till.press(f"{BOSS} CLERK 5930 CLERK")
    assert [event.right for event in till.of(AuthorityGiven)] == [Right.OUTAGE, Right.OUTAGE]
    assert till.of(OutageStarted)[0].authority == till.of(OutageEnded)[0].authority == BOSS


def test_paper_has_both_times() -> None:
    till = bench()
    effects = till.press("700 PANNE 715 PANNE 1 PLU CASH TICKET").effects
    (printed,) = [each for each in effects if isinstance(each, Print)]
    said = [each.text for each in paper(TILL, printed.asked).blocks if isinstance(each, Text)]
    assert {"VENTE DU 05/01/2026 07:15", "SAISIE APRES PANNE"} <= {*said}
    assert "VENTE DU 2026-01-05T07:15" in digital(TILL, printed.asked)


def test_the_journal_takes_no_end_without_a_beginning_and_no_other_sum() -> None:
    till = bench()
    till.press("700 PANNE 715 PANNE 1 PLU CASH")
    state = running(told(till))
    for wrong in (
        OutageStarted(since=at(7, 5), reason="x"),
        OutageEnded(since=at(7, 0), tickets=1, total=131),
        OutageEnded(since=at(7, 0), tickets=0, total=130),
    ):
        with pytest.raises(OutOfStep):
            state.stamp(wrong, moment())
    ended = OutageEnded(since=at(7, 0), tickets=1, total=130)
    _, after = state.stamp(ended, moment())
    with pytest.raises(OutOfStep):
        after.stamp(ended, moment())


@given(st.lists(st.tuples(st.integers(0, 80), st.sampled_from(("1", "2", "5"))), max_size=6))
def test_numbers_have_no_gap_and_the_end_says_what_was_entered(
    sales: list[tuple[int, str]],
) -> None:
    """By hand, whatever the order in which the book is typed in, between sales of now."""
    prices = {"1": 130, "2": 100, "5": 800}
    till = bench()
    till.press("700 PANNE")
    for minutes, plu in sales:
        made = OPENED.replace(hour=7, minute=0) + timedelta(minutes=minutes)
        till.press(f"{made:%H%M} PANNE {plu} PLU CASH 2 PLU CARD")
    till.press("PANNE")
    tickets = till.of(SaleClosed)
    assert [each.number for each in tickets] == [*range(1, 2 * len(sales) + 1)]
    (ended,) = till.of(OutageEnded)
    assert (ended.tickets, ended.total) == (len(sales), sum(prices[plu] for _, plu in sales))
    assert running(told(till)).book.net == sum(each.total for each in tickets)


@pytest.mark.parametrize("reasons", ["discount", "weight", "loss", "outage"])
def test_whatever_needs_a_reason_has_one_to_name(reasons: str) -> None:
    with pytest.raises(ValueError, match="a un motif"):
        replace(Terms(), **{f"{reasons}_reasons": ()})
