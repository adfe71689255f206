"""What a spreadsheet makes of a catalogue: refused or understood, never taken for another price."""

from datetime import date

import pytest

from pos_terminal.domain.catalog.catalog import Catalog
from pos_terminal.domain.codes.barcode import Measure, Pattern, check_digit, read_label
from pos_terminal.domain.files.catalog import parse_catalog
from pos_terminal.domain.files.promotions import parse_promotions, unresolved
from pos_terminal.domain.files.summary import of_catalog, of_labels, of_promotions
from pos_terminal.domain.quantity import Price, Unit
from tests.support.bench import bench

DAY = date(2026, 11, 20)


def good(text: str | bytes) -> Catalog:
    catalog, problems = parse_catalog(text.encode() if isinstance(text, str) else text)
    assert problems == ()
    return catalog


def refused(text: str | bytes) -> list[tuple[int, str]]:
    _, problems = parse_catalog(text.encode() if isinstance(text, str) else text)
    return [(problem.line, problem.key) for problem in problems]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        # «2,50» and «10 %» where commas part the columns: the 50 stands under vat
        ("plu,name,price,vat,family\n1,PAIN,1.30,5.5,pain\n3,CAFE,2,50,10\n", [(3, "family")]),
        ("plu,name,price,vat,family\n1,PAIN,1.30,5.5,pain\n3,CAFE,2,50,cafe\n", [(3, "vat")]),
        ("plu,name,price,family\n1,PAIN,1.30,pain\n3,CAFE,2,50\n", [(3, "family")]),
        ("plu,name,price,min,max\n1,PAIN,1.30,,\n3,CAFE,2,50,\n", [(3, "min")]),
        ("plu,name,price,per\n1,PAIN,1,30\n3,CAFE,2,50\n", [(1, "price")]),
        ("plu,name,price,vat\n1,PAIN,1,20\n3,CAFE,2,10\n", [(1, "price")]),
        ("plu,name,price\n3,CAFE,2,50\n", [(2, "")]),
        # two columns of one meaning, whatever they are called
        ("plu,name,price,price\n1,PAIN,1.30,2.30\n", [(1, "price")]),
        ("plu;name;price;prix TTC\n1;PAIN;1,30;2,30\n", [(1, "price")]),
        ("plu,name,price,vat,TVA\n1,PAIN,1.30,5.5,20\n", [(1, "vat")]),
        # a misspelt column would leave the default to rule
        ("plu,name,price,vatt\n1,PAIN,1.30,20\n", [(1, "vatt")]),
        ("plu,name,price,famile\n1,PAIN,1.30,pain\n", [(1, "famile")]),
        # numbers that a spreadsheet made of something else
        ("plu;name;price;barcode\n1;PAIN;1,30;3,01E+12\n", [(2, "barcode")]),
        ("plu;name;price;barcode\n1;PAIN;1,30;3 010470 111127\n", [(2, "barcode")]),
        ("plu;name;price;barcode\n1;PAIN;1,30;3010470111120,00\n", [(2, "barcode")]),
        ("plu;name;price;vat\n1;PAIN;1,30;0,055\n", [(2, "vat")]),
        ("plu;name;price;per\n1;PAIN;2,00;1.000\n", [(2, "per")]),
        ("plu;name;price;content;part_of;part\n1;VIN;12,00;75 cl;;\n2;VERRE;3,50;;1;12,5\n",
         [(3, "part")]),
        ("plu;name;price;min;max\n7;DIVERS;;10,00;0,50\n", [(2, "max")]),
        ("plu;name;price;vat\n1;PAIN;1,30;19,6\n", [(2, "vat")]),
        ("plu;name;price;from\n1;PAIN;1,30;46054\n", [(2, "from")]),
        ("plu;name;price;from\n1;PAIN;1,30;2026-13-01\n", [(2, "from")]),
        # what has no date is one thing on every day
        ("plu;name;price;unit;from\n4;COMTE;24,90;kg;\n4;COMTE;26,90;piece;2027-01-01\n",
         [(3, "unit")]),
        ("plu;name;price;from\n4;COMTE;24,90;\n4;GRUYERE;26,90;2027-01-01\n", [(3, "name")]),
        # an option for articles that there are not
        ("plu,name,price,family,option,for\n8,PAIN,1.30,pain,,\n70,COUPE,0,,COUPE,008; pains\n",
         [(3, "for")]),
        # what one family has, its twin would miss
        ("plu;name;price;family\n1;PAIN;1,30;pain\n2;PAIN BIS;1,40;Pain\n", [(3, "family")]),
        ("plu;name;price;family\n2;FLAN;1,40;pâtisserie\n1;TARTE;3,30;patisserie\n",
         [(3, "family")]),
        # a column without a name is one that was not said
        ("plu;name;price;;family\n1;PAIN;1,30;20;pain\n", [(2, "")]),
        # a copy that broke off
        ("plu;name;price;vat\n1;PAIN;1,30;20\n2;TARTE;16", [(3, "")]),
        ('plu;name;price\n1;"PAIN;1,30\n', [(2, "")]),
        # bytes of no known writing
        (b"plu;name;price\n1;P\x81T\x90;1,30\n", [(2, "")]),
    ],
)  # fmt: skip
def test_refused_with_line_and_column(text: str | bytes, at: list[tuple[int, str]]) -> None:
    assert refused(text) == at


