"""The catalogue's file: full and minimal format, dates, and every mistake by line and key."""

from datetime import date
from hashlib import sha256

import pytest

from pos_terminal.domain.catalog.catalog import Catalog, Found, Item
from pos_terminal.domain.codes.barcode import CheckDigitError, Measure, Pattern, check_digit
from pos_terminal.domain.dated import Dated, dated
from pos_terminal.domain.files.catalog import parse_catalog
from pos_terminal.domain.files.cells import parse_rate
from pos_terminal.domain.quantity import Price, Unit

ALWAYS = date.min
FULL = """plu;name;price;per;unit;family;vat;barcode;from
0028;TRADITION;1,30;;;pain;5.5;3010470111127 36000291452;
29;OEUFS;20,00;5;;;5,5 %;;
30;COMTE;24,90 €;;KG;fromage;5.5;;
31;VIN;;;cl;;20;;
"""


def good(text: str | bytes) -> Catalog:
    source = text.encode() if isinstance(text, str) else text
    catalog, problems = parse_catalog(source)
    assert problems == ()
    assert catalog.sha256 == sha256(source).hexdigest()
    return catalog


def always(cents: int, per: int = 1000) -> Dated[Price]:
    return Dated(((ALWAYS, Price(cents, per)),))


def test_the_full_format() -> None:
    text = FULL.replace("36000291452", "036000291452")
    assert good(text).items == (
        Item(
            "28", "TRADITION", always(130), Dated(((ALWAYS, 550),)), family="pain",
            barcodes=("3010470111127", "036000291452"),
        ),
        Item("29", "OEUFS", always(2000, 5000), Dated(((ALWAYS, 550),))),
        Item("30", "COMTE", always(2490), Dated(((ALWAYS, 550),)), Unit.KG, "fromage"),
        Item("31", "VIN", Dated(()), Dated(((ALWAYS, 2000),)), Unit.CL),
    )  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_the_minimal_format_as_spreadsheets_write_it(encoding: str) -> None:
    catalog = good("plu,name,price_ttc_last\r\n28,PÂTÉ,1.15\r\n".encode(encoding))
    assert catalog.items == (Item("28", "PÂTÉ", always(115)),)


def test_prices_and_rates_hold_from_their_dates_on() -> None:
    catalog = good(
        "plu,name,price,vat,from\n"
        '1,CAFE,"1,20",10,2026-07-01\n'
        '1,CAFE,"1,00",5.5,\n'
        "1,CAFE,,20,2027-01-01\n"
    )
    (item,) = catalog.items
    assert item.name == "CAFE"
    days = [date(2026, 6, 30), date(2026, 7, 1), date(2027, 1, 1)]
    assert [item.prices.on(day) for day in days] == [Price(100), Price(120), Price(120)]
    assert [item.vats.on(day) for day in days] == [550, 1000, 2000]


def test_before_the_first_date_there_is_no_price() -> None:
    (item,) = good("plu,name,price,from\n1,GALETTE,15,2026-01-01\n").items
    assert item.prices.on(date(2025, 12, 31)) is None


@pytest.mark.parametrize(
    ("row", "key", "reason"),
    [
        ("A1,X,1", "plu", "'A1' n'est pas un numéro de 1 à 9 chiffres"),
        (",X,1", "plu", "'' n'est pas un numéro de 1 à 9 chiffres"),
        ("1234567890,X,1", "plu", "'1234567890' n'est pas un numéro de 1 à 9 chiffres"),
        ("٣,X,1", "plu", "'٣' n'est pas un numéro de 1 à 9 chiffres"),
        ("2,,1", "name", "'' n'est pas un libellé"),
        ("2,A\tB,1", "name", "'A\\tB' n'est pas un libellé"),
        ("2,X,un", "price", "'un' n'est pas un nombre"),
        ("2,X,-1", "price", "'-1' n'est pas un prix jusqu'à 99999,99"),
        ("2,X,100000", "price", "'100000' n'est pas un prix jusqu'à 99999,99"),
        ("2,X,1.155", "price", "'1.155' a plus de 2 décimales"),
        ("2,X,1,0", "per", "'0' n'est pas une quantité"),
        ("2,X,1,-5", "per", "'-5' n'est pas une quantité"),
        ("2,X,1,cinq", "per", "'cinq' n'est pas un nombre"),
        ("2,X,1,,litre", "unit", "'litre' n'est ni piece, ni kg, ni cl"),
        ("2,X,1,,,101", "vat", "'101' n'est pas un taux entre 0 et 100 %"),
        ("2,X,1,,,-5", "vat", "'-5' n'est pas un taux entre 0 et 100 %"),
        ("2,X,1,,,TVA", "vat", "'TVA' n'est pas un nombre"),
        ("2,X,1,,,,3010470111128", "barcode", "'3010470111128' : la clé de contrôle est fausse"),
        ("2,X,1,,,," + "9" * 129, "barcode", f"'{'9' * 20}' n'est pas un code-barres"),
        ("2,X,1,,,,3010470111127", "barcode", "'3010470111127' est celui du PLU 1 à la ligne 2"),
        ("2,X,1,,,,,demain", "from", "'demain' n'est pas une date AAAA-MM-JJ ou JJ/MM/AAAA"),
        ("2,X,1,,,,,2026-02-30", "from",
         "'2026-02-30' n'est pas une date AAAA-MM-JJ ou JJ/MM/AAAA"),
        ("1,X,1", "plu", "le PLU 1 est déjà à la ligne 2"),
        ("001,X,1", "plu", "le PLU 1 est déjà à la ligne 2"),
        ("2,X,1,,,,,,9", "", "9 cases sous 8 colonnes"),
    ],
)
def test_each_mistake_by_line_and_key_and_the_other_rows_stand(
    row: str, key: str, reason: str
) -> None:
    text = (
        "plu,name,price,per,unit,vat,barcode,from\n"
        "1,PAIN,1,,,,3010470111127,\n" + row + "\n9,FIN,2,,,,,\n"
    )
    catalog, problems = parse_catalog(text.encode())
    assert [(p.line, p.key, p.reason) for p in problems] == [(3, key, reason)]
    assert [item.plu for item in catalog.items] == ["1", "9"]


