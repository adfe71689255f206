"""The catalogue's file format: a CSV table, one row for an article, or for each date of its price.

| column | what | if left out |
|---|---|---|
| plu | the number typed at the till, digits | needed |
| name | the label on display and paper | needed |
| price | with tax, «1,30»; empty: the clerk types it | needed |
| per | the price is for so many units («5 for 20,00» is 20,00 per 5) | 1 |
| unit | piece, kg or cl | piece |
| family | for groups in reports | none |
| vat | per cent, «5.5» | the shop's default rate |
| barcode | one or several, with blanks between | none |
| meal_voucher | yes or no (oui, non): whether these may pay for it | by its VAT rate |
| price_staff, price_pro | prices for staff and for professionals (keys PERSO, PRO) | `price` |
| vat_on_spot | per cent, of what is consumed on the spot | as `vat` |
| min, max | bounds of a price keyed by hand, with tax | none |
| option | an option of other articles, of this group («COUPE»); «TAILLE!» must be chosen | none |
| for | which families and PLUs may have the option, with semicolons between | all |
| discount | no: no discount and no promotion makes it cheaper | yes |
| returnable | yes: it is a deposit on packaging (consigne), held until that comes back | no |
| voucher | multi or single: the article is a gift voucher (docs/vouchers.md) | none |
| from | the row's price and VAT hold from this date on, YYYY-MM-DD | always |

and those of goods_file.py: stock, parts of other articles, packing, allergens.

An article with several dates has one row for each. What an empty cell of one leaves out the others
say; two that say different things of what has no date are refused, since one of them would be wrong
on some day.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256

from pos_terminal.domain.catalog.catalog import Catalog, Choice, Item
from pos_terminal.domain.catalog.goods import Goods
from pos_terminal.domain.codes.barcode import (
    LONGEST,
    Pattern,
    has_gtin_form,
    is_gtin,
    key_of,
    upc_a,
)
from pos_terminal.domain.codes.own import MARK
from pos_terminal.domain.dated import dated
from pos_terminal.domain.events.values import VoucherPurpose
from pos_terminal.domain.files import goods as goods_file
from pos_terminal.domain.files import plausibility
from pos_terminal.domain.files.cells import (
    BadCell,
    article,
    cents,
    parse_vat,
    plain_number,
    yes_or_no,
)
from pos_terminal.domain.files.columns import COLUMNS, DATED, NEEDED
from pos_terminal.domain.files.table import NoTableError, Problem, TableRow, decode, rows
from pos_terminal.domain.language import say
from pos_terminal.domain.money import LARGEST_TOTAL
from pos_terminal.domain.notation import euros
from pos_terminal.domain.quantity import LARGEST_QUANTITY, Price, Unit

LONGEST_PLU = 9
FORMULA = "=+-@"
"""A cell that begins so is one: a table that somebody opens later must not run it."""

LONGEST_GROUP = 12
"""So that «TAILLE? 1-9» fits on a line of the display."""


def parse_catalog(
    source: bytes, patterns: Sequence[Pattern] = ()
) -> tuple[Catalog, tuple[Problem, ...]]:
    """The catalogue of the rows that are right, and what is wrong with the others."""
    problems: list[Problem] = []
    text = decode(source)
    read: dict[str, list[TableRow]] = {}
    try:
        for row in rows(text, NEEDED, COLUMNS):
            if isinstance(row, Problem):
                problems.append(row)
            else:
                read.setdefault(_plu(row["plu"]), []).append(row)
        problems += plausibility.of_table(text, (row for every in read.values() for row in every))
    except NoTableError as error:
        problems.append(error.problem)
    articles = _articles(read, problems)
    del read  # of 50,000 rows a quarter of all memory, which the articles then need
    problems += plausibility.families(articles)
    lasts = {plu: max(entries, key=_start_of) for plu, entries in articles.items()}
    found = goods_file.resolve({plu: last.goods for plu, last in lasts.items()})
    bad = {**found.bad, **plausibility.takers(articles)}
    problems += [Problem(lasts[plu].line, why.key, str(why)) for plu, why in bad.items()]
    items = tuple(
        _item(entries, lasts[plu], found.goods[plu])
        for plu, entries in articles.items()
        if plu not in bad
    )
    problems.sort(key=lambda problem: problem.line)
    return Catalog.of(sha256(source).hexdigest(), items, tuple(patterns)), tuple(problems)


def _articles(
    read: Mapping[str, Sequence[TableRow]], problems: list[Problem]
) -> dict[str, list[plausibility.CatalogRow]]:
    """The rows that are right, by PLU; what is wrong with the others goes to `problems`."""
    articles: dict[str, list[plausibility.CatalogRow]] = {}
    codes: dict[str, tuple[str, int]] = {}
    for several in read.values():
        for row in _together(several, problems):
            try:
                _add(_entry(row), articles, codes)
            except BadCell as bad:
                problems.append(Problem(row.line, bad.key, str(bad)))
    return articles


def _together(several: Sequence[TableRow], problems: list[Problem]) -> Iterator[TableRow]:
    """The rows of one article, each with what the others say where it says nothing itself.

    A quantity unit that stands in the first row alone is not «piece» in the second. Where two
    disagree about what has no date, the later line is refused.
    """
    if len(several) == 1:
        yield several[0]
        return
    known: dict[str, tuple[str, int]] = {}
    since: dict[str, int] = {}
    right: list[TableRow] = []
    for row in several:
        conflict = _conflict(row, known, since)
        if conflict:
            problems.append(Problem(row.line, conflict.key, str(conflict)))
            continue
        right.append(row)
        since[row["from"]] = row.line
        for column, cell in _dateless(row).items():
            known.setdefault(column, (cell, row.line))
    inherited = {column: said for column, (said, _) in known.items()}
    per = ""
    for row in right:
        per = row["per"] or per
        yield TableRow(row.line, {**row.cells, **inherited, "per": per})


def _dateless(row: TableRow) -> dict[str, str]:
    """What the row says of the article for ever."""
    cells = row.cells.items()
    return {name: cell for name, cell in cells if cell and name not in DATED and name != "plu"}


def _conflict(
    row: TableRow, known: Mapping[str, tuple[str, int]], since: Mapping[str, int]
) -> BadCell | None:
    """What an earlier row of the same article says otherwise."""
    line = since.get(row["from"])
    if line:
        return BadCell(
            "plu", say("le PLU {what} est déjà à la ligne {line}", what=_plu(row["plu"]), line=line)
        )
    for column, cell in _dateless(row).items():
        said, line = known.get(column, (cell, row.line))
        if said.casefold() != cell.casefold():
            return BadCell(
                column,
                say(
                    "{cell!r}, mais {said!r} à la ligne {line} : cette colonne n'a pas de date",
                    cell=cell,
                    said=said,
                    line=line,
                ),
            )
    return None


def _plu(text: str) -> str:
    return text.lstrip("0") or text[:1]


def _entry(row: TableRow) -> plausibility.CatalogRow:
    plu = _plu(row["plu"])
    if not (plu.isascii() and plu.isdigit() and len(plu) <= LONGEST_PLU):
        raise BadCell(
            "plu",
            say(
                "{text!r} n'est pas un numéro de 1 à {longest_plu} chiffres",
                text=row["plu"],
                longest_plu=LONGEST_PLU,
            ),
        )
    if not row["name"] or not row["name"].isprintable():
        raise BadCell("name", say("{text!r} n'est pas un libellé", text=row["name"]))
    if row["name"][0] in FORMULA:
        detail = say("{text!r} serait une formule pour un tableur", text=row["name"])
        raise BadCell("name", detail)
    entry = plausibility.CatalogRow(
        line=row.line,
        plu=plu,
        name=row["name"],
        unit=_unit(row),
        family=plausibility.family(row["family"]),
        barcodes=_barcodes(row),
        meal_voucher=yes_or_no(row, "meal_voucher"),
        choice=_choice(row),
        least=_bound(row, "min"),
        most=_bound(row, "max"),
        start=_start(row),
        price=_price(row, "price"),
        staff=_price(row, "price_staff"),
        pro=_price(row, "price_pro"),
        vat=_rate(row, "vat"),
        vat_on_spot=_rate(row, "vat_on_spot"),
        goods=goods_file.read(row, _unit(row)),
        voucher=_voucher(row),
        fixed=yes_or_no(row, "discount") is False,
        returnable=_returnable(row),
    )
    plausibility.of_row(entry)
    return entry


def _unit(row: TableRow) -> Unit:
    try:
        return Unit(row["unit"].lower() or "piece")
    except ValueError:
        raise BadCell(
            "unit", say("{text!r} n'est ni piece, ni kg, ni cl", text=row["unit"])
        ) from None


def _voucher(row: TableRow) -> VoucherPurpose:
    """A voucher is a piece. One for anything has no rate; one for goods has its own, everywhere."""
    try:
        what = VoucherPurpose(row["voucher"].lower())
    except ValueError:
        raise BadCell(
            "voucher", say("{text!r} n'est ni multi ni single", text=row["voucher"])
        ) from None
    if what and (_unit(row) is not Unit.PIECE or row["option"]):
        raise BadCell("voucher", say("un bon est un article vendu à la pièce"))
    if what is VoucherPurpose.MULTI and (_rate(row, "vat") or row["vat_on_spot"]):
        raise BadCell("voucher", say("un bon pour tout est taxé quand il sert : pas de taux"))
    if what is VoucherPurpose.SINGLE and (not row["vat"] or row["vat_on_spot"]):
        raise BadCell("voucher", say("un bon pour les articles d'un taux a ce taux, et nul autre"))
    return what


def _returnable(row: TableRow) -> bool:
    """A deposit on packaging is no price: it has no rate, and nothing else that a price has."""
    returnable = yes_or_no(row, "returnable") or False
    if returnable and (_rate(row, "vat") or row["vat_on_spot"]):
        raise BadCell("returnable", say("une consigne n'est pas un prix : pas de taux de TVA"))
    if returnable and (row["option"] or row["voucher"] or yes_or_no(row, "meal_voucher")):
        raise BadCell("returnable", say("une consigne est un article à part, et pas un repas"))
    if returnable and (row["price_staff"] or row["price_pro"] or yes_or_no(row, "discount")):
        raise BadCell("returnable", say("une consigne est la même pour tous"))
    return returnable


def _start(row: TableRow) -> date:
    if not row["from"]:
        return date.min
    for form in ("%Y-%m-%d", "%d/%m/%Y"):  # as programs write it, and as people in France do
        try:
            return datetime.strptime(row["from"], form).date()
        except ValueError:
            continue
    raise BadCell(
        "from", say("{text!r} n'est pas une date AAAA-MM-JJ ou JJ/MM/AAAA", text=row["from"])
    )


def _price(row: TableRow, column: str) -> Price | None:
    per = plain_number(row["per"] or "1", 3, "per")
    if not 0 < per <= LARGEST_QUANTITY:
        raise BadCell("per", say("{text!r} n'est pas une quantité", text=row["per"]))
    if not row[column]:
        return None
    price = cents(row[column], column)
    if not 0 <= price <= LARGEST_TOTAL:
        raise BadCell(
            column,
            say(
                "{text!r} n'est pas un prix jusqu'à {what}",
                text=row[column],
                what=euros(LARGEST_TOTAL),
            ),
        )
    return Price(price, per)


def _rate(row: TableRow, key: str) -> int | None:
    return parse_vat(row[key], key) if row[key] else None


def _bound(row: TableRow, key: str) -> int | None:
    if not row[key]:
        return None
    bound = cents(row[key], key)
    if bound < 0:
        raise BadCell(key, say("{text!r} est négatif", text=row[key]))
    return bound


def _choice(row: TableRow) -> Choice | None:
    group = row["option"].removesuffix("!")
    if not group:
        if row["option"] or row["for"]:
            raise BadCell("option", say("il manque le nom du groupe"))
        return None
    if len(group) > LONGEST_GROUP or not group.isprintable():
        raise BadCell(
            "option",
            say(
                "{text!r} n'est pas un nom d'au plus {longest_group} caractères",
                text=row["option"],
                longest_group=LONGEST_GROUP,
            ),
        )
    takers = tuple(article(name) for each in row["for"].split(";") if (name := each.strip()))
    return Choice(group, row["option"].endswith("!"), takers)


def _barcodes(row: TableRow) -> tuple[str, ...]:
    parts = row["barcode"].split()
    if len(parts) > 1 and is_gtin("".join(parts)) and not any(map(is_gtin, parts)):
        # As it is printed below the bars: «3» would become a code of the article.
        reason = say("{text!r} : un seul code ? L'écrire sans blancs", text=row["barcode"])
        raise BadCell("barcode", reason)
    codes = tuple(each for code in parts for each in plausibility.barcodes(code))
    for code in codes:
        if has_gtin_form(code) and not (is_gtin(code) or upc_a(code)):
            raise BadCell("barcode", say("{code!r} : la clé de contrôle est fausse", code=code))
        if len(code) > LONGEST or not code.isprintable():
            raise BadCell("barcode", say("{text!r} n'est pas un code-barres", text=code[:20]))
        if code.startswith(MARK):
            raise BadCell(
                "barcode", say("{code!r} commence comme les commandes de la caisse", code=code)
            )
    return codes


def _add(
    entry: plausibility.CatalogRow,
    articles: dict[str, list[plausibility.CatalogRow]],
    codes: dict[str, tuple[str, int]],
) -> None:
    """Take the entry in, or raise and leave no trace: a refused row claims nothing."""
    for other in articles.get(entry.plu, ()):
        if other.start == entry.start:
            raise BadCell(
                "plu",
                say("le PLU {plu} est déjà à la ligne {line}", plu=entry.plu, line=other.line),
            )
    mine = (entry.plu, entry.line)
    for code in entry.barcodes:
        owner, line = codes.get(key_of(code), mine)
        if owner != entry.plu:
            raise BadCell(
                "barcode",
                say(
                    "{code!r} est celui du PLU {owner} à la ligne {line}",
                    code=code,
                    owner=owner,
                    line=line,
                ),
            )
    articles.setdefault(entry.plu, []).append(entry)
    for code in entry.barcodes:
        codes.setdefault(key_of(code), mine)


def _start_of(entry: plausibility.CatalogRow) -> date:
    return entry.start


def _item(
    entries: Sequence[plausibility.CatalogRow], last: plausibility.CatalogRow, goods: Goods
) -> Item:
    return Item(
        plu=last.plu,
        name=last.name,
        prices=dated((entry.start, entry.price) for entry in entries if entry.price),
        vats=dated((entry.start, entry.vat) for entry in entries if entry.vat is not None),
        unit=last.unit,
        family=last.family,
        barcodes=last.barcodes,
        meal_voucher=last.meal_voucher,
        staff=dated((entry.start, entry.staff) for entry in entries if entry.staff),
        pro=dated((entry.start, entry.pro) for entry in entries if entry.pro),
        vats_on_spot=dated(
            (entry.start, entry.vat_on_spot) for entry in entries if entry.vat_on_spot is not None
        ),
        choice=last.choice,
        least=last.least,
        most=last.most,
        goods=goods,
        voucher=last.voucher,
        fixed=last.fixed or last.returnable,
        returnable=last.returnable,
    )
