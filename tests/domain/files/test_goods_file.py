"""The catalogue's columns of goods: parts by fraction and by capacity, units, mistakes by line."""

import re
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_terminal.domain.catalog.allergens import LABELS, labels, parse_allergens
from pos_terminal.domain.catalog.goods import ORDINARY, Goods, Part, StockUnit, amount, units
from pos_terminal.domain.files import catalog as catalog_file
from pos_terminal.domain.files import goods as goods_file
from pos_terminal.domain.files.catalog import parse_catalog

PAGE = Path(__file__).parents[3] / "docs" / "catalog.md"
HEAD = "plu,name,price,unit,stock,stock_unit,alert,content,part_of,part,made,tare,allergens\n"


def goods(rows: str) -> dict[str, Goods]:
    catalog, problems = parse_catalog((HEAD + rows).encode())
    assert problems == ()
    return {item.plu: item.goods for item in catalog.items}


def problem(rows: str) -> str:
    _, problems = parse_catalog((HEAD + rows).encode())
    (only,) = problems
    return str(only)


def test_an_article_without_any_of_it_is_as_ever() -> None:
    assert goods("1,PAIN,1\n") == {"1": ORDINARY}


def test_a_part_by_fraction_and_by_capacity() -> None:
    found = goods(
        "41,RHONE,12,,yes,,,75 cl\n"
        "42,MAGNUM,30,,oui,,,1.5 l\n"
        '43,VERRE 6E,3,,,,,,41,1/6\n44,VERRE 12,4,,,,,,41,"12,5 cl"\n45,VERRE M,4,,,,,,0042,12 cl\n'
        "46,CARTON,60,,,,,,41,6\n"
        "47,PASTIS,20,cl,yes\n48,DOSE,2,,,,,,47,2 cl\n"
        "49,COMTE,24,kg,yes\n50,TRANCHE,2,,,,,,49,80 g\n51,DEMI,1,,,,,,49,1/2\n"
    )
    parts = {plu: each.part for plu, each in found.items() if each.part}
    assert parts == {
        "43": Part("41", Fraction(1, 6)),
        "44": Part("41", Fraction(1, 6)),
        "45": Part("42", Fraction(2, 25)),
        "46": Part("41", Fraction(6)),
        "48": Part("47", Fraction(2)),
        "50": Part("49", Fraction(2, 25)),
        "51": Part("49", Fraction(1, 2)),
    }


@pytest.mark.parametrize(
    ("unit", "content", "expected"),
    [
        ("bouteille", "", StockUnit("bouteille")),
        ("cl", "75 cl", StockUnit("cl", Fraction(1, 75))),
        ("verre=1/5", "", StockUnit("verre", Fraction(1, 5))),
        ('"verre = 12,5 cl"', "75 cl", StockUnit("verre", Fraction(1, 6))),
        ("g", "1 kg", StockUnit("g", Fraction(1, 1000))),
    ],
)
def test_stock_is_counted_in_what_the_shop_says(
    unit: str, content: str, expected: StockUnit
) -> None:
    found = goods(f"41,RHONE,12,,yes,{unit},12,{content}\n")["41"]
    assert found.unit == expected
    assert found.alert == 12 * expected.share
    assert expected.count(found.alert) == 12


