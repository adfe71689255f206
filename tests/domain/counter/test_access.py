"""Access for another program on the box: seen, given by PIN and ended, at a counter alone."""

import pytest

from pos_terminal.domain import faults
from pos_terminal.domain.counter.steps import AccessNews, EndAccess, GiveAccess, Step
from pos_terminal.domain.events.values import GrantLevel
from pos_terminal.domain.screen import Screen
from pos_terminal.domain.staff.grants import Access, AccessAsked
from tests.support.bench import Bench, bench
from tests.support.staff import BOSS, LEA, PINS, StaffedBench, staffed

ASKED = AccessAsked(1, "support", GrantLevel.DIAGNOSE, (), 1800)
MORE = AccessAsked(2, "support", GrantLevel.CONTROL, ("clerk",), 400 * 86_400)
STANDING = (
    Access(3, "console", "2026-01-05T18:00:00+01:00"),
    Access(4, "support", "2026-01-06T09:30:00+01:00"),
)


def asked_for(asked: AccessAsked | None = ASKED, *standing: Access) -> StaffedBench:
    till = staffed()
    till.sign_on(LEA)
    till.put(AccessNews(asked, standing))
    return till


def effects(step: Step, *kinds: type) -> list[object]:
    return [effect for effect in step.effects if isinstance(effect, kinds)]


def test_what_is_asked_for_shows_when_somebody_looks_and_not_before() -> None:
    till = asked_for()
    assert till.shown.line1.strip() == "BONJOUR LEA"
    till.press("ACCES")
    assert till.shown == Screen("ACCES SUPPORT", "ESSAYER     30 MIN ?")
    till.press("1")
    assert till.fault is faults.ACCESS_SHOWN
    till.press("C ACCES C")
    assert till.shown.line1.strip() == "BONJOUR LEA"


def test_a_pin_typed_now_gives_what_was_shown() -> None:
    till = asked_for()
    till.press("ACCES ACCES")
    step = till.sign_on(BOSS)
    assert effects(step, GiveAccess) == [GiveAccess(1, BOSS)]
    assert till.shown.line1.strip() == "ACCES DONNE"
    assert not effects(till.press("ACCES"), GiveAccess), "once"


def test_who_has_the_right_and_is_signed_on_types_his_pin_all_the_same() -> None:
    till = staffed()
    till.sign_on(BOSS)
    till.put(AccessNews(ASKED))
    step = till.press("ACCES ACCES")
    assert not effects(step, GiveAccess) and "CODE" not in till.shown.line2
    assert effects(till.sign_on(BOSS), GiveAccess)


@pytest.mark.parametrize("pin", [PINS[LEA], "0000"])
def test_no_other_pin_gives_it(pin: str) -> None:
    till = asked_for()
    who = LEA if pin == PINS[LEA] else BOSS
    step = till.press(f"ACCES ACCES {who} CLERK {pin} CLERK")
    assert not effects(step, GiveAccess)
    assert till.fault in (faults.NO_RIGHT, faults.PIN_WRONG)


@pytest.mark.parametrize("other", [MORE, None])
def test_another_request_in_between_is_not_what_was_agreed_to(other: AccessAsked | None) -> None:
    till = asked_for()
    till.press("ACCES ACCES")
    till.put(AccessNews(other))
    step = till.sign_on(BOSS)
    assert till.fault is faults.NO_ACCESS and not effects(step, GiveAccess)


def test_a_grant_is_seen_and_ended_without_a_pin() -> None:
    till = asked_for(None, *STANDING)
    till.press("ACCES")
    assert till.shown == Screen("ACCES 4 SUPPORT", "FIN 06/01 09:30 (2)")
    step = till.press("3 ACCES")
    assert effects(step, EndAccess) == [EndAccess(3, LEA)]
    assert till.shown == Screen("ACCES 3", "ACCES FINI")
    till.press("5 ACCES")
    assert till.fault is faults.NO_ACCESS
    till.press("C 3 x ACCES")
    assert till.fault is faults.NOT_NOW


def test_there_may_be_nothing_to_see() -> None:
    till = asked_for(None)
    till.press("ACCES")
    assert till.fault is faults.NO_ACCESS


def test_where_nobody_has_a_pin_nobody_can_give() -> None:
    till: Bench = bench()
    till.put(AccessNews(ASKED))
    till.press("ACCES")
    assert till.fault is faults.NO_RIGHT
