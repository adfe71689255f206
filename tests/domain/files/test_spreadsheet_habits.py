"""One cell as a spreadsheet leaves it, anywhere: refused, or read as what it was, never as another.

Whatever the habit, no article of the shop comes to cost, weigh, tax or bound otherwise in silence.
"""

from collections.abc import Callable
from datetime import date

import pytest

from pos_terminal.domain.catalog.catalog import Catalog
from pos_terminal.domain.files.catalog import parse_catalog

DAY = date(2026, 3, 3)
ROWS = [
    row.split(";")
    for row in """plu;name;price;unit;vat;barcode;family;min;max;voucher;discount
1;TRADITION;1,30;;5,5;;pain;;;;
2;BAGUETTE;1,00;;5,5;3000100028864;pain;;;;
4;COMTÉ;24,90;kg;5,5;;crémerie;;;;
5;GRAND CRU;1 208,00;;20;3010470111127;vin;;;;
7;DIVERS;;;20;;;0,50;10,00;;
90;BON;;;;;;5,00;150,00;multi;
92;LIVRE;20,00;;5,5;;livres;;;;no""".splitlines()
]
DIGITS = "0123456789"

HABITS: dict[str, Callable[[str], str]] = {
    "a zero before it": lambda cell: f"0{cell}" if cell else cell,
    "an apostrophe that says text": lambda cell: f"'{cell}" if cell else cell,
    "a no-break space": lambda cell: f"\u00a0{cell.replace(' ', chr(0x202F))}",
    "blanks around it": lambda cell: f"  {cell} ",
    "quotes": lambda cell: f'"{cell}"',
    "a currency": lambda cell: f"{cell} €" if cell else cell,
    "a currency before it": lambda cell: f"€{cell}" if cell else cell,
    "per cent": lambda cell: f"{cell} %" if cell else cell,
    "scientific": lambda cell: f"{cell}E+02" if cell else cell,
    "a point": lambda cell: cell.replace(",", "."),
    "a minus": lambda cell: f"-{cell}" if cell else cell,
    "in brackets": lambda cell: f"({cell})" if cell else cell,
    "thousands by points": lambda cell: f"1.{cell}" if cell else cell,
    "thousands by a point, and no cents": lambda cell: cell.replace(" ", ".").removesuffix(",00"),
    "three decimals": lambda cell: f"{cell}0" if "," in cell else cell,
    "a blank for the comma": lambda cell: cell.replace(",", " "),
    "a date": lambda _: "01/03/2026",
    "a day": lambda _: "30-janv",
    "an error": lambda _: "#REF!",
    "an error in French": lambda _: "#VALEUR!",
    "none": lambda _: "#N/A",
    "too narrow a column": lambda _: "#####",
    "a truth": lambda _: "VRAI",
    "wide digits": lambda cell: cell.translate({ord(d): ord(d) + 0xFEE0 for d in DIGITS}),
    "Arabic digits": lambda cell: cell.translate({ord(d): ord(d) + 0x630 for d in DIGITS}),
    "a semicolon behind it": lambda cell: f"{cell};" if cell else cell,
}
"""None of them means another value than the one that stood there."""

NAMES = ("name", "family")
"""Columns of words: what stands there is a word, whatever it looks like."""


def facts(catalog: Catalog) -> list[object]:
    return [
        (i.plu, i.listed(DAY), i.unit, i.rate(DAY), i.least, i.most, i.voucher, i.fixed)
        for i in catalog.items
    ]


def read(rows: list[list[str]]) -> Catalog | None:
    """None where it is refused."""
    catalog, problems = parse_catalog("\n".join(map(";".join, rows)).encode())
    return None if problems else catalog


@pytest.mark.parametrize("habit", HABITS)
def test_no_cell_becomes_another_price(habit: str) -> None:
    whole = read(ROWS)
    assert whole
    understood = refused = 0
    for at, row in enumerate(ROWS[1:], 1):
        for column, name in enumerate(ROWS[0]):
            cell = HABITS[habit](row[column])
            if cell == row[column] or (name in NAMES and not cell.startswith("#")):
                continue
            found = read([*ROWS[:at], [*row[:column], cell, *row[column + 1 :]], *ROWS[at + 1 :]])
            if found is None:
                refused += 1
            elif name == "barcode" and not row[column]:
                continue  # a code of its own making: what is scanned says what it is
            else:
                understood += 1
                assert facts(found) == facts(whole), (at, name, cell)
    assert understood + refused


def test_an_apostrophe_takes_no_barcode_away() -> None:
    rows = [[f"'{c}" if c.isdigit() and len(c) == 13 else c for c in row] for row in ROWS]
    found = read(rows)
    assert found and found.code("3000100028864")


def test_what_a_spreadsheet_could_not_reckon_is_named_by_line_and_column() -> None:
    source = "plu;name;price;note\n1;PAIN;1,30;#N/A\n2;#NOM?;1,00;\n"
    _, problems = parse_catalog(source.encode())
    assert [(problem.line, problem.key) for problem in problems] == [(3, "name")]
