"""Clerks at the counter: PINs, badges, rights, locks, and whose sale is whose."""

import msgspec
import pytest

from pos_terminal.domain import faults
from pos_terminal.domain.counter import sign_on
from pos_terminal.domain.counter.authority import Identification
from pos_terminal.domain.counter.steps import NewClerks, Weigh, Weighed
from pos_terminal.domain.events.period import TrainingEnded, TrainingStarted
from pos_terminal.domain.events.sale import (
    LineSold,
    LineVoided,
    SaleAbandoned,
    SaleClosed,
    SaleHeld,
    SaleRecalled,
)
from pos_terminal.domain.events.staff import (
    AuthorityGiven,
    OperatorLocked,
    OperatorRefused,
    OperatorSignedOff,
    OperatorSignedOn,
)
from pos_terminal.domain.events.values import Right, SignOnMeans
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.keyboard.command_codes import encode
from pos_terminal.domain.keyboard.keys import parse_key
from pos_terminal.domain.screen import Screen
from pos_terminal.domain.staff.clerks import Clerks, SignOnRules
from pos_terminal.domain.staff.pin_lock import LONGEST, Tries, locked
from pos_terminal.domain.weight import Weight
from tests.support.bench import BAGUETTE, bench
from tests.support.staff import BADGES, BOSS, LEA, NEW, PINS, SAM, STAFF, StaffedBench, staffed

CALL = Screen("APPEL RESPONSABLE", " " * 20)


def test_nobody_sells_unsigned() -> None:
    till = staffed()
    assert till.shown == Screen("CAISSE FERMEE", "VENDEUR ?")
    for keys in ("1 PLU", "CASH", "TICKET", "HOLD", "0 CLERK", "RF"):
        till.press(keys)
        assert till.fault is faults.NO_CLERK, keys
        till.press("C")
    till.scan(BAGUETTE)
    assert till.fault is faults.NO_CLERK
    assert not till.events


def test_a_pin_signs_on_and_is_shown_as_stars() -> None:
    till = staffed()
    till.press("12 CLERK 48")
    assert till.shown == Screen("VENDEUR 12", "CODE **")
    till.press("21 CLERK")
    assert till.shown == Screen("BONJOUR LEA", "CAISSE OUVERTE")
    assert till.of(OperatorSignedOn) == [OperatorSignedOn(operator=LEA, by=SignOnMeans.PIN)]
    till.press("1 PLU CASH")
    assert till.of(SaleClosed)


def test_no_digit_of_a_pin_is_in_anything_that_is_said() -> None:
    till = staffed()
    till.sign_on(LEA)
    said = repr((till.asked, till.events, till.awaits(Identification), till.shown))
    assert PINS[LEA] not in said
    till.press("13 CLERK 73")
    assert "73" not in repr((till.awaits(Identification), till.shown, till.events))


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ("99 CLERK", faults.CLERK_UNKNOWN),
        ("CLERK", faults.NUMBER_MISSING),
        ("1,2 CLERK", faults.BAD_NUMBER),
        ("12 CLERK 4822 CLERK", faults.PIN_WRONG),
        ("12 CLERK 48 CLERK", faults.PIN_WRONG),
        ("12 CLERK 123456789", faults.TOO_LONG),
        ("12 CLERK ,", faults.NOT_NOW),
        ("12 CLERK ST", faults.NOT_NOW),
    ],
)
def test_refused_at_the_door(keys: str, fault: Fault) -> None:
    till = staffed()
    till.press(keys)
    assert till.fault is fault
    till.press("C")
    assert till.counter.desk.overlay is None
    assert till.shown == Screen("CAISSE FERMEE", "VENDEUR ?")


def test_c_leads_back_from_the_pin() -> None:
    till = staffed()
    till.press("12 CLERK 48 C")
    assert till.shown == Screen("VENDEUR 12", "CODE ")
    till.press("C")
    assert till.shown == Screen("CAISSE FERMEE", "VENDEUR ?")


def test_a_scanned_command_types_no_pin() -> None:
    till = staffed()
    till.press("12 CLERK")
    till.scan(encode([parse_key("4")]))
    assert till.fault is faults.PIN_BY_HAND
    assert till.asked == ()
    assert till.awaits(Identification) is None
    with pytest.raises(ValueError, match="last key"):  # nor is there one code that has it all
        encode([parse_key(key) for key in ("1", "2", "CLERK", "4", "8", "2", "1", "CLERK")])


