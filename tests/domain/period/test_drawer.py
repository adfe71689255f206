"""The drawer without a sale, X, the blind count and Z, at a counter without devices."""

import pytest

from pos_terminal.domain import faults
from pos_terminal.domain.counter.drawer_count import DrawerCount
from pos_terminal.domain.counter.steps import (
    CloseDay,
    CountDrawer,
    Effect,
    OpenDrawer,
    PaperDone,
    ReadDay,
    Train,
)
from pos_terminal.domain.events.breakdown import Breakdown, DropSum
from pos_terminal.domain.events.cash import CashCounted, CashMoved, DrawerOpened
from pos_terminal.domain.events.values import CashMovement, PrintOutcome
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.period.breakdown import with_movement
from pos_terminal.domain.period.closing import refusal
from pos_terminal.domain.period.drawer import DENOMINATIONS, expected, uncounted
from pos_terminal.domain.screen import Screen
from pos_terminal.domain.tender.tender import TenderRules
from tests.support.bench import BAGUETTE, Bench, bench, book, counter_of, goods, tones


@pytest.fixture
def till() -> Bench:
    return bench()


def effects(till: Bench, text: str) -> tuple[Effect, ...]:
    return till.press(text).effects


@pytest.mark.parametrize(
    ("typed", "movement", "amount", "reason", "shown"),
    [
        ("10000 FOND", "float", 10_000, "", Screen("FOND          100,00", "")),
        ("2 MOTIF 50,5 ENTREE", "in", 5050, "REMBOURSEMENT", None),
        ("1 MOTIF 2000 SORTIE", "out", -2000, "FOURNISSEUR", None),
        ("20000 PRELEV", "drop", -20_000, "", Screen("PRELEVEMENT  -200,00", "")),
    ],
)
def test_cash_beside_sales(
    till: Bench, typed: str, movement: str, amount: int, reason: str, shown: Screen | None
) -> None:
    step = till.press(typed)
    (moved,) = till.of(CashMoved)
    assert (moved.movement, moved.amount, moved.reason) == (movement, amount, reason)
    assert OpenDrawer() in step.effects
    assert tones(step) == ["accepted"]
    assert shown in (None, till.shown)
    assert book(till.events).day.totals.cash == amount
    assert till.counter.desk.entry.empty


@pytest.mark.parametrize(("typed", "reason"), [("#/NS", "MONNAIE"), ("3 MOTIF #/NS", "ERREUR")])
def test_no_sale_says_why(till: Bench, typed: str, reason: str) -> None:
    step = till.press(typed)
    assert till.of(DrawerOpened) == [DrawerOpened(reason=reason, authority=0)]
    assert OpenDrawer() in step.effects
    assert book(till.events).day.totals.drawer_openings == 1


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("2000 SORTIE", faults.REASON_WANTED),
        ("2000 ENTREE", faults.REASON_WANTED),
        ("4 MOTIF 100 ENTREE", faults.UNKNOWN_REASON),
        ("4 MOTIF #/NS", faults.UNKNOWN_REASON),
        ("1 MOTIF 100 FOND", faults.NOT_NOW),
        ("FOND", faults.NUMBER_MISSING),
        ("0 PRELEV", faults.BAD_NUMBER),
        ("99999999 FOND", faults.AMOUNT_TOO_LARGE),
        ("5 #/NS", faults.NOT_NOW),
        ("3 x 100 FOND", faults.NOT_NOW),
        ("1 PLU #/NS", faults.NOT_NOW),
        ("1 PLU 100 FOND", faults.NOT_NOW),
        ("1 PLU X", faults.NOT_NOW),
        ("1 PLU COMPTE", faults.NOT_NOW),
        ("1 PLU Z", faults.SALES_OPEN),
        ("1 PLU HOLD Z", faults.SALES_OPEN),
        ("0 X", faults.BAD_NUMBER),
        ("5 Z", faults.NOT_NOW),
        ("5 COMPTE", faults.NOT_NOW),
        ("COMPTE CASH", faults.COUNTING),
        ("COMPTE CORR", faults.COUNTING),
        ("COMPTE ,", faults.COUNTING),
        ("COMPTE 999999999 COMPTE", faults.AMOUNT_TOO_LARGE),
    ],
)
def test_refused(till: Bench, typed: str, fault: Fault) -> None:
    step = till.press(typed)
    assert till.fault is fault
    assert step.events == ()
    till.press("C C C C")
    assert till.counter.desk.overlay is None
    assert till.of(CashMoved) == []


