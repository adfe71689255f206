"""Every row of what a clerk can do, and every refusal, at a counter without devices."""

from typing import Any

import pytest

from pos_terminal.domain import faults
from pos_terminal.domain.catalog.catalog import Found
from pos_terminal.domain.counter.steps import (
    DeviceAway,
    DeviceBack,
    NewCatalog,
    OpenDrawer,
    PaperDone,
    Pressed,
    Print,
    Trouble,
    Weigh,
    Weighed,
)
from pos_terminal.domain.events.paper import ReceiptPrinted, ReceiptRequested
from pos_terminal.domain.events.sale import (
    LineSold,
    LineVoided,
    SaleAbandoned,
    SaleClosed,
    SaleOpened,
    Tender,
)
from pos_terminal.domain.events.system import CatalogChanged
from pos_terminal.domain.events.values import PrintOutcome
from pos_terminal.domain.faults import Fault, Tone
from pos_terminal.domain.keyboard.keys import parse_key
from pos_terminal.domain.screen import Screen
from pos_terminal.domain.weight import Weight
from tests.support.bench import (
    BAGUETTE,
    DEFAULT_VAT,
    GOODS,
    VIN,
    Bench,
    bench,
    goods,
    label,
    tones,
)


@pytest.fixture
def till() -> Bench:
    return bench()


def sold(till: Bench) -> LineSold:
    return till.of(LineSold)[-1]


def closed(till: Bench) -> SaleClosed:
    return till.of(SaleClosed)[-1]


# Selling


@pytest.mark.parametrize("way", ["1 PLU", "001 PLU", "article 1"])
def test_an_item_by_number_or_direct_key(till: Bench, way: str) -> None:
    direct = way == "article 1"
    step = till.put(Pressed(parse_key(way))) if direct else till.press(way)
    assert [type(event) for event in step.events] == [SaleOpened, LineSold]
    assert tones(step) == ["accepted"]
    assert (sold(till).plu, sold(till).gross, sold(till).entry) == ("1", 130, "key")
    assert till.shown == Screen("TRADITION         x1", "      1,30      1,30")


def test_an_item_by_scan(till: Bench) -> None:
    till.scan(BAGUETTE)
    assert (sold(till).plu, sold(till).entry, sold(till).code) == ("2", "scan", BAGUETTE)
    till.scan("0" + BAGUETTE)
    assert till.total == 200


@pytest.mark.parametrize(
    ("typed", "quantity", "gross", "price", "listed"),
    [
        ("3 x 2 PLU", 3000, 300, 100, 100),
        ("0,5 x 2 PLU", 500, 50, 100, 100),
        (",5 x 1 PLU", 500, 65, 130, 130),
        ("3 x 7 PLU", 3000, 1200, 2000, 2000),
        ("130 PRIX 2 PLU", 1000, 130, 130, 100),
        ("1,30 PRIX 2 PLU", 1000, 130, 130, 100),
        ("0 PRIX 2 PLU", 1000, 0, 0, 100),
        ("3 x 130 PRIX 2 PLU", 3000, 390, 130, 100),
        ("130 PRIX 3 x 2 PLU", 3000, 390, 130, 100),
        ("500 PRIX 7 PLU", 1000, 500, 500, 2000),
        ("250 PRIX 6 PLU", 1000, 250, 250, None),
        ("RF 1 PLU", -1000, -130, 130, 130),
        ("RF 3 x 1 PLU", -3000, -390, 130, 130),
        ("RF RF 1 PLU", 1000, 130, 130, 130),
        ("1 RF PLU", -1000, -130, 130, 130),
        ("0,480 x 4 PLU", 480, 1195, 2490, 2490),
        ("3 x 5 x 2000 PRIX 2 PLU", 3000, 1200, 2000, 100),
        ("2000 PRIX 3 x 5 x 2 PLU", 3000, 1200, 2000, 100),
        ("3 x 2 x 2 PLU", 3000, 150, 100, 100),
        ("3 x 4 x 7 PLU", 3000, 1500, 2000, 2000),
        ("RF 1 x 3 x 2000 PRIX 2 PLU", -1000, -667, 2000, 100),
        ("0,1 x 0,25 x 4 PLU", 100, 996, 2490, 2490),
    ],
)
def test_quantity_price_and_return_before_the_article(
    till: Bench, typed: str, quantity: int, gross: int, price: int, listed: int | None
) -> None:
    till.press(typed)
    line = sold(till)
    assert (line.quantity, line.gross, line.price, line.list_price) == (
        quantity, gross, price, listed,
    )  # fmt: skip
    assert till.counter.desk.entry.empty


