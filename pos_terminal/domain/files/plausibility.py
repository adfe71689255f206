"""Whether cells that are right each for itself make sense together. Pure.

A spreadsheet breaks a table without breaking its form: «2,50» without quotes is a price of 2 and
a 50 in the next column, a code of thirteen digits becomes «3,01E+12», a leading zero goes. Each
check here names such a habit; what it cannot tell apart it refuses, for a price that nobody set
is worse than a file that has to be saved again.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from msgspec import Struct

from pos_terminal.domain.catalog.catalog import Choice
from pos_terminal.domain.codes.barcode import is_gtin
from pos_terminal.domain.events.values import VoucherPurpose
from pos_terminal.domain.files import goods as goods_file
from pos_terminal.domain.files.cells import BadCell
from pos_terminal.domain.files.columns import COLUMNS, NEEDED
from pos_terminal.domain.files.likeness import nearest
from pos_terminal.domain.files.table import Problem, TableRow, first_line, header, plain
from pos_terminal.domain.language import say
from pos_terminal.domain.notation import euros
from pos_terminal.domain.quantity import ONE, Price, Unit

_NUMBER = re.compile(r"[0-9]+([.,][0-9]+)?")
_SCIENTIFIC = re.compile(r"[0-9]+[.,]?[0-9]*[eE][+-]?[0-9]+")
_DRESSED = re.compile(r'="(.*)"|([0-9]+)[.,]0+')
"""A formula that is a text, and a number with decimals: what programs and people dress a code in
so that a spreadsheet leaves it alone, and what it makes of one all the same."""

GTIN_LENGTH_OF = {7: 8, 10: 12, 11: 12}
"""What a number of so many digits is once one or two zeros stand before it again."""

_CENTS = re.compile(r"[0-9]{2}")


class CatalogRow(Struct, frozen=True):
    """One row of the catalogue, cell by cell."""

    line: int
    plu: str
    name: str
    unit: Unit
    family: str
    barcodes: tuple[str, ...]
    meal_voucher: bool | None
    choice: Choice | None
    least: int | None
    most: int | None
    start: date
    price: Price | None
    staff: Price | None
    pro: Price | None
    vat: int | None
    vat_on_spot: int | None
    voucher: VoucherPurpose
    fixed: bool
    returnable: bool
    goods: goods_file.Cells


def of_table(text: str, read: Iterable[TableRow]) -> tuple[Problem, ...]:
    """Whether decimal commas may have become columns, in a file whose columns commas part.

    So it may be where every price is whole euros and two digits follow it in every row: then
    nobody can tell «2 euros, 50» from «2,50 euros».
    """
    first = header(first_line(text), NEEDED, COLUMNS)
    after = first.columns.index("price") + 1
    if first.delimiter != "," or after == len(first.columns):
        return ()
    following = first.columns[after]
    pairs = [(row["price"], row[following]) for row in read if row["price"]]
    doubtful = [price.isdigit() and bool(_CENTS.fullmatch(cell)) for price, cell in pairs]
    if not pairs or not all(doubtful):
        return ()
    reason = say(
        "des euros entiers partout, et deux chiffres sous «{column}» : des virgules décimales ? "
        'Ecrire 2.50 ou "2,50", ou séparer les colonnes par des points-virgules',
        column=following,
    )
    return (Problem(1, "price", reason),)


def of_row(entry: CatalogRow) -> None:
    """Raises BadCell where a price lies outside the bounds that its own row sets, or none fits."""
    if entry.least is not None and entry.most is not None and entry.least > entry.most:
        least, most = euros(entry.least), euros(entry.most)
        raise BadCell("max", say("moins que min : {most} et {least}", most=most, least=least))
    for key, bound, beyond in (("min", entry.least, -1), ("max", entry.most, 1)):
        price = entry.price
        if price is None or bound is None:
            continue
        if (price.cents * ONE - bound * price.per) * beyond > 0:
            raise BadCell(
                key,
                say(
                    "le prix {what} la dépasse : {other}",
                    what=euros(price.cents),
                    other=euros(bound),
                ),
            )


def family(name: str) -> str:
    """A family's name. Raises BadCell for a number: it would be read as a PLU, or is cents."""
    if _NUMBER.fullmatch(name):
        reason = say("{name!r} est un nombre, pas un nom ; une virgule décimale avant ?", name=name)
        raise BadCell("family", reason)
    return name


def barcodes(code: str) -> tuple[str, ...]:
    """A code as the scanner sends it. Raises BadCell where a spreadsheet made a number of it.

    Digits that are a GTIN but for leading zeros count as that, too: a column of numbers loses them.
    The hyphens of an ISBN are on the cover, and not in its bars.
    """
    code = code.removeprefix("'")  # a spreadsheet's mark of a number that is a text
    if dressed := _DRESSED.fullmatch(code):
        code = dressed[1] or dressed[2]
    bare = code.replace("-", "")
    code = bare if is_gtin(bare) else code
    if _SCIENTIFIC.fullmatch(code):
        raise BadCell(
            "barcode",
            say("{code!r} a perdu ses chiffres : mettre la colonne au format texte", code=code),
        )
    whole = code.zfill(GTIN_LENGTH_OF.get(len(code), 0))
    return (code, whole) if whole != code and is_gtin(whole) else (code,)


def families(articles: Mapping[str, Sequence[CatalogRow]]) -> Iterator[Problem]:
    """Families that differ by capitals, accents or blanks: what one has the other would miss."""
    known: dict[str, CatalogRow] = {}
    for entry in sorted((e for several in articles.values() for e in several), key=_line):
        first = known.setdefault(plain(entry.family), entry)
        if first.family != entry.family:
            reason = say(
                "«{name}», mais «{other}» à la ligne {line} : une seule famille, ou deux noms ?",
                name=entry.family, other=first.family, line=first.line,
            )  # fmt: skip
            yield Problem(entry.line, "family", reason)


def _line(entry: CatalogRow) -> int:
    return entry.line


def takers(articles: Mapping[str, Sequence[CatalogRow]]) -> dict[str, BadCell]:
    """The options, by PLU, that are for an article or family that there is not."""
    entries = [entry for several in articles.values() for entry in several]
    names = {entry.family for entry in entries if entry.family} | set(articles)
    return {
        entry.plu: BadCell("for", unknown(name, names))
        for entry in entries
        for name in (entry.choice.takers if entry.choice else ())
        if name not in names
    }


def unknown(name: str, names: Iterable[str]) -> str:
    """That there is no such family or PLU, and which one may be meant."""
    near = nearest(name, names)
    told = say("ni famille ni PLU «{name}»", name=name)
    return f"{told} ; {say('est-ce «{name}» ?', name=near)}" if near else told
