"""Refunds tied to their ticket: at what was paid, never more than was sold, all refusals."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.catalog.catalog import Catalog
from pos_terminal.domain.codes.papers import TicketCode, TillName, read_ticket, ticket_code
from pos_terminal.domain.counter.authority import Identification
from pos_terminal.domain.counter.steps import LookedUp, LookUp, OpenDrawer, Train
from pos_terminal.domain.events.paper import Form, ReceiptRequested
from pos_terminal.domain.events.sale import (
    LineSold,
    RefundEnded,
    RefundOpened,
    Returned,
    SaleClosed,
    Tender,
)
from pos_terminal.domain.events.staff import AuthorityGiven
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.keyboard.key_table import ROWS
from pos_terminal.domain.printing.papers import paper
from pos_terminal.domain.printing.request import PaperAsked
from pos_terminal.domain.receipt import Barcode, Receipt, Text
from pos_terminal.domain.sale.promotions import Promotion
from pos_terminal.domain.sale.refunds import RefundRules
from pos_terminal.domain.screen import Screen
from tests.support.bench import BAGUETTE, Bench, goods, moment
from tests.support.lookup import GOODS, HERE, Remembering, clerk, remembering


@pytest.fixture
def till() -> Remembering:
    """A till with one ticket: three loaves less 10 %, a baguette, a large tea on the spot."""
    till = remembering()
    till.press("3 x 1 PLU 10 % 2 PLU 8 PLU 2 ST PLACE CASH")
    return till


def refunding(till: Remembering, number: int = 1) -> Remembering:
    till.press("RF")
    till.scan(till.ticket(number))
    return till


def back(till: Remembering) -> list[tuple[str, int, int, int]]:
    """What came back by the open sale: article, quantity, cents, VAT."""
    sale = till.counter.desk.sale
    assert sale
    return [(line.plu, line.quantity, line.gross, line.vat) for line in sale.live]


def test_a_refund_is_opened_by_the_tickets_barcode(till: Remembering) -> None:
    refunding(till)
    assert till.shown == Screen("REMBOURSEMENT", "TICKET 2-000001")
    (opened,) = till.of(RefundOpened)
    assert (opened.sale, opened.series, opened.number) == (2, "T", 1)


@pytest.mark.parametrize("typed", ["RF 1 TICKET", "RF TICKET", "1 RF TICKET"])
def test_a_refund_is_opened_by_the_tickets_number_or_for_the_last(
    till: Remembering, typed: str
) -> None:
    till.press(typed)
    assert [opened.number for opened in till.of(RefundOpened)] == [1]


def test_what_was_really_paid_comes_back_at_its_rate(till: Remembering) -> None:
    refunding(till).press("1 PLU")
    assert till.shown == Screen("TRADITION        x-1", "      1,17     -1,17")
    till.scan(BAGUETTE)
    till.press("8 PLU")
    assert back(till) == [
        ("1", -1000, -117, 550),
        ("2", -1000, -100, 550),
        ("8", -1000, -200, 1000),
        ("52", -1000, -50, 1000),
    ]
    (loaf,) = [line for line in till.of(LineSold) if line.plu == "1" and line.of]
    assert loaf.of == Returned(series="T", number=1, line=1)


def test_the_parts_of_a_line_add_up_to_what_it_cost() -> None:
    till = remembering()
    till.press("3 x 2 PLU 200 REMISE CASH")  # 1.00 for three
    for now in (33, 34, 33):
        refunding(till).press("2 PLU CASH")
        assert till.last.total == -now
    refunding(till)
    assert till.fault is faults.ALREADY_RETURNED


def test_a_part_that_is_taken_back_is_no_cent_too_many() -> None:
    till = remembering()
    till.press("3 x 2 PLU 200 REMISE CASH")
    refunding(till).press("2 PLU 2 PLU VOID 2 PLU 2 PLU CORR 2 x 2 PLU CASH")
    assert till.last.total == -100


def test_several_lines_of_an_article_give_what_is_asked_for() -> None:
    till = remembering()
    till.press("1 PLU 2 x 1 PLU 50 % CARD")
    refunding(till).press("3 x 1 PLU")
    assert back(till) == [("1", -2000, -130, 550), ("1", -1000, -130, 550)]
    assert till.shown == Screen("REMBOURSEMENT", "2 ART          -2,60")


def test_what_is_weighed_comes_back_as_a_whole_or_by_its_weight() -> None:
    till = remembering()
    till.weigh("4", 480)
    till.press("CASH")
    refunding(till).press("0,2 x 4 PLU 4 PLU CASH")
    assert [line.quantity for line in till.last.lines] == [-200, -280]
    assert till.last.total == -1195


def test_a_scales_label_comes_back_with_its_own_price() -> None:
    label = "2100004002500"
    till = remembering()
    till.scan("2100004003002")
    till.scan(label)
    till.press("CASH")
    refunding(till).scan(label)
    assert back(till) == [("4", -1000, -250, 550)]
    till.scan(label)
    assert till.fault is faults.ALREADY_RETURNED
    till.press("C")
    till.scan("2100004009998")
    assert till.fault is faults.NOT_ON_THAT_TICKET


def test_the_whole_ticket_in_one_go(till: Remembering) -> None:
    total = till.last.total
    refunding(till).press("TICKET")
    assert till.shown == Screen("REMBOURSEMENT", f"3 ART{'-7,01':>15}")
    till.press("CASH")
    assert till.last.total == -total
    assert [(rate.rate, rate.gross) for rate in till.last.vat] == [(550, -451), (1000, -250)]


def test_the_rest_of_a_ticket(till: Remembering) -> None:
    refunding(till).press("8 PLU TICKET CASH")
    assert till.last.total == -701


def test_promotions_are_shared_out_and_found_no_more() -> None:
    three = Promotion("3+1", (frozenset({"2"}),), count=4, free=1)
    till = remembering(promotions=(three,))
    till.press("4 x 2 PLU CASH")
    refunding(till).press("4 x 2 PLU ST")
    assert till.total == -300
    till.press("RF 4 x 2 PLU ST")
    assert till.total == 0
    till.press("CASH")
    assert till.last.total == 0


def test_an_exchange_is_one_ticket(till: Remembering) -> None:
    refunding(till).press("2 PLU RF")
    assert till.shown == Screen("FIN DES RETOURS", "TOTAL          -1,00")
    assert len(till.of(RefundEnded)) == 1
    till.press("5 PLU ST 10 %")
    assert [cents for _, _, cents, _ in back(till)] == [-100, 720]
    till.press("CARD")
    assert (till.last.total, till.last.tenders[0].amount) == (620, 620)


def test_two_tickets_in_one_sale(till: Remembering) -> None:
    till.press("5 PLU CARD")
    refunding(till, 1).press("2 PLU RF")
    refunding(till, 2).press("5 PLU CASH")
    assert till.last.total == -900


def test_a_discount_by_hand_leaves_it_as_it_was(till: Remembering) -> None:
    refunding(till).press("2 PLU 10 %")
    assert till.fault is faults.FIRM_PRICE
    till.press("C ST 50 REMISE")
    assert till.fault is faults.FIRM_PRICE


def test_the_place_leaves_its_rate_as_it_was(till: Remembering) -> None:
    till.press("8 PLU 1 CASH")  # to take away
    refunding(till, 2).press("8 PLU ST PLACE")
    assert [vat for *_, vat in back(till)] == [550, 550]


def test_an_option_comes_back_alone_or_with_its_article() -> None:
    till = remembering()
    till.press("2 x 1 PLU 50 PLU CASH")
    refunding(till).press("50 PLU")
    assert back(till) == [("50", -1000, -15, 550)]
    till.press("2 x 1 PLU")
    assert back(till)[1:] == [("1", -2000, -260, 550), ("50", -1000, -15, 550)]
    till.press("CORR CORR CORR")
    assert back(till) == []


def test_an_article_that_the_catalogue_has_no_more(till: Remembering) -> None:
    till.counter.desk.present = goods_without("2,BAGUETTE")
    refunding(till).press("2 PLU CASH")
    assert till.last.total == -100


def goods_without(start: str) -> Catalog:
    rows = [row for row in GOODS.splitlines() if not row.startswith(start)]
    return goods("\n".join(rows) + "\n")


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("99 TICKET", faults.TICKET_UNKNOWN),
        ("3 PLU", faults.NOT_ON_THAT_TICKET),
        ("999 PLU", faults.NOT_ON_THAT_TICKET),
        ("4 x 1 PLU", faults.MORE_THAN_SOLD),
        ("3 x 1 PLU 1 PLU", faults.ALREADY_RETURNED),
        ("TICKET TICKET", faults.ALREADY_RETURNED),
        ("120 PRIX 1 PLU", faults.NOT_NOW),
        ("1 MOTIF 1 PLU", faults.NOT_NOW),
        ("5 RF", faults.NOT_NOW),
        ("5 TICKET", faults.NOT_NOW),
        ("2 PLU CHEQUE", faults.REFUND_MEANS),
        ("2 PLU TR", faults.REFUND_MEANS),
        ("2 PLU 50 PLU", faults.NOT_ON_THAT_TICKET),
        ("2 PLU BON", faults.NO_VOUCHER),
        ("CASH", faults.NOTHING_SOLD),
        ("AVOIR", faults.NOTHING_TO_PAY_OUT),
        ("HOLD", faults.NOTHING_SOLD),
    ],
)
def test_what_a_refund_refuses(till: Remembering, typed: str, fault: Fault) -> None:
    if not typed.startswith("99 "):
        refunding(till)
    else:
        typed = f"RF {typed}"
    till.press(typed)
    assert till.fault and till.fault.code == fault.code
    till.press("C C C CANCEL")
    till.press("C 2 PLU CASH")
    assert till.last.total == 100


def test_a_ticket_scanned_without_rf_says_what_to_do(till: Remembering) -> None:
    till.scan(till.ticket(1))
    assert till.fault is faults.TICKET_FOR_WHAT
    till.press("C 2 PLU")
    till.scan(till.ticket(1))
    assert till.fault is faults.TICKET_FOR_WHAT and till.total == 100


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        (ticket_code(TillName("7", "3"), "T", 1), faults.TICKET_ELSEWHERE),
        (ticket_code(TillName("8", "2"), "T", 1), faults.TICKET_ELSEWHERE),
        (ticket_code(HERE, "F", 1), faults.TICKET_OF_TRAINING),
        (ticket_code(HERE, "T", 2), faults.TICKET_UNKNOWN),
        (ticket_code(HERE, "T", 1)[:-1] + "0", faults.PAPER_UNREADABLE),
        ("$YT", faults.PAPER_UNREADABLE),
        ("$YX", faults.PAPER_UNREADABLE),
        ("$YTA57R2QT\ufffd00001", faults.PAPER_UNREADABLE),
        ("$YT" + "9" * 4000, faults.PAPER_UNREADABLE),
    ],
)
def test_tickets_that_cannot_be_refunded_here(
    till: Remembering, code: str, fault: Fault
) -> None:
    till.press("RF")
    till.scan(code)
    assert till.fault is fault
    till.press("C")
    assert till.counter.desk.sale is None and till.counter.desk.entry.empty


def test_a_purged_ticket_is_in_its_archive_alone(till: Remembering) -> None:
    bench = Bench(till.counter)
    bench.press("RF")
    (asked,) = [e for e in bench.scan(till.ticket(1)).effects if isinstance(e, LookUp)]
    bench.put(LookedUp(asked.request, None, faults.TICKET_PURGED))
    assert till.fault is faults.TICKET_PURGED


def test_c_gives_a_look_up_up(till: Remembering) -> None:
    bench = Bench(till.counter)
    bench.press("RF")
    (asked,) = [e for e in bench.scan(till.ticket(1)).effects if isinstance(e, LookUp)]
    bench.press("C")
    bench.put(LookedUp(asked.request, till.answer(asked.wanted)))
    assert till.counter.desk.sale is None and bench.fault is None


def test_one_open_sale_at_a_time_refunds_a_ticket(till: Remembering) -> None:
    refunding(till).press("2 PLU HOLD")
    refunding(till)
    assert till.fault is faults.TICKET_BUSY
    till.press("C 3 PLU CASH RECALL 1 PLU CASH")
    assert till.last.total == -217


def test_a_refund_waits_for_no_payment(till: Remembering) -> None:
    till.press("5 PLU 100 CASH")
    refunding(till)
    assert till.fault is faults.TENDER_STARTED


def test_exercises_refund_nothing(till: Remembering) -> None:
    till.put(Train(1))
    refunding(till)
    assert till.fault is faults.NOT_IN_TRAINING


def test_a_choice_is_made_first(till: Remembering) -> None:
    till.press("8 PLU")
    till.scan(till.ticket(1))
    assert till.fault is faults.CHOICE_WANTED


def test_the_right_to_refund(till: Remembering) -> None:
    till.counter.desk.resume_clerks(clerk(Right.CANCEL), 7, {})
    refunding(till)
    assert till.awaits(Identification) and not till.of(RefundOpened)
    till.press("C")
    assert till.counter.desk.sale is None
    till.counter.desk.resume_clerks(clerk(Right.REFUND), 7, {})
    till.press("C RF")
    till.scan(till.ticket(1))
    assert len(till.of(RefundOpened)) == 1 and not till.of(AuthorityGiven)


def test_a_reason_where_the_shop_wants_one(till: Remembering) -> None:
    till.decides(refunds=RefundRules(reasons=("DEFAUT", "ERREUR")))
    refunding(till)
    assert till.fault is faults.REASON_WANTED
    till.press("C 3 MOTIF")
    refunding(till)
    assert till.fault is faults.UNKNOWN_REASON
    till.press("C RF 2 MOTIF 1 TICKET")
    assert till.of(RefundOpened)[-1].reason == "ERREUR"


def test_cash_up_to_the_shops_limit_then_card_or_credit_note() -> None:
    till = remembering()
    till.decides(refunds=RefundRules(cash_limit=10))
    till.press("2 x 5 PLU CARD")
    refunding(till).press("TICKET CASH")
    assert till.fault and till.fault.code == faults.REFUND_LIMIT.code
    assert till.fault.text == "AVOIR OU CARTE SVP"
    step = till.press("C CARD")
    assert till.of(Tender)[-1].amount == -1600 and OpenDrawer() not in step.effects
    assert till.shown == Screen("RENDU          16,00", "REMBOURSEMENT")


def test_the_card_takes_nothing_back_without_a_ticket(till: Remembering) -> None:
    till.press("RF 2 PLU CARD")
    assert till.fault and till.fault.code == faults.REFUND_MEANS.code
    assert till.fault.text == "AVOIR OU ESPECES SVP"


def test_a_restart_in_the_middle_keeps_the_refund(till: Remembering) -> None:
    refunding(till).press("1 PLU")
    again = till.again()
    again.press("3 x 1 PLU")
    assert again.fault is faults.MORE_THAN_SOLD and again.asked == 1
    again.press("C 2 x 1 PLU 8 PLU CASH")
    assert (again.last.total, again.last.lines[0].of) == (
        -601, Returned(series="T", number=1, line=1),
    )  # fmt: skip


def test_a_restart_before_anything_came_back_still_refunds(till: Remembering) -> None:
    refunding(till)
    again = till.again()
    assert again.shown == Screen("REMBOURSEMENT", "TICKET 2-000001")
    again.press("2 PLU CASH")
    assert again.last.total == -100


def test_an_abandoned_refund_takes_nothing_back(till: Remembering) -> None:
    refunding(till).press("TICKET CANCEL")
    refunding(till).press("TICKET CASH")
    assert till.last.total == -701


def printed(till: Remembering, form: Form = Form.TICKET, *, simulated: bool = False) -> Receipt:
    closed = till.last
    request = ReceiptRequested(
        series=closed.series, number=closed.number, copy=0, form=form
    )
    asked = PaperAsked(request, closed, moment())
    return paper(replace(till.counter.desk.identity, simulated=simulated), asked)


@pytest.mark.parametrize("form", [Form.TICKET, Form.GIFT, Form.BRIEF, Form.NOTE])
def test_every_paper_of_a_ticket_can_be_scanned(till: Remembering, form: Form) -> None:
    (code,) = [block.data for block in printed(till, form).blocks if isinstance(block, Barcode)]
    found = read_ticket(code)
    assert found == TicketCode(HERE.tag, "T", 1)


def test_a_simulated_ticket_is_another_tills(till: Remembering) -> None:
    """The till whose sales it plays refuses it."""
    blocks = printed(till, simulated=True).blocks
    (code,) = [block.data for block in blocks if isinstance(block, Barcode)]
    assert read_ticket(code).tag != HERE.tag
    till.press("RF")
    till.scan(code)
    assert till.fault is faults.TICKET_ELSEWHERE


def test_the_paper_names_the_ticket_that_was_refunded(till: Remembering) -> None:
    refunding(till).press("2 PLU CASH")
    texts = [block.text for block in printed(till).blocks if isinstance(block, Text)]
    assert "Remboursement du ticket n° 2-000001" in texts


def test_no_key_has_letters_that_begin_as_papers_do() -> None:
    assert not [row for row in ROWS if row.letters.startswith("Y")]


def test_codes_of_tickets_find_every_wrong_character() -> None:
    code = ticket_code(TillName("abc", "2"), "T", 4711)
    assert read_ticket(code) == TicketCode(TillName("abc", "2").tag, "T", 4711)
    for at in range(len("$YT"), len(code)):
        for other in "0129AZ":
            wrong = code[:at] + other + code[at + 1 :]
            if wrong != code:
                with pytest.raises(Refused):
                    read_ticket(wrong)


ARTICLES = st.lists(
    st.tuples(
        st.sampled_from(["1", "2", "3", "5"]),
        st.integers(1, 9),
        st.sampled_from(["", "7 %", "33 REMISE"]),
    ),
    min_size=1, max_size=5,
)  # fmt: skip


@settings(deadline=None)
@given(ARTICLES, st.sampled_from(["", "ST 13 %", "ST 41 REMISE"]), st.data())
def test_refunds_agree_with_exact_fractions(
    sold: list[tuple[str, int, str]], off: str, data: st.DataObject
) -> None:
    """In as many tickets as may be: what comes back is what was paid, and its VAT is exact."""
    till = remembering(seed=3)
    till.decides(refunds=RefundRules(cash_limit=10_000))
    for plu, many, less in sold:
        till.press(f"{many} x {plu} PLU {less}")
    till.press(f"{off} CARD")
    ticket = till.last
    left = {line.line: line.quantity for line in ticket.lines}
    given_back: dict[int, int] = dict.fromkeys(left, 0)
    while any(left.values()):
        plu = data.draw(st.sampled_from([x.plu for x in ticket.lines if left[x.line]]))
        most = sum(left[x.line] for x in ticket.lines if x.plu == plu) // 1000
        many = data.draw(st.integers(1, most))
        refunding(till).press(f"{many} x {plu} PLU CASH")
        _vat_is_booked(till.last)
        for line in till.last.lines:
            assert line.of
            left[line.of.line] += line.quantity
            given_back[line.of.line] -= line.gross
    for line in ticket.lines:
        assert given_back[line.line] == line.gross
    refunds = till.of(SaleClosed)[1:]
    assert sum(each.total for each in refunds) == -ticket.total
    for rate in ticket.vat:
        backs = [each for back in refunds for each in back.vat if each.rate == rate.rate]
        for part in ("gross", "net", "vat"):
            assert sum(getattr(each, part) for each in backs) == -getattr(rate, part)


def _vat_is_booked(ticket: SaleClosed) -> None:
    """Of each line what was booked for it: a cent or less from its exact VAT, and no new one."""
    for rate in ticket.vat:
        lines = [line for line in ticket.lines if line.vat == rate.rate]
        gross = sum(line.gross for line in lines)
        net = Fraction(gross) / (1 + Fraction(rate.rate, 10_000))
        assert rate.gross == gross
        assert abs(rate.vat - (gross - net)) <= len(lines) + Fraction(1, 2)
        assert rate.net == gross - rate.vat
        assert rate.net == sum(line.net for line in ticket.lines if line.vat == rate.rate)
