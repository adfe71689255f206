"""`CLEUSB` at the counter: who may ask, what is asked, and what is said of the answer."""

import pytest
from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.audit.identity import UNNAMED
from pos_terminal.domain.audit.stick import StickAction, StickAnswer, StickAsked, code_of
from pos_terminal.domain.counter.steps import PrintReport, Show, Step
from pos_terminal.domain.display import stick as display
from pos_terminal.domain.events.staff import AuthorityGiven
from pos_terminal.domain.events.system import TechnicalEvent
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.receipt import Text
from tests.support.bench import Bench, bench
from tests.support.staff import BOSS, SAM, staffed

KEY = "3f9a12cd04be"


def tried() -> Bench:
    """A till that is not in service yet, and has no clerks."""
    till = bench()
    till.counter.desk.identity = replace(UNNAMED, simulated=True)
    return till


def wanted(step: Step) -> list[StickAsked]:
    return [each for each in step.effects if isinstance(each, StickAsked)]


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("1", StickAsked(StickAction.UPDATE)),
        ("2", StickAsked(StickAction.TAKE)),
        (code_of(KEY), StickAsked(StickAction.HAND, code_of(KEY))),
    ],
)
def test_before_it_is_in_service_whoever_installs_it_asks(typed: str, asked: StickAsked) -> None:
    till = tried()
    step = till.press(f"{typed} CLEUSB")
    assert wanted(step) == [asked]
    (event,) = step.events
    assert isinstance(event, TechnicalEvent) and event.detail == f"clé USB : {asked.action}"
    assert till.counter.desk.entry.number == ""


@pytest.mark.parametrize("typed", ["3", "12", "1,5", "999999999999999", "0" * 16])
def test_another_number_is_none(typed: str) -> None:
    till = tried()
    assert wanted(till.press(f"{typed} CLEUSB")) == []
    assert till.fault is faults.BAD_NUMBER


def test_alone_it_says_what_there_is_and_in_a_sale_nothing() -> None:
    till = tried()
    assert Show(display.choices(), private=True) in till.press("CLEUSB").effects
    till.press("1 PLU 1 CLEUSB")
    assert till.fault is not None


def test_a_till_in_service_wants_a_pin_now_whoever_is_signed_on() -> None:
    till = staffed()
    for each in (SAM, BOSS):
        till.sign_on(each)
        assert wanted(till.press("1 CLEUSB")) == []
        assert till.counter.desk.pending is not None
        till.press("C C C")
    till.sign_on(SAM)
    till.press(f"1 CLEUSB {BOSS} CLERK 5930 CLERK")
    given, asked = (event for event, _ in till.events[-2:])
    assert given == AuthorityGiven(authority=BOSS, right=Right.ACCESS)
    assert isinstance(asked, TechnicalEvent)
    assert asked.detail == "clé USB : version, accord de 1"


def test_a_till_in_service_without_pins_lets_nobody() -> None:
    till = bench()
    assert wanted(till.press("1 CLEUSB")) == []
    assert till.fault is faults.NO_RIGHT


def test_what_was_found_is_on_paper_and_what_failed_on_record_too() -> None:
    till = tried()
    step = till.put(StickAnswer("a", ("9.1 : installation",), ended=False))
    assert Show(display.going_on(), private=True) in step.effects
    step = till.put(StickAnswer("a", ("9.1 : installée",)))
    assert Show(display.ended(), private=True) in step.effects
    (report,) = [each for each in step.effects if isinstance(each, PrintReport)]
    assert Text("9.1 : installée") in report.paper.blocks and step.events == ()
    step = till.put(StickAnswer("a", fault="B-183", detail="aucune version"))
    (event,) = step.events
    assert isinstance(event, TechnicalEvent)
    assert event.detail == "clé USB, échec : B-183 aucune version"
    (report,) = [each for each in step.effects if isinstance(each, PrintReport)]
    assert Text("aucune version") in report.paper.blocks
    assert till.counter.desk.notice is faults.STICK_EMPTY
