"""A question about the past: what waits for its answer, and what else may happen meanwhile."""

from pos_terminal.domain import faults
from pos_terminal.domain.counter.decision import Decision
from pos_terminal.domain.counter.lookup import Search
from pos_terminal.domain.counter.steps import (
    CatchUp,
    CloseDue,
    LookedUp,
    LookUp,
    Pressed,
    Sound,
    Step,
)
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.keyboard.keys import Function, Key
from pos_terminal.domain.lookup.customers import Customer, CustomerWanted
from pos_terminal.domain.screen import Screen
from tests.support.bench import Bench, bench

WANTED, FOUND = CustomerWanted(7), Customer(7, "ab" * 16)


def asking() -> Bench:
    """A till with a line sold that has asked who customer 7 is."""
    till = bench()
    till.press("1 PLU")
    assert till.press("7 CLIENT") == Step(effects=(LookUp(1, WANTED),))
    return till


def test_the_answer_goes_on_with_what_the_clerk_was_doing() -> None:
    till = asking()
    assert till.shown == Screen("RECHERCHE...", "")
    assert till.put(LookedUp(1, FOUND)).effects[1:] == (Sound(Tone.ACCEPTED),)
    assert till.counter.desk.customer == FOUND
    till.press("2 PLU")
    assert till.total == 230


def test_what_waits_is_plain_data() -> None:
    """The key is decided anew once the answer is there; nothing else is kept of it."""
    till = asking()
    pressed = Pressed(Key(Function.CUSTOMER))
    assert till.counter.desk.pending == Search(1, WANTED, Decision(pressed))
    assert "<function" not in repr(till.counter.desk.pending)


def test_nothing_found_may_be_refused() -> None:
    till = asking()
    till.put(LookedUp(1))
    assert till.fault is faults.CUSTOMER_UNKNOWN


def test_why_there_is_no_answer_is_said() -> None:
    till = asking()
    till.put(LookedUp(1, fault=faults.PROJECTION_BEHIND))
    assert till.fault is faults.PROJECTION_BEHIND
    assert till.counter.desk.customer is None
    till.press("C 2 PLU")
    assert till.total == 230


def test_c_gives_it_up() -> None:
    till = asking()
    till.press("C")
    assert till.put(LookedUp(1, FOUND)) == Step()
    assert till.counter.desk.customer is None
    till.press("C 2 PLU")
    assert till.total == 230


def test_a_late_answer_does_nothing_once_it_was_given_up() -> None:
    till = asking()
    till.press("C 8 CLIENT")
    assert till.put(LookedUp(1, FOUND)) == Step(), "nor does it answer the next question"
    assert till.counter.desk.customer is None


def test_a_question_on_its_way_is_a_customer_served() -> None:
    till = bench()
    till.press("7 CLIENT")
    assert till.put(CloseDue()) == Step()
    till.press("C")
    assert till.put(CloseDue()) == Step(effects=(CatchUp(),))


def test_questions_go_on_counting_after_a_restart() -> None:
    till = bench()
    till.counter.desk.resume(0, {}, lookups=7)
    assert till.press("7 CLIENT").effects == (LookUp(8, WANTED),)
