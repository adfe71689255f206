"""GS1 codes at the till (S5.5); biip is the independent reader."""

from datetime import date, datetime, time
from functools import partial

import biip
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import pos_plugin_gs1
from pos_plugin_gs1.elements import SEPARATOR, digital_link, element_string
from pos_terminal.domain import faults
from pos_terminal.domain.catalog.catalog import Catalog, Found, Item
from pos_terminal.domain.codes.barcode import check_digit
from pos_terminal.domain.counter.steps import Scanned
from pos_terminal.domain.dated import Dated
from pos_terminal.domain.quantity import Price, Unit
from tests.support.bench import bench

CHEESE = Item(
    "4", "COMTE", Dated(((date.min, Price(2490)),)), unit=Unit.KG, barcodes=("3000100028864",)
)
WINE = Item("5", "VIN", Dated(((date.min, Price(800)),)), barcodes=("3010470111127",))
CATALOG = Catalog.of("0" * 64, (CHEESE, WINE))
PLAIN = pos_plugin_gs1.Gs1Settings()


def ends(year: int, month: int, day: int) -> datetime:
    """The last moment of that day."""
    return datetime.combine(date(year, month, day), time.max)


@pytest.mark.parametrize(
    ("code", "aim", "found"),
    [
        ("01030104701111271726112210A7", "]d2", Found(WINE, expires=ends(2026, 11, 22))),
        ("010301047011112717260200", "]d2", Found(WINE, expires=ends(2026, 2, 28))),
        ("010301047011112717261322", "]d2", Found(WINE, expires=datetime.min)),  # no such month
        ("010301047011112717260230", "]d2", Found(WINE, expires=datetime.min)),
        ("010301047011112770032611222430", "]d2", Found(WINE, expires=datetime.min)),
        ("010301047011112717ABCDEF", "]d2", None),
        ("0103010470111127392212,50", "]d2", None),  # else the catalogue's price would be charged
        ("https://id.gs1.org/01/03010470111127?3922=12.50", "]Q1", None),
        ("01030104701111271626112217261130", "]d2", Found(WINE, expires=ends(2026, 11, 22))),
        (
            "010301047011112770032611221430" + SEPARATOR + "17261122",
            "]d2",
            Found(WINE, expires=datetime(2026, 11, 22, 14, 30)),
        ),
        ("0103000100028864" + "3923" + "3456", "]C1", Found(CHEESE, cents=346)),
        ("0103000100028864" + "3930" + "9783", "]C1", Found(CHEESE, cents=300)),
        ("0103010470111127", "]Q3", Found(WINE)),
        ("0103000100028864" + "3103000480", "]e0", Found(CHEESE, quantity=480)),
        ("0103000100028864" + "3102000048", "]C1", Found(CHEESE, quantity=480)),
        ("0103000100028864" + "3922250", "]C1", Found(CHEESE, cents=250)),
        ("0103000100028864" + "3932978250" + SEPARATOR + "10B", "]C1", Found(CHEESE, cents=250)),
        ("0103000100028864" + "3932756250", "]C1", Found(CHEESE)),  # Swiss francs are no euros
        ("0103010470111127" + "3103000480", "]d2", Found(WINE)),  # sold by the piece all the same
        (
            "https://id.gs1.org/01/03010470111127/10/A?17=261122",
            "]Q1",
            Found(WINE, expires=ends(2026, 11, 22)),
        ),
        ("https://shop.example/vin/01/3010470111127", "", Found(WINE)),
        ("https://id.gs1.org/01/03000100028864?3103=000480", "", Found(CHEESE, quantity=480)),
        ("https://shop.example/vin", "", None),
        ("0109999999999994", "]d2", None),
        ("01030104701", "]d2", None),
        ("anything", "", None),
    ],
)
def test_pos_find_item(code: str, aim: str, found: Found | None) -> None:
    assert pos_plugin_gs1.pos_find_item(code, aim, CATALOG, PLAIN) == found


def test_the_catalogues_price_may_go_before_the_codes() -> None:
    assert pos_plugin_gs1.pos_settings() is pos_plugin_gs1.Gs1Settings
    own = pos_plugin_gs1.Gs1Settings(prices=False)
    for code in ("3922250", "3932978250"):
        found = pos_plugin_gs1.pos_find_item("0103000100028864" + code, "]C1", CATALOG, own)
        assert found == Found(CHEESE)
    weight = pos_plugin_gs1.pos_find_item("01030001000288643103000480", "]C1", CATALOG, own)
    assert weight == Found(CHEESE, quantity=480)


@given(st.text("0123456789/?=&:[]#%\x1d٣ahtps.", max_size=60), st.sampled_from(["", "]d2", "]Q1"]))
@example("http://[", "]Q1")
@example("https://x/01/03000100028864?3103=000480abc", "")
@example("https://x/01/03000100028864?3103=0004801", "")
@example("https://x/01/03000100028864?3922=٣", "")
def test_no_code_makes_it_raise(code: str, aim: str) -> None:
    for text in (code, "http://" + code, "0103000100028864" + code):
        found = pos_plugin_gs1.pos_find_item(text, aim, CATALOG, PLAIN)
        assert found is None or found.item in CATALOG.items
    pos_plugin_gs1.pos_find_item("https://x/01/03000100028864?" + code, aim, CATALOG, PLAIN)


@given(
    st.text("0123456789", min_size=13, max_size=13),
    st.integers(0, 999_999),
    st.text("ABCdef0123456789-/", min_size=1, max_size=20),
    st.booleans(),
)
def test_an_independent_reader_agrees(body: str, weight: int, lot: str, lot_first: bool) -> None:
    gtin = body + str(check_digit(body))
    fixed = f"01{gtin}3103{weight:06d}"
    data = f"10{lot}{SEPARATOR}{fixed}" if lot_first else f"{fixed}10{lot}"
    message = biip.parse("]d2" + data).gs1_message
    assert message is not None
    theirs = {e.ai.ai: e.value for e in message.element_strings if e.ai.ai in ("01", "3103")}
    assert element_string(data) == theirs


def test_a_digital_link_as_an_independent_reader_takes_it() -> None:
    uri = "https://id.gs1.org/01/09506000134352/10/ABC?3103=000250"
    link = biip.parse(uri).gs1_digital_link_uri
    assert link is not None
    theirs = {e.ai.ai: e.value for e in link.element_strings if e.ai.ai in ("01", "3103")}
    assert digital_link(uri) == theirs


def test_what_is_past_its_last_day_is_not_sold() -> None:
    """It is half past eight on 2026-01-05 at the bench."""
    ends = (("17260105", 800), ("17260104", 0), ("16260104", 0), ("70032601050830", 800),
            ("70032601050829", 0))  # fmt: skip
    for last, total in ends:
        till = bench(CATALOG, partial(pos_plugin_gs1.pos_find_item, settings=PLAIN))
        till.put(Scanned(f"0103010470111127{last}", "]d2"))
        assert till.total == total
        assert (till.fault is faults.EXPIRED) == (total == 0)
