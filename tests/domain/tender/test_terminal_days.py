"""A terminal's days against the journal's: by the till's days, by scheme, and what is beside."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.audit.jet import jet_line
from pos_terminal.domain.audit.setup import Setup
from pos_terminal.domain.authorisation import Ending, Outcome, Scheme, Service, Total, Totals
from pos_terminal.domain.counter import card_days
from pos_terminal.domain.counter.steps import (
    AskTerminal,
    BooksReady,
    CloseDay,
    EndTerminalDay,
    LookedUp,
    LookUp,
    PaymentEnded,
    TerminalDayEnded,
)
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.payment import (
    PaymentAnswered,
    PaymentIntended,
    TerminalReckoned,
    TerminalSettled,
    TerminalSum,
    TerminalTotals,
)
from pos_terminal.domain.events.period import Period, PeriodClosed, PeriodTotals
from pos_terminal.domain.events.sale import CardPaid, Paid, SaleClosed
from pos_terminal.domain.events.values import PaymentOutcome
from pos_terminal.domain.lookup.card_payments import Book
from pos_terminal.domain.lookup.questions import CardDays, CardDaysWanted
from pos_terminal.domain.lookup.reckoning import Reckoning
from pos_terminal.domain.money import Cents
from pos_terminal.domain.period.closing import Books
from pos_terminal.domain.printing.card_days import drawn
from pos_terminal.domain.receipt import Row, Text
from pos_terminal.domain.tender.tender import TenderRules
from pos_terminal.domain.tender.terminals import Terminal, Terminals
from pos_terminal.journal.store import Journal
from pos_terminal.projection.store import Projection
from tests.conftest import run
from tests.support.bench import Bench, bench, moment

IDENTITY = Identity("1", "2", "test", simulated=True)


def paid(number: int, cents: int, scheme: Scheme = Scheme.CB) -> list[Event]:
    """A ticket of so much, by a card at that terminal."""
    ref = f"A{number:07d}01"
    return [
        PaymentIntended(sale=number, ref=ref, tender="CARD", amount=cents, terminal="tpe"),
        PaymentAnswered(ref=ref, outcome=PaymentOutcome.PAID, amount=cents, scheme=scheme),
        ticket(number, "CARD", cents, CardPaid(reference=ref, terminal="tpe")),
    ]


def ticket(number: int, tender: str, cents: int, card: CardPaid) -> SaleClosed:
    tenders = (Paid(tender=tender, amount=cents, given=cents, change=0, card=card),)
    return SaleClosed(
        sale=number, series="T", number=number, catalog="c0" * 32, lines=(), vat=(),
        tenders=tenders, total=cents, turnover=cents, change=0,
    )  # fmt: skip


def z(number: int) -> PeriodClosed:
    return PeriodClosed(
        period=Period.DAY, number=number, label=f"2026-01-{number:02d}", first=1, last=2,
        sessions=(1, 1), totals=PeriodTotals(), net_ever=0, absolute_ever=0,
    )  # fmt: skip


def totals(*sums: tuple[Scheme, int]) -> TerminalTotals:
    said = (TerminalSum(service=Service.PURCHASE, count=1, cents=c, scheme=s) for s, c in sums)
    return TerminalTotals(terminal="tpe", known=True, sums=tuple(said))


def booked(events: list[Event]) -> list[Reckoning]:
    book = Book()
    for number, event in enumerate(events):
        book.take(event, moment(number).at)
    return [*book.reckonings, *book.running()]


ALONE = ticket(3, "MANUAL", 700, CardPaid(authorisation="445566"))


def test_a_terminal_that_never_closes_its_day_has_one_a_day_of_the_till() -> None:
    """What was taken by a slip's number stands with the day that it was taken on."""
    events = [*paid(1, 100), *paid(2, 200), ALONE, z(1), *paid(4, 400)]
    first, second = booked(events)
    assert (first.day, first.journal, first.payments, len(first.alone)) == ("2026-01-01", 300, 2, 1)
    assert (second.day, second.journal, second.alone) == ("", 400, ())


def test_its_own_end_of_day_takes_in_all_since_the_one_before() -> None:
    events = [
        *paid(1, 100), z(1), *paid(2, 200, Scheme.VISA), ALONE, z(2),
        totals((Scheme.CB, 100), (Scheme.VISA, 900)), *paid(4, 400),
    ]  # fmt: skip
    first, second = booked(events)
    assert (first.journal, first.said, first.difference) == (300, 1000, 700)
    assert [(x.scheme, x.journal, x.said) for x in first.schemes] == [
        (Scheme.CB, 100, 100), (Scheme.VISA, 200, 900),
    ]  # fmt: skip
    assert [(x.ticket, x.moved, x.authorisation) for x in first.alone] == [(3, 700, "445566")]
    assert (second.journal, second.alone) == (400, ())


def test_on_paper_the_difference_has_its_scheme_and_the_tickets_to_look_at() -> None:
    events = [*paid(1, 100), ALONE, totals((Scheme.CB, 800))]
    shown = drawn("2", booked(events))
    assert [shown.pages[0].line1, shown.pages[0].line2] == [
        "tpe             1,00", "ECART           7,00",
    ]  # fmt: skip
    rows = {each.left: each.right for each in shown.paper.blocks if isinstance(each, Row)}
    assert rows == {
        "Journal (1)": "1,00", "  CB (1)": "1,00", "  CB terminal": "8,00", "Terminal": "8,00",
        "ECART": "7,00 €", "  2-000003 08:30": "7,00",
    }  # fmt: skip
    texts = [each.text for each in shown.paper.blocks if isinstance(each, Text)]
    assert texts[-1].strip() == "pris sans lien, auto 445566"