@pytest.mark.parametrize(
    "text",
    [
        "numéro;libellé;prix TTC;TVA;famille\n23;CROISSANT;1,20;5,5 %;viennoiserie\n",
        "\ufeffplu;name;price;vat;family\r\n;;;;\r\n23;CROISSANT;1,20 €;5,5;viennoiserie;;;\r\n",
        "PLU\tName\tPrice\tVAT\tFamily\n0023\tCROISSANT\t1.20\t5.50\tviennoiserie\n",
        "plu,name,price,vat,family\r23,CROISSANT,1.20,5.5,viennoiserie\r",
        "plu;name;price;vat;family;\n23;CROISSANT;1,20;5,5;viennoiserie",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_understood(text: str, encoding: str) -> None:
    bare = text.removeprefix("\ufeff") if encoding != "utf-8" else text
    (item,) = good(bare.encode(encoding)).items
    assert (item.plu, item.name, item.family) == ("23", "CROISSANT", "viennoiserie")
    assert (item.listed(DAY), item.rate(DAY)) == (Price(120), 550)


def test_a_row_of_next_year_leaves_this_years_article_what_it_is() -> None:
    """480 g of it cost 11,95 today, though only the first row says that it goes by weight."""
    catalog = good("plu;name;price;unit;vat;family;from\n"
                   "4;COMTE;24,90;kg;5,5;fromage;\n4;COMTE;26,90;;;;2027-01-01\n")  # fmt: skip
    (item,) = catalog.items
    assert (item.unit, item.family, item.rate(date(2027, 2, 1))) == (Unit.KG, "fromage", 550)
    price = item.listed(DAY)
    assert price and price.gross(480) == 1195


def test_a_price_for_several_stays_one() -> None:
    (item,) = good("plu;name;price;per;from\n29;OEUFS;20;5;\n29;OEUFS;21;;2027-01-01\n").items
    assert item.listed(date(2027, 1, 2)) == Price(2100, 5000)


def test_accents_are_one_character_each() -> None:
    (item,) = good("plu;name;price\n1;CRE\u0300ME BRU\u0302LE\u0301E;3,50\n").items
    assert item.name == "CR\u00c8ME BR\u00dbL\u00c9E"


def test_a_code_without_its_leading_zero_is_found() -> None:
    catalog = good("plu;name;price;barcode\n1;PAIN;1,30;36000291452\n")
    found = catalog.code("036000291452")
    assert found and found.item.plu == "1" and catalog.code("36000291452")


@pytest.mark.parametrize(
    "written",
    ['="3010470111127"', "3010470111127,00", "3010470111127.0", "3-010470-111127"],
)
def test_a_code_that_is_dressed_up_is_the_code_in_it(written: str) -> None:
    catalog = good(f"plu;name;price;barcode\n1;VIN;8,00;{written}\n")
    assert catalog.items[0].barcodes == ("3010470111127",)


def test_references_are_resolved() -> None:
    """«008» is PLU 8; a family that there is not would be a promotion that never applies."""
    catalog = good("plu,name,price,family,option,for\n"
                   "8,PAIN,1.30,pain,,\n23,CROISSANT,1.20,viennoiserie,,\n"
                   '70,COUPE,0,,"COUPE!",008\n')  # fmt: skip
    assert [each.plu for each in catalog.options(catalog.items[0])["COUPE"]] == ["70"]
    table = {"name": "X", "kind": "percent", "percent": "10"}
    (right,) = parse_promotions({"promotion": [{**table, "articles": ["023", "pain"]}]})
    assert right.courses == (frozenset({"23", "pain"}),) and not unresolved((right,), catalog)
    wrong = parse_promotions({"promotion": [{**table, "articles": ["viennoiseries", "99"]}]})
    assert unresolved(wrong, catalog) == (
        "X: ni famille ni PLU «99»",
        "X: ni famille ni PLU «viennoiseries» ; est-ce «viennoiserie» ?",
    )


SHOP = """plu;name;price;unit;vat;family;remarque
23;CROISSANT;1,20;;5,5;viennoiserie;
24;CAFE;1,10;;10;boisson;du matin
31;COMTE;24,90;kg;;fromage;
40;DIVERS;;;20;;
"""


def test_what_was_understood() -> None:
    catalog = good(SHOP)
    assert list(of_catalog(SHOP.encode(), catalog, DAY, 550)) == [
        "4 articles, 3 familles",
        "TVA : 5,5 % (2), 10 % (1), 20 % (1)",
        "le moins cher : CAFE 1,10 ; le plus cher : COMTE 24,90/kg",
        "1 sans prix ce jour : le vendeur le tape",
        "colonnes ignorées : remarque",
    ]


def test_a_promotion_that_does_nothing_is_said() -> None:
    courses = {"kind": "menu", "courses": [["viennoiserie"], ["boisson"]]}
    menus = (
        {**courses, "name": "A", "price": 200},  # cents, written where euros stand
        {**courses, "name": "B", "price": "2,00", "until": date(2026, 1, 31)},
    )
    found = of_promotions(parse_promotions({"promotion": list(menus)}), good(SHOP), DAY)
    assert list(found) == [
        "A : CROISSANT + CAFE : 2,30 -> 2,30 : n'ôte rien",
        "B : CROISSANT + CAFE : 2,30 -> 2,00 : finie le 2026-01-31",
    ]


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"kind": "menu", "price": "2,00", "courses": [["viennoiserie"], ["boisson"]]},
         "CROISSANT + CAFE : 2,30 -> 2,00"),
        ({"kind": "free", "buy": 3, "free": 1, "articles": ["23"]},
         "CROISSANT + CROISSANT + CROISSANT + CROISSANT : 4,80 -> 3,60"),
        ({"kind": "price", "quantity": 3, "price": "3,00", "articles": ["23"]},
         "CROISSANT + CROISSANT + CROISSANT : 3,60 -> 3,00"),
        ({"kind": "percent", "percent": "30", "articles": ["boisson"]}, "CAFE : 1,10 -> 0,77"),
    ],
)  # fmt: skip
def test_an_example_of_a_promotion_is_what_the_till_would_take(
    table: dict[str, object], says: str
) -> None:
    catalog = good(SHOP)
    promotions = parse_promotions({"promotion": [{"name": "OFFRE", **table}]})
    assert list(of_promotions(promotions, catalog, DAY)) == [f"OFFRE : {says}"]
    till = bench(catalog)
    till.counter.desk.promotions = promotions
    names = {item.name: item.plu for item in catalog.items}
    for name in says.partition(" :")[0].split(" + "):
        till.press(f"{names[name]} PLU")
    till.press("ST")
    assert f"{till.total / 100:.2f}".replace(".", ",") == says.rpartition(" ")[2]


def test_a_label_is_shown_read_back() -> None:
    priced, weighed = ("21IIIIIVVVVVC", Measure.PRICE, 2), ("2xIIIIIVVVVVC", Measure.WEIGHT, 3)
    patterns = (Pattern(*priced), Pattern(*weighed))
    catalog, _ = parse_catalog(SHOP.encode(), patterns)
    lines = list(of_labels(catalog))
    assert [line.partition(" = ")[2] for line in lines] == ["CROISSANT 12,34", "COMTE 1,234 kg"]
    for pattern in patterns:
        code = pattern.example("31")
        assert check_digit(code[:-1]) == int(code[-1])
        label = read_label(code, [pattern])
        assert label and label.item.lstrip("0") == "31"