def test_not_in_training(till: Bench) -> None:
    till.put(Train(1))
    for typed in ("#/NS", "100 FOND", "X", "COMPTE", "Z"):
        till.press(typed)
        assert till.fault is faults.NOT_IN_TRAINING
        till.press("C")


def test_a_count_from_the_largest_note_to_the_smallest_coin(till: Bench) -> None:
    step = till.press("COMPTE")
    assert OpenDrawer() in step.effects
    assert till.shown == Screen("500,00 x ?", "")
    till.press("COMPTE")
    assert till.shown == Screen("200,00 x ?", "")
    till.press("12")
    assert till.shown == Screen("200,00 x ?", "12".rjust(20))
    till.press("C 3 PLU CORR 2 COMPTE")
    last = till.press("COMPTE " * (len(DENOMINATIONS) - 3) + "7 COMPTE")
    pieces = (0, 2, *[0] * (len(DENOMINATIONS) - 3), 7)
    assert CountDrawer(pieces, 40_007) in last.effects
    assert last.events == ()
    assert till.awaits(DrawerCount) is None


def test_a_scan_while_counting_is_refused_and_the_count_goes_on(till: Bench) -> None:
    till.press("COMPTE 1 COMPTE")
    till.scan(BAGUETTE)
    assert till.fault is faults.COUNTING
    till.press("C")
    assert till.shown == Screen("200,00 x ?", "")
    till.press("C")
    assert till.awaits(DrawerCount) is None
    till.press("1 PLU")
    assert till.total == 130


def test_x_and_z_ask_the_journal(till: Bench) -> None:
    assert ReadDay() in effects(till, "X")
    till.books(ReadDay())
    assert CloseDay(0) in effects(till, "Z")


def test_what_the_drawer_should_hold(till: Bench) -> None:
    till.press("10000 FOND 3 x 1 PLU 1000 CASH 1 PLU CARD RF 2 PLU CASH 1 MOTIF 500 SORTIE")
    assert expected(book(till.events).day.totals) == 10_000 + 390 - 100 - 500


def test_z_waits_for_a_count_that_still_holds(till: Bench) -> None:
    assert refusal(book(till.events), (), count_first=True) is faults.NOTHING_TO_CLOSE
    till.press("1 PLU CASH")
    assert refusal(book(till.events), (1,), count_first=True) is faults.SALES_OPEN
    assert refusal(book(till.events), (), count_first=True) is faults.COUNT_FIRST
    assert refusal(book(till.events), (), count_first=False) is None
    count = CashCounted(counted=120, expected=expected(book(till.events).day.totals))
    till.events.append((count, till.events[-1][1]))
    assert not uncounted(book(till.events).day.totals)
    assert refusal(book(till.events), (), count_first=True) is None
    till.press("1 PLU CARD")
    assert refusal(book(till.events), (), count_first=True) is None, "no cash has moved"
    till.press("1 PLU CASH")
    assert refusal(book(till.events), (), count_first=True) is faults.COUNT_FIRST


def test_trouble_with_a_report_is_said_and_not_recorded(till: Bench) -> None:
    step = till.put(PaperDone(None, PrintOutcome.REFUSED, faults.PAPER_OUT))
    assert till.counter.desk.notice is faults.PAPER_OUT
    assert step.events == ()
    assert till.put(PaperDone(None, PrintOutcome.PRINTED)).effects == ()


def test_the_shops_own_reasons() -> None:
    rules = TenderRules(no_sale=("ESSAI",), cash_in=("A",), cash_out=("B", "LIVREUR"))
    till = Bench(counter_of(goods(), tenders=rules))
    till.press("2 MOTIF 100 SORTIE")
    assert till.of(CashMoved)[-1].reason == "LIVREUR"
    for wrong in ((), ("",), ("X" * 21,), ("a\nb",)):
        with pytest.raises(ValueError, match=r"motif|caractères"):
            TenderRules(cash_in=wrong)


@pytest.mark.parametrize(("clock", "minute"), [("00:07", 7), ("09:30", 570), ("17:42", 1062)])
def test_a_drop_stands_in_the_sums_with_its_minute_of_the_day(clock: str, minute: int) -> None:
    dropped = CashMoved(movement=CashMovement.DROP, amount=-5000)
    parts = with_movement(Breakdown(), dropped, 3, f"2026-01-05T{clock}:59.000+01:00")
    assert parts.drops == (DropSum(record=3, drawer=1, minute=minute, amount=-5000),)
