"""Support from afar: let in by PIN, answered and shown out, at a counter alone."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.audit.identity import Support as SupportRules
from pos_terminal.domain.counter.steps import (
    AccessNews,
    AdmitSupport,
    AnswerSupport,
    Effect,
    EndAccess,
    Step,
)
from pos_terminal.domain.display.support import marked
from pos_terminal.domain.events.values import GrantLevel
from pos_terminal.domain.keyboard.command_codes import encode
from pos_terminal.domain.keyboard.keys import parse_key
from pos_terminal.domain.screen import WIDTH, Screen
from pos_terminal.domain.staff.support import Support
from tests.support.bench import bench
from tests.support.staff import BOSS, LEA, PINS, StaffedBench, staffed

COME = Support(7, GrantLevel.CONTROL, "2026-01-05T10:00:00+01:00")
INSIDE = replace(COME, who="marie", doing="relit le journal")
ASKS = replace(INSIDE, asked=3, question="ouvrir le tiroir drawer")


def at_counter(support: Support | None = None, clerk: int = LEA) -> StaffedBench:
    till = staffed()
    desk = till.counter.desk
    desk.identity = replace(desk.identity, support=SupportRules(firm="Acme", minutes=20))
    if clerk:
        till.sign_on(clerk)
    if support:
        till.put(AccessNews(support=support))
    return till


def of(step: Step, kind: type[Effect]) -> list[Effect]:
    return [effect for effect in step.effects if isinstance(effect, kind)]


@pytest.mark.parametrize("open_", [True, False])
def test_who_comes_and_how_far_in_is_shown_and_a_pin_lets_it_in(*, open_: bool) -> None:
    """Also where nobody is signed on: who cannot open the till is who calls."""
    till = at_counter(clerk=LEA if open_ else 0)
    till.press("ASSISTANCE")
    assert till.shown == Screen("ASSISTANCE ACME", "2 ESSAYER   20 MIN ?")
    till.press("3")
    assert till.shown.line2 == "3 CHANGER   20 MIN ?"
    step = till.press("ASSISTANCE")
    assert not of(step, AdmitSupport)
    step = till.sign_on(BOSS)
    assert of(step, AdmitSupport) == [AdmitSupport(GrantLevel.CONTROL, BOSS)]
    assert "CODE SUR LE TICKET" in till.shown.line2
    assert not of(till.press("ASSISTANCE"), AdmitSupport), "once"


@pytest.mark.parametrize(("who", "pin"), [(LEA, PINS[LEA]), (BOSS, "0000")])
def test_no_other_pin_lets_it_in(who: int, pin: str) -> None:
    till = at_counter()
    step = till.press(f"1 ASSISTANCE ASSISTANCE {who} CLERK {pin} CLERK")
    assert not of(step, AdmitSupport)
    assert till.fault in (faults.NO_RIGHT, faults.PIN_WRONG)


def test_a_barcode_alone_opens_nothing() -> None:
    till = at_counter()
    code = encode([parse_key("ASSISTANCE")])
    for _ in range(3):
        assert not of(till.scan(code), AdmitSupport)
    assert till.fault is faults.PIN_BY_HAND
    alone = bench()
    desk = alone.counter.desk
    desk.identity = replace(desk.identity, support=SupportRules(firm="Acme"))
    alone.scan(code)
    assert desk.fault is faults.NO_RIGHT, "where nobody has a PIN"


def test_without_a_firm_in_the_settings_there_is_none() -> None:
    till = staffed()
    till.sign_on(LEA)
    till.press("ASSISTANCE")
    assert till.fault is faults.NO_SUPPORT_SET


@pytest.mark.parametrize("before", ["", "1 PLU", "12", "99 PLU", "LISTE", "ACCES", "BOSS"])
@pytest.mark.parametrize("scanned", [False, True])
def test_one_key_or_barcode_shows_it_out_whatever_the_counter_is_at(
    before: str, *, scanned: bool
) -> None:
    till = at_counter(INSIDE)
    if before == "BOSS":  # a PIN is being typed, where no other barcode counts
        till.press(f"{BOSS} CLERK 5")
    elif before:
        till.press(before)
    code = encode([parse_key("ASSISTANCE")])
    step = till.scan(code) if scanned else till.press("ASSISTANCE")
    assert of(step, EndAccess) == [EndAccess(7, till.counter.desk.clerk)]
    assert not till.counter.desk.access.support


def test_what_it_does_stands_on_the_display_between_sales() -> None:
    till = at_counter(INSIDE)
    assert till.shown == Screen("ASSISTANCE", "relit le journal")
    till.press("1 PLU")
    assert till.shown.line1.startswith("TRADITION")


@pytest.mark.parametrize(
    ("pressed", "yes"), [("OUI", True), ("1", True), ("NON", False), ("0", False), ("C", False)]
)
def test_a_question_is_answered_by_a_key(pressed: str, *, yes: bool) -> None:
    till = at_counter(INSIDE)
    till.put(AccessNews(support=ASKS))
    assert "ouvrir le tiroir" in till.shown.line2 and "OUI" in till.shown.line1
    step = till.press(pressed)
    assert of(step, AnswerSupport) == [AnswerSupport(3, yes, LEA)]
    assert not of(till.press("C"), AnswerSupport), "once"


def test_a_question_is_not_answered_by_a_barcode_and_keeps_no_sale() -> None:
    till = at_counter(INSIDE)
    till.put(AccessNews(support=ASKS))
    step = till.scan(encode([parse_key("OUI")]))
    assert till.fault is faults.PIN_BY_HAND and not of(step, AnswerSupport)
    till.press("C")
    till.put(AccessNews(support=ASKS))
    till.press("2 PLU")
    assert till.shown.line1.startswith("BAGUETTE")
    till.put(AccessNews(support=ASKS))
    assert till.shown.line1.startswith("BAGUETTE"), "it waits for the sale's end"
    till.press("CASH")
    till.put(AccessNews(support=ASKS))
    assert "OUI" in till.shown.line1


def test_the_shop_speaks_back_to_whoever_is_in() -> None:
    till = at_counter(INSIDE)
    assert of(till.press("NON"), AnswerSupport) == [AnswerSupport(0, False, LEA)]
    till.put(AccessNews())
    till.press("OUI")
    assert till.fault is faults.NO_SUPPORT_IN


LINE = st.text("AB12,. x€", max_size=WIDTH)


@given(LINE, LINE)
@example("BAGUETTE TRADITION B", "x12 1,20       14,40")
@example("A" * 20, "1" * 20)
@example("12345678901234567890", "12345678901234567890")
def test_every_screen_says_it_and_loses_no_digit(line1: str, line2: str) -> None:
    screen = Screen(line1, line2)
    shown = marked(screen)
    assert len(shown.line1) == len(shown.line2) == WIDTH
    digits = [re.sub(r"\D", "", each.line1 + each.line2) for each in (screen, shown)]
    assert digits[0] == digits[1]
    if "ASS" not in shown.line1 + shown.line2:
        assert " " * 5 not in f"{screen.line1}|{screen.line2}", "there was room"
        assert re.search(r"\d", screen.line1[:7]), "there was a text to shorten"


def test_a_screen_has_as_much_of_the_word_as_it_has_room_for() -> None:
    assert marked(Screen("BONJOUR", "")).line2.strip() == "ASSISTANCE"
    assert marked(Screen("TOTAL          12,40", "RENDU 1")).line2.endswith(" ASSISTANCE")
    assert marked(Screen("x2 1,30         2,60", "TRADITION BIEN CUITE")).line1 == (
        "x2 1,30 ASSISTA 2,60"
    )