def test_a_split_price_is_shown_while_typed_and_when_sold(till: Bench) -> None:
    till.press("3 x 5 x")
    assert till.shown == Screen("3 x 5 x", "")
    till.press("2000 PRIX 2 PLU")
    assert till.shown == Screen("BAGUETTE          x3", "   20,00/5     12,00")
    assert (sold(till).per, sold(till).list_per) == (5000, 1000)


def test_quantity_holds_for_a_scan_too(till: Bench) -> None:
    till.press("3 x")
    till.scan(BAGUETTE)
    assert sold(till).quantity == 3000


def test_the_default_rate_where_the_catalogue_has_none(till: Bench) -> None:
    till.press("8 PLU")
    assert sold(till).vat == DEFAULT_VAT


def test_what_is_typed_shows_at_once(till: Bench) -> None:
    till.press("12")
    assert till.shown == Screen("", "                  12")
    till.press(",5 x RF 130 PRIX 2")
    assert till.shown == Screen("RETOUR 12,5 x 1,30", "                   2")


def test_labels_of_the_shops_scales(till: Bench) -> None:
    till.scan(label("220000400480"))
    assert (sold(till).quantity, sold(till).gross, sold(till).entry) == (480, 1195, "label")
    till.scan(label("210000400250"))
    assert (sold(till).price, sold(till).gross, sold(till).list_price) == (250, 250, 2490)
    till.press("RF")
    till.scan(label("210000400250"))
    assert sold(till).gross == -250
    till.scan(label("210000400001"))
    assert sold(till).gross == 1, "a cent is a price"


# Weighing


def test_a_weighed_article(till: Bench) -> None:
    step = till.press("4 PLU")
    assert step.effects == (Weigh(1),)
    assert till.shown == Screen("COMTE", "POSER SUR LA BALANCE")
    till.put(Weighed(1, Weight(480)))
    assert (sold(till).quantity, sold(till).gross, sold(till).entry) == (480, 1195, "scale")
    assert till.shown == Screen("0,480kg x 24,90", "COMTE          11,95")


def test_price_and_return_hold_for_the_weight(till: Bench) -> None:
    till.press("RF 2000 PRIX 4 PLU")
    till.put(Weighed(1, Weight(500)))
    assert (sold(till).price, sold(till).gross) == (2000, -1000)


def test_a_late_answer_is_worth_nothing(till: Bench) -> None:
    till.press("4 PLU C")
    assert till.shown == till.screen
    assert till.put(Weighed(1, Weight(480))).events == ()
    till.press("4 PLU")
    assert till.put(Weighed(1, Weight(480))).events == ()
    till.put(Weighed(2, Weight(500)))
    assert sold(till).quantity == 500


def test_weighings_go_on_counting_after_a_restart(till: Bench) -> None:
    till.counter.desk.resume(0, {}, weighings=7)
    assert till.press("4 PLU").effects == (Weigh(8),)


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (Weighed(1, fault=faults.SCALE_MOVING), faults.SCALE_MOVING),
        (Weighed(1, Weight(0)), faults.SCALE_ZERO),
        (Weighed(1, Weight(-5)), faults.SCALE_ZERO),
        (Weighed(1, Weight(10_000_000)), faults.AMOUNT_TOO_LARGE),
    ],
)
def test_an_answer_that_is_no_weight(till: Bench, answer: Weighed, fault: Fault) -> None:
    till.press("4 PLU")
    step = till.put(answer)
    assert (till.fault, step.events) == (fault, ())
    till.press("C 2 PLU")
    assert till.total == 100


# Taking back


def test_correct_takes_back_the_last_live_line(till: Bench) -> None:
    till.press("1 PLU 2 PLU 3 PLU CORR")
    assert till.shown == Screen("ANNULE CAFE", "               -1,50")
    till.press("CORR")
    assert [event.line for event in till.of(LineVoided)] == [3, 2]
    assert till.total == 130
    till.press("CORR CORR")
    assert till.fault is faults.NOTHING_TO_CORRECT


