"""What an invoice says that it is about: goods, services, or both."""

import pytest

from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.values import Place
from pos_terminal.domain.sale.invoicing import operations

HERE, AWAY = Place.ON_SPOT, Place.TAKE_AWAY


def ticket(place: Place) -> SaleClosed:
    return SaleClosed(
        sale=1, series="T", number=1, catalog="c0" * 32, lines=(), vat=(), tenders=(), total=0,
        turnover=0, change=0, place=place,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("places", "letter"),
    [
        ((AWAY,), "B"), ((Place.UNSAID,), "B"), ((HERE,), "S"), ((HERE, HERE), "S"),
        ((AWAY, HERE), "M"),
    ],
)  # fmt: skip
def test_what_is_eaten_on_the_spot_is_a_service(places: tuple[Place, ...], letter: str) -> None:
    assert operations(ticket(place) for place in places) == letter
