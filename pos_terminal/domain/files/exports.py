"""Articles out of the exports of web shops and other programs, as a catalogue of ours. Pure.

An export is a table of the web shop's own columns. What it does not say (a number to type, often
the VAT rate, whether prices hold the tax) is asked for or given; what has no place at a till is
dropped, and said with its line. Columns as the programs' own documentation names them:
WooCommerce «Product CSV Import Schema», PrestaShop «products_import.csv», Shopify «Using CSV
files to import and export products».
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from html import unescape

from msgspec import Struct, field

from pos_terminal.domain.codes.barcode import is_gtin, key_of
from pos_terminal.domain.files.cells import BadCell, cents, number, parse_vat
from pos_terminal.domain.files.columns import COLUMNS
from pos_terminal.domain.files.table import NoTableError, Problem, TableRow, decode, rows
from pos_terminal.domain.language import say
from pos_terminal.domain.money import WHOLE, divide
from pos_terminal.domain.notation import euros, percent

FIRST_NUMBER = 1001
"""Where given numbers begin: short ones stay free for what is typed by heart."""

STANDARD = "standard"
"""What the tax class is called that an export leaves empty."""

_ZEROS = re.compile(r"(?<=[.,][0-9]{2})0{4}$")
"""Behind the cents of a price with six decimals."""

_TAGS = re.compile(r"<[^>]*>")


class ExportFormat(Enum):
    """Where a table comes from."""

    WOOCOMMERCE = "woocommerce"
    PRESTASHOP = "prestashop"
    SHOPIFY = "shopify"
    CSV = "csv"


class ExportedArticle(Struct, frozen=True):
    """One article of an export; `price` as it stands there, `tax_class` as the program calls it.

    `plu` is empty where the program has no number for it.
    """

    line: int
    name: str
    price: str
    tax_class: str = ""
    family: str = ""
    barcode: str = ""
    plu: str = ""


class Dropped(Struct, frozen=True):
    """What was left out, and why."""

    line: int
    name: str
    reason: str


class Wishes(Struct, frozen=True, kw_only=True):
    """What an export does not say. `rates` maps its tax classes to basis points.

    `with_tax` tells whether its prices hold the tax; `known` maps barcodes and names of the
    present catalogue to their numbers, so that a second import gives an article the same one.
    """

    rates: Mapping[str, int]
    with_tax: bool
    first: int = FIRST_NUMBER
    known: Mapping[str, str] = field(default_factory=dict)


class Imported(Struct, frozen=True):
    """The rows of a catalogue, what was left out, and the tax classes that have no rate yet."""

    rows: tuple[dict[str, str], ...]
    dropped: tuple[Dropped, ...]
    unmapped: tuple[str, ...] = ()

    def text(self) -> str:
        """The catalogue's file: semicolons and decimal commas, as a French spreadsheet opens it."""
        out = _Lines()
        writer = csv.DictWriter(out, HEADER, delimiter=";", lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(self.rows)
        return "".join(out.lines)


class _Lines:
    """What a csv writer writes to, in memory."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def write(self, line: str) -> None:
        self.lines.append(line)


HEADER = ("plu", "name", "price", "vat", "family", "barcode")


def convert(source: bytes, program: ExportFormat, wishes: Wishes) -> Imported:
    """The export's articles as rows of a catalogue. NoTableError where it is no such export."""
    dropped: list[Dropped] = []
    made: list[dict[str, str]] = []
    unmapped: dict[str, None] = {}
    numbers, codes = _Numbers(wishes), dict[str, int]()
    for found in _read(source, program, wishes):
        if isinstance(found, Dropped):
            dropped.append(found)
            continue
        rate = _rate(found.tax_class, program, wishes)
        if rate is None:
            unmapped[found.tax_class or STANDARD] = None
            continue
        try:
            price = _price(found.price, rate, with_tax=wishes.with_tax)
        except BadCell as bad:
            dropped.append(Dropped(found.line, found.name, str(bad)))
            continue
        code, why = _code(found, codes)
        if why:
            dropped.append(Dropped(found.line, found.name, why))
        made.append(
            {
                "plu": numbers.of(found, code),
                "name": found.name,
                "price": price,
                "vat": percent(rate),
                "family": found.family,
                "barcode": code,
            }
        )
    return Imported(tuple(made), tuple(dropped), tuple(unmapped))


def _read(
    source: bytes, program: ExportFormat, wishes: Wishes
) -> Iterator[ExportedArticle | Dropped]:
    match program:
        case ExportFormat.WOOCOMMERCE:
            return _woocommerce(source)
        case ExportFormat.PRESTASHOP:
            return _prestashop(source, with_tax=wishes.with_tax)
        case ExportFormat.SHOPIFY:
            return _shopify(source)
        case ExportFormat.CSV:
            return _csv(source)


class _Numbers:
    """Numbers to type: an article's own, from the export or the present catalogue, or a new one."""

    def __init__(self, wishes: Wishes) -> None:
        self._known = wishes.known
        self._taken = frozenset(wishes.known.values())
        self._given: set[str] = set()
        self._next = wishes.first

    def of(self, article: ExportedArticle, code: str) -> str:
        plu = article.plu or self._known.get(key_of(code)) or self._known.get(article.name)
        while plu is None or plu in self._given:
            plu, self._next = str(self._next), self._next + 1
            plu = plu if plu not in self._taken else None
        self._given.add(plu)
        return plu


def _rate(tax_class: str, program: ExportFormat, wishes: Wishes) -> int | None:
    """The class's rate; a table of anybody's has the rate itself where others have a class."""
    if program is ExportFormat.CSV and tax_class and tax_class not in wishes.rates:
        try:
            return parse_vat(tax_class)
        except BadCell:
            return None
    return wishes.rates.get(tax_class or STANDARD)


def _price(text: str, rate: int, *, with_tax: bool) -> str:
    """With tax and a decimal comma; empty stays empty: the clerk types it."""
    if not text:
        return ""
    # Prices without tax have up to six decimals, so that with tax they come out at a whole cent;
    # some programs write as many where they hold it.
    if with_tax:
        price = cents(_ZEROS.sub("", text), "price")
    else:
        price = divide(number(text, 6, "price") * (WHOLE + rate), WHOLE * 10_000)
    if price < 0:
        raise BadCell("price", say("{text!r} : un prix au-dessous de zéro", text=text))
    return euros(price)


def _code(article: ExportedArticle, codes: dict[str, int]) -> tuple[str, str]:
    """The barcode, or why it is left out: it is no GTIN, or that of an earlier article."""
    code = article.barcode.strip("'\u00a0 ")
    if not code:
        return "", ""
    if not is_gtin(code):
        return "", f"sans son code-barres {code} : ce n'est pas un GTIN"
    line = codes.setdefault(key_of(code), article.line)
    if line != article.line:
        return "", f"sans son code-barres {code} : celui de la ligne {line}"
    return code, ""


def _name(text: str) -> str:
    """A label: no markup, no line breaks."""
    return " ".join(unescape(_TAGS.sub(" ", text)).split())


def _woocommerce(source: bytes) -> Iterator[ExportedArticle | Dropped]:
    """A variable product is no article, its variations are; a grouped one is none either."""
    table = [*_rows(source, ("Type", "Name", "Regular price"))]
    # A variation names its product by its SKU, or by its ID where it has none.
    products = {f"id:{row['id']}": row for row in table} | {row["sku"]: row for row in table}
    products.pop("", None)
    for row in table:
        name, parent = _name(row["name"]), products.get(row["parent"])
        if why := _unsold(row, parent):
            yield Dropped(row.line, name, why)
            continue
        whose = parent if parent and row["tax class"] == "parent" else row
        tax_class = "none" if row["tax status"].lower() == "none" else whose["tax class"]
        code = row["gtin, upc, ean, or isbn"] or (row["sku"] if is_gtin(row["sku"]) else "")
        sale, dates = row["sale price"], row["date sale price starts"] + row["date sale price ends"]
        if sale and dates:  # over, or not begun, or about to end: a catalogue's price stays
            yield Dropped(row.line, name, f"sans son prix promotionnel {sale} : il a des dates")
            sale = ""
        price = sale or row["regular price"]
        family = _family(row) or _family(parent or row)
        yield ExportedArticle(row.line, name, price, tax_class, family, code)


def _unsold(row: TableRow, parent: TableRow | None) -> str:
    """Why a row of WooCommerce's is no article of a till; empty where it is one."""
    kind = row["type"].split(",")[0].strip().lower()
    if any(each["published"] not in ("1", "") for each in (row, parent) if each):
        return "non publié"
    if kind not in ("simple", "variation"):
        return f"« {kind} » : rien qui se vende tel quel en caisse"
    if row["tax class"] == "parent" and parent is None:
        return f"sa TVA est celle de « {row['parent']} » : absent"
    return ""


def _family(row: TableRow) -> str:
    """The last level of the first category."""
    return row["categories"].split(",")[0].rpartition(">")[2].strip()


def _prestashop(source: bytes, *, with_tax: bool) -> Iterator[ExportedArticle | Dropped]:
    """The import and export of the back office, in English or French.

    Its columns of prices say whether these hold the tax, and an export may have both.
    """
    prices = _WITH_TAX if with_tax else _WITHOUT_TAX
    columns = {**_PRESTASHOP, "price": f"{prices}|price|prix"}
    found = False
    for row in _rows(source):
        cell = {name: _first(row, others) for name, others in columns.items()}
        if not found and (missing := [name for name in ("name", "price") if cell[name] is None]):
            raise NoTableError(
                Problem(1, ", ".join(missing), say("l'en-tête n'a pas cette colonne"))
            )
        found = True
        name, family = _name(cell["name"] or ""), (cell["categories"] or "").split(",")[0]
        if cell["active"] == "0":
            yield Dropped(row.line, name, "non actif")
            continue
        yield ExportedArticle(
            row.line, name, cell["price"] or "", cell["tax class"] or "",
            family.rpartition("/")[2].strip(), cell["ean13"] or cell["upc"] or "",
        )  # fmt: skip


def _shopify(source: bytes) -> Iterator[ExportedArticle | Dropped]:
    """A product's further variants and pictures stand on rows of their own, without its title."""
    product: TableRow | None = None
    for row in _rows(source, ("Handle", "Title", "Variant Price")):
        product = row if row["title"] or product is None else product
        name = _name(product["title"])
        if not row["variant price"]:
            continue  # a row of a further picture
        if product["published"].lower() == "false" or product["status"] in ("draft", "archived"):
            yield Dropped(row.line, name, "non publié")
            continue
        if product["gift card"].lower() == "true":
            yield Dropped(row.line, name, "carte cadeau : voir la colonne voucher du catalogue")
            continue
        values = [row[f"option{n} value"] for n in (1, 2, 3)]
        more = [value for value in values if value and value != "Default Title"]
        tax_class = "" if row["variant taxable"].lower() != "false" else "none"
        yield ExportedArticle(
            row.line,
            " ".join([name, *more]),
            row["variant price"],
            tax_class,
            product["type"],
            row["variant barcode"],
        )


def _csv(source: bytes) -> Iterator[ExportedArticle | Dropped]:
    """A table of anybody's: columns under the names of the catalogue, or under French ones."""
    for row in _rows(source, ("name", "price"), COLUMNS):
        yield ExportedArticle(
            row.line, _name(row["name"]), row["price"], row["vat"].replace("%", "").strip(),
            row["family"], row["barcode"], row["plu"],
        )  # fmt: skip


def _rows(
    source: bytes, needed: Sequence[str] = (), known: Mapping[str, str] | None = None
) -> Iterator[TableRow]:
    """The rows; one that cannot be read stops the import, for its neighbours may be wrong, too."""
    for row in rows(decode(source), [name.lower() for name in needed], known):
        if isinstance(row, Problem):
            raise NoTableError(row)
        yield row


def _first(row: TableRow, others: str) -> str | None:
    """The cell under the first of these columns that the table has; None where it has none."""
    return next((row[name] for name in others.split("|") if name in row.cells), None)


_PRESTASHOP: Mapping[str, str] = {
    "active": "active (0/1)|active|status|actif (0/1)|actif|état|statut",
    "name": "name *|name|nom *|nom",
    "categories": "categories (x,y,z...)|category|categories|catégories (x,y,z...)|catégorie",
    "tax class": "tax rules id|id règle de taxes|id règles de taxes",
    "ean13": "ean13|ean-13",
    "upc": "upc",
}
"""What stands in a product, under the names that its versions and languages give the column."""

_WITH_TAX = "price tax included|price (tax incl.)|prix ttc|prix (ttc)"
_WITHOUT_TAX = "price tax excluded|price (tax excl.)|prix ht|prix (ht)"
