"""What is typed ahead of an answer: kept, decided behind it in its order, and bounded."""

from collections import deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_terminal.domain import faults
from pos_terminal.domain.counter.steps import (
    BooksReady,
    CheckPin,
    CloseDay,
    CloseService,
    Closing,
    CountDrawer,
    Effect,
    Input,
    LookedUp,
    LookUp,
    PinChecked,
    ReadDay,
    Scanned,
    Step,
    Weigh,
    Weighed,
)
from pos_terminal.domain.counter.typed_ahead import MOST
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.sale import LineSold, SaleClosed
from pos_terminal.domain.events.staff import OperatorSignedOn
from pos_terminal.domain.keyboard.command_codes import encode
from pos_terminal.domain.keyboard.keys import parse_key
from pos_terminal.domain.period.closing import Books
from pos_terminal.domain.screen import Screen
from pos_terminal.domain.weight import Weight
from tests.support.bench import BAGUETTE, VIN, Bench, bench, book, keys, moment
from tests.support.clerk_machine import answered
from tests.support.staff import LEA, PINS, SAM, staffed

WAITS = (
    "4 PLU",  # the scale, for an article
    "TARE",  # the scale, for packing
    "7 CLIENT",
    "RF 1 TICKET",
    "1 TICKET",
    "5 COMMANDE",
    "2 ZBIS",
    "4 x 4 PLU",  # refused or not, the same
    "12 CLERK 4821 CLERK",  # a PIN
    "#/NS 1 CLERK 5930 CLERK",  # a PIN that lends a right
    "X",  # the books
    "COMPTE COMPTE COMPTE COMPTE COMPTE COMPTE COMPTE COMPTE COMPTE COMPTE COMPTE COMPTE COMPTE "
    "COMPTE 1 COMPTE COMPTE",
    "SERVICE",
    "Z",
)
HANDS = (
    "1 PLU", "3 x 2 PLU", "4 PLU", "ST", "CASH", "1000 CASH", "50 CARD", "TICKET", "CORR",
    "RF 1 TICKET", "2 PLU RF", "7 CLIENT", "HOLD", "RECALL", "13 CLERK 7305 CLERK", "0 CLERK",
    "VOID 1 PLU", "10 %", "3", "PRIX", "#/NS", "12 CLERK", "4821 CLERK", "480 g", "TARE", "X",
)  # fmt: skip


class Lagging(Bench):
    """A till whose answers come when `answer` says so, or else at once."""

    def __init__(self) -> None:
        super().__init__(staffed().counter)
        self.lag = False
        self.questions: deque[Effect] = deque()
        self.made: list[Event] = []
        for number in (1, 12):
            self.hands(f"{number} CLERK {PINS[number]} CLERK 2 x 1 PLU 4 PLU CASH")

    def put(self, given: Input) -> Step:
        step = self.counter.handle(given, moment())  # the clock stands still: it is the same story
        self.made += step.events
        self.events += [(event, moment()) for event in step.events]
        asked = CheckPin | LookUp | Weigh | Closing
        self.questions += [each for each in step.effects if isinstance(each, asked)]
        if not self.lag:
            self.answer()
        return step

    def answer(self) -> None:
        """Every question, and those that the answers lead to."""
        self.lag = False
        while self.questions:
            match self.questions.popleft():
                case Weigh(request):
                    self.put(Weighed(request, Weight(480)))
                case LookUp(request, wanted):
                    self.put(LookedUp(request, answered(wanted, self.events)))
                case CheckPin() as check:
                    right = check.pin.digits == check.kept
                    self.put(PinChecked(check.request, check.clerk, right))
                case (ReadDay() | CountDrawer() | CloseDay() | CloseService()) as asked:
                    books = Books(book(self.events), len(self.events))
                    self.put(BooksReady(asked, books))

    def hands(self, text: str) -> None:
        for word in text.split(" "):
            for key in keys(word):
                self.put(key)

    @property
    def whole(self) -> tuple[object, ...]:
        desk = self.counter.desk
        return self.made, desk.recorded, desk.entry, desk.pending, desk.fault, desk.overlay


scanned = st.sampled_from((BAGUETTE, VIN, encode([parse_key("article 1")]), "ABC"))
hands = st.lists(st.one_of(st.sampled_from(HANDS), scanned.map(Scanned)), max_size=6)


