"""Payments through a terminal: asked once, known, refused or unknown, and settled once."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.authorisation import (
    Ending,
    Original,
    Outcome,
    Reason,
    Scheme,
    Service,
    Stage,
)
from pos_terminal.domain.counter.card_payments import open_payments, recalls
from pos_terminal.domain.counter.counter import Counter
from pos_terminal.domain.counter.steps import (
    AskTerminal,
    CancelPayment,
    LookUp,
    OpenDrawer,
    PaymentEnded,
    PaymentStage,
    PrintReport,
    RecallPayment,
    Step,
)
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.payment import (
    PaymentAnswered,
    PaymentBegun,
    PaymentDecided,
    PaymentIntended,
    TerminalKnown,
)
from pos_terminal.domain.events.sale import CardPaid, SaleAbandoned, SaleClosed, Tender
from pos_terminal.domain.events.staff import AuthorityGiven
from pos_terminal.domain.events.values import PaymentOutcome, Right
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.lookup.questions import CardDaysWanted
from pos_terminal.domain.money import Cents
from pos_terminal.domain.printing import ticket
from pos_terminal.domain.printing.paper_rules import PaperRules
from pos_terminal.domain.receipt import Row, Text
from pos_terminal.domain.screen import Screen
from pos_terminal.domain.tender.terminals import Terminal, Terminals
from tests.support.bench import Bench, bench, book
from tests.support.staff import BOSS, LEA, SAM, staffed

TERMINALS = Terminals((Terminal(device="comptoir", tenders=("CARD", "TR")),))
ALONE = Terminals((Terminal(),))
TWO = Terminals((*TERMINALS.of, Terminal(device="mobile")))


def till(terminals: Terminals = TERMINALS) -> Bench:
    found = bench()
    found.decides(terminals=terminals)
    return found


def asked(step: Step) -> PaymentIntended:
    (effect,) = [each for each in step.effects if isinstance(each, AskTerminal)]
    return effect.intended


def approved(cents: int, **more: object) -> Outcome:
    outcome = Outcome(
        ending=Ending.APPROVED, cents=Cents(cents), scheme=Scheme.CB, last_four="1234",
        authorisation="A77", number="000042", terminal="TPE1",
    )  # fmt: skip
    return replace(outcome, **more)


def no(reason: Reason = Reason.REFUSED) -> Outcome:
    return Outcome(ending=Ending.REFUSED, reason=reason)


def closed(shop: Bench) -> SaleClosed:
    (ticket,) = shop.of(SaleClosed)
    return ticket


def tenders(ticket: SaleClosed) -> list[tuple[str, int]]:
    return [(each.tender, each.amount) for each in ticket.tenders]


def test_the_intent_is_on_record_before_the_terminal_is_asked_and_the_answer_closes_the_sale() -> (
    None
):
    shop = till()
    step = shop.press("5 PLU CARD")
    intended = asked(step)
    assert step.events == (intended,)
    assert (intended.sale, intended.amount, intended.ref) == (1, 800, "A000000101")
    assert (intended.service, intended.terminal) == (Service.PURCHASE, "comptoir")
    assert shop.screen == Screen("CARTE           8,00", "VOIR LE TERMINAL")
    shop.put(PaymentStage(intended.ref, Stage.CARD))
    assert shop.screen == Screen("CARTE           8,00", "PRESENTER LA CARTE")

    step = shop.put(PaymentEnded(intended.ref, approved(800)))
    assert [each.kind for each in step.events] == [
        "payment.answered",
        "terminal.known",
        "tender.taken",
        "sale.closed",
    ]
    card = CardPaid(
        reference=intended.ref, scheme=Scheme.CB, last_four="1234", authorisation="A77",
        number="000042", terminal="comptoir",
    )  # fmt: skip
    assert closed(shop).tenders[0].card == card
    assert tenders(closed(shop)) == [("CARD", 800)]
    assert shop.screen == Screen("TOTAL           8,00", "MERCI")


def test_an_answer_that_comes_twice_or_to_nothing_open_is_nothing() -> None:
    shop = till()
    intended = asked(shop.press("5 PLU CARD"))
    assert shop.put(PaymentEnded("A000000199", approved(800))).events == ()
    shop.put(PaymentEnded(intended.ref, approved(800)))
    assert shop.put(PaymentEnded(intended.ref, approved(800))) == Step()
    assert shop.put(PaymentStage(intended.ref, Stage.PIN)) == Step()


@pytest.mark.parametrize(
    ("reason", "fault"),
    [
        (Reason.REFUSED, faults.CARD_REFUSED),
        (Reason.FORBIDDEN, faults.CARD_REFUSED),
        (Reason.CANCELLED, faults.CARD_ABANDONED),
        (Reason.UNREADABLE, faults.CARD_UNREADABLE),
        (Reason.NETWORK, faults.BANK_AWAY),
        (Reason.NOT_PREPARED, faults.TERMINAL_NOT_PREPARED),
    ],
)
def test_a_refused_card_says_why_and_leaves_the_sale_to_be_paid(
    reason: Reason, fault: Fault
) -> None:
    shop = till()
    intended = asked(shop.press("5 PLU CARD"))
    shop.put(PaymentEnded(intended.ref, no(reason)))
    assert [each.amount for each in shop.of(PaymentAnswered)] == [0]
    assert shop.counter.desk.fault is fault
    shop.press("C CASH")
    assert tenders(closed(shop)) == [("CASH", 800)]


def test_less_than_asked_leaves_a_rest_and_is_said() -> None:
    shop = till()
    intended = asked(shop.press("5 PLU CARD"))
    shop.put(PaymentEnded(intended.ref, approved(500)))
    assert shop.counter.desk.notice is faults.CARD_OTHER_AMOUNT
    assert shop.screen == Screen("RESTE           3,00", "")
    shop.press("CASH")
    assert tenders(closed(shop)) == [("CARD", 500), ("CASH", 300)]


def test_more_than_asked_goes_back_from_the_drawer_and_is_said() -> None:
    shop = till()
    intended = asked(shop.press("5 PLU CARD"))
    step = shop.put(PaymentEnded(intended.ref, approved(850)))
    (paid,) = closed(shop).tenders
    assert (paid.tender, paid.amount, paid.given, paid.change) == ("CARD", 800, 850, 50)
    assert shop.screen == Screen("RENDU           0,50", "RECU 8,50")
    assert OpenDrawer(1) in step.effects
    assert shop.counter.desk.notice is faults.CARD_OTHER_AMOUNT


def test_a_tip_comes_out_of_the_drawer_for_the_staff_and_is_no_change_of_the_customers() -> None:
    shop = till()
    intended = asked(shop.press("5 PLU CARD"))
    step = shop.put(PaymentEnded(intended.ref, approved(950, tip=Cents(150))))
    (paid,) = closed(shop).tenders
    assert (paid.amount, paid.given, paid.change) == (800, 950, 150)
    assert paid.card
    assert paid.card.tip == 150
    assert shop.screen == Screen("TOTAL           8,00", "MERCI")
    assert OpenDrawer(1) in step.effects
    assert shop.counter.desk.notice is faults.CARD_TIP
    printed = ticket.tenders(closed(shop), "2026-03-03T12:00")
    rows = [(row.left.strip(), row.right) for row in printed if isinstance(row, Row)]
    assert rows == [
        ("CARTE", "9,50"), ("Pourboire", "1,50"),
    ]  # fmt: skip


def test_a_terminal_that_says_another_number_is_asked_nothing_until_somebody_confirms_it() -> None:
    """Known by the number of its first payment, in every till that follows; and by a right."""
    shop = staffed()
    shop.sign_on(SAM)
    shop.decides(terminals=TERMINALS)
    first = shop.press("5 PLU CARD")
    assert [each.known for each in first.effects if isinstance(each, AskTerminal)] == [""]
    shop.put(PaymentEnded(asked(first).ref, approved(800, terminal="60000042")))
    (known,) = shop.of(TerminalKnown)
    assert known == TerminalKnown(terminal="comptoir", identity="60000042")
    again = shop.press("5 PLU CARD")
    assert [each.known for each in again.effects if isinstance(each, AskTerminal)] == ["60000042"]
    changed = faults.TERMINAL_CHANGED
    shop.put(PaymentEnded(asked(again).ref, fault=changed, identity="60000077"))
    assert shop.counter.desk.fault is changed
    assert shop.of(PaymentAnswered)[-1].outcome is PaymentOutcome.REFUSED
    shop.press("C 0042 CARD")  # the old one's, from memory
    assert shop.counter.desk.fault is changed
    shop.press("C 0077 CARD")
    assert len(shop.of(TerminalKnown)) == 1  # he may not
    shop.press(f"{BOSS} CLERK 5930 CLERK")
    assert shop.of(TerminalKnown)[1:] == [
        TerminalKnown(terminal="comptoir", identity="60000077", authority=BOSS)
    ]
    third = shop.press("CARD")
    assert [each.known for each in third.effects if isinstance(each, AskTerminal)] == ["60000077"]
    assert restarted(shop).counter.desk.terminals == {"comptoir": "60000077"}


def test_whoever_leaves_a_strange_terminal_unconfirmed_takes_other_money() -> None:
    shop = till()
    intended = asked(shop.press("5 PLU CARD"))
    shop.put(PaymentEnded(intended.ref, fault=faults.TERMINAL_CHANGED, identity=""))
    assert shop.screen == Screen("AUTRE TERMINAL ?", "4 CHIFFRES CARTE=OUI")
    shop.press("C CASH")
    assert shop.counter.desk.fault is faults.TERMINAL_CHANGED
    shop.press("C C CASH")
    assert tenders(closed(shop)) == [("CASH", 800)]
    assert not shop.of(TerminalKnown)


def test_a_payment_by_a_terminal_with_another_number_is_said_and_confirms_nothing() -> None:
    """The money has moved, and the next order is asked of the one that is known."""
    shop = till()
    shop.put(PaymentEnded(asked(shop.press("5 PLU CARD")).ref, approved(800)))
    shop.put(PaymentEnded(asked(shop.press("5 PLU CARD")).ref, approved(800, terminal="TPE2")))
    assert len(shop.of(SaleClosed)) == 2
    assert shop.counter.desk.notice is faults.TERMINAL_CHANGED
    assert shop.counter.desk.terminals == {"comptoir": "TPE1"}


def test_other_money_is_no_answer() -> None:
    shop = till()
    intended = asked(shop.press("5 PLU CARD"))
    shop.put(PaymentEnded(intended.ref, approved(800, currency="CHF")))
    assert shop.of(PaymentAnswered)[0].outcome is PaymentOutcome.UNKNOWN
    assert not shop.of(Tender)


@pytest.mark.parametrize("keys", ["1 PLU", "CASH", "CARD", "CORR", "CANCEL", "ST", "10 %"])
def test_while_a_card_is_read_that_sale_stands_still(keys: str) -> None:
    shop = till()
    asked(shop.press("5 PLU CARD"))
    before = shop.counter.desk.sale
    shop.press(keys)
    assert shop.counter.desk.fault is faults.CARD_UNDER_WAY
    assert shop.counter.desk.sale == before
    assert len(shop.of(PaymentIntended)) == 1


def test_the_customer_walks_away_and_the_answer_still_comes() -> None:
    shop = till()
    intended = asked(shop.press("5 PLU CARD"))
    assert CancelPayment(intended) in shop.press("C").effects
    assert shop.screen == Screen("CARTE           8,00", "ABANDON DEMANDE")
    shop.put(PaymentEnded(intended.ref, approved(800)))  # the bank was quicker
    assert tenders(closed(shop)) == [("CARD", 800)]


def test_the_next_customer_is_served_while_a_card_is_read() -> None:
    shop = till()
    intended = asked(shop.press("5 PLU CARD"))
    shop.press("HOLD 1 PLU")
    shop.put(PaymentEnded(intended.ref, approved(800)))
    assert shop.counter.desk.notice is faults.CARD_ON_HOLD_PAID
    shop.press("CASH")
    assert [each.total for each in shop.of(SaleClosed)] == [130]
    step = shop.press("RECALL")
    assert [each.kind for each in step.events] == ["sale.recalled", "tender.taken", "sale.closed"]
    assert [each.total for each in shop.of(SaleClosed)] == [130, 800]


def test_a_refusal_behind_the_next_customer_is_told_and_the_sale_is_payable_again() -> None:
    shop = till()
    intended = asked(shop.press("5 PLU CARD"))
    shop.press("HOLD 1 PLU")
    shop.put(PaymentEnded(intended.ref, no()))
    assert shop.counter.desk.notice is faults.CARD_ON_HOLD_UNPAID
    shop.press("CASH RECALL CASH")
    assert [each.total for each in shop.of(SaleClosed)] == [130, 800]


def hanging() -> tuple[Bench, PaymentIntended]:
    shop = till()
    intended = asked(shop.press("5 PLU CARD"))
    shop.put(PaymentEnded(intended.ref, fault=faults.PAYMENT_UNKNOWN, unknown=True))
    assert shop.counter.desk.notice is faults.PAYMENT_UNKNOWN
    assert shop.screen == Screen("DEBITE ?        8,00", "AUTO CARTE=OUI 0=NON")
    return shop, intended


@pytest.mark.parametrize("keys", ["CASH", "TR", "1 PLU", "CORR", "CANCEL", "50 CASH"])
def test_while_nobody_knows_that_sale_is_neither_paid_nor_changed(keys: str) -> None:
    shop, _ = hanging()
    shop.press(keys)
    assert shop.counter.desk.fault is faults.PAYMENT_UNKNOWN
    assert not shop.of(Tender)


def test_the_shop_sells_on_while_nobody_knows() -> None:
    shop, intended = hanging()
    shop.press("HOLD 1 PLU CASH RECALL")
    assert shop.screen == Screen("DEBITE ?        8,00", "AUTO CARTE=OUI 0=NON")
    assert open_payments(shop.counter.desk) == (intended,)


def test_the_terminal_is_asked_again_and_unknown_is_recorded_once() -> None:
    shop, intended = hanging()
    assert RecallPayment(intended) in shop.press("CARD").effects
    unknown = PaymentEnded(intended.ref, fault=faults.PAYMENT_UNKNOWN, unknown=True)
    assert shop.put(unknown).events == ()
    shop.put(PaymentEnded(intended.ref, approved(800)))
    assert tenders(closed(shop)) == [("CARD", 800)]


def test_a_person_reads_the_slip_and_decides() -> None:
    shop, intended = hanging()
    shop.press("772211 CARD")
    (decided,) = shop.of(PaymentDecided)
    assert decided == PaymentDecided(
        ref=intended.ref, paid=True, amount=800, authorisation="772211"
    )
    assert tenders(closed(shop)) == [("CARD", 800)]
    card = closed(shop).tenders[0].card
    assert card
    assert (card.reference, card.authorisation) == (intended.ref, "772211")

    shop, intended = hanging()
    shop.press("0 CARD")
    assert [each.paid for each in shop.of(PaymentDecided)] == [False]
    shop.press("CASH")
    assert tenders(closed(shop)) == [("CASH", 800)]


def test_an_amount_typed_by_habit_decides_nothing() -> None:
    shop, _ = hanging()
    shop.press("800 CARD")
    assert shop.counter.desk.fault is faults.SLIP_NUMBER
    shop.press("C 000000 CARD")
    assert [each.paid for each in shop.of(PaymentDecided)] == [True]


def test_the_decision_needs_the_right() -> None:
    shop = staffed()
    shop.sign_on(SAM)
    shop.decides(terminals=TERMINALS)
    intended = asked(shop.press("5 PLU CARD"))
    shop.put(PaymentEnded(intended.ref, fault=faults.PAYMENT_UNKNOWN, unknown=True))
    shop.press("772211 CARD")
    assert not shop.of(PaymentDecided)
    shop.press(f"{BOSS} CLERK 5930 CLERK")
    assert AuthorityGiven(authority=BOSS, right=Right.PAYMENT) in shop.of(AuthorityGiven)
    assert shop.of(PaymentDecided)[0].authority == BOSS


def restarted(shop: Bench) -> Bench:
    """The same till behind a power cut: what its records make of it."""
    fresh = bench()
    fresh.counter.desk.rules = shop.counter.desk.rules
    for event, when in shop.events:
        fresh.counter.desk.apply(event, when)
    fresh.events, fresh.inputs = list(shop.events), shop.inputs
    return fresh


def test_a_start_asks_with_what_the_terminal_called_its_last_payment() -> None:
    """Each order has its own; the sale may wait on hold meanwhile, and the newest word holds."""
    shop = till()
    first = asked(shop.press("5 PLU CARD"))
    shop.press("HOLD")
    shop.events += [
        (PaymentBegun(ref=first.ref, after=last), shop.events[-1][1]) for last in ("7", "8")
    ]
    shop = restarted(shop)
    assert recalls(shop.counter.desk) == (RecallPayment(first, "8"),)
    shop.press("RECALL")
    shop.put(PaymentEnded(first.ref, fault=faults.CARD_ABANDONED))
    second = asked(shop.press("C CARD"))
    shop.events.append((PaymentBegun(ref=first.ref, after="9"), shop.events[-1][1]))
    assert recalls(restarted(shop).counter.desk) == (RecallPayment(second),)


def test_a_power_cut_forgets_neither_the_intent_nor_the_doubt() -> None:
    shop = till()
    intended = asked(shop.press("5 PLU CARD"))
    shop = restarted(shop)
    assert open_payments(shop.counter.desk) == (intended,)
    assert shop.counter.desk.base() == Screen("CARTE           8,00", "VOIR LE TERMINAL")
    shop.press("CARD")
    assert shop.counter.desk.fault is faults.CARD_UNDER_WAY
    shop.put(PaymentEnded(intended.ref, fault=faults.PAYMENT_UNKNOWN, unknown=True))
    shop = restarted(shop)
    assert shop.counter.desk.base() == Screen("DEBITE ?        8,00", "AUTO CARTE=OUI 0=NON")
    shop.put(PaymentEnded(intended.ref, approved(800)))
    assert tenders(closed(shop)) == [("CARD", 800)]


def test_a_terminal_that_is_away_leaves_the_card_to_one_that_stands_alone() -> None:
    shop = till()
    intended = asked(shop.press("5 PLU CARD"))
    shop.put(PaymentEnded(intended.ref, fault=faults.TERMINAL_OFFLINE))
    assert shop.of(PaymentAnswered)[0].detail == "M-101"
    assert shop.counter.desk.overlay == Screen("CARTE SANS LIEN 8,00", "     NUMERO D'AUTO ?")
    shop.press("772211 CARD")
    assert tenders(closed(shop)) == [("MANUAL", 800)]
    card = closed(shop).tenders[0].card
    assert card == CardPaid(authorisation="772211")
    sums = {each.tender: each.amount for each in book(shop.events).day.totals.tenders}
    assert sums == {"MANUAL": 800}, "a line of its own on X and Z"


def test_the_terminal_that_is_chosen_has_the_sales_cards_and_no_others() -> None:
    shop = till(TWO)
    assert asked(shop.press("1 PLU 2 TPE 100 CARD")).ref == "B000000101"
    assert shop.screen == Screen("CARTE           1,00", "VOIR LE TERMINAL")
    shop.put(PaymentEnded("B000000101", no()))
    shop.press("C HOLD")
    assert asked(shop.press("5 PLU CARD")).terminal == "comptoir"
    shop.put(PaymentEnded("A000000201", approved(800)))
    shop.press("RECALL")
    assert asked(shop.press("CARD")).terminal == "mobile", "also when the sale is recalled"
    shop.put(PaymentEnded("B000000102", no()))
    assert asked(shop.press("C TR")).terminal == "comptoir", "what it is there for alone"
    shop.put(PaymentEnded("A000000103", no()))
    assert asked(shop.press("C 1 TPE CARD")).terminal == "comptoir"


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ("2 TPE", faults.NOTHING_SOLD),
        ("5 PLU 3 TPE", faults.NO_SUCH_TERMINAL),
        ("5 PLU 0 TPE", faults.NO_SUCH_TERMINAL),
        ("5 PLU TPE", faults.NOT_NOW),
        ("5 PLU 2 x 2 TPE", faults.NOT_NOW),
        ("5 PLU CARD 2 TPE", faults.CARD_UNDER_WAY),
    ],
)
def test_a_terminal_is_chosen_for_a_sale_at_hand_alone(keys: str, fault: Fault) -> None:
    shop = till(TWO)
    shop.press(keys)
    assert shop.fault is fault


def test_their_days_are_for_who_may_close_and_for_a_shop_that_has_any() -> None:
    shop = till(Terminals())
    shop.press("TPE")
    assert shop.fault is faults.NO_SUCH_TERMINAL
    shop = staffed()
    shop.sign_on(SAM)
    shop.decides(terminals=TWO)
    assert not [each for each in shop.press("TPE").effects if isinstance(each, LookUp)]
    boss = shop.press(f"{BOSS} CLERK 5930 CLERK")
    assert CardDaysWanted() in [e.wanted for e in boss.effects if isinstance(e, LookUp)]


def test_a_stand_alone_terminal_wants_its_slips_number_and_a_right() -> None:
    shop = staffed()
    shop.sign_on(SAM)
    shop.decides(terminals=ALONE)
    shop.press("5 PLU CARD CARD")
    assert shop.counter.desk.fault is faults.SLIP_NUMBER
    shop.press("C 772211 CARD")
    assert not shop.of(Tender)
    shop.press(f"{BOSS} CLERK 5930 CLERK")
    assert tenders(closed(shop)) == [("MANUAL", 800)]
    assert AuthorityGiven(authority=BOSS, right=Right.MANUAL) in shop.of(AuthorityGiven)


def test_who_finds_no_manager_takes_the_card_otherwise() -> None:
    shop = staffed()
    shop.sign_on(SAM)
    shop.decides(terminals=ALONE)
    shop.press("5 PLU CARD 772211 CARD C C CASH")
    assert tenders(closed(shop)) == [("CASH", 800)]


def paid_by_card() -> tuple[Bench, CardPaid]:
    shop = till()
    intended = asked(shop.press("5 PLU 500 CARD"))
    shop.put(PaymentEnded(intended.ref, approved(500)))
    assert shop.counter.desk.sale
    card = shop.counter.desk.sale.tenders[0].card
    assert card
    return shop, card


def test_corr_has_the_terminal_give_the_payment_back() -> None:
    shop, card = paid_by_card()
    intended = asked(shop.press("CORR"))
    assert intended.service is Service.REVERSAL
    assert intended.original == Original(
        reference=card.reference, cents=Cents(500), number="000042", authorisation="A77",
        last_four="1234",
    )  # fmt: skip
    assert intended.ref != card.reference
    shop.put(PaymentEnded(intended.ref, approved(500)))
    shop.press("CANCEL")
    assert shop.of(SaleAbandoned)


def test_a_reversal_that_the_terminal_refuses_leaves_the_payment() -> None:
    shop, card = paid_by_card()
    intended = asked(shop.press("CORR"))
    shop.put(PaymentEnded(intended.ref, no(Reason.UNKNOWN_PAYMENT)))
    shop.press("C CASH")
    assert tenders(closed(shop)) == [("CARD", 500), ("CASH", 300)]
    assert closed(shop).tenders[0].card == card


def test_a_meal_voucher_card_is_one_whatever_key_was_pressed() -> None:
    shop = till()
    intended = asked(shop.press("3 PLU CARD"))
    shop.put(PaymentEnded(intended.ref, approved(150, scheme=Scheme.CONECS)))
    assert tenders(closed(shop)) == [("TR", 150)]
    assert shop.counter.desk.notice is None
    shop = till()
    intended = asked(shop.press("5 PLU CARD"))  # wine is no meal
    shop.put(PaymentEnded(intended.ref, approved(800, scheme=Scheme.CONECS)))
    assert shop.counter.desk.notice is faults.MEAL_CARD_LIMIT


def test_a_meal_voucher_card_is_asked_for_what_the_law_lets_it_pay() -> None:
    shop = till()
    intended = asked(shop.press("3 PLU 5 PLU TR"))
    assert (intended.tender, intended.amount) == ("TR", 150)


def test_exercises_ask_no_terminal() -> None:
    shop = till()
    shop.counter.desk.training = True
    shop.press("5 PLU CARD")
    assert tenders(closed(shop)) == [("CARD", 800)]
    assert not shop.of(PaymentIntended)


def test_two_terminals_by_whose_they_are_have_references_of_their_own() -> None:
    both = Terminals((Terminal(device="comptoir"), Terminal(device="mobile", clerks=(LEA,))))
    shop = staffed()
    shop.sign_on(LEA)
    shop.decides(terminals=both)
    intended = asked(shop.press("5 PLU CARD"))
    assert (intended.terminal, intended.ref[0]) == ("mobile", "B")
    assert both.for_("CARD", BOSS) == both.of[0]
    assert both.for_("TR", LEA) is None


def test_a_terminal_is_not_there_for_everything() -> None:
    with pytest.raises(ValueError, match="VOUCHER ne passe pas"):
        Terminal(tenders=("VOUCHER",))


# What can happen: keys, and what the world does with the order that is open.
KEYS = ("1 PLU", "5 PLU", "CARD", "50 CARD", "TR", "CASH", "CORR", "CANCEL", "HOLD", "RECALL",
        "C", "C C", "0 CARD", "123456 CARD", "ST", "RF 1 PLU")  # fmt: skip
WORLD = ("approve", "less", "more", "refuse", "away", "hang", "approve behind", "cut")


class World:
    """A bank that books what terminals do, and a till that hears of it, or does not."""

    def __init__(self) -> None:
        self.till = till()
        self.booked: dict[str, int] = {}
        self.ended: dict[str, Outcome] = {}
        self.sent: list[str] = []
        self.open: list[PaymentIntended] = []

    def does(self, what: str) -> None:
        if what == "cut":
            self.till = restarted(self.till)
            self.open = list(open_payments(self.till.counter.desk))
        elif what not in WORLD:
            self.hear(self.till.press(what))
        elif self.open:
            self.end(self.open.pop(), what)

    def hear(self, step: Step) -> None:
        for each in step.effects:
            if isinstance(each, AskTerminal):
                self.sent.append(each.intended.ref)
                self.open.append(each.intended)
            elif isinstance(each, RecallPayment) and each.intended not in self.open:
                self.open.append(each.intended)

    def end(self, intended: PaymentIntended, how: str) -> None:
        known = self.ended.get(intended.ref)
        if known is None and how in ("approve", "less", "more", "approve behind"):
            off = {"less": -1, "more": 7}.get(how, 0)
            cents = max(1, intended.amount + (off if intended.service is Service.PURCHASE else 0))
            known = approved(cents)
            sign = 1 if intended.service is Service.PURCHASE else -1
            self.booked[intended.ref] = sign * cents
        elif known is None and how == "refuse":
            known = no()
        if known is not None:
            self.ended[intended.ref] = known
        ended = PaymentEnded(intended.ref, known)
        if how in ("hang", "approve behind") or (
            known is None and how == "away" and self.doubted(intended)
        ):
            ended = PaymentEnded(intended.ref, fault=faults.PAYMENT_UNKNOWN, unknown=True)
        elif known is None and how == "away":
            self.ended[intended.ref] = no()
            ended = PaymentEnded(intended.ref, fault=faults.TERMINAL_OFFLINE)
        self.hear(self.till.put(ended))

    def doubted(self, intended: PaymentIntended) -> bool:
        return any(each.ref == intended.ref for each in self.till.of(PaymentAnswered))


@settings(max_examples=150)
@given(st.lists(st.sampled_from(("1 PLU", "CARD", *KEYS, *WORLD)), max_size=40))
def test_the_books_and_the_bank_agree_or_somebody_decided(acts: Sequence[str]) -> None:
    """However it goes: no reference twice, and what is on record is what the bank has booked."""
    world = World()
    for act in acts:
        world.does(act)
    events = [event for event, _ in world.till.events]
    assert len(world.sent) == len(set(world.sent)), "an order was sent twice"
    doubted = {each.ref for each in events if isinstance(each, PaymentDecided)}
    doubted |= {each.ref for each in open_payments(world.till.counter.desk)}
    assert recorded(events) | dict.fromkeys(doubted, 0) == {
        ref: cents for ref, cents in world.booked.items() if ref not in doubted
    } | dict.fromkeys(doubted, 0)
    for sold in world.till.of(SaleClosed):
        assert sum(each.amount for each in sold.tenders) == sold.total
    resumed = restarted(world.till).counter.desk.recorded
    assert resumed == world.till.counter.desk.recorded


def recorded(events: Sequence[Event]) -> dict[str, int]:
    """What the journal says moved, by reference: read from the answers alone."""
    services = {each.ref: each.service for each in events if isinstance(each, PaymentIntended)}
    return {
        each.ref: each.amount if services[each.ref] is Service.PURCHASE else -each.amount
        for each in events
        if isinstance(each, PaymentAnswered) and each.outcome is PaymentOutcome.PAID
    }


def test_the_counter_starts_with_an_answer_that_waits() -> None:
    """An answer to a sale on hold, and then the power: recalling it settles it."""
    shop = till()
    intended = asked(shop.press("5 PLU CARD"))
    shop.press("HOLD")
    shop.put(PaymentEnded(intended.ref, approved(800)))
    shop = restarted(shop)
    assert isinstance(shop.counter, Counter)
    shop.press("RECALL")
    assert tenders(closed(shop)) == [("CARD", 800)]


def test_the_paper_has_the_cards_line_and_the_terminals_own_where_the_shop_wants_it() -> None:
    shop = till()
    intended = asked(shop.press("5 PLU CARD"))
    step = shop.put(PaymentEnded(intended.ref, approved(800, customer_slip=("CB ****1234",))))
    assert not [each for each in step.effects if isinstance(each, PrintReport)]
    assert Text("  CB ****1234 AUTO A77") in list(ticket.tenders(closed(shop), "2026-03-03"))
    shop = till()
    shop.decides(papers=PaperRules(card_slip=True))
    intended = asked(shop.press("5 PLU CARD"))
    step = shop.put(PaymentEnded(intended.ref, approved(800, customer_slip=("CB ****1234",))))
    (slip,) = [each for each in step.effects if isinstance(each, PrintReport)]
    assert slip.paper.blocks == (Text("CB ****1234"),)
