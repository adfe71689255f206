"""Paying out: never more by any means than there is money for it, and the display says by which."""

from datetime import date
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_terminal.domain.events.payment import PaymentChanged
from pos_terminal.domain.events.prepaid import VoucherMoved
from pos_terminal.domain.sale.pay_outs import Means, paid_by
from pos_terminal.domain.sale.refunds import RefundRules, Validity
from pos_terminal.domain.tender.tender import TenderRules
from tests.support.lookup import Remembering, remembering


@pytest.fixture
def till() -> Remembering:
    return remembering()


def out(till: Remembering) -> list[tuple[str, int]]:
    """What went out of the last ticket, by its means."""
    return [(paid.tender, -paid.amount) for paid in till.last.tenders if paid.amount < 0]


def test_the_card_takes_what_the_ticket_gives_and_no_more(till: Remembering) -> None:
    till.press("2 PLU CASH RF TICKET 2 PLU RF RF 9 x 5 PLU CARD")
    sale = till.counter.desk.sale
    assert sale and sale.due == -7200
    assert [(paid.tender, paid.amount) for paid in sale.tenders] == [("CARD", -100)]
    till.press("CARD")
    assert till.fault and (till.fault.code, till.fault.text) == ("S-239", "AVOIR OU ESPECES SVP")
    till.press("C 2200 CASH AVOIR")
    assert out(till) == [("CARD", 100), ("CASH", 2200), ("AVOIR", 5000)]


def test_a_means_that_took_nothing_gives_nothing_back(till: Remembering) -> None:
    till.press("2 PLU RF 2 PLU CASH")
    assert [(each.tender, each.amount) for each in till.last.tenders] == [("CASH", 0)]
    assert [each.tender for each in paid_by(till.last)] == ["GOODS"]


def test_a_meal_voucher_goes_back_as_it_came(till: Remembering) -> None:
    till.press("6 x 2 PLU TR RF TICKET TICKET CASH")
    assert till.fault and (till.fault.code, till.fault.text) == ("S-239", "AVOIR OU TR SVP")
    till.press("C 250 TR AVOIR")
    assert out(till) == [("TR", 250), ("AVOIR", 350)]


def test_money_comes_back_first_over_all_refunds(till: Remembering) -> None:
    till.press("6 x 2 PLU 400 TR CASH")
    for pressed, cash in (("2 PLU CASH", 100), ("2 PLU CASH", 100)):
        till.press(f"RF 1 TICKET {pressed}")
        assert out(till) == [("CASH", cash)]
    till.press("RF 1 TICKET 2 PLU CASH")
    assert till.fault and till.fault.code == "S-239"
    till.press("C TICKET AVOIR")
    assert out(till) == [("AVOIR", 400)]


def test_arrhes_go_back_in_cash_by_card_or_as_a_credit_note(till: Remembering) -> None:
    till.decides(refunds=RefundRules(cash_limit=5))
    till.press("1000 PRIX 7 ARRHES CARD RF 7 ARRHES CASH")
    assert till.fault and (till.fault.code, till.fault.text) == ("S-208", "AVOIR OU CARTE SVP")
    till.press("C CARD")
    assert out(till) == [("CARD", 1000)]


def test_cash_is_limited_over_the_sale(till: Remembering) -> None:
    till.decides(refunds=RefundRules(cash_limit=5))
    till.press("5 PLU CASH RF TICKET TICKET 300 CASH 300 CASH")
    assert till.fault and till.fault.code == "S-208"
    till.press("C 200 CASH CARD")
    assert out(till) == [("CASH", 300), ("CASH", 200), ("CARD", 300)]


def test_the_shop_may_decide_otherwise(till: Remembering) -> None:
    till.decides(refunds=RefundRules(means=(Means("CASH", ("AVOIR",)),)))
    till.press("2 PLU CASH RF TICKET TICKET CASH")
    assert till.fault and (till.fault.code, till.fault.text) == ("S-239", "AVOIR SVP")
    till.press("C AVOIR")
    assert out(till) == [("AVOIR", 100)]


def test_an_exchange_turns_nothing_into_money(till: Remembering) -> None:
    """However many there are: 6.00 in meal vouchers stay that, 2.00 in cash are cash."""
    till.press("6 x 2 PLU TR RF TICKET TICKET RF 5 PLU CASH")
    till.press("RF TICKET TICKET RF 5 PLU CASH")
    assert [(p.tender, p.amount) for p in till.last.exchanged] == [("CASH", 200), ("TR", 600)]
    till.press("RF TICKET TICKET CASH CASH")
    assert till.fault and (till.fault.code, till.fault.text) == ("S-239", "AVOIR OU TR SVP")
    till.press("C TR")
    assert out(till) == [("CASH", 200), ("TR", 600)]
    assert till.last.exchanged == ()