def test_what_is_in_it_and_around_it() -> None:
    found = goods("1,PAIN,1,kg,,,,,,,yes,12,gluten; Œufs;7\n2,EAU,1,,,,,,,,non,,aucun\n")
    assert found["1"] == Goods(made=True, tare=12, allergens=(1, 3, 7))
    assert found["2"].allergens == ()


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("1,A,1,,,,,,2,1/6\n", "ligne 2 : part_of : le PLU 2 n'est pas un autre article"),
        ("1,A,1,,,,,,1,1/6\n", "ligne 2 : part_of : le PLU 1 n'est pas un autre article"),
        ("1,A,1,,,,,,2\n2,B,1\n", "ligne 2 : part : part_of et part vont ensemble"),
        ("1,A,1,,,,,,2,12 cl\n2,B,1\n", "ligne 2 : part : la ligne 3 ne dit pas le contenu dont"),
        ("1,A,1,,,,,,2,12 cl\n2,B,1,,,,,1 kg\n", "ligne 2 : part : la ligne 3 ne dit pas le"),
        ("1,A,1,,,,,,2,1/0\n2,B,1\n", "ligne 2 : part : '1/0' n'est pas une quantité"),
        ("1,A,1,,,,,,2,0\n2,B,1\n", "ligne 2 : part : '0' n'est pas une quantité"),
        ("1,A,1,,,,,,2,3 mi\n2,B,1\n", "ligne 2 : part : '3 mi' n'est pas une quantité"),
        ("1,A,1,,yes,,,,2,1/6\n2,B,1\n", "ligne 2 : stock : une part n'a pas de stock à elle"),
        ("1,A,1,,,,,6\n", "ligne 2 : content : '6' : un volume ou un poids"),
        ("1,A,1,,,,3\n", "ligne 2 : alert : pas de stock à surveiller"),
        ("1,A,1,,yes,,-3\n", "ligne 2 : alert : '-3' est moins que rien"),
        ("1,A,1,,peut-être\n", "ligne 2 : stock : 'peut-être' n'est ni yes ni no"),
        ("1,A,1,,yes,cl\n", "ligne 2 : stock_unit : la ligne 2 ne dit pas le contenu"),
        ("1,A,1,,yes,unité de compte\n", "ligne 2 : stock_unit : 'unité de compte' n'est pas"),
        ("1,A,1,,,,,,,,,20\n", "ligne 2 : tare : '20' : de 0 à 9999 g, de ce qui se vend au poids"),
        ("1,A,1,kg,,,,,,,,10000\n", "ligne 2 : tare : '10000' : de 0 à 9999 g"),
        ("1,A,1,,,,,,,,,,arsenic\n", "ligne 2 : allergens : 'ARSENIC' n'est aucun des 14"),
        ("1,A,1\n2,B,1,,,,,,1,1/2\n3,C,1,,,,,,2,1/2\n", "ligne 4 : part_of : le PLU 2 est lui"),
    ],
)
def test_a_mistake_is_told_by_line_and_column(rows: str, expected: str) -> None:
    assert problem(rows).startswith(expected)


def test_a_row_that_is_wrong_leaves_the_others_in_force() -> None:
    catalog, problems = parse_catalog((HEAD + "1,A,1,,,,,,2,1/6\n3,C,1\n").encode())
    assert [item.plu for item in catalog.items] == ["3"]
    assert len(problems) == 1


def test_parts_keep_a_common_denominator_within_bounds() -> None:
    rows = "1,A,1,,yes\n" + "".join(f"{plu},P{plu},1,,,,,,1,1/{plu}\n" for plu in (997, 991, 7))
    assert problem(rows).startswith("ligne 4 : part : pas de dénominateur commun jusqu'à 100000")


def test_every_allergen_goes_by_its_number_and_its_names() -> None:
    assert len(LABELS) == 14
    for number, label in enumerate(LABELS, 1):
        assert parse_allergens(str(number)) == parse_allergens(label.lower()) == (number,)
        assert labels((number,)) == (label,)
    assert parse_allergens(" Crustacés ; Fruits à coque ; gluten ; 1") == (1, 2, 8)
    assert parse_allergens(" ; ") is None
    assert parse_allergens("none") == ()


@pytest.mark.parametrize(
    ("quantity", "text"),
    [
        (Fraction(3), "3"), (Fraction(-5, 2), "-2,5"), (Fraction(19, 6), "3 1/6"),
        (Fraction(-1, 6), "-1/6"), (Fraction(0), "0"), (Fraction(1, 8), "0,125"),
        (Fraction(1, 16), "1/16"), (Fraction(10), "10"),
    ],
)  # fmt: skip
def test_an_amount_is_written_exactly(quantity: Fraction, text: str) -> None:
    assert amount(quantity) == text


@given(st.fractions(max_denominator=10**6))
def test_an_amount_can_be_read_back(quantity: Fraction) -> None:
    bare = amount(quantity).lstrip("-").replace(",", ".").split()
    value = sum((Fraction(each) for each in bare), Fraction(0))
    assert value == abs(quantity)


@given(st.integers(-(10**9), 10**9))
def test_thousandths_are_units(quantity: int) -> None:
    assert units(quantity) * 1000 == quantity


def test_the_page_has_a_row_for_each_column() -> None:
    rows = re.findall(r"^\| ([a-z].*?) \|", f"{catalog_file.__doc__}{goods_file.__doc__}", re.M)
    named = {name for row in rows for name in re.findall(r"\w+", row)} - {"column", "or"}
    first = "".join(re.findall(r"^\| (`.*?) \|", PAGE.read_text(), re.M))
    assert named == set(re.findall(r"`(\w+)`", first))
    assert {"plu", "allergens", "price", "part"} <= named