def test_void_takes_back_the_latest_live_line_of_that_article(till: Bench) -> None:
    till.press("2 PLU 3 x 2 PLU 1 PLU VOID 2 PLU")
    assert till.total == 230
    till.press("VOID")
    till.scan(BAGUETTE)
    assert till.total == 130
    voided = till.of(LineVoided)
    assert [(v.line, v.gross, v.how) for v in voided] == [
        (2, -300, "void"),
        (1, -100, "void"),
    ]
    till.press("VOID 2 PLU")
    assert till.fault is faults.LINE_NOT_FOUND


def test_void_of_an_article_by_weight_needs_no_scale(till: Bench) -> None:
    till.weigh("4", 480)
    till.press("VOID 4 PLU")
    assert till.total == 0


@pytest.mark.parametrize("typed", ["3 x VOID 2 PLU", "130 PRIX VOID 2 PLU", "VOID RF 2 PLU"])
def test_a_line_is_taken_back_whole_or_not_at_all(till: Bench, typed: str) -> None:
    till.press("3 x 2 PLU")
    till.press(typed)
    assert (till.fault, till.total) == (faults.NOT_NOW, 300)


def test_cancel_leaves_a_trace_and_takes_no_number(till: Bench) -> None:
    till.press("1 PLU 2 PLU CORR CANCEL")
    (abandoned,) = till.of(SaleAbandoned)
    assert [(line.plu, line.voided) for line in abandoned.lines] == [("1", False), ("2", True)]
    assert till.shown == Screen("VENTE ANNULEE", "               -1,30")
    till.press("1 PLU CASH")
    assert (closed(till).sale, closed(till).number) == (2, 1)


# Paying


def test_subtotal(till: Bench) -> None:
    till.press("1 PLU 2 PLU")
    step = till.press("ST")
    assert step.events == ()
    assert till.shown == Screen("SOUS-TOTAL  2 ART", "                2,30")


def test_exact_cash(till: Bench) -> None:
    till.press("1 PLU")
    step = till.press("CASH")
    assert [type(event) for event in step.events] == [Tender, SaleClosed]
    assert step.effects[0] == OpenDrawer()
    assert (closed(till).number, closed(till).total, closed(till).change) == (1, 130, 0)
    assert till.shown == Screen("TOTAL           1,30", "MERCI")


def test_cash_with_change(till: Bench) -> None:
    till.press("6,10 PRIX 1 PLU 1000 CASH")
    (paid,) = closed(till).tenders
    assert (paid.amount, paid.given, paid.change) == (610, 1000, 390)
    assert till.shown == Screen("RENDU           3,90", "RECU 10,00")


def test_a_part_in_cash_the_rest_by_card(till: Bench) -> None:
    till.press("5 PLU 500 CASH")
    assert till.shown == Screen("RESTE           3,00", "")
    assert till.of(SaleClosed) == []
    step = till.press("CARD")
    assert [(p.tender, p.amount) for p in closed(till).tenders] == [("CASH", 500), ("CARD", 300)]
    assert OpenDrawer() in step.effects


def test_a_card_alone_opens_no_drawer(till: Bench) -> None:
    till.press("5 PLU 300 CARD")
    assert OpenDrawer() not in till.press("CARD").effects
    assert [p.amount for p in closed(till).tenders] == [300, 500]


def test_a_negative_ticket_pays_out(till: Bench) -> None:
    till.press("RF 1 PLU CARD")
    assert till.fault and till.fault.code == faults.REFUND_MEANS.code
    till.press("C 200 CASH")
    assert till.fault and till.fault.code == faults.REFUND_MEANS.code
    step = till.press("C CASH")
    (paid,) = closed(till).tenders
    assert (paid.amount, paid.given, paid.change) == (-130, -130, 0)
    assert OpenDrawer() in step.effects
    assert till.shown == Screen("RENDU           1,30", "REMBOURSEMENT")


def test_a_zero_ticket_closes_on_cash(till: Bench) -> None:
    till.press("1 PLU RF 1 PLU CARD")
    assert till.fault is faults.TENDER_EXACT
    till.press("C CASH")
    assert (closed(till).total, len(closed(till).lines)) == (0, 2)


def test_numbers_follow_on(till: Bench) -> None:
    till.counter.desk.resume(41, {"T": 17})
    till.press("1 PLU CASH 1 PLU CANCEL 1 PLU CASH")
    tickets = [event for event in till.of(SaleClosed)]
    assert [(ticket.sale, ticket.number) for ticket in tickets] == [(42, 18), (44, 19)]