def reckoned(said: int, journal: int = 800) -> TerminalReckoned:
    return TerminalReckoned(terminal="tpe", said=said, journal=journal, payments=1)


SETTLED = TerminalSettled(terminal="tpe", difference=100, authority=9)


@pytest.mark.parametrize(
    ("events", "left"),
    [
        ([reckoned(900)], (("tpe", 100),)),
        ([reckoned(900), reckoned(800)], ()),
        ([reckoned(900), SETTLED], ()),
        ([reckoned(900), SETTLED, reckoned(700)], (("tpe", -100),)),
        ([reckoned(900), z(1)], (("tpe", 100),)),
    ],
)
def test_a_difference_stands_until_the_next_day_agrees_or_somebody_explains_it(
    events: list[Event], left: tuple[tuple[str, int], ...]
) -> None:
    setup = Setup()
    for event in events:
        setup = setup.after(event)
    assert setup.differing == left


def test_the_technical_events_have_the_difference_and_who_explained_it() -> None:
    lines = [jet_line(each) for each in (reckoned(800), reckoned(900), SETTLED)]
    assert [line and (line.code, line.detail) for line in lines] == [
        None,
        (957, "tpe, 9,00 € pour 8,00 €"),
        (957, "tpe, écart de 1,00 € expliqué, accord de 9"),
    ]


def test_a_day_that_is_explained_says_so_and_no_other_does() -> None:
    events = [*paid(1, 100), totals((Scheme.CB, 800)), *paid(2, 100), totals((Scheme.CB, 900))]
    first, second = booked([*events, SETTLED])
    assert (first.settled, first.unexplained, second.settled, second.unexplained) == (
        False, True, True, False,
    )  # fmt: skip
    shown = drawn("2", [second])
    assert shown.pages[0].line2 == "EXPLIQUE        8,00"
    assert "Ecart expliqué" in [x.text for x in shown.paper.blocks if isinstance(x, Text)]


def test_a_start_holds_to_the_journal_what_a_power_cut_kept_from_it() -> None:
    till = bench()
    said = totals((Scheme.CB, 800))
    asked = card_days.unreckoned(till.counter.desk, [said, z(1)])
    assert [each.wanted for each in asked] == [CardDaysWanted("tpe")]
    day = booked([*paid(1, 100), said])[0]
    till.put(LookedUp(asked[0].request, CardDays((day,))))
    assert till.of(TerminalReckoned) == [
        TerminalReckoned(terminal="tpe", said=800, journal=100, payments=1)
    ]
    assert not card_days.unreckoned(till.counter.desk, [said, reckoned(800)])
    assert not card_days.unreckoned(till.counter.desk, [replace(said, known=False)])


def test_the_till_looks_back_as_far_as_a_terminals_last_day_reaches(tmp_path: Path) -> None:
    """It was away for some days: no day of it is told half."""
    till = bench()
    till.decides(
        terminals=Terminals((Terminal(device="tpe"), Terminal(device="b"))),
        tenders=TenderRules(count_first=False),
    )
    run(lived(tmp_path, till))
    projection = Projection(tmp_path)
    while projection.advance():
        pass
    last = projection.answer(CardDaysWanted("tpe"))
    every = projection.answer(CardDaysWanted())
    projection.close()
    assert isinstance(last, CardDays) and isinstance(every, CardDays)
    (day_,) = last.reckonings
    assert (day_.journal, day_.said, day_.payments) == (4000, 4800, 5)
    assert [(x.journal, x.said) for x in every.reckonings if x.terminal == "tpe"] == [
        (4000, 4800), (800, None),
    ]  # fmt: skip
    assert {x.journal for x in every.reckonings if x.terminal == "b"} == {130}


async def lived(directory: Path, till: Bench) -> None:
    """Seven days at two terminals, one of which closes its own day twice."""
    journal = Journal.open(directory, IDENTITY)
    written = 0
    for day in range(7):
        if day in (1, 6):
            said = Total(service=Service.PURCHASE, count=1, cents=Cents(day * 800))
            till.put(TerminalDayEnded("tpe", Totals(known=True, sums=(said,))))
        buys(till, "5 PLU CARD", 800)
        buys(till, "1 PLU 2 TPE CARD", 130)
        for closing in (True, False):
            for event, _ in till.events[written:]:
                await journal.append([event], moment(written))
                written += 1
            if closing:
                books = Books(journal.running.book, journal.running.seq)
                till.put(BooksReady(CloseDay(0, stays=()), books))
    await journal.close()


def buys(till: Bench, keys: str, cents: int) -> None:
    (asked,) = [x for x in till.press(keys).effects if isinstance(x, AskTerminal)]
    outcome = Outcome(ending=Ending.APPROVED, cents=Cents(cents), scheme=Scheme.CB)
    till.put(PaymentEnded(asked.intended.ref, outcome))


def test_z_has_those_terminals_close_their_day_that_the_till_can_ask() -> None:
    till = bench()
    till.decides(terminals=Terminals((Terminal(device="tpe"), Terminal(clerks=(2,)))))
    (question,) = (each for each in till.press("TPE").effects if isinstance(each, LookUp))
    till.put(LookedUp(question.request, CardDays(())))
    asked = [each for each in till.press("Z").effects if isinstance(each, EndTerminalDay)]
    assert asked == [EndTerminalDay("tpe")]
