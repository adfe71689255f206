"""Credit notes and gift vouchers: made, looked up, used in parts, never worth twice."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.codes.vouchers import (
    CHANCE,
    VoucherKey,
    checked_voucher,
    grouped,
    last_four,
    read_voucher,
    voucher_code,
    voucher_number,
)
from pos_terminal.domain.counter.authority import Identification
from pos_terminal.domain.counter.steps import PrintVoucher, Step, Train
from pos_terminal.domain.events.period import PeriodReported
from pos_terminal.domain.events.prepaid import VoucherCopied, VoucherMoved, VoucherRefused
from pos_terminal.domain.events.sale import SaleClosed, Tender
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.files.catalog import parse_catalog
from pos_terminal.domain.period.book import Book
from pos_terminal.domain.printing import voucher
from pos_terminal.domain.printing.report import reading
from pos_terminal.domain.receipt import Barcode, Receipt, Row, Text
from pos_terminal.domain.sale import vouchers
from pos_terminal.domain.sale.promotions import Promotion
from pos_terminal.domain.sale.refunds import RefundRules, Validity
from pos_terminal.domain.sale.vouchers import NO_MINT, Mint
from pos_terminal.domain.screen import Screen
from tests.support.bench import VOUCHER_KEY, moment
from tests.support.lookup import Remembering, clerk, remembering
from tests.support.paper import TILL


@pytest.fixture
def till() -> Remembering:
    return remembering()


def credit(till: Remembering, keys: str = "RF 5 PLU AVOIR") -> str:
    """A credit note; its number."""
    till.press(keys)
    return till.made[-1]


def papers(step: Step) -> list[PrintVoucher]:
    return [effect for effect in step.effects if isinstance(effect, PrintVoucher)]


def test_a_credit_note_pays_a_negative_total_out(till: Remembering) -> None:
    step = till.press("RF 5 PLU AVOIR")
    assert till.shown == Screen("AVOIR           8,00", "REMBOURSEMENT")
    (paid,) = till.last.tenders
    assert (paid.tender, paid.amount, paid.given, paid.change) == ("AVOIR", -800, -800, 0)
    (moved,) = till.of(VoucherMoved)
    assert (moved.purpose, moved.amount, moved.series, moved.number) == ("multi", 800, "T", 1)
    assert moved.voucher.startswith("2") and moved.expires == "" and moved.plu == ""
    assert step.events[-2:] == (till.last, moved)
    (printed,) = papers(step)
    assert (printed.made, printed.copy) == (moved, 0)


def test_a_credit_note_of_a_ticket(till: Remembering) -> None:
    till.press("3 x 1 PLU 10 % CASH RF TICKET 2 x 1 PLU AVOIR")
    assert till.worth(till.made[0]) == 234


def test_what_it_is_worth_is_said_outside_a_sale(till: Remembering) -> None:
    number = credit(till)
    assert not till.use(number).events
    assert till.shown == Screen("AVOIR           8,00", "")
    till.press(f"{number} BON")
    assert till.shown == Screen("AVOIR           8,00", "")
    till.press("1 PLU CASH")
    assert till.last.total == 130


def test_it_pays_what_it_can_and_keeps_the_rest(till: Remembering) -> None:
    number = credit(till)
    till.press("2 x 3 PLU")
    till.use(number)
    assert till.shown == Screen("TOTAL           3,00", "SOLDE DU BON    5,00")
    (paid,) = till.last.tenders
    assert (paid.tender, paid.amount, paid.left) == ("AVOIR", 300, 500)
    assert paid.voucher == VOUCHER_KEY.reference(number)
    assert till.worth(number) == 500
    till.press("5 PLU")
    till.use(number)
    assert till.shown == Screen("RESTE           3,00", "SOLDE DU BON    0,00")
    till.press("CARD")
    assert till.worth(number) == 0
    till.use(number)
    assert till.fault is faults.VOUCHER_USED_UP


def test_it_is_typed_as_well(till: Remembering) -> None:
    number = credit(till)
    till.press(f"1 PLU {number} AVOIR")
    assert till.worth(number) == 670
    till.press(f"1 PLU {number} BON")
    assert till.worth(number) == 540
    assert [each.tenders[0].tender for each in till.of(SaleClosed)] == ["AVOIR"] * 3


def test_an_amount_before_it_limits_what_it_pays(till: Remembering) -> None:
    number = credit(till)
    till.press("5 PLU 250")
    till.use(number)
    assert till.shown == Screen("RESTE           5,50", "SOLDE DU BON    5,50")


def test_corr_gives_it_back(till: Remembering) -> None:
    number = credit(till)
    till.press("5 PLU 250")
    till.use(number)
    till.press("CORR")
    assert till.shown == Screen("REPRIS AVOIR   -2,50", "RESTE           8,00")
    assert till.worth(number) == 800
    till.use(number)
    assert till.worth(number) == 0


@pytest.mark.parametrize("away", ["HOLD", "held"])
def test_an_open_sale_holds_it(till: Remembering, away: str) -> None:
    till.press("92 PLU CASH")
    number = till.made[-1]
    till.press("1 PLU")
    till.use(number)
    assert till.total == 0
    till.use(number)
    assert till.fault is faults.VOUCHER_TAKEN
    till.press("C HOLD 2 PLU")
    till.use(number)
    assert till.fault is faults.VOUCHER_TAKEN
    till.press("C CARD")
    if away == "HOLD":
        till = till.again()  # and after a restart just as well
    till.use(number)
    assert till.shown.line1 == "BON            18,70"
    till.press("RECALL CASH")
    assert till.worth(number) == 1870


def test_a_power_cut_after_it_paid_a_part_keeps_it(till: Remembering) -> None:
    number = credit(till, "RF 3 PLU AVOIR")
    till.press("5 PLU")
    till.use(number)
    again = till.again()
    assert again.shown == Screen("RESTE           6,50", "")
    again.press("CORR")
    again.use(number)
    again.press("CARD")
    assert again.worth(number) == 0 and again.last.tenders[0].voucher[2:6] == number[-4:]


def test_a_gift_voucher_is_an_article_without_vat(till: Remembering) -> None:
    step = till.press("90 PLU 2 PLU CARD")
    (moved,) = till.of(VoucherMoved)
    assert (moved.purpose, moved.amount, moved.plu, moved.vat) == ("multi", 2000, "90", 0)
    assert moved.voucher.startswith("1") and moved.expires == "2027-01-05"
    assert [(rate.rate, rate.gross) for rate in till.last.vat] == [(550, 100)]
    assert (till.last.total, till.last.turnover) == (2100, 100)
    assert len(papers(step)) == 1
    till.press("5 PLU")
    till.use(till.made[0])
    (paid,) = till.last.tenders
    assert (paid.tender, paid.amount, paid.left) == ("VOUCHER", 800, 1200)
    assert [(rate.rate, rate.gross) for rate in till.last.vat] == [(2000, 800)]


def test_each_piece_is_a_voucher_of_its_own(till: Remembering) -> None:
    step = till.press("3 x 90 PLU CARD")
    assert [moved.amount for moved in till.of(VoucherMoved)] == [2000] * 3
    assert len(set(till.made)) == 3 == len(papers(step))


def test_its_amount_is_typed_where_it_has_none(till: Remembering) -> None:
    till.press("3500 PRIX 91 PLU CARD")
    assert till.worth(till.made[0]) == 3500


def test_one_for_goods_of_a_rate_is_taxed_when_it_is_sold(till: Remembering) -> None:
    till.press("92 PLU CARD")
    (moved,) = till.of(VoucherMoved)
    assert (moved.purpose, moved.vat, moved.voucher[0]) == ("single", 550, "3")
    assert [(rate.rate, rate.gross) for rate in till.last.vat] == [(550, 2000)]
    till.press("2 x 1 PLU 5 PLU")
    till.use(till.made[0])
    assert till.shown == Screen("RESTE           8,00", "SOLDE DU BON   17,40")
    till.press("2 PLU CARD")
    assert [(rate.rate, rate.gross) for rate in till.last.vat] == [(550, 100), (2000, 800)]
    assert till.last.lines[2].gross == -260 and till.last.lines[2].voucher == moved.voucher
    used = till.of(VoucherMoved)[-1]
    assert (used.amount, used.purpose, used.number) == (-260, "single", 2)


def test_it_takes_off_no_more_than_there_is_of_its_rate(till: Remembering) -> None:
    till.press("92 PLU CARD")
    number = till.made[0]
    till.press("5 PLU")
    till.use(number)
    assert till.fault is faults.VOUCHER_NOT_FOR_THESE
    till.press("C 1 PLU 2 PLU")
    till.use(number)
    till.press("VOID 1 PLU CARD")
    assert till.fault is faults.VOUCHER_NOT_FOR_THESE
    till.press("C CASH")
    assert till.fault is faults.VOUCHER_NOT_FOR_THESE
    till.press("C VOID 92 PLU")
    till.use(number)
    till.press("CARD")
    assert till.last.total == 800 and till.worth(number) == 1900


def test_corr_takes_the_use_of_one_back(till: Remembering) -> None:
    till.press("92 PLU CARD 1 PLU")
    till.use(till.made[0])
    till.press("CORR CASH")
    assert till.last.total == 130 and till.worth(till.made[0]) == 2000


def test_promotions_are_found_before_a_voucher_pays(till: Remembering) -> None:
    three = Promotion("3+1", (frozenset({"2"}),), count=4, free=1)
    till.counter.desk.promotions = (three,)
    number = credit(till)
    till.press("4 x 2 PLU")
    till.use(number)
    assert (till.last.total, till.worth(number)) == (300, 500)


@pytest.mark.parametrize(
    ("before", "typed", "fault"),
    [
        ("", "AVOIR", faults.NOTHING_TO_PAY_OUT),
        ("1 PLU", "AVOIR", faults.NOTHING_TO_PAY_OUT),
        ("1 PLU RF 1 PLU", "AVOIR", faults.NOTHING_TO_PAY_OUT),
        ("", "3 x AVOIR", faults.NOT_NOW),
        ("", "3 x BON", faults.NOT_NOW),
        ("", "BON", faults.NO_VOUCHER),
        ("1 PLU", "BON", faults.NO_VOUCHER),
        ("", "123 BON", faults.PAPER_UNREADABLE),
        ("", "1,5 BON", faults.PAPER_UNREADABLE),
        ("", "2481093477531187 BON", faults.PAPER_UNREADABLE),
        ("", f"{voucher_number('1', 4)} BON", faults.VOUCHER_UNKNOWN),
        ("1 PLU", f"{voucher_number('2', 4)} AVOIR", faults.VOUCHER_UNKNOWN),
        ("1 PLU RF 5 PLU", f"{voucher_number('2', 4)} AVOIR", faults.NOTHING_DUE),
        ("1 PLU", f"3 x {voucher_number('2', 4)} AVOIR", faults.NOT_NOW),
        ("", "RF 90 PLU", faults.VOUCHER_NOT_RETURNED),
        ("", "0,5 x 90 PLU", faults.BAD_NUMBER),
        ("", "11 x 90 PLU", faults.AMOUNT_TOO_LARGE),
        ("9 x 90 PLU", "2 x 92 PLU", faults.AMOUNT_TOO_LARGE),
        ("", "91 PLU", faults.NO_PRICE),
        ("", "499 PRIX 91 PLU", faults.PRICE_OUT_OF_BOUNDS),
        ("", "0 PRIX 92 PLU", faults.NO_PRICE),
        ("90 PLU", "10 %", faults.FIRM_PRICE),
        ("90 PLU", "ST 100 REMISE", faults.FIRM_PRICE),
        ("90 PLU", "TR", faults.MEAL_FOOD),
    ],
)
def test_what_is_refused(till: Remembering, before: str, typed: str, fault: Fault) -> None:
    if before:
        till.press(before)
    till.decides(tenders=type(till.counter.desk.rules.tenders)(meal_vouchers_every_day=True))
    till.press(typed)
    assert till.fault is fault
    till.press("C C C C")
    assert not till.of(VoucherMoved) and till.counter.desk.overlay is None


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("900", faults.VOUCHER_TOO_SMALL),
        ("400", faults.TENDER_EXACT),
        ("0", faults.BAD_NUMBER),
        ("3 x", faults.NOT_NOW),
        ("RF", faults.NOT_NOW),
    ],
)
def test_amounts_that_a_voucher_cannot_pay(till: Remembering, typed: str, fault: Fault) -> None:
    number = credit(till)
    till.press(f"2 x 3 PLU {typed}")
    till.use(number)
    assert till.fault is fault and till.worth(number) == 800


def test_an_amount_alone_asks_for_a_sale(till: Remembering) -> None:
    number = credit(till)
    till.press("100")
    till.use(number)
    assert till.fault is faults.NOTHING_SOLD


@pytest.mark.parametrize(("kept", "end"), [(-1, ""), (None, "0"), (-1, "\ufffd"), (4, "")])
def test_a_damaged_barcode(till: Remembering, kept: int | None, end: str) -> None:
    till.scan(voucher_code(credit(till))[:kept] + end)
    assert till.fault is faults.PAPER_UNREADABLE


def test_exercises_have_none(till: Remembering) -> None:
    number = credit(till)
    till.put(Train(1))
    for typed in ("90 PLU", "RF 5 PLU AVOIR", f"{number} BON"):
        till.press(f"C C {typed}")
        assert till.fault is faults.NOT_IN_TRAINING
    till.press("C")
    till.use(number)
    assert till.fault is faults.NOT_IN_TRAINING


def test_its_last_day_is_a_dated_setting() -> None:
    rules = RefundRules(
        validity=(Validity(date(2026, 1, 1), 3, 1), Validity(date(2026, 2, 1), 24, 0))
    )
    assert rules.valid(date(2025, 12, 31)) == Validity(date.min, 0, 0)
    till = remembering(refunds=rules)
    till.press("90 PLU CARD RF 5 PLU AVOIR")
    assert [moved.expires for moved in till.of(VoucherMoved)] == ["2026-04-05", "2026-02-05"]


@pytest.mark.parametrize(
    ("day", "months", "last"),
    [
        (date(2026, 1, 31), 1, "2026-02-28"),
        (date(2027, 12, 31), 2, "2028-02-29"),
        (date(2026, 11, 23), 12, "2027-11-23"),
        (date(2026, 11, 23), 0, ""),
    ],
)
def test_months_from_a_day(day: date, months: int, last: str) -> None:
    rules = RefundRules(validity=(Validity(date.min, months, months),))
    till = remembering()
    till.press("RF 5 PLU AVOIR")
    (moved,) = vouchers.moves(till.last, day, rules, Mint(VOUCHER_KEY, lambda below: 1))
    assert moved.expires == last


def test_after_its_last_day_it_pays_no_more(till: Remembering) -> None:
    till.decides(refunds=RefundRules(validity=(Validity(date.min, 0, 1),)))
    number = credit(till)
    till.inputs = 31 * 24 * 3600 - 60  # the last day is a month later, and it is on it
    till.use(number)
    assert till.fault is None and till.shown.line2 == "FIN 05/02/2026      "
    till.inputs += 24 * 3600
    till.press("5 PLU")
    till.use(number)
    assert till.fault is faults.VOUCHER_EXPIRED


def test_the_last_papers_again_with_the_right_to(till: Remembering) -> None:
    till.press("2 x 90 PLU CARD")
    step = till.press("BON")
    assert [(copied.number, copied.copy) for copied in till.of(VoucherCopied)] == [(1, 1)]
    mint = till.counter.desk.mint
    assert [(mint.number(each.made), each.copy) for each in papers(step)] == [
        (number, 1) for number in till.made
    ]
    again = till.again()
    again.press("BON")
    assert again.of(VoucherCopied)[-1].copy == 2
    again.counter.desk.resume_clerks(clerk(Right.CANCEL), 7, {})
    again.press("BON")
    asked = again.awaits(Identification)
    assert asked and asked.right is Right.REFUND
    again.press("C 1 PLU CASH")
    again.press("BON")
    assert again.fault is faults.NO_VOUCHER


def paper(moved: VoucherMoved, *, copy: int = 0, simulated: bool = False) -> Receipt:
    identity = replace(TILL, simulated=simulated)
    number = VOUCHER_KEY.number(moved.voucher[0], moved.seed)
    return voucher.paper(identity, moved, number, moment(), name="BON CADEAU 20", copy=copy)


def said(receipt: Receipt) -> list[str]:
    rows = [f"{block.left} {block.right}" for block in receipt.blocks if isinstance(block, Row)]
    return rows + [block.text for block in receipt.blocks if isinstance(block, Text)]


def test_the_paper_says_what_it_is_worth_and_until_when(till: Remembering) -> None:
    till.press("90 PLU 92 PLU CARD RF 5 PLU AVOIR")
    gift, bread, note = till.of(VoucherMoved)
    words = said(paper(gift))
    assert "VALEUR 20,00 €" in words and "Valable jusqu'au 05/01/2027" in words
    assert f"no {grouped(till.made[0])}" in words and "Ticket 2-000001" in words
    assert "TVA due à l'utilisation." in words
    (code,) = [block.data for block in paper(gift).blocks if isinstance(block, Barcode)]
    assert read_voucher(code) == till.made[0]
    assert "Bon à usage unique : TVA comprise 5,5 %." in said(paper(bread))
    assert {"AVOIR", "Sans date limite"} <= set(said(paper(note)))
    assert "DUPLICATA 1" in said(paper(gift, copy=1))
    simulated = paper(gift, simulated=True)
    assert "*** SIMULATION ***" in said(simulated)


def test_x_and_z_say_what_was_made_and_used(till: Remembering) -> None:
    number = credit(till)
    till.press("2 x 90 PLU CARD 5 PLU 300")
    till.use(number)
    till.press("CARD")
    book = Book()
    for seq, (event, when) in enumerate(till.events, 1):
        book = book.after(event, seq, when.at)
    reported = PeriodReported(session=1, totals=book.day.totals)
    words = said(reading(TILL, reported, moment()))
    assert {"BONS ET AVOIRS", "Émis (3) 48,00", "Utilisés (1) 3,00"} <= set(words)
    assert "AVOIR (2) -5,00" in words


def test_a_till_without_chance_makes_none() -> None:
    till = remembering(mint=Mint(VOUCHER_KEY))
    till.press("RF 1 PLU")
    with pytest.raises(ValueError, match="draw"):
        till.press("AVOIR")


@pytest.mark.parametrize(
    "keys", ["90 PLU", "92 PLU", "RF 1 PLU AVOIR", f"{voucher_number('2', 4)} BON"]
)
def test_a_till_without_its_key_makes_none_and_knows_none(keys: str) -> None:
    till = remembering(mint=NO_MINT)
    till.press(keys)
    assert till.fault is faults.VOUCHER_KEY and not till.of(VoucherMoved)
    till.press("C 3 x 5 PLU CASH")
    assert till.last.total > 0


def test_another_key_knows_no_earlier_voucher_and_prints_none_anew(till: Remembering) -> None:
    number = credit(till)
    till.counter.desk.mint = Mint(VoucherKey(bytes(32)), till.counter.desk.mint.draw)
    till.press("BON")
    assert till.fault is faults.VOUCHER_KEY and not till.of(VoucherCopied)
    till.press("C")
    till.use(number)
    assert till.fault is faults.VOUCHER_UNKNOWN


def test_no_record_and_no_text_of_a_desk_tells_a_number(till: Remembering) -> None:
    till.press("2 x 90 PLU 92 PLU CARD RF 5 PLU AVOIR 5 PLU")
    till.use(till.made[-1])
    till.press("1 PLU")
    till.use(till.made[2])
    till.press("CASH 2 PLU 100")
    till.use(till.made[0])
    till.press("BON")
    told = repr([event for event, _ in till.events]) + repr(till.counter.desk.mint)
    for number in till.made:
        assert number[1:-4] not in told and str(bytes(range(32))) not in told
        assert VOUCHER_KEY.reference(number) in told
    assert last_four(VOUCHER_KEY.reference(till.made[0])) == f"...{till.made[0][-4:]}"


def test_numbers_are_not_tried_one_after_the_other(till: Remembering) -> None:
    number, wrong = credit(till), f"{voucher_number('2', 4)} BON"
    till.press(f"{wrong} C {wrong} C")
    assert [(each.tries, each.until) for each in till.of(VoucherRefused)] == [(1, 0), (2, 0)]
    till.use(number)  # looked at, and not used: the count goes on
    till.press(wrong)
    assert till.fault is faults.VOUCHER_UNKNOWN and till.of(VoucherRefused)[-1].until
    till.press("C")
    again = till.again()  # pulling the plug gives no further try
    for one in (till, again):
        one.use(number)
        assert one.fault is faults.VOUCHER_LOCKED
        one.press("C")
    till.inputs += 30
    till.press("5 PLU")
    till.use(number)
    assert till.worth(number) == 0
    till.press(wrong)
    assert till.of(VoucherRefused)[-1].tries == 1


@given(st.sampled_from("123"), st.integers(0, CHANCE - 1), st.integers(0, 15), st.integers(1, 9))
def test_a_number_with_a_wrong_digit_is_none(what: str, chance: int, at: int, off: int) -> None:
    number = voucher_number(what, chance)
    assert checked_voucher(number) == number and number[0] == what
    wrong = number[:at] + str((int(number[at]) + off) % 10) + number[at + 1 :]
    with pytest.raises(Refused):
        checked_voucher(wrong)
    if at and number[at] != number[at - 1]:
        swapped = number[: at - 1] + number[at] + number[at - 1] + number[at + 1 :]
        with pytest.raises(Refused):
            checked_voucher(swapped)


def test_chance_stays_below_what_a_number_holds() -> None:
    with pytest.raises(ValueError, match="chance"):
        voucher_number("1", CHANCE)


HEAD = "plu,name,price,vat,unit,vat_on_spot,option,voucher\n"


@pytest.mark.parametrize(
    ("row", "key"),
    [
        ("1,BON,20,,,,,gift", "voucher"),
        ("1,BON,20,5.5,,,,multi", "voucher"),
        ("1,BON,20,,,10,,multi", "voucher"),
        ("1,BON,20,,,,,single", "voucher"),
        ("1,BON,20,5.5,,10,,single", "voucher"),
        ("1,BON,20,,kg,,,multi", "voucher"),
        ("1,BON,20,,,,COUPE,multi", "voucher"),
    ],
)
def test_articles_that_are_no_vouchers(row: str, key: str) -> None:
    _, problems = parse_catalog((HEAD + row + "\n").encode())
    assert [problem.key for problem in problems] == [key]


@pytest.mark.parametrize(
    "wrong",
    [
        {"cash_limit": -1},
        {"reasons": ("",)},
        {"reasons": ("X" * 21,)},
        {"validity": (Validity(date.min, 1, 0), Validity(date.min, 1, 0))},
    ],
)
def test_settings_that_cannot_be(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"0|1 à 20|même date"):
        RefundRules(**wrong)  # type: ignore[arg-type]


def test_no_voucher_holds_less_than_no_time() -> None:
    for months in ((-1, 0), (0, -1)):
        with pytest.raises(ValueError, match="0 mois"):
            Validity(date.min, *months)



def test_what_a_voucher_pays_is_no_cash(till: Remembering) -> None:
    number = credit(till)
    till.press("5 PLU 300")
    till.use(number)
    till.press("500 CASH")
    assert [(each.tender, each.amount) for each in till.of(Tender)] == [
        ("AVOIR", -800), ("AVOIR", 300), ("CASH", 500),
    ]  # fmt: skip
