"""Who is signed on, and until when: nobody who did not sign on, nobody overnight."""

from dataclasses import replace

import msgspec

from pos_terminal.domain import faults
from pos_terminal.domain.counter.steps import BooksReady, CloseDay, NewClerks
from pos_terminal.domain.events.staff import ClerkChanged, OperatorSignedOff, OperatorSignedOn
from pos_terminal.domain.events.values import ClerkChange
from pos_terminal.domain.period.book import Book
from pos_terminal.domain.period.closing import Books
from pos_terminal.domain.screen import Screen
from pos_terminal.domain.staff import pin_lock
from pos_terminal.domain.staff.clerks import Clerks
from tests.support.bench import bench, moment
from tests.support.staff import BOSS, LEA, STAFF, staffed

CLOSED = Screen("CAISSE FERMEE", "VENDEUR ?")
NIGHT = 20 * 3600


def test_the_number_in_the_settings_makes_nobody_a_manager() -> None:
    till = bench()
    till.counter.desk.clerks = Clerks(alone=BOSS)
    for event in till.counter.start(moment()).events:
        till.events.append((event, moment()))
    assert till.counter.desk.clerk == BOSS
    till.put(NewClerks(Clerks(STAFF, alone=BOSS)))
    assert till.of(OperatorSignedOff)
    assert till.shown == CLOSED
    till.press("#/NS")
    assert till.fault is faults.NO_CLERK


def test_clerks_named_while_the_till_was_down_find_nobody_signed_on() -> None:
    till = bench()
    till.counter.desk.apply(OperatorSignedOn(operator=BOSS), moment())
    till.counter.desk.clerks = Clerks(STAFF, alone=BOSS)
    assert till.counter.start(moment(1)).events == (OperatorSignedOff(),)


def test_a_z_signs_off() -> None:
    till = staffed()
    till.sign_on(BOSS)
    till.press("1 PLU CASH")
    book = Book()
    for seq, (event, when) in enumerate(till.events, 1):
        book = book.after(event, seq, when.at, BOSS)
    tenders = msgspec.structs.replace(till.counter.desk.rules.tenders, count_first=False)
    till.decides(tenders=tenders)
    till.put(BooksReady(CloseDay(0), Books(book, len(till.events))))
    assert till.of(OperatorSignedOff)
    assert till.shown == Screen("CLOTURE Z 1", "JOURNEE CLOSE")
    till.press("1 PLU")
    assert till.fault is faults.NO_CLERK


def test_a_new_day_signs_off_whoever_is_not_serving() -> None:
    till = staffed()
    till.sign_on(LEA)
    till.press("1 PLU CASH")
    till.inputs += NIGHT
    till.press("1 PLU")
    assert till.fault is faults.NO_CLERK
    till.press("C")
    assert till.shown == CLOSED
    assert len(till.of(OperatorSignedOff)) == 1


def test_who_serves_over_the_end_of_the_day_goes_on() -> None:
    till = staffed()
    till.sign_on(LEA)
    till.press("1 PLU")
    till.inputs += NIGHT
    till.press("2 PLU")
    assert till.total == 230
    till.press("CASH 1")
    assert till.of(OperatorSignedOff), "and then the day is over for her, too"


def test_after_a_power_cut_the_till_greets_by_name() -> None:
    till = staffed()
    till.sign_on(LEA)
    till.press("1 PLU")
    again = till.again()
    assert again.counter.start(moment(again.inputs)).events == ()
    again.press("2 PLU CARD")
    assert again.again().screen == Screen("BONJOUR LEA", "")


def test_the_change_comes_back_after_a_power_cut_until_somebody_else_is_served() -> None:
    till = staffed()
    till.sign_on(LEA)
    till.press("1 PLU 1000 CASH")
    assert till.again().screen == till.screen
    assert "8,70" in till.screen.line1
    till.press("2 PLU HOLD")
    assert till.again().screen == Screen("BONJOUR LEA", "ATTENTE 1")


def test_yesterdays_change_does_not_come_back() -> None:
    till = bench()
    till.press("1 PLU 1000 CASH")
    till.counter.start(moment(60))
    assert "8,70" in till.counter.desk.base().line1, "the customer of a minute ago is still there"
    till.counter.start(moment(NIGHT))
    assert till.counter.desk.base() == Screen("BONJOUR", "")


def test_a_new_pin_lifts_the_lock_and_after_a_power_cut_it_stays_lifted() -> None:
    till = staffed()
    for _ in range(3):
        till.press("C 12 CLERK 9999 CLERK")
    assert till.fault is faults.CLERK_LOCKED
    again = {**STAFF, LEA: replace(STAFF[LEA], pin="2468")}
    till.put(NewClerks(Clerks(again, alone=7)))
    till.press("C 12 CLERK 2468 CLERK")
    assert till.counter.desk.clerk == LEA
    locked = {LEA: pin_lock.Tries(3, 99)}
    changed = ClerkChanged(
        operator=LEA,
        change=ClerkChange.PIN,
        rights=(),
        badge=True,
        training=False,
        by="",
        clerks="",
    )
    assert pin_lock.after(locked, changed) == {}
    assert pin_lock.after(locked, msgspec.structs.replace(changed, operator=BOSS)) == locked


def test_giving_up_a_call_for_the_manager_leaves_nothing_typed() -> None:
    till = staffed()
    till.sign_on(LEA)
    till.press("120 PRIX 1 PLU")
    assert till.shown.line1.strip() == "APPEL RESPONSABLE"
    till.press("C")
    assert till.counter.desk.entry.empty
    till.press("1 PLU")
    assert till.total == 130