def test_a_gift_makes_no_money_of_what_a_voucher_paid(till: Remembering) -> None:
    till.decides(tenders=TenderRules(donations_to="SECOURS"))
    till.press("1000 PRIX 91 PLU CARD 2 PLU 50 DON")
    till.use(till.made[0])
    till.press("CASH RF TICKET TICKET CASH")
    assert till.fault and till.fault.text == "AVOIR SVP"
    till.press("C AVOIR 2 PLU 50 DON CASH RF TICKET TICKET CASH")
    assert out(till) == [("CASH", 100)]


def test_what_goes_out_of_an_exchange_is_what_nothing_else_could_take(till: Remembering) -> None:
    """4.00 in vouchers and 2.00 in cash come back, 5.00 of goods go, 1.00 out as a credit note."""
    till.press("6 x 2 PLU 400 TR CASH RF TICKET TICKET RF 2 x 1 PLU 2 x 120 PRIX 1 PLU AVOIR")
    assert out(till) == [("AVOIR", 100)]
    assert [(p.tender, p.amount) for p in till.last.exchanged] == [("TR", 300), ("CASH", 200)]


def test_no_payment_is_corrected_while_a_sale_gives_it_back(till: Remembering) -> None:
    till.press("6 x 2 PLU CASH RF TICKET TICKET HOLD TR")
    assert till.fault and till.fault.code == "S-203"
    till.press("C RECALL CANCEL TR TR")
    assert [each.to_tender for each in till.of(PaymentChanged)] == ["TR"]


@pytest.mark.parametrize(
    ("paid", "back", "why"),
    [
        ("BITCOIN", ("CASH",), r"^'BITCOIN' : un de CASH, CARD,"),
        ("CASH", (), r"^CASH revient par CASH, CARD, AVOIR ou TR$"),
        ("CASH", ("CHEQUE",), r"^CASH revient par CASH, CARD, AVOIR ou TR$"),
        ("ACCOUNT", ("CASH",), r"^ACCOUNT revient par ACCOUNT : "),
    ],
)
def test_a_rule_that_means_nothing_is_refused(paid: str, back: tuple[str, ...], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Means(paid, back)


def test_goods_bought_with_a_voucher_do_not_make_it_last(till: Remembering) -> None:
    till.decides(refunds=RefundRules(validity=(Validity(date.min, 1, 0),)))
    till.press("3000 PRIX 91 PLU CARD 5 PLU")
    bought = till.of(VoucherMoved)[-1]
    till.use(till.made[0])
    till.press("RF TICKET TICKET CASH")
    assert till.fault and till.fault.text == "AVOIR SVP"
    till.press("C AVOIR")
    made = till.of(VoucherMoved)[-1]
    assert (made.amount, made.expires) == (800, bought.expires)


def test_a_credit_note_of_money_alone_lasts(till: Remembering) -> None:
    till.decides(refunds=RefundRules(validity=(Validity(date.min, 1, 0),)))
    till.press("800 PRIX 91 PLU CARD 2 x 5 PLU")
    till.use(till.made[0])
    till.press("CASH RF TICKET 5 PLU AVOIR")
    assert till.of(VoucherMoved)[-1].expires == ""
    till.press("RF 2 TICKET 5 PLU AVOIR")
    assert till.of(VoucherMoved)[-1].expires == till.of(VoucherMoved)[0].expires


KEYS = st.lists(
    st.sampled_from(
        ["CASH", "CARD", "AVOIR", "TR", "CHEQUE", "100 CASH", "150 CARD", "70 TR", "CORR", "C"]
    ),
    max_size=8,
)
PAID = ("CASH", "CARD", "300 TR CASH", "200 TR CARD", "CHEQUE", "100 CASH 100 TR CARD")


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(PAID), min_size=1, max_size=3),
    st.booleans(),
    st.lists(st.integers(1, 4), max_size=3),
    KEYS,
)
def test_no_set_of_means_gives_more_than_there_is_for_it(
    bought: list[str], loose: bool, back: list[int], typed: list[str]
) -> None:
    """By Hall's condition, from the tickets alone: for each set of means, what any may give."""
    till = remembering()
    for paid in bought:
        till.press(f"4 x 2 PLU {paid}")
    there: list[tuple[int, set[str]]] = []
    for number, many in enumerate(back[: len(bought)], 1):
        till.press(f"RF {number} TICKET {many} x 2 PLU RF")
        ticket = till.tickets[number - 1]
        meals = sum(p.amount for p in ticket.tenders if p.tender == "TR")
        money = min(many * 100, ticket.total - meals)
        there += [(money, {"CASH", "CARD", "AVOIR"}), (many * 100 - money, {"TR", "AVOIR"})]
    if loose:
        till.press("RF 2 PLU")
        there.append((100, {"CASH", "AVOIR"}))
    for keys in typed:
        till.press(f"C {keys}" if till.fault else keys)
    sale = till.counter.desk.sale
    gone = sale.tenders if sale else till.last.tenders
    given_: dict[str, int] = {}
    for each in gone:
        given_[each.tender] = given_.get(each.tender, 0) - min(0, each.amount)
    for size in range(1, len(given_) + 1):
        for names in combinations(given_, size):
            most = sum(cents for cents, means in there if means & set(names))
            assert sum(given_[name] for name in names) <= most
