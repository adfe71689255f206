"""The two lines of twenty: whatever is sold, the amount is never cut off."""

from hypothesis import given
from hypothesis import strategies as st

from pos_terminal.domain.display import screens as display
from pos_terminal.domain.events.sale import LineSold
from pos_terminal.domain.events.values import EntryMethod
from pos_terminal.domain.faults import every
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.money import LARGEST_TOTAL
from pos_terminal.domain.notation import euros
from pos_terminal.domain.quantity import LARGEST_QUANTITY, Price, Unit
from pos_terminal.domain.sale.sale import Sale
from pos_terminal.domain.screen import WIDTH, Screen, both_ends
from tests.support.bench import bench

NAMES = st.text(min_size=1, max_size=40).filter(str.isprintable)


@given(
    NAMES,
    st.sampled_from(Unit),
    st.integers(-LARGEST_QUANTITY, LARGEST_QUANTITY),
    st.integers(0, 2 * LARGEST_TOTAL),
)
def test_a_line_that_may_be_sold_fits(name: str, unit: Unit, quantity: int, cents: int) -> None:
    line = LineSold(
        sale=0, line=0, plu="1", name=name, unit=unit, family="", quantity=quantity,
        price=cents, per=1000, list_price=cents, list_per=1000, vat=550,
        gross=Price(cents).gross(quantity), entry=EntryMethod.KEY,
    )  # fmt: skip
    try:
        sold = Sale(1, "").sell(line)
    except Refused:
        return
    screen = display.line(sold)
    assert screen.line2.endswith(" " + euros(sold.gross)) or screen.line2.strip() == euros(
        sold.gross
    )
    if unit is Unit.KG:
        assert screen.line1.rstrip().endswith(f"kg x {euros(cents)}")
    else:
        assert screen.line2.split() == [euros(cents), euros(sold.gross)]
        assert screen.line1.startswith(name[:8])


def test_the_largest_amounts_fit() -> None:
    till = bench()
    till.press("9999999 PRIX 1 PLU")
    assert till.shown == Screen("TRADITION         x1", "  99999,99  99999,99")
    till.press("ST")
    assert till.shown == Screen("SOUS-TOTAL  1 ART", "            99999,99")
    till.press("1 CASH")
    assert till.shown == Screen("RESTE       99999,98", "")
    till.press("CARD")
    assert till.shown == Screen("TOTAL       99999,99", "MERCI")
    till.press("90000 PRIX 1 PLU 100000 CASH")
    assert till.shown == Screen("RENDU         100,00", "RECU 1000,00")


@given(st.text(max_size=30), st.text(max_size=30))
def test_both_ends_never_cuts_the_right(left: str, right: str) -> None:
    line = both_ends(left, right)
    assert line.endswith(right)
    if len(right) < WIDTH:
        assert len(line) == WIDTH


@given(st.text(max_size=50), st.text(max_size=50))
def test_a_screen_is_always_two_times_twenty(line1: str, line2: str) -> None:
    screen = Screen(line1, line2)
    assert len(screen.line1) == len(screen.line2) == WIDTH


def test_every_fault_fits_with_its_code() -> None:
    for fault in every():
        screen = display.fault(fault)
        assert screen.line1.rstrip() == fault.text
        assert screen.line2.split() == [fault.code, "TAPER", "C"]