def test_wrong_pins_lock_for_longer_and_longer() -> None:
    till = staffed()
    for wrong in ("1111", "2222"):
        till.press(f"12 CLERK {wrong} CLERK")
        assert till.fault is faults.PIN_WRONG
        till.press("C")
    till.press("12 CLERK 3333 CLERK")
    assert till.fault is faults.CLERK_LOCKED
    assert [event.tries for event in till.of(OperatorRefused)] == [1, 2, 3]
    (lock,) = till.of(OperatorLocked)
    till.press("C")
    till.sign_on(LEA)
    assert till.fault is faults.CLERK_LOCKED, "the right one is not taken either"
    till.press("C")

    till = till.again()
    till.press("12 CLERK")
    assert till.shown.line1.startswith(faults.CLERK_LOCKED.text), "a restart gives nothing"
    till.press("C")
    till.sign_on(SAM)
    assert till.counter.desk.clerk == SAM, "others sign on"
    till.inputs += 30
    till.press("12 CLERK 3333 CLERK C")
    assert till.of(OperatorLocked)[1].until - till.of(OperatorLocked)[0].until > 30_000_000
    till.inputs += 60
    till.sign_on(LEA)
    assert till.counter.desk.clerk == LEA
    assert till.counter.desk.wrong == {}
    assert lock.until


def test_a_lock_from_a_clock_put_back_since_is_over() -> None:
    wrong = {LEA: Tries(3, 10 * LONGEST)}
    assert not locked(wrong, LEA, 0)
    assert locked(wrong, LEA, 10 * LONGEST - 1)
    assert not locked(wrong, LEA, 10 * LONGEST)


def test_one_pin_at_a_time_and_a_wrong_one_counts_though_it_was_given_up() -> None:
    till = staffed()
    till.lag = True
    till.press("12 CLERK 1111 CLERK")
    till.press("C 12 CLERK")
    assert till.fault is faults.NOT_NOW
    till.press("C")
    till.answer(till.asked[0])
    assert till.counter.desk.fault is None
    assert till.counter.desk.wrong == {LEA: Tries(1)}
    till.answer(till.asked[0])
    assert till.counter.desk.wrong == {LEA: Tries(1)}, "an answer counts once"


def test_a_right_pin_that_was_given_up_signs_nobody_on() -> None:
    till = staffed()
    till.lag = True
    till.press("12 CLERK 4821 CLERK C")
    till.answer(till.asked[0])
    assert till.counter.desk.clerk == 0
    assert not till.events


def test_a_badge_signs_on() -> None:
    till = staffed()
    till.scan(BADGES[LEA])
    assert till.shown == Screen("BONJOUR LEA", "CAISSE OUVERTE")
    assert till.of(OperatorSignedOn) == [OperatorSignedOn(operator=LEA, by=SignOnMeans.BADGE)]


def test_a_badge_alone_gives_no_managers_rights() -> None:
    till = staffed()
    till.scan(BADGES[BOSS])
    assert till.counter.desk.clerk == 0
    assert till.shown == Screen("VENDEUR 1", "CODE ")
    till.press("5930 CLERK")
    assert till.counter.desk.clerk == BOSS


def test_a_badge_may_need_the_pin_by_rule() -> None:
    till = staffed(badge_and_pin=True)
    till.scan(BADGES[SAM])
    assert till.counter.desk.clerk == 0
    till.press("7305 CLERK")
    assert till.counter.desk.clerk == SAM


def test_a_badge_leaves_the_count_of_wrong_pins() -> None:
    till = staffed()
    till.press("12 CLERK 1111 CLERK C")
    till.scan(BADGES[LEA])
    assert till.counter.desk.wrong == {LEA: Tries(1)}


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("$$", faults.BADGE_UNREADABLE),
        (BADGES[LEA][:-1] + "?", faults.BADGE_UNREADABLE),
        ("$$" + "A" * 4000, faults.BADGE_UNREADABLE),
        (BADGES[LEA].replace("12", "21", 1), faults.BADGE_UNREADABLE),
    ],
)
def test_a_bad_badge(code: str, fault: Fault) -> None:
    till = staffed()
    till.scan(code)
    assert till.fault is fault


def test_a_badge_of_nobody() -> None:
    till = bench()
    till.scan(BADGES[LEA])
    assert till.fault is faults.BADGE_UNKNOWN


def test_a_badge_in_the_middle_of_a_tender() -> None:
    till = staffed()
    till.sign_on(LEA)
    till.press("1 PLU 50 CASH")
    till.scan(BADGES[SAM])
    assert till.fault is faults.TENDER_STARTED
    till.press("C 13 CLERK")
    assert till.fault is faults.TENDER_STARTED
    till.press("C 0 CLERK")
    assert till.fault is faults.TENDER_STARTED
    till.press("C CASH")
    assert till.of(SaleClosed)


