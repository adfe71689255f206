"""Many prices at once, and the labels for the shelf: from the console, by hand or by the till."""

import csv
import re
from datetime import date
from fractions import Fraction
from io import StringIO
from pathlib import Path
from urllib.parse import urlencode

import pytest

from pos_service_console.catalogue import cells_of, with_cells
from pos_service_console.comparing import compared, fields, parsed
from pos_service_console.pages.articles import field_names
from pos_service_console.pages.bulk import STEPS, Bulk
from pos_terminal.domain.events.system import CatalogChanged
from pos_terminal.testing.running import run
from tests.support.console import Console, Got, open_console
from tests.support.shop import CATALOG

DAY = date(2026, 3, 3)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("by", ["5", "-2,5", "+10", "-33.33"])
def test_a_price_goes_to_the_nearest_step(by: str, step: int) -> None:
    """Held to each price itself, by no formula: none other of the steps is nearer."""
    bulk = Bulk.typed({"by": by, "kind": "percent", "step": str(step)})
    for cents in range(1, 2000, 7):
        wanted = cents * (100 + Fraction(by.replace(",", "."))) / 100
        made = bulk.changed(cents)
        assert made % step == 0
        assert made - wanted <= Fraction(step, 2) and wanted - made < Fraction(step, 2)
    euros = Bulk.typed({"by": by, "kind": "euros", "step": "1"})
    assert euros.changed(1000) == 1000 + round(float(by.replace(",", ".")) * 100)


@pytest.mark.parametrize(
    "by", ["", "cinq", "1e3", "--5", "5,123", "12345", "\N{ARABIC-INDIC DIGIT FIVE}"]
)
def test_what_is_no_number_is_refused(by: str) -> None:
    with pytest.raises(ValueError, match="combien"):
        Bulk.typed({"by": by, "kind": "percent", "step": "5"})


def test_only_the_cells_of_the_rows_that_hold_are_written() -> None:
    text = CATALOG.replace('GALETTE,"15,00"', 'GALETTE,"16,00"', 1)
    made = with_cells(text.encode(), {"33": {"price": "15,50"}, "1": {"price": "1,35"}}, DAY)
    before, after = ([*csv.reader(StringIO(each))] for each in (text, made.decode()))
    differ = [(old[:3], new[:3]) for old, new in zip(before, after, strict=True) if old != new]
    assert differ == [
        (["1", "TRADITION", "1,30"], ["1", "TRADITION", "1,35"]),
        (["33", "GALETTE", "16,00"], ["33", "GALETTE", "15,50"]),
    ]
    assert len(made.decode().splitlines()) == len(text.splitlines())
    with pytest.raises(ValueError, match=r"^À changer dans le tableau : .*77"):
        with_cells(text.encode(), {"1": {"price": "1"}, "77": {"price": "1"}}, DAY)


def test_every_cell_of_the_row_that_holds_is_told_under_the_file_s_own_heading() -> None:
    text = CATALOG.replace("allergens", "Allergènes", 1).replace(",part,", ",remarque,", 1)
    told = {each.heading: each.text for each in cells_of(text.encode(), "33", DAY)}
    *_, held = (row for row in csv.DictReader(StringIO(text)) if row["plu"] == "33")
    assert held["from"] and told == {
        heading: cell or "" for heading, cell in held.items() if heading != "remarque"
    }
    short = {each.column: each.text for each in cells_of(text.encode(), "2", DAY)}
    assert short["barcode"] == "3000100028864" and short["allergens"] == ""
    assert cells_of(text.encode(), "777", DAY) == []


def test_every_difference_is_in_words_for_whoever_agrees_to_it() -> None:
    columns = (
        "plu,name,price,unit,vat,family,meal_voucher,vat_on_spot,option,for,min,max,discount,"
        "stock,stock_unit,alert,content,part_of,part,made,allergens,tare"
    )
    before = f"""{columns}
1,PAIN,"1,00",,5.5,pain
2,COUPE,"0,10",,5.5
3,CARTON,"9,00",,5.5,,,,,,,,,yes
4,FILET,"9,00",kg,5.5
5,TRANCHE,"9,00",,5.5
"""
    after = f"""{columns}
1,PAIN,"1,00",,5.5,pain,yes,10,,,"0,50","2,00",no,yes,,"2,5",,,,yes,gluten; lait
2,COUPE,"0,10",,5.5,,,,COUPE!,pain; 1,,,,,,,,,,,aucun
3,CARTON,"9,00",,5.5,,,,,,,,,yes,DEMI=1/2
4,FILET,"9,00",kg,5.5,,,,,,,,,,,,,,,,,12
5,TRANCHE,"9,00",,5.5,,,,,,,,,,,,,3,1/6
"""
    found = compared(parsed(before.encode()), after.encode())
    assert found.problems == ()
    names = field_names()
    assert {*fields()} == {*names}
    told = {(each.plu, names[each.field]): (each.before, each.after) for each in found.differences}
    assert told == {
        ("1", "Titre-restaurant"): ("", "oui"),
        ("1", "TVA sur place"): ("", "10\N{NO-BREAK SPACE}%"),
        ("1", "Prix au moins"): ("", "0,50"),
        ("1", "Prix au plus"): ("", "2,00"),
        ("1", "Jamais remisé"): ("non", "oui"),
        ("1", "Stock suivi"): ("non", "oui"),
        ("1", "Alerte de stock"): ("", "2,5"),
        ("1", "Fait ici"): ("non", "oui"),
        ("1", "Allergènes"): ("", "GLUTEN, LAIT"),
        ("2", "Option de"): ("", "COUPE! pain 1"),
        ("2", "Allergènes"): ("", "aucun"),
        ("3", "Unité du stock"): ("", "DEMI = 0,5"),
        ("4", "Emballage (g)"): ("0", "12"),
        ("5", "Fait partie de"): ("", "1/6 × 3"),
    }


