"""What clerks leave in the running state: who stands there, locks, sales that wait."""

import pytest

from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.sale import SaleHeld, SaleOpened, SaleRecalled
from pos_terminal.domain.events.staff import (
    AuthorityGiven,
    OperatorLocked,
    OperatorRefused,
    OperatorSignedOff,
    OperatorSignedOn,
)
from pos_terminal.domain.events.values import Right, SignOnMeans
from pos_terminal.domain.staff.pin_lock import Tries
from pos_terminal.journal import checkpoint
from pos_terminal.journal.errors import OutOfStep
from pos_terminal.journal.merkle import Frontier
from pos_terminal.journal.record import Running
from tests.support.journaling import IDENTITY, moment, stamped

START = Running(identity=IDENTITY)
WRONG: list[Event] = [
    OperatorRefused(operator=12, tries=3),
    OperatorLocked(operator=12, until=99),
    OperatorRefused(operator=13, tries=1),
]


def after(events: list[Event]) -> Running:
    running = START
    for event in events:
        running = running.fold(event, moment())
    return running


def test_a_record_has_the_operator_who_is_signed_on_with_it() -> None:
    events = [OperatorSignedOn(operator=12, by=SignOnMeans.PIN), SaleOpened(sale=1, catalog="")]
    off: list[Event] = [OperatorSignedOff(), OperatorSignedOn(operator=13, by=SignOnMeans.BADGE)]
    assert [record.operator for record in stamped([*events, *off])] == [12, 12, 0, 13]


@pytest.mark.parametrize("event", [SaleHeld(sale=1), SaleRecalled(sale=1)])
def test_only_an_open_sale_waits(event: Event) -> None:
    with pytest.raises(OutOfStep, match="sale 1 is not open"):
        START.fold(event, moment())
    opened = after([SaleOpened(sale=1, catalog="")])
    assert opened.fold(event, moment()).opened == opened.opened


def test_wrong_pins_run_through_the_records_until_a_right_one() -> None:
    running = after(WRONG)
    assert running.wrong == {12: Tries(3, 99), 13: Tries(1)}
    right = OperatorSignedOn(operator=12, by=SignOnMeans.PIN)
    assert running.fold(right, moment()).wrong == {13: Tries(1)}
    badge = OperatorSignedOn(operator=12, by=SignOnMeans.BADGE)
    assert running.fold(badge, moment()).wrong == running.wrong
    given = AuthorityGiven(authority=13, right=Right.VOID)
    assert running.fold(given, moment()).wrong == {12: Tries(3, 99)}


def test_a_checkpoint_keeps_the_wrong_pins() -> None:
    """A start goes on from it, and reads nothing before."""
    running = after(WRONG)
    leaves = Frontier()
    for record in stamped(WRONG):
        leaves = leaves.append(record.hash)
    again = checkpoint.read(checkpoint.body(running, leaves, moment().at)).running(IDENTITY)
    assert again.wrong == running.wrong


def test_a_checkpoint_of_before_has_none() -> None:
    stored = checkpoint.body(after(WRONG[2:]), Frontier().append(bytes(32)), moment().at)
    old = stored.replace(b',"wrong":[[13,1,0]]', b"")
    assert old != stored
    assert checkpoint.read(old).running(IDENTITY).wrong == {}
