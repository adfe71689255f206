"""VAT: whatever is sold, reduced, eaten where, given back and paid how, the fractions agree."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.staff import OperatorSignedOn
from pos_terminal.domain.events.values import Place
from pos_terminal.domain.period.book import Book
from pos_terminal.domain.sale.promotions import Promotion
from pos_terminal.domain.sale.refunds import RefundRules
from pos_terminal.domain.sale.terms import Terms
from pos_terminal.domain.tender.tender import TenderRules
from tests.support.lookup import Remembering, remembering
from tests.support.vat_auditor import Auditor

TAKE_AWAY = Terms(place=Place.TAKE_AWAY)
PROMOTIONS = (
    Promotion("MENU", (frozenset({"1"}), frozenset({"3"}), frozenset({"5"})), price=900),
    Promotion("2+1", (frozenset({"2"}),), count=3, free=1),
    Promotion("-15 %", (frozenset({"bar"}),), percent=1500),
)
RULES = TenderRules(change_limit=10_000, legal_limits=False, meal_vouchers_every_day=True)

ARTICLES = st.sampled_from(["1", "2", "3", "5", "8"])
SELL = st.tuples(st.integers(1, 5), ARTICLES).map(lambda t: f"{t[0]} x {t[1]} PLU")
ACTS = st.one_of(
    SELL,
    SELL,
    st.tuples(st.integers(1, 2500), ARTICLES).map(lambda t: f"{t[0]} PRIX {t[1]} PLU"),
    ARTICLES.map(lambda plu: f"RF {plu} PLU"),
    ARTICLES.map(lambda plu: f"VOID {plu} PLU"),
    st.integers(1, 99).map(lambda percent: f"{percent} %"),
    st.integers(1, 300).map(lambda cents: f"{cents} REMISE"),
    st.integers(1, 99).map(lambda percent: f"ST {percent} %"),
    st.integers(1, 500).map(lambda cents: f"ST {cents} REMISE"),
    st.integers(1, 9999).map(lambda grams: f"{grams} g x 1 MOTIF 4 PLU"),
    st.sampled_from(["ST", "PLACE", "ST PLACE", "CORR", "50 PLU", "1 PLU 50 PLU", "8 PLU 2"]),
    st.sampled_from(["PERSO 1 PLU", "0,333 x 2 PLU", "3 x 5 x 5 PLU"]),
)
PAYING = st.lists(
    st.sampled_from(["50 CASH", "100 CHEQUE", "25 TR", "130 CARD", "CORR", "1 CASH"]), max_size=4
)
SALES = st.lists(st.tuples(st.lists(ACTS, min_size=1, max_size=10), PAYING), min_size=1, max_size=4)


def pay(till: Remembering, paying: list[str]) -> None:
    """Split as it may be; what is left in cash, or not at all where the till refuses that."""
    for text in (*paying, "CASH", "CASH", *["CORR"] * 8, "CARD", "CANCEL"):
        if till.counter.desk.sale:
            till.press(text)
            till.press("C C C")
            choose(till)
    assert till.counter.desk.sale is None


def choose(till: Remembering) -> None:
    """Make the choices that are asked for."""
    for _ in range(3):
        if till.counter.desk.question:
            till.press("1")


def sell(till: Remembering, acts: list[str]) -> None:
    """What is refused is cleared; a choice that is asked for is made."""
    for text in acts:
        till.press(text)
        till.press("C C C")
        choose(till)


@settings(max_examples=150, deadline=None)
@given(SALES, st.lists(ARTICLES, max_size=4))
def test_totals_by_rate_agree_with_exact_fractions(
    sales: list[tuple[list[str], list[str]]], returned: list[str]
) -> None:
    till = remembering(tenders=RULES, sales=TAKE_AWAY, promotions=PROMOTIONS)
    till.decides(refunds=RefundRules(cash_limit=100_000))
    for acts, paying in sales:
        sell(till, acts)
        if till.counter.desk.sale and not till.counter.desk.sale.live:
            till.press("CANCEL")
        pay(till, paying)
    if till.of(SaleClosed) and returned:
        till.press(f"RF {till.last.number} TICKET")
        for plu in returned:
            till.press(f"{plu} PLU")
            till.press("C C C")
        sale = till.counter.desk.sale
        till.press("CANCEL" if sale and not sale.live else "CASH")
        till.press("C C C CANCEL C C C")
    auditor, book, operator = Auditor(), Book(), 0
    for seq, (event, when) in enumerate(till.events, 1):
        auditor.take(event)
        book = book.after(event, seq, when.at, operator)
        operator = event.operator if isinstance(event, OperatorSignedOn) else operator
    totals = book.day.totals
    assert auditor.tickets == totals.tickets == len(till.of(SaleClosed))
    assert {each.rate: [each.gross, each.net, each.vat] for each in totals.vat} == auditor.vat
    assert totals.net == sum(gross for gross, _, _ in auditor.vat.values())
    assert totals.parts
    assert sum(each.gross for each in totals.parts.families) == totals.net
