"""Exports of web shops, in their own columns, become a catalogue that the till takes."""

import pytest

from pos_terminal.domain.files.catalog import parse_catalog
from pos_terminal.domain.files.exports import ExportFormat, Imported, Wishes, convert
from pos_terminal.domain.files.table import NoTableError
from pos_terminal.domain.quantity import Price

RATES = {"standard": 2000, "reduced-rate": 550, "none": 0, "1": 2000, "2": 550}

WOOCOMMERCE = (
    "ID,Type,SKU,Name,Published,Tax status,Tax class,Sale price,Regular price,Categories,Parent\n"
    "1,variable,miel,Miel,1,taxable,reduced-rate,,,Epicerie > Miels,\n"
    '2,variation,miel-250,"Miel - 250 g",1,taxable,parent,,8.50,,miel\n'
    '3,simple,3010470111127,"Vin <b>rouge</b> &amp; fort",1,taxable,,9.90,12,Cave,\n'
    "4,simple,,Brouillon,0,taxable,,,5,,\n"
    "5,grouped,,Coffret,1,taxable,,,,,\n"
    "6,simple,,Carte,1,none,,,25,,\n"
)
PRESTASHOP = (
    "ID;Actif (0/1);Nom *;Catégories (x,y,z...);Prix HT;ID règle de taxes;EAN13;UPC\n"
    "1;1;Pain d'épices;Epicerie/Douceurs,Accueil;7,109005;2;3010470111127;\n"
    "2;0;Ancien;;3;1;;\n"
    "3;1;Nougat;;5;1;1234567890123;\n"
    "4;1;Copie;;5;1;3010470111127;\n"
)
SHOPIFY = (
    "Handle,Title,Body (HTML),Type,Published,Option1 Value,Option2 Value,Variant Price,"
    "Variant Taxable,Variant Barcode,Gift Card,Status\n"
    'the,Thé vert,"<p>Bon,\nchaud</p>",Thés,true,100 g,,9.50,true,036000291452,false,active\n'
    "the,,,,,250 g,Boîte,19.00,true,,,\n"
    "the,,,,,,,,,,,\n"
    "bon,Carte cadeau,,,true,Default Title,,50,false,,true,active\n"
    "vieux,Vieux,,,false,Default Title,,5,true,,false,draft\n"
)


def rows(made: Imported) -> list[tuple[str, ...]]:
    return [tuple(row.values()) for row in made.rows]


def read(text: str, program: ExportFormat, *, with_tax: bool = True, **more: object) -> Imported:
    made = convert(text.encode(), program, Wishes(rates=RATES, with_tax=with_tax, **more))  # type: ignore[arg-type]
    catalog, problems = parse_catalog(made.text().encode())
    assert problems == () and len(catalog.items) == len(made.rows)
    return made


def test_woocommerce() -> None:
    made = read(WOOCOMMERCE, ExportFormat.WOOCOMMERCE)
    assert rows(made) == [
        ("1001", "Miel - 250 g", "8,50", "5,5", "Miels", ""),
        ("1002", "Vin rouge & fort", "9,90", "20", "Cave", "3010470111127"),
        ("1003", "Carte", "25,00", "0", "", ""),
    ]
    assert [(each.line, each.reason) for each in made.dropped] == [
        (2, "« variable » : rien qui se vende tel quel en caisse"),
        (5, "non publié"),
        (6, "« grouped » : rien qui se vende tel quel en caisse"),
    ]


def test_prestashops_prices_without_tax_come_out_at_a_whole_cent() -> None:
    """7,109005 without 5,5 % is what its back office keeps for 7,50."""
    made = read(PRESTASHOP, ExportFormat.PRESTASHOP, with_tax=False)
    assert rows(made) == [
        ("1001", "Pain d'épices", "7,50", "5,5", "Douceurs", "3010470111127"),
        ("1002", "Nougat", "6,00", "20", "", ""),
        ("1003", "Copie", "6,00", "20", "", ""),
    ]
    assert [(each.line, each.reason) for each in made.dropped] == [
        (3, "non actif"),
        (4, "sans son code-barres 1234567890123 : ce n'est pas un GTIN"),
        (5, "sans son code-barres 3010470111127 : celui de la ligne 2"),
    ]