def test_each_clerk_finds_his_own_sale_again() -> None:
    till = staffed()
    prices = {LEA: 130, SAM: 100, BOSS: 150}
    for plu, number in ((1, LEA), (2, SAM), (3, BOSS)):
        till.sign_on(number)
        till.press(f"{plu} PLU")
    till.press("0 CLERK")
    assert till.shown == Screen("CAISSE FERMEE", "VENDEUR ?")
    till = till.again()
    for number, price in prices.items():
        till.sign_on(number)
        assert till.shown.line1.rstrip() == "SOUS-TOTAL  1 ART"
        assert till.total == price
        till.press("CASH")
    assert sorted(sale.total for sale in till.of(SaleClosed)) == [100, 130, 150]


def test_signing_on_for_each_sale() -> None:
    till = staffed(each_sale=True)
    till.scan(BADGES[LEA])
    till.press("1 PLU CASH")
    till.press("TICKET")
    assert till.counter.desk.fault is None, "his last ticket can still be had"
    till.press("2 PLU")
    assert till.fault is faults.NO_CLERK
    till.press("C")
    assert till.again().counter.desk.vacant
    till.scan(BADGES[SAM])
    till.press("2 PLU HOLD RECALL")
    assert till.fault is faults.NO_CLERK, "a held sale is done with, too"
    till.press("C")
    till.scan(BADGES[LEA])
    till.press("RECALL CASH")
    assert len(till.of(SaleClosed)) == 2


def test_a_trainees_sales_are_exercises() -> None:
    till = staffed()
    till.sign_on(NEW)
    assert till.of(TrainingStarted) == [TrainingStarted(supervisor=NEW)]
    till.press("1 PLU")
    till.scan(BADGES[LEA])
    assert till.fault is faults.SALES_OPEN, "an exercise is finished first"
    till.press("C CASH")
    assert till.of(SaleClosed)[-1].series == "F"
    till.scan(BADGES[LEA])
    assert len(till.of(TrainingEnded)) == 1
    till.press("1 PLU CASH")
    assert till.of(SaleClosed)[-1].series == "T"


def test_a_trainee_waits_for_open_sales() -> None:
    till = staffed()
    till.sign_on(LEA)
    till.press("1 PLU HOLD")
    till.sign_on(NEW)
    assert till.fault is faults.SALES_OPEN


@pytest.mark.parametrize(
    ("before", "keys", "right", "kind"),
    [
        ("1 PLU 2 PLU", "VOID 1 PLU", Right.VOID, LineVoided),
        ("1 PLU", "CANCEL", Right.CANCEL, SaleAbandoned),
        ("1 PLU", "120 PRIX 1 PLU", Right.OVERRIDE, LineSold),
        ("1 PLU", "RF 2 PLU", Right.RETURN, LineSold),
    ],
)
def test_a_manager_allows_on_the_spot(
    before: str, keys: str, right: Right, kind: type[LineSold]
) -> None:
    till = staffed()
    till.sign_on(SAM)
    till.press(before)
    already = len(till.of(kind))
    till.press(keys)
    assert till.shown == CALL
    assert len(till.of(kind)) == already
    till.press("1")
    assert till.shown == Screen("APPEL RESPONSABLE", f"{'1':>20}")
    till.press("CLERK 59")
    assert till.shown == Screen("RESPONSABLE 1", "CODE **")
    till.press("30 CLERK")
    assert till.fault is None
    assert till.of(AuthorityGiven) == [AuthorityGiven(authority=BOSS, right=right)]
    assert till.of(kind)[-1].authority == BOSS
    assert till.counter.desk.clerk == SAM
    assert till.counter.desk.authority == BOSS
    till.press("3 PLU")
    assert till.of(LineSold)[-1].authority == 0, "it holds for one action"


def test_a_manager_needs_no_other() -> None:
    till = staffed()
    till.sign_on(BOSS)
    till.press("RF 120 PRIX 1 PLU")
    assert till.total == -120
    assert till.of(LineSold)[0].authority == 0
    assert not till.of(AuthorityGiven)


def test_two_rights_are_asked_for_once() -> None:
    till = staffed()
    till.sign_on(LEA)
    till.press("RF 120 PRIX 1 PLU 1 CLERK 5930 CLERK")
    assert till.total == -120
    assert [event.right for event in till.of(AuthorityGiven)] == ["return", "override"]