# Paper


def test_a_ticket_then_numbered_duplicates(till: Bench) -> None:
    till.press("1 PLU CASH")
    copies = []
    for _ in range(3):
        (paper,) = [effect for effect in till.press("TICKET").effects if isinstance(effect, Print)]
        assert paper.asked.closed == closed(till)
        copies.append(paper.asked.request.copy)
    assert copies == [0, 1, 2]
    till.press("1 PLU TICKET")
    assert till.fault is faults.NO_TICKET


def test_before_the_first_sale_there_is_no_ticket(till: Bench) -> None:
    till.press("TICKET")
    assert till.fault is faults.NO_TICKET


@pytest.mark.parametrize(
    ("outcome", "fault"),
    [("printed", None), ("refused", faults.PAPER_OUT), ("unknown", faults.PRINT_UNKNOWN)],
)
def test_how_printing_ended_is_recorded_and_holds_nobody_up(
    till: Bench, outcome: PrintOutcome, fault: Fault | None
) -> None:
    till.press("1 PLU CASH TICKET 2 PLU")
    (request,) = till.of(ReceiptRequested)
    step = till.put(PaperDone(request, outcome, fault))
    (printed,) = till.of(ReceiptPrinted)
    assert (printed.outcome, printed.fault) == (outcome, fault.code if fault else "")
    assert tones(step) == (["alarm"] if fault else [])
    till.press("2 PLU")
    assert (till.fault, till.total) == (None, 200)


# Notices


def test_a_notice_is_seen_and_the_next_key_counts_all_the_same(till: Bench) -> None:
    step = till.put(Trouble(faults.DRAWER_OFFLINE))
    assert tones(step) == ["alarm"]
    assert till.shown == Screen("TIROIR NON OUVERT", "T-101        TAPER C")
    till.scan(BAGUETTE)
    assert (till.fault, till.counter.desk.notice, till.total) == (None, None, 100)


def test_c_on_a_notice_clears_the_notice_alone(till: Bench) -> None:
    till.press("12")
    till.put(Trouble(faults.DRAWER_OFFLINE))
    till.press("C")
    assert till.shown == Screen("", "                  12")


def test_a_notice_under_an_error_waits_until_it_can_be_seen(till: Bench) -> None:
    till.press("99 PLU")
    till.put(Trouble(faults.DRAWER_OFFLINE))
    till.press("1")
    assert till.shown.line1.strip() == "ARTICLE INCONNU"
    till.press("C")
    assert till.shown.line1.strip() == "TIROIR NON OUVERT"
    till.press("C 1 PLU")
    assert till.total == 130


def test_a_device_that_is_gone_is_a_notice_but_takes_no_other_notice_s_place(till: Bench) -> None:
    assert tones(till.put(DeviceAway(faults.PRINTER_OFFLINE))) == ["alarm"]
    assert till.counter.desk.notice == faults.PRINTER_OFFLINE
    till.put(Trouble(faults.PRINT_UNKNOWN))
    assert tones(till.put(DeviceAway(faults.PRINTER_OFFLINE))) == ["alarm"]
    assert till.counter.desk.notice == faults.PRINT_UNKNOWN


def test_a_device_that_is_back_takes_its_own_notice_away(till: Bench) -> None:
    till.put(DeviceAway(faults.PRINTER_OFFLINE))
    assert tones(till.put(DeviceBack(faults.SCANNER_OFFLINE))) == []
    assert till.counter.desk.notice == faults.PRINTER_OFFLINE
    till.put(DeviceBack(faults.PRINTER_OFFLINE))
    assert till.counter.desk.notice is None


