"""Tickets against an oracle that knows only fractions."""

from fractions import Fraction

from hypothesis import given

from pos_terminal.domain import faults
from pos_terminal.domain.money import LARGEST_TOTAL
from tests.support.baskets import articles, catalog_of, paid, sold, typed
from tests.support.bench import bench
from tests.support.sums import half_away


@given(articles, sold)
def test_a_ticket_agrees_with_exact_fractions(
    rows: list[tuple[int, str, str, str]], lines: list[tuple[int, int, bool, int | None]]
) -> None:
    till = bench(catalog_of(rows))
    grosses: dict[str, list[int]] = {}
    for plu, quantity, back, override in lines:
        number = (plu - 1) % len(rows)
        cents, per, _, vat = rows[number]
        price = f"{override} PRIX " if override is not None else ""
        till.press(f"{'RF ' if back else ''}{typed(quantity)} x {price}{number + 1} PLU")
        exact = Fraction(quantity, 1000) * (
            Fraction(cents) / Fraction(per) if override is None else Fraction(override)
        )
        grosses.setdefault(vat, []).append(half_away(-exact if back else exact))
    assert till.fault is None
    ticket = paid(till)
    assert ticket.total == sum(map(sum, grosses.values()))
    assert [rate.rate for rate in ticket.vat] == sorted(int(Fraction(v) * 100) for v in grosses)
    for rate in ticket.vat:
        (mine,) = [g for vat, g in grosses.items() if Fraction(vat) * 100 == rate.rate]
        net = Fraction(sum(mine)) / (1 + Fraction(rate.rate, 10_000))
        assert (rate.gross, rate.vat) == (sum(mine), half_away(sum(mine) - net))
        of_rate = [line for line in ticket.lines if line.vat == rate.rate]
        assert [line.gross for line in of_rate] == mine
        assert sum(line.net for line in of_rate) == rate.gross - rate.vat




@given(articles, sold)
def test_the_opposite_ticket_has_the_opposite_nets(
    rows: list[tuple[int, str, str, str]], lines: list[tuple[int, int, bool, int | None]]
) -> None:
    there, back = bench(catalog_of(rows)), bench(catalog_of(rows))
    for plu, quantity, returned, _ in lines:
        keys = f"{typed(quantity)} x {(plu - 1) % len(rows) + 1} PLU"
        there.press(("RF " if returned else "") + keys)
        back.press(("" if returned else "RF ") + keys)
    nets = [line.net for line in paid(there).lines]
    assert [-line.net for line in paid(back).lines] == nets


def test_voided_lines_count_for_nothing() -> None:
    till = bench()
    till.press("1 PLU 3 PLU 5 PLU VOID 3 PLU")
    ticket = paid(till)
    assert ticket.total == 930
    assert [(line.plu, line.voided, line.net) for line in ticket.lines] == [
        ("1", False, 123),
        ("3", True, 0),
        ("5", False, 667),
    ]
    assert [(v.rate, v.gross, v.net, v.vat) for v in ticket.vat] == [
        (550, 130, 123, 7),
        (2000, 800, 667, 133),
    ]


def test_a_void_keeps_to_the_largest_total() -> None:
    """What a return held down may not be let go above what any total can be."""
    till = bench()
    till.press("RF 5 PLU 9999999 PRIX 1 PLU VOID 5 PLU")
    assert (till.fault, till.total) == (None, LARGEST_TOTAL)
    till = bench()
    till.press("RF 5 PLU 9999999 PRIX 1 PLU 1 PRIX 2 PLU VOID 5 PLU")
    assert (till.fault, till.total) == (faults.AMOUNT_TOO_LARGE, LARGEST_TOTAL - 799)