def test_an_allowed_price_holds_for_the_weight_that_follows() -> None:
    till = staffed()
    till.sign_on(LEA)
    till.press("1000 PRIX 4 PLU")
    assert till.shown == CALL
    step = till.press("1 CLERK 5930 CLERK")
    (question,) = [effect for effect in step.effects if isinstance(effect, Weigh)]
    till.put(Weighed(question.request, Weight(500)))
    assert till.of(LineSold)[-1].authority == BOSS
    assert till.total == 500


def test_an_open_price_needs_nobody() -> None:
    till = staffed()
    till.sign_on(SAM)
    till.press("250 PRIX 6 PLU")
    assert till.total == 250


def test_who_lacks_the_right_cannot_give_it() -> None:
    till = staffed()
    till.sign_on(SAM)
    till.press("RF 1 PLU 12 CLERK 4821 CLERK")
    assert till.fault is faults.NO_RIGHT
    till.press("C")
    assert till.counter.desk.overlay is None
    assert till.counter.desk.sale is None


def test_a_badge_asks_for_the_managers_pin_as_well() -> None:
    till = staffed()
    till.sign_on(SAM)
    till.press("1 PLU CANCEL")
    till.scan(BADGES[BOSS])
    assert till.shown == Screen("RESPONSABLE 1", "CODE ")
    assert not till.of(SaleAbandoned)
    till.press("5930 CLERK")
    assert till.of(SaleAbandoned)[0].authority == BOSS


def test_a_call_can_be_given_up() -> None:
    till = staffed()
    till.sign_on(SAM)
    till.press("1 PLU CANCEL")
    till.scan(BAGUETTE)
    assert till.fault is faults.NOT_NOW
    till.press("C CANCEL C")
    assert till.awaits(Identification) is None
    assert till.total == 130


def test_what_makes_no_sense_calls_nobody() -> None:
    till = staffed()
    till.sign_on(SAM)
    till.press("1 PLU VOID 2 PLU")
    assert till.fault is faults.LINE_NOT_FOUND


def change(till: StaffedBench, without: int) -> None:
    of = {number: clerk for number, clerk in STAFF.items() if number != without}
    till.put(NewClerks(msgspec.structs.replace(till.counter.desk.clerks, of=of)))


def test_a_clerk_who_is_no_more_leaves_his_sale_on_hold() -> None:
    till = staffed()
    till.sign_on(LEA)
    till.press("1 PLU")
    change(till, LEA)
    assert till.shown == Screen("CAISSE FERMEE", "VENDEUR ?")
    assert len(till.of(SaleHeld)) == len(till.of(OperatorSignedOff)) == 1
    till.sign_on(SAM)
    till.press("RECALL CASH")
    assert till.of(SaleClosed)[0].total == 130


def test_a_parked_sale_of_a_clerk_who_is_no_more_waits_for_anybody() -> None:
    till = staffed()
    till.sign_on(LEA)
    till.press("1 PLU")
    till.sign_on(SAM)
    change(till, LEA)
    assert till.counter.desk.clerk == SAM
    till.press("RECALL CASH")
    assert till.of(SaleClosed)[0].total == 130


def test_who_is_removed_while_his_pin_is_checked() -> None:
    till = staffed()
    till.lag = True
    till.press("12 CLERK 4821 CLERK")
    change(till, LEA)
    till.answer(till.asked[0])
    assert till.fault is faults.CLERK_UNKNOWN


def test_without_clerks_the_one_operator_goes_on_with_the_sale() -> None:
    till = staffed()
    till.sign_on(LEA)
    till.press("1 PLU")
    till.put(NewClerks(Clerks(alone=7)))
    assert [type(event) for event, _ in till.events[-3:]] == [
        SaleHeld,
        OperatorSignedOn,
        SaleRecalled,
    ]
    till.press("RF 2 PLU CANCEL")
    assert till.of(SaleAbandoned)[0].authority == 0


def test_clerks_who_cannot_be_known_lock_the_till() -> None:
    till = bench()
    till.put(NewClerks(Clerks(rules=SignOnRules(), alone=0, closed=True)))
    till.press("1 PLU")
    assert till.fault is faults.NO_CLERK
    till.press("C 1 CLERK")
    assert till.fault is faults.CLERK_UNKNOWN


def test_settling_again_changes_nothing() -> None:
    till = staffed()
    till.sign_on(LEA)
    till.press("1 PLU")
    assert sign_on.reconcile(till.counter.desk) == ()