def test_an_offer_with_dates_is_no_price_for_ever() -> None:
    text = (
        "ID,Type,SKU,Name,Published,Tax class,Sale price,Regular price,"
        "Date sale price starts,Date sale price ends\n"
        "1,simple,,Vin,1,,6.50,8,2020-01-01,2020-02-01\n"
        "2,simple,,Cidre,1,,6.50,8,,\n"
    )
    made = read(text, ExportFormat.WOOCOMMERCE)
    assert [row["price"] for row in made.rows] == ["8,00", "6,50"]
    assert [(d.line, d.reason) for d in made.dropped] == [
        (2, "sans son prix promotionnel 6.50 : il a des dates")
    ]


def test_a_variations_tax_is_its_products_that_has_no_sku() -> None:
    """5,5 % and no standard rate; where the product is not in the table nothing tells."""
    text = (
        "ID,Type,SKU,Name,Published,Tax class,Regular price,Parent\n"
        "5,variation,,Tarte 4,1,parent,10,id:4\n"
        "4,variable,,Tarte,1,reduced-rate,,\n"
        "6,variation,,Autre,1,parent,10,id:9\n"
        "8,variation,,Caché,1,parent,10,id:7\n"
        "7,variable,,Brouillon,-1,reduced-rate,,\n"
    )
    made = read(text, ExportFormat.WOOCOMMERCE)
    assert [(row["name"], row["vat"]) for row in made.rows] == [("Tarte 4", "5,5")]
    assert [(d.line, d.reason) for d in made.dropped if d.name in ("Autre", "Caché")] == [
        (4, "sa TVA est celle de « id:9 » : absent"), (5, "non publié"),
    ]  # fmt: skip


@pytest.mark.parametrize("with_tax", [True, False])
def test_of_two_columns_of_prices_the_one_that_was_asked_for(with_tax: bool) -> None:
    text = (
        "Product ID;Name;Price (tax excl.);Price (tax incl.);Status\n"
        "1;Vin;10.000000;12.000000;1\n2;Ancien;10;12;0\n3;Avoir;-1;-1;1\n"
    )
    made = read(text, ExportFormat.PRESTASHOP, with_tax=with_tax)
    assert [row["price"] for row in made.rows] == ["12,00"]
    assert [d.name for d in made.dropped] == ["Ancien", "Avoir"]
    other = text.replace("Price (tax incl.)" if with_tax else "Price (tax excl.)", "Stock")
    with pytest.raises(NoTableError):
        read(other, ExportFormat.PRESTASHOP, with_tax=with_tax)


def test_shopifys_variants_have_their_products_name() -> None:
    made = read(SHOPIFY, ExportFormat.SHOPIFY)
    assert rows(made) == [
        ("1001", "Thé vert 100 g", "9,50", "20", "Thés", "036000291452"),
        ("1002", "Thé vert 250 g Boîte", "19,00", "20", "Thés", ""),
    ]
    assert [each.name for each in made.dropped] == ["Carte cadeau", "Vieux"]


def test_a_table_of_anybodys() -> None:
    text = "libellé;prix TTC;TVA;code-barres\nPAIN;1,30;5,5 %;\nVIN;12;20;\nSEL;1;;\n"
    assert rows(read(text, ExportFormat.CSV)) == [
        ("1001", "PAIN", "1,30", "5,5", "", ""),
        ("1002", "VIN", "12,00", "20", "", ""),
        ("1003", "SEL", "1,00", "20", "", ""),
    ]


def test_nothing_is_guessed() -> None:
    wishes = Wishes(rates={"none": 0}, with_tax=True)
    assert convert(WOOCOMMERCE.encode(), ExportFormat.WOOCOMMERCE, wishes).unmapped == (
        "reduced-rate",
        "standard",
    )
    with pytest.raises(NoTableError):
        read(WOOCOMMERCE, ExportFormat.SHOPIFY)
    with pytest.raises(NoTableError):
        read(SHOPIFY, ExportFormat.PRESTASHOP)


def test_an_article_keeps_its_number() -> None:
    known = {"03010470111127": "7", "Carte": "1001"}
    made = read(WOOCOMMERCE, ExportFormat.WOOCOMMERCE, known=known)
    assert [row["plu"] for row in made.rows] == ["1002", "7", "1001"]
    catalog, _ = parse_catalog(made.text().encode())
    wine = catalog.plu("7")
    assert wine and wine.prices.starts[0][1] == Price(990)