@given(st.sampled_from(WAITS), hands)
@settings(deadline=None)
def test_whatever_is_typed_ahead_gives_what_it_gives_typed_behind_the_answer(
    wait: str, typed: list[str | Scanned]
) -> None:
    hasty, patient = Lagging(), Lagging()
    for till in (hasty, patient):
        *before, last = keys(wait)
        for key in before:
            till.put(key)
        till.lag = till is hasty
        till.put(last)
    for each in typed:
        for till in (hasty, patient):
            till.put(each) if isinstance(each, Scanned) else till.hands(each)
    hasty.answer()
    assert hasty.whole == patient.whole
    assert not hasty.counter.desk.ahead


def test_what_is_sold_behind_a_z_is_of_the_next_day() -> None:
    till = bench()
    till.press("1 PLU CASH COMPTE " + "COMPTE " * 14)
    for asked, typed in ((CountDrawer((0,) * 15, 0), "COMPTE Z 2 PLU"), (CloseDay(0), "CASH")):
        till.press(typed)
        assert till.counter.desk.sale is None
        till.books(asked)
    kinds = [event.kind for event, _ in till.events]
    assert kinds.index("period.closed") < kinds.index("line.sold", kinds.index("sale.closed"))
    assert [ticket.total for ticket in till.of(SaleClosed)] == [130, 100]


def asking() -> tuple[Bench, int]:
    """A till that waits for a weight, and the number of its question."""
    till = bench()
    (asked,) = till.press("4 PLU").effects
    assert isinstance(asked, Weigh)
    return till, asked.request


def test_the_next_article_and_its_payment_wait_for_the_weight() -> None:
    till, request = asking()
    till.press("2 PLU CASH")
    till.scan(BAGUETTE)
    assert till.shown == Screen("COMTE             +4", "POSER SUR LA BALANCE")
    assert till.events == []
    till.put(Weighed(request, Weight(480)))
    assert [line.name for line in till.of(LineSold)] == ["COMTE", "BAGUETTE", "BAGUETTE"]
    assert [closed.total for closed in till.of(SaleClosed)] == [1295]


def test_where_the_answer_is_a_refusal_nothing_behind_it_is_sold() -> None:
    till, request = asking()
    till.press("2 PLU CASH")
    till.put(Weighed(request, fault=faults.SCALE_MUTE))
    assert (till.fault, till.events) == (faults.SCALE_MUTE, [])
    till.press("C 2 PLU")
    assert till.total == 100


def test_c_takes_what_was_typed_ahead_and_then_gives_up() -> None:
    clears: list[Input] = [*keys("C"), Scanned(encode([parse_key("C")]))]
    for clear in clears:
        till, request = asking()
        till.press("2 PLU")
        till.put(clear)
        assert till.shown == Screen("COMTE", "POSER SUR LA BALANCE")
        till.put(clear)
        assert till.shown == till.screen
        assert till.put(Weighed(request, Weight(480))).events == ()


def test_beyond_the_bound_it_is_said_and_what_was_kept_stays() -> None:
    till, request = asking()
    for _ in range(MOST):
        till.put_key("article 2")
    assert till.shown.line1.endswith(f"+{MOST}")
    till.put_key("article 3")
    assert till.shown.line1.startswith("ATTENDRE LA REPONSE")
    till.put(Weighed(request, Weight(480)))
    assert len(till.of(LineSold)) == 1 + MOST


@pytest.mark.parametrize("clerk", [LEA, SAM])
def test_who_signs_on_may_ring_up_before_the_pin_is_checked(clerk: int) -> None:
    till = staffed()
    till.lag = True
    till.sign_on(clerk)
    till.press("1 PLU CASH")
    assert till.events == []
    till.answer(till.asked[0])
    assert isinstance(till.events[0][0], OperatorSignedOn)
    assert len(till.of(SaleClosed)) == 1


def test_a_barcode_types_no_pin_however_early_it_is_scanned() -> None:
    till = Lagging()
    till.hands("13 CLERK 7305 CLERK RF 1")
    till.lag = True
    till.hands("TICKET")
    till.put(Scanned(encode([parse_key("1"), parse_key("CLERK")])))
    till.answer()
    assert till.fault is faults.PIN_BY_HAND