# Refusals


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("99 PLU", faults.UNKNOWN_ARTICLE),
        ("6 PLU", faults.NO_PRICE),
        ("PLU", faults.NUMBER_MISSING),
        ("x", faults.NUMBER_MISSING),
        ("PRIX", faults.NUMBER_MISSING),
        ("3 x 3 x 3 x", faults.NOT_NOW),
        ("3 x 0 x", faults.BAD_NUMBER),
        ("3 x 99999 x", faults.BAD_NUMBER),
        ("3 x x", faults.NUMBER_MISSING),
        ("1 PRIX 1 PRIX", faults.NOT_NOW),
        ("0 x", faults.BAD_NUMBER),
        ("1,5 PLU", faults.BAD_NUMBER),
        ("1,2345 x", faults.BAD_NUMBER),
        ("1,305 PRIX", faults.BAD_NUMBER),
        (", x", faults.BAD_NUMBER),
        ("1,2,3", faults.BAD_NUMBER),
        ("10000 x", faults.BAD_NUMBER),
        ("12345678901234567", faults.TOO_LONG),
        ("999999999999999 000", faults.TOO_LONG),
        ("1234567890 PLU", faults.TOO_LONG),
        ("1234567890 PRIX", faults.TOO_LONG),
        ("1234567,890 x", faults.TOO_LONG),
        ("CASH", faults.NOTHING_SOLD),
        ("500 CARD", faults.NOTHING_SOLD),
        ("ST", faults.NOTHING_SOLD),
        ("CANCEL", faults.NOTHING_SOLD),
        ("CORR", faults.NOTHING_TO_CORRECT),
        ("VOID 1 PLU", faults.LINE_NOT_FOUND),
        ("5 ST", faults.NOT_NOW),
        ("5 CORR", faults.NOT_NOW),
        ("5 CANCEL", faults.NOT_NOW),
        ("5 x TICKET", faults.NOT_NOW),
        ("3 x CASH", faults.NOT_NOW),
        ("RF CASH", faults.NOT_NOW),
        ("9999 x 5 PLU 9999 x 5 PLU", faults.AMOUNT_TOO_LARGE),
        ("9999999,99 PRIX 1 PLU", faults.AMOUNT_TOO_LARGE),
        ("0,001 x 100000,00 PRIX 1 PLU", faults.AMOUNT_TOO_LARGE),
        ("1 PLU 999999999 CASH", faults.AMOUNT_TOO_LARGE),
        ("1 PLU 200 CARD", faults.TENDER_EXACT),
        ("1 PLU 0 CASH", faults.BAD_NUMBER),
        ("1 PLU 50 CASH 2 PLU", faults.TENDER_STARTED),
        ("1 PLU 50 CASH CORR 1 PLU CORR CORR CORR", faults.NOTHING_TO_CORRECT),
        ("1 PLU 50 CASH VOID 1 PLU", faults.TENDER_STARTED),
        ("1 PLU 50 CASH CANCEL", faults.TENDER_STARTED),
        ("1 PLU CORR CASH", faults.NOTHING_SOLD),
    ],
)
def test_refused_loudly_and_cleared_by_c(till: Bench, typed: str, fault: Fault) -> None:
    step = till.press(typed)
    assert (till.fault, step.events, tones(step)) == (fault, (), [fault.tone.value])
    assert till.shown == Screen(fault.text, f"{fault.code}        TAPER C")
    before = till.total
    for refused in (till.press("1"), till.scan(BAGUETTE), till.put(Pressed(None))):
        assert (refused.events, tones(refused)) == ((), ["refused"])
    assert (till.fault, till.total) == (fault, before)
    till.press("C")
    assert (till.fault, till.counter.desk.overlay) == (None, None)


def test_a_direct_key_takes_no_number(till: Bench) -> None:
    till.press("3")
    till.put(Pressed(parse_key("article 1")))
    assert till.fault is faults.NOT_NOW


def test_a_key_without_a_function(till: Bench) -> None:
    till.put(Pressed(None))
    assert till.fault is faults.KEY_UNKNOWN


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("4006381333931", faults.UNKNOWN_ARTICLE),
        ("ABC-12", faults.UNKNOWN_ARTICLE),
        ("3010470111128", faults.BAD_CHECK_DIGIT),
        ("2100004002501", faults.BAD_CHECK_DIGIT),
        ("", faults.UNREADABLE),
        ("30104\ufffd", faults.UNREADABLE),
        ("\x003010470111127", faults.UNREADABLE),
        ("9" * 129, faults.UNREADABLE),
        (label("210009900250"), faults.UNKNOWN_ARTICLE),
        (label("210000400000"), faults.NO_PRICE),
        (label("220000400000"), faults.SCALE_ZERO),
    ],
)
def test_scans_that_are_refused(till: Bench, code: str, fault: Fault) -> None:
    till.press("1 PLU")
    step = till.scan(code)
    assert (till.fault, step.events, tones(step)) == (fault, (), ["refused"])
    assert till.total == 130
    till.press("C")
    till.scan(VIN)
    assert till.total == 930