@pytest.mark.parametrize(
    ("row", "cell", "why"),
    [('1,"PAIN\nLONG",1', "price", "1 : sa ligne en occupe plusieurs"),
     ("1,PAIN,1", "vat", "1 : vat : l'en-tête n'a pas cette colonne")],
)  # fmt: skip
def test_what_is_to_be_changed_in_the_table_is_said(row: str, cell: str, why: str) -> None:
    with pytest.raises(ValueError, match=f"^À changer dans le tableau : {why}$"):
        with_cells(f"plu,name,price\n{row}\n".encode(), {"1": {cell: "2"}}, DAY)


@pytest.mark.parametrize("pasted", ["\N{LINE SEPARATOR}", "\v", "\f", "\x85", "\x1c"])
def test_what_ends_no_line_of_a_file_moves_no_price(pasted: str) -> None:
    text = f"plu,name,price,note\n1,PAIN,1,a{pasted}b\n2,FLAN,2,\n3,TARTE,3,\n"
    made = with_cells(text.encode(), {"2": {"price": "2,50"}}, DAY).decode()
    assert made == text.replace("2,FLAN,2,", '2,FLAN,"2,50",')


async def posted(console: Console, cookie: str, path: str, **form: str) -> Got:
    """Send that form as the page shows it, with what is typed."""
    shown = await console.ask("GET", path, Cookie=cookie)
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', shown.text))
    return await console.ask("POST", path, urlencode({**hidden, **form}), Cookie=cookie)


@pytest.mark.slow
def test_a_family_is_dearer_and_its_labels_say_so(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_console(tmp_path) as console:
            cookie = await console.sign_in()
            wrong = await posted(
                console, cookie, "/articles/bulk", by="x", kind="percent", step="5"
            )
            assert wrong.status == 422 and "De combien" in wrong.text
            nothing = await posted(
                console, cookie, "/articles/bulk", by="-100", kind="percent", step="5"
            )
            assert nothing.status == 422 and "ne coûterait plus rien" in nothing.text
            seen = await posted(
                console,
                cookie,
                "/articles/bulk",
                by="5",
                kind="percent",
                step="10",
                family="sandwich",
            )
            # One article of that family, and its price alone: 5,50 and 5 % are 5,775.
            assert "À confirmer : 1 changement<" in seen.text
            assert ">5,50</span>" in seen.text and ">5,80</strong>" in seen.text
            (name,) = set(re.findall(r'name="sha256" value="(\w+)"', seen.text))
            form = urlencode({"token": seen.token, "sha256": name})
            agreed = await console.ask("POST", "/articles/apply", form, Cookie=cookie)
            assert agreed.status == 303
            await console.shop.journaled(CatalogChanged)
            await console.shop.type("20 PLU")
            await console.shop.shows("JAMBON", "5,80")
            await console.shop.type("CASH")
            # One article in all that the table says of it; and the price that it will have.
            page = await console.ask("GET", "/articles/edit/1", Cookie=cookie)
            assert re.search(r'allergens\W*<input name="allergens" value="gluten"', page.text)
            seen = await posted(console, cookie, "/articles/edit/1", allergens="gluten; lait")
            assert "À confirmer : 1 changement<" in seen.text
            assert ">GLUTEN, LAIT</strong>" in seen.text
            wrong = await posted(console, cookie, "/articles/edit/1", barcode="3000100028865")
            assert wrong.status == 422 and "barcode" in wrong.text
            path = "/articles/labels"
            sheet = await posted(console, cookie, path, articles="20, 04", how="sheet")
            assert "5,80 €" in sheet.text and "24,90 €" in sheet.text and "le kg" in sheet.text
            printed = await posted(console, cookie, path, family="sandwich", how="till")
            assert "1 étiquette sort." in printed.text
            assert "5,80" in (await console.shop.bench.printer.next_paper()).text
            every = await posted(console, cookie, path, how="sheet")
            assert every.text.count("<li><strong>") == len(CATALOG.splitlines()) - 1 - 1  # GALETTE
            for wanted, why in (
                ({"articles": "20, 777"}, "pas dans le catalogue : '777'"),
                ({"articles": "=1"}, "pas dans le catalogue : '=1'"),
                ({"family": "x"}, "0 étiquettes, de 1 à 200"),
            ):
                none = await posted(console, cookie, path, how="till", **wanted)
                assert none.status == 422 and why in none.text

    run(body())
