"""What a shelf label says: the price, that of the kilo or the litre, allergens, and the code."""

from datetime import date

import pytest

from pos_terminal.domain.catalog.catalog import Item
from pos_terminal.domain.catalog.goods import ORDINARY, Goods
from pos_terminal.domain.dated import Dated
from pos_terminal.domain.printing import labels
from pos_terminal.domain.quantity import Price, Unit
from pos_terminal.domain.receipt import Barcode, Ean, Row, Text

DAY = date(2026, 3, 3)


def item(price: Price, unit: Unit, *codes: str, goods: Goods = ORDINARY) -> Item:
    return Item("7", "Comté", Dated(((date.min, price),)), unit=unit, barcodes=codes, goods=goods)


@pytest.mark.parametrize(
    ("price", "unit", "rows"),
    [
        (Price(130), Unit.PIECE, [("la pièce", "1,30 €")]),
        (Price(500, 4000), Unit.PIECE, [("4 x", "5,00 €")]),
        (Price(2490), Unit.KG, [("le kg", "24,90 €")]),
        (Price(249, 100), Unit.KG, [("0,1 kg", "2,49 €"), ("le kg", "24,90 €")]),
        (Price(32), Unit.CL, [("le cl", "0,32 €"), ("le litre", "32,00 €")]),
        (Price(400, 12500), Unit.CL, [("12,5 cl", "4,00 €"), ("le litre", "32,00 €")]),
    ],
)
def test_the_price_of_the_kilo_stands_beside_the_price(
    price: Price, unit: Unit, rows: list[tuple[str, str]]
) -> None:
    blocks = labels.shelf(item(price, unit), DAY).blocks
    assert [(row.left, row.right) for row in blocks if isinstance(row, Row)] == rows


@pytest.mark.parametrize(
    ("known", "said"),
    [(None, None), ((), "Allergènes : aucun"), ((1, 7), "Allergènes : GLUTEN, LAIT")],
)
def test_allergens_are_said_where_they_are_known(
    known: tuple[int, ...] | None, said: str | None
) -> None:
    """What nobody has said is not «none»."""
    blocks = labels.shelf(item(Price(1), Unit.KG, goods=Goods(allergens=known)), DAY).blocks
    texts = [block.text for block in blocks if isinstance(block, Text)]
    assert texts[1:] == ([said] if said else [])


def test_the_code_is_that_of_the_goods() -> None:
    ean, other = (
        labels.shelf(item(Price(1), Unit.PIECE, code), DAY).blocks[-1]
        for code in ("3010470111127", "COMTE-7")
    )
    assert (ean, other) == (Ean("3010470111127"), Barcode("COMTE-7"))