def test_a_refused_row_claims_neither_number_nor_code() -> None:
    catalog, problems = parse_catalog(
        b"plu,name,price,barcode\n"
        b"1,A,1,\n"
        b"1,AGAIN,1,036000291452\n"
        b"2,TWO,1,036000291452 3010470111127\n"
        b"3,THREE,1,96385074 3010470111127\n"
        b"4,FOUR,1,96385074\n"
    )
    assert [p.line for p in problems] == [3, 5]
    assert [item.plu for item in catalog.items] == ["1", "2", "4"]


@pytest.mark.parametrize(
    ("text", "key"),
    [("", "plu, name, price"), ("plu,name\n1,X\n", "price")],
)
def test_a_file_without_the_needed_columns(text: str, key: str) -> None:
    catalog, problems = parse_catalog(text.encode())
    assert [(p.line, p.key) for p in problems] == [(1, key)]
    assert catalog.items == ()


@pytest.mark.parametrize(("text", "rate"), [("5.5", 550), ("5,5 %", 550), ("20", 2000), ("0", 0)])
def test_rates(text: str, rate: int) -> None:
    assert parse_rate(text) == rate


def test_two_values_from_one_date() -> None:
    with pytest.raises(ValueError, match="same date"):
        dated([(ALWAYS, 1), (ALWAYS, 2)])


LABELS = [Pattern("21IIIIIVVVVVC", Measure.PRICE, 2), Pattern("22IIIIIVVVVVC", Measure.WEIGHT, 3)]
SHOP, _ = parse_catalog(
    b"plu,name,price,unit,barcode\n"
    b"1,PAIN,1,,036000291452\n"
    b"2,COMTE,20,kg,3010470111127\n"
    b"3,DOUBLE,1,,\n"
    b"4,DOUBLE,1,,\n"
    b"0,ZERO,1,,2100099000993\n",
    LABELS,
)
PAIN, COMTE, ZERO = SHOP.items[0], SHOP.items[1], SHOP.items[-1]


def label(body: str) -> str:
    return body + str(check_digit(body))


def test_finding_by_number() -> None:
    assert SHOP.plu("1") is SHOP.plu("001") is PAIN
    assert SHOP.plu("000") is ZERO
    assert SHOP.plu("9") is None


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("036000291452", Found(PAIN)),
        ("0036000291452", Found(PAIN)),
        ("00036000291452", Found(PAIN)),
        (label("210000100250"), Found(PAIN, cents=250)),
        (label("220000200480"), Found(COMTE, quantity=480)),
        (label("220000100480"), Found(PAIN)),
        (label("210000200250"), Found(COMTE, cents=250)),
        (label("210008800250"), None),
        ("2100099000993", Found(ZERO)),
        ("4006381333931", None),
        ("ABC", None),
    ],
)
def test_finding_by_code(code: str, found: Found | None) -> None:
    assert SHOP.code(code) == found


def test_a_label_that_was_misread() -> None:
    good_label = label("210000100250")
    wrong = good_label[:-1] + str((int(good_label[-1]) + 1) % 10)
    with pytest.raises(CheckDigitError):
        SHOP.code(wrong)
