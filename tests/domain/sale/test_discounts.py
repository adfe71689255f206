"""Discounts by hand: what they take off, of which lines, and what is left for VAT."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_terminal.domain import faults
from pos_terminal.domain.events.adjustment import DiscountGiven, DiscountWithdrawn
from pos_terminal.domain.events.sale import LineVoided, SaleClosed, Share
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.printing.ticket import receipt
from pos_terminal.domain.receipt import Row
from pos_terminal.domain.sale.discounts import withdraw
from pos_terminal.domain.screen import Screen
from tests.support.baskets import articles, catalog_of, paid, sold, typed
from tests.support.bench import Bench, bench, moment
from tests.support.paper import TILL
from tests.support.sums import half_away


def discounts(till: Bench) -> list[DiscountGiven]:
    return till.of(DiscountGiven)


def test_a_per_cent_off_the_last_article() -> None:
    till = bench()
    till.press("5 PLU 3 x 1 PLU 10 %")
    assert till.shown == Screen("REMISE 10 %    -0,39", "TRADITION       3,51")
    assert discounts(till)[-1].shares == (Share(line=2, amount=39),)
    assert till.total == 800 + 351


def test_an_amount_off_the_last_article_with_a_reason() -> None:
    till = bench()
    till.press("3 x 1 PLU 2 MOTIF")
    assert till.shown == Screen("MOTIF 2", "")
    till.press("50 REMISE")
    assert till.shown == Screen("REMISE         -0,50", "TRADITION       3,40")
    (found,) = discounts(till)
    assert (found.percent, found.amount, found.reason, found.name) == (
        0, 50, 2, "FIN DE JOURNEE",
    )  # fmt: skip


def test_off_the_ticket_after_st_and_off_the_line_otherwise() -> None:
    till = bench()
    till.press("5 PLU 1 PLU ST 10 %")
    assert till.shown == Screen("REMISE 10 %    -0,93", "TOTAL           8,37")
    till.press("100 REMISE")
    assert till.shown == Screen("REMISE         -1,00", "TOTAL           7,37")
    till.press("1 PLU 50 %")
    assert [found.scope for found in discounts(till)] == ["ticket", "ticket", "line"]
    assert till.total == 737 + 65


def test_a_discount_that_a_line_has_followed_is_not_taken_back() -> None:
    till = bench()
    till.press("5 PLU ST 100 REMISE 1 PLU")
    sale = till.counter.desk.sale
    assert sale
    with pytest.raises(Refused) as refused:
        withdraw(sale)
    assert refused.value.fault is faults.NOTHING_TO_CORRECT


def test_a_return_gives_back_less() -> None:
    till = bench()
    till.press("RF 5 PLU 10 %")
    assert (discounts(till)[-1].amount, till.total) == (-80, -720)
    till.press("20 REMISE")
    assert (discounts(till)[-1].amount, till.total) == (-20, -700)


def test_corr_takes_discounts_back_and_then_the_line() -> None:
    till = bench()
    till.press("5 PLU 10 % ST 50 REMISE CORR")
    assert till.shown == Screen("REMISE ANNULEE  0,50", "TOTAL           7,20")
    till.press("CORR")
    assert till.total == 800
    till.press("CORR")
    assert [event.amount for event in till.of(DiscountWithdrawn)] == [-50, -80]
    assert till.of(LineVoided)[-1].gross == -800


def test_corr_after_another_line_takes_the_line() -> None:
    till = bench()
    till.press("5 PLU 10 % 1 PLU CORR")
    assert (till.of(DiscountWithdrawn), till.total) == ([], 720)
    till.press("CORR")
    assert (till.of(DiscountWithdrawn), till.of(LineVoided)[-1].gross) == ([], -720)


def test_a_voided_line_takes_its_discount_along() -> None:
    till = bench()
    till.press("5 PLU 1 PLU ST 10 % VOID 5 PLU")
    assert till.of(LineVoided)[-1].gross == -720
    assert till.total == 117
    ticket = paid(till)
    assert [(line.gross, line.discount) for line in ticket.lines] == [(800, 0), (117, 13)]
    (left,) = ticket.reductions
    assert (left.amount, left.shares) == (13, (Share(line=2, amount=13),))


def test_what_the_paper_says() -> None:
    till = bench()
    till.press("3 x 1 PLU 10 % 5 PLU ST 2,5 %")
    paper = receipt(TILL, paid(till), moment(), 0)
    rows = [(block.left, block.right.strip()) for block in paper.blocks if isinstance(block, Row)]
    at = rows.index(("TRADITION", "3,90 A"))
    assert rows[at : at + 5] == [
        ("TRADITION", "3,90 A"),
        ("  REMISE 10 %", "-0,39"),
        ("VIN ROUGE", "8,00 B"),
        ("REMISE 2,5 %", "-0,29"),
        ("TOTAL", "11,22 €"),
    ]


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("10 %", faults.NOTHING_SOLD),
        ("1 PLU CORR 10 %", faults.NOTHING_SOLD),
        ("1 PLU %", faults.NUMBER_MISSING),
        ("1 PLU 0 %", faults.BAD_NUMBER),
        ("1 PLU 100,01 %", faults.BAD_NUMBER),
        ("1 PLU 0,001 %", faults.BAD_NUMBER),
        ("1 PLU 0,01 %", faults.NOTHING_TO_DISCOUNT),
        ("1 PLU 100 % 1 %", faults.NOTHING_TO_DISCOUNT),
        ("1 PLU 131 REMISE", faults.DISCOUNT_TOO_LARGE),
        ("1 PLU REMISE", faults.NUMBER_MISSING),
        ("1 PLU 0 REMISE", faults.BAD_NUMBER),
        ("5 PLU RF 5 PLU ST 10 %", faults.NOTHING_TO_DISCOUNT),
        ("5 PLU RF 5 PLU ST 10 REMISE", faults.DISCOUNT_TOO_LARGE),
        ("5 PLU 100 CASH 10 %", faults.TENDER_STARTED),
        ("5 PLU 3 x 10 %", faults.NOT_NOW),
        ("5 PLU VOID 10 %", faults.NOT_NOW),
        ("5 PLU 0 MOTIF", faults.UNKNOWN_REASON),
        ("5 PLU 5 MOTIF", faults.UNKNOWN_REASON),
        ("5 PLU MOTIF", faults.NUMBER_MISSING),
        ("5 PLU 1 MOTIF 1 MOTIF", faults.NOT_NOW),
        ("2 MOTIF 5 PLU", faults.NOT_NOW),
    ],
)
def test_refused(typed: str, fault: Fault) -> None:
    till = bench()
    till.press(typed)
    assert till.fault is fault


offs = st.lists(
    st.none() | st.tuples(st.booleans(), st.booleans(), st.integers(1, 100_00)),
    min_size=1,
    max_size=12,
)


def largest_remainder(total: int, weights: list[int]) -> list[int]:
    """Written apart from the code it checks: every share down to whole cents, then one by one."""
    exact = [Fraction(total * weight, sum(weights)) for weight in weights]
    sign = -1 if total < 0 else 1
    parts = [int(sign * part // 1) for part in exact]
    while sum(parts) < abs(total):
        gaps = [sign * e - p for e, p in zip(exact, parts, strict=True)]
        parts[gaps.index(max(gaps))] += 1
    return [sign * part for part in parts]


@given(articles, sold, offs)
def test_discounted_tickets_agree_with_exact_fractions(
    rows: list[tuple[int, str, str, str]],
    lines: list[tuple[int, int, bool, int | None]],
    wanted: list[tuple[bool, bool, int] | None],
) -> None:
    till = bench(catalog_of(rows))
    mine: list[tuple[str, int]] = []
    keyed: list[tuple[int, int]] = []
    for number, (plu, quantity, back, _) in enumerate(lines):
        cents, per, _, vat = rows[(plu - 1) % len(rows)]
        till.press(f"{'RF ' if back else ''}{typed(quantity)} x {(plu - 1) % len(rows) + 1} PLU")
        if till.fault is faults.RETURN_DISCOUNTED:
            till.press("C")
            continue
        keyed.append(((plu - 1) % len(rows), -quantity if back else quantity))
        exact = Fraction(quantity, 1000) * Fraction(cents) / Fraction(per)
        mine.append((vat, half_away(-exact if back else exact)))
        off = wanted[number % len(wanted)]
        if off is not None:
            mine = discounted(till, mine, keyed, *off)
    ticket: SaleClosed = paid(till)
    assert [line.gross for line in ticket.lines] == [gross for _, gross in mine]
    assert ticket.total == sum(gross for _, gross in mine)
    assert sum(line.discount for line in ticket.lines) == sum(r.amount for r in ticket.reductions)
    for rate in ticket.vat:
        whole = sum(gross for vat, gross in mine if Fraction(vat) * 100 == rate.rate)
        net = Fraction(whole) / (1 + Fraction(rate.rate, 10_000))
        assert (rate.gross, rate.vat) == (whole, half_away(whole - net))
        assert rate.net == sum(line.net for line in ticket.lines if line.vat == rate.rate)


def stands(keyed: list[tuple[int, int]]) -> list[int]:
    """What of each line did not come back: of the line that was sold so, of parts before whole ones
    where a part came back, and of whole ones before parts else; of the smaller, of the later.
    """
    left = [max(0, quantity) for _, quantity in keyed]
    for plu, quantity in keyed:
        gone = max(0, -quantity)
        same = {n for n, (_, sold) in enumerate(keyed) if sold == -quantity}
        parts = {n for n, (_, sold) in enumerate(keyed) if Fraction(sold, 1000).denominator > 1}
        in_parts = Fraction(quantity, 1000).denominator > 1
        later = list(reversed(range(len(keyed))))
        small = [n for size in sorted({s for _, s in keyed}) for n in later if keyed[n][1] == size]
        first = [n for n in small if n in same]
        then = [n for n in small if n not in same and (n in parts) == in_parts]
        last = [n for n in small if n not in same and (n in parts) != in_parts]
        for n in [*first, *then, *last]:
            taken = min(left[n], gone) if keyed[n][0] == plu else 0
            left[n], gone = left[n] - taken, gone - taken
    return left


def discounted(
    till: Bench,
    mine: list[tuple[str, int]],
    keyed: list[tuple[int, int]],
    whole: bool,
    in_percent: bool,
    figure: int,
) -> list[tuple[str, int]]:
    """Key a discount and take it off as well by hand, unless the till refuses it."""
    figure = figure if in_percent else figure % 500 + 1
    text = f"{figure // 100},{figure % 100:02d}"
    till.press(f"{'ST ' if whole else ''}{text} {'%' if in_percent else 'REMISE'}")
    first = 0 if whole else len(mine) - 1
    grosses = [gross for _, gross in mine][first:]
    if any(quantity > 0 for _, quantity in keyed[first:]):
        left = stands(keyed)
        grosses = [
            half_away(Fraction(gross * left[n], max(1, keyed[n][1])))
            for n, (_, gross) in enumerate(mine)
        ][first:]
    basis = sum(grosses)
    cents = half_away(Fraction(basis * figure, 10_000)) if in_percent else figure
    off = cents if in_percent or basis >= 0 else -cents
    if off == 0 or abs(off) > abs(basis):
        assert till.fault in (faults.NOTHING_TO_DISCOUNT, faults.DISCOUNT_TOO_LARGE)
        till.press("C")
        return mine
    assert till.fault is None
    parts = largest_remainder(off, grosses)
    return [
        (vat, gross - (parts[n - first] if n >= first else 0))
        for n, (vat, gross) in enumerate(mine)
    ]