@pytest.mark.parametrize("typed", ["3 x", "130 PRIX"])
def test_a_label_says_its_own_quantity_and_price(till: Bench, typed: str) -> None:
    till.press(typed)
    till.scan(label("210000400250"))
    assert till.fault is faults.NOT_NOW


def test_a_scan_in_the_middle_of_a_number(till: Bench) -> None:
    till.press("3")
    till.scan(BAGUETTE)
    assert till.fault is faults.NOT_NOW


def test_c_takes_away_one_thing_at_a_time(till: Bench) -> None:
    till.press("RF 3 x 12 C")
    assert till.shown == Screen("RETOUR 3 x", "")
    till.press("C")
    assert till.counter.desk.entry.empty
    assert till.press("C").events == ()


# Plugins' answers


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ({"quantity": 0}, faults.SCALE_ZERO),
        ({"quantity": -5}, faults.SCALE_ZERO),
        ({"quantity": 10**12}, faults.AMOUNT_TOO_LARGE),
        ({"cents": 0}, faults.NO_PRICE),
        ({"cents": -1}, faults.NO_PRICE),
        ({"cents": 10**12}, faults.NO_PRICE),
    ],
)
def test_a_plugins_impossible_answer_is_refused(answer: dict[str, Any], fault: Fault) -> None:
    till = bench(find_elsewhere=lambda _, __, catalog: Found(catalog.items[1], **answer))
    till.scan("QR")
    assert till.fault is fault


def test_a_plugin_is_asked_only_for_what_the_catalogue_lacks() -> None:
    asked: list[tuple[str, str]] = []

    def find(code: str, aim: str, _: object) -> None:
        asked.append((code, aim))

    till = bench(find_elsewhere=find)
    till.scan(BAGUETTE)
    till.scan("QR", "]Q3")
    assert asked == [("QR", "]Q3")]


# Another catalogue


DEARER = GOODS.replace('"1,30"', '"1,40"')


def test_an_open_sale_keeps_its_prices(till: Bench) -> None:
    till.press("1 PLU")
    assert till.put(NewCatalog(goods(DEARER))).events == ()
    till.press("1 PLU")
    step = till.press("CASH")
    assert step.events[-1] == CatalogChanged(catalog=goods(DEARER).sha256)
    assert closed(till).total == 260
    assert closed(till).catalog == goods().sha256
    till.press("1 PLU")
    assert till.total == 140


def test_between_sales_a_new_catalogue_holds_at_once(till: Bench) -> None:
    step = till.put(NewCatalog(goods(DEARER)))
    assert step.events == (CatalogChanged(catalog=goods(DEARER).sha256),)
    till.press("1 PLU")
    (opened,) = till.of(SaleOpened)
    assert (opened.catalog, till.total) == (goods(DEARER).sha256, 140)


def test_an_article_on_the_scale_keeps_its_catalogue(till: Bench) -> None:
    till.press("4 PLU")
    assert till.put(NewCatalog(goods(GOODS.replace("24,90", "30,00")))).events == ()
    till.put(Weighed(1, Weight(1000)))
    (opened,) = till.of(SaleOpened)
    assert (opened.catalog, till.total) == (goods().sha256, 2490)


def test_the_same_catalogue_again_is_no_news(till: Bench) -> None:
    assert till.put(NewCatalog(goods())).events == ()


# After a restart


@pytest.mark.parametrize(
    ("typed", "screen"),
    [
        ("C", Screen("BONJOUR")),
        ("1 PLU CORR", Screen("BONJOUR")),
        ("1 PLU", Screen("SOUS-TOTAL  1 ART", "                1,30")),
        ("1 PLU 50 CASH", Screen("RESTE           0,80", "")),
        ("1 PLU CASH", Screen("BONJOUR")),
    ],
)
def test_what_the_display_says_after_a_restart(till: Bench, typed: str, screen: Screen) -> None:
    till.press(typed)
    assert till.counter.desk.base() == screen


def test_the_tone_of_a_refusal_is_its_faults() -> None:
    assert faults.UNKNOWN_ARTICLE.tone is Tone.REFUSED
    assert faults.PAPER_OUT.tone is Tone.ALARM
