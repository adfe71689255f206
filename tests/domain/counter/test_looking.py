"""A question about the past: what waits for its answer, and what else may happen meanwhile."""

from pos_terminal.domain import faults
from pos_terminal.domain.counter.counter import Counter
from pos_terminal.domain.counter.lookup import look_up
from pos_terminal.domain.counter.steps import (
    CatchUp,
    CloseDue,
    Input,
    LookedUp,
    LookUp,
    Scanned,
    Sound,
    Step,
)
from pos_terminal.domain.events.balances import VoucherBalance
from pos_terminal.domain.events.values import VoucherPurpose
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.lookup.questions import Answer, VoucherWanted
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.screen import Screen
from tests.support.bench import BAGUETTE, Bench, goods, keys, moment

FOUND = VoucherBalance(voucher="V1", purpose=VoucherPurpose.MULTI, amount=500)


def asking() -> tuple[Bench, list[tuple[Answer | None, Moment]]]:
    """A till with a line sold that has asked what a voucher is worth, and what it heard."""
    till = Bench(Counter(goods(), 550))
    till.press("1 PLU")
    heard: list[tuple[Answer | None, Moment]] = []

    def then(found: Answer | None, when: Moment) -> Step:
        heard.append((found, when))
        if found is None:
            raise Refused(faults.BAD_NUMBER)
        return Step(effects=(Sound(Tone.ACCEPTED),))

    step = look_up(till.counter, VoucherWanted("V1"), then)
    assert step == Step(effects=(LookUp(1, VoucherWanted("V1")),))
    return till, heard


def test_the_answer_goes_on_with_what_the_clerk_was_doing() -> None:
    till, heard = asking()
    assert till.shown == Screen("RECHERCHE...", "")
    assert till.put(LookedUp(1, FOUND)).effects == (Sound(Tone.ACCEPTED),)
    assert heard == [(FOUND, moment(till.inputs - 1))]
    till.press("2 PLU")
    assert till.total == 230


def test_nothing_found_may_be_refused() -> None:
    till, _ = asking()
    till.put(LookedUp(1))
    assert till.fault is faults.BAD_NUMBER


def test_why_there_is_no_answer_is_said() -> None:
    till, heard = asking()
    till.put(LookedUp(1, fault=faults.PROJECTION_BEHIND))
    assert till.fault is faults.PROJECTION_BEHIND
    assert heard == []
    till.press("C 2 PLU")
    assert till.total == 230


def test_c_gives_it_up() -> None:
    till, heard = asking()
    till.press("C")
    assert till.put(LookedUp(1, FOUND)) == Step()
    assert heard == []
    till.press("2 PLU")
    assert till.total == 230


def test_other_keys_and_scans_are_refused_meanwhile() -> None:
    meddling: list[Input] = [*keys("CASH"), Scanned(BAGUETTE)]
    for given in meddling:
        till, heard = asking()
        till.put(given)
        assert till.fault is faults.LOOKING
        till.press("C")
        till.put(LookedUp(1, FOUND))
        assert heard == []
        assert till.total == 130


def test_a_question_on_its_way_is_a_customer_served() -> None:
    till = Bench(Counter(goods(), 550))
    look_up(till.counter, VoucherWanted("V1"), lambda *_: Step())
    assert till.put(CloseDue()) == Step()
    till.press("C")
    assert till.put(CloseDue()) == Step(effects=(CatchUp(),))


def test_questions_go_on_counting_after_a_restart() -> None:
    till = Bench(Counter(goods(), 550))
    till.counter.resume(0, {}, lookups=7)
    (asked,) = look_up(till.counter, VoucherWanted("V1"), lambda *_: Step()).effects
    assert asked == LookUp(8, VoucherWanted("V1"))
