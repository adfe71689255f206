"""The tables for spreadsheets, made again from the records and compared byte for byte."""

import csv
import io
from collections.abc import Generator, Iterator
from typing import Any

from pos_terminal.archive.verifier.contents import LONGEST, Contents
from pos_terminal.verifier.messages import Bad
from pos_terminal.verifier.technical import euros, technical

Row = tuple[str, list[str]]
"""A table's name, and its cells."""

TICKET = "enregistrement;horodatage;serie;ticket"
CLOSURE = "enregistrement;horodatage;periode;numero"
TABLES = {
    "tickets.csv": (
        f"{TICKET};magasin;caisse;journee;operateur;vente;lignes;total_ttc;ca_ttc;rendu;formation;"
        "simulation;horloge;perpetuel_net;perpetuel_absolu;vente_par_panne"
    ),
    "lines.csv": (
        f"{TICKET};ligne;plu;libelle;famille;unite;quantite;prix_ttc;prix_pour;taux_tva;ht;ttc;"
        "annulee;remise"
    ),
    "payments.csv": f"{TICKET};moyen;montant;recu;rendu",
    "vat.csv": f"{TICKET};taux_tva;ht;tva;ttc",
    "movements.csv": (
        "enregistrement;horodatage;evenement;nature;montant;serie;ticket;motif;tiroir;operateur"
    ),
    "closures.csv": (
        f"{CLOSURE};libelle;premier;dernier;premiere_journee;derniere_journee;tickets;"
        "remboursements;total_net;total_absolu;annule;lignes_annulees;abandonne;"
        "ventes_abandonnees;duplicatas;ouvertures_tiroir;mouvements_especes;perpetuel_net;"
        "perpetuel_absolu;automatique;ventes_reportees;autorisation;articles;paniers;panier_moyen;avances"
    ),
    "closure_vat.csv": f"{CLOSURE};taux_tva;ht;tva;ttc",
    "closure_payments.csv": f"{CLOSURE};moyen;montant;nombre",
    "closure_cash.csv": f"{CLOSURE};mouvement;motif;nombre;montant",
    "closure_drawers.csv": (
        f"{CLOSURE};tiroir;comptages;au_debut;ventes;mouvements;compte;ecart;reste"
    ),
    "closure_hours.csv": f"{CLOSURE};heure;tickets;ca_ttc",
    "jet.csv": (
        "enregistrement;horodatage;horloge;code;libelle;detail;evenement;operateur;version"
    ),
}
MOVEMENTS = (
    "cash.moved", "cash.counted", "payment.changed", "voucher.moved", "account.moved",
    "deposit.moved",
)  # fmt: skip
PERIODS = {"day": "jour", "month": "mois", "year": "exercice"}


def table_rows(record: dict[str, Any]) -> Iterator[Row]:
    """The rows that a record has in each table."""
    kind, body = record["kind"], record["body"]
    if kind == "sale.closed":
        yield from ticket_rows(record, body)
    elif kind == "period.closed":
        yield from closure_rows(record, body)
    elif kind in MOVEMENTS:
        yield "movements.csv", movement(record, body)
    event = technical(kind, body)
    if event:
        code, label, detail = event
        yield "jet.csv", [
            *texts(record["seq"], record["at"], record["trust"], code), label, text(detail), kind,
            str(record["op"]), text(record["sw"]),
        ]  # fmt: skip


def ticket_rows(record: dict[str, Any], body: dict[str, Any]) -> Iterator[Row]:
    """A ticket, its lines, payments and VAT."""
    lead = [*texts(record["seq"], record["at"]), text(body["series"]), str(body["number"])]
    sold = sum(not line["voided"] for line in body["lines"])
    ever = record["total"]
    where = [text(record["store"]), text(record["terminal"])]
    yield "tickets.csv", [
        *lead, *where, *texts(record["session"], record["op"], body["sale"], sold),
        *amounts(body["total"], body["turnover"], body["change"]),
        flag(body["series"] == "F"), flag(record["sim"]), record["trust"],
        *amounts(ever["net"], ever["abs"]), text(body["taken_at"]),
    ]  # fmt: skip
    for line in body["lines"]:
        names = map(text, (line["plu"], line["name"], line["family"], line["unit"]))
        yield "lines.csv", [
            *lead, str(line["line"]), *names, parts(line["quantity"]), euros(line["price"]),
            parts(line["per"]), rate(line["vat"]), *amounts(line["net"], line["gross"]),
            flag(line["voided"]), euros(line["discount"]),
        ]  # fmt: skip
    for paid in body["tenders"]:
        sums = amounts(paid["amount"], paid["given"], paid["change"])
        yield "payments.csv", [*lead, text(paid["tender"]), *sums]
    for taxed in body["vat"]:
        sums = amounts(taxed["net"], taxed["vat"], taxed["gross"])
        yield "vat.csv", [*lead, rate(taxed["rate"]), *sums]


def closure_rows(record: dict[str, Any], body: dict[str, Any]) -> Iterator[Row]:
    """A closure, and what it has by rate, payment, movement, drawer and hour."""
    totals, period = body["totals"], PERIODS[body["period"]]
    lead = [*texts(record["seq"], record["at"]), period, str(body["number"])]
    carried = " ".join(map(str, body["carried"]))
    more = totals.get("parts")
    yield "closures.csv", [
        *lead, body["label"], *texts(body["first"], body["last"], *body["sessions"]),
        *texts(totals["tickets"], totals["refunds"]),
        *amounts(totals["net"], totals["absolute"], totals["voided"]), str(totals["voided_lines"]),
        euros(totals["abandoned"]), *texts(totals["abandoned_sales"], totals["duplicates"]),
        str(totals["drawer_openings"]), *amounts(totals["cash"], body["net_ever"]),
        euros(body["absolute_ever"]), flag(body["automatic"]), carried, str(body["authority"]),
        *(made_of(totals["net"], more) if more else ("",) * 4),
    ]  # fmt: skip
    for taxed in totals["vat"]:
        sums = amounts(taxed["net"], taxed["vat"], taxed["gross"])
        yield "closure_vat.csv", [*lead, rate(taxed["rate"]), *sums]
    for paid in totals["tenders"]:
        sums = [euros(paid["amount"]), str(paid["count"])]
        yield "closure_payments.csv", [*lead, text(paid["tender"]), *sums]
    if more:
        yield from parts_rows(lead, more, day=body["period"] == "day")


def parts_rows(lead: list[str], more: dict[str, Any], *, day: bool) -> Iterator[Row]:
    """What stands behind a closure's totals; only a day leaves anything in a drawer."""
    for moved in more["movements"]:
        what, _, reason = moved["what"].partition(" ")
        sums = [str(moved["count"]), euros(moved["amount"])]
        yield "closure_cash.csv", [*lead, text(what), text(reason), *sums]
    for each in more["drawers"]:
        names = ("brought", "taken", "moved", "counted", "gap")
        left = sum(each[name] for name in ("brought", "taken", "moved", "gap")) if day else 0
        sums = amounts(*(each[name] for name in names), left)
        yield "closure_drawers.csv", [*lead, *texts(each["drawer"], each["counts"]), *sums]
    for each in sorted(more["hours"], key=lambda row: int(row["hour"])):
        yield "closure_hours.csv", [
            *lead, *texts(each["hour"], each["tickets"]), euros(each["net"])
        ]  # fmt: skip


def made_of(net: int, more: dict[str, Any]) -> list[str]:
    """Pieces, baskets and the average one, money in advance."""
    pieces = sum(each["pieces"] for each in more["families"])
    average = euros(mean(net, more["baskets"]))
    return [*texts(pieces, more["baskets"]), average, euros(in_advance(more))]


def mean(cents: int, count: int) -> int:
    """An average basket, rounded half away from nought."""
    whole, rest = divmod(abs(cents), count or 1)
    rounded = whole + (2 * rest >= count)
    return 0 if not count else rounded if cents >= 0 else -rounded


def in_advance(more: dict[str, Any]) -> int:
    """What came in for customers in advance, less what was used of it."""
    sign = {"issued": 1, "used": -1, "taken": 1, "deducted": -1, "returned": -1}
    moved = [each for each in more["vouchers"] if not each["what"].startswith("single ")]
    moved += [*more["deposits"], *more["packaging"]]
    return sum(each["amount"] * sign.get(each["what"].split(" ")[-1], 0) for each in moved)


def movement(record: dict[str, Any], body: dict[str, Any]) -> list[str]:
    """Money that moved beside a ticket's own lines and payments."""
    kind, series, number, why, drawer = record["kind"], "", 0, "", body.get("drawer", 0)
    if kind == "cash.moved":
        amount, what, why = body["amount"], body["movement"], body["reason"]
    elif kind == "cash.counted":
        amount, what = body["counted"] - body["expected"], "counted"
    else:
        amount, series, number = body["amount"], body["series"], body["number"]
        if kind == "payment.changed":
            what = f"{body['from_tender']} > {body['to_tender']}"
        else:
            names = {"voucher": ("purpose", "voucher"), "account": ("move", "person")}
            named, whose = names.get(kind.partition(".")[0], ("nature", "order"))
            what, why, drawer = body[named], body[whose], 0
    lead = [*texts(record["seq"], record["at"]), kind, text(what), euros(amount)]
    return [*lead, text(series), str(number), text(why), *texts(drawer, record["op"])]


class Tables:
    """Holds the tables for spreadsheets to the records that they were made of."""

    def __init__(self, contents: Contents) -> None:
        self._files = {name: contents.pieces(name) for name in TABLES}
        for name, columns in TABLES.items():
            next(self._files[name])
            heading = b"\xef\xbb\xbf" + written(columns.split(";"))
            if self._files[name].send(len(heading)) != heading:
                raise Bad("columns", name)

    def take(self, seq: int, record: dict[str, Any]) -> None:
        """A record: its rows come next in each table."""
        for name, cells in table_rows(record):
            mine = written(cells)
            its = self._files[name].send(len(mine))
            if its != mine:
                raise Bad("table", name, *difference(its, self._files[name], cells), seq=seq)

    def finish(self) -> None:
        """No row may be left."""
        for name, file in self._files.items():
            if file.send(1):
                raise Bad("rows", name)


def difference(
    its: bytes, rest: "Generator[bytes, int, None]", cells: list[str]
) -> tuple[str, str]:
    """What a row has in its first cell that is another, and what it should have."""
    line = its.partition(b"\r\n")[0] if b"\r\n" in its else its + rest.send(-LONGEST)
    found = [*csv.reader([line.decode("utf-8", "replace")], delimiter=";")]
    row = found[0] if found else []
    for mine, there in zip(cells, [*row, *[""] * len(cells)], strict=False):
        if mine != there:
            return there, mine
    return line.decode("utf-8", "replace"), ";".join(cells)


def written(cells: list[str]) -> bytes:
    """A row as the tables have it."""
    line = io.StringIO()
    csv.writer(line, delimiter=";", lineterminator="\r\n").writerow(cells)
    return line.getvalue().encode()


def text(value: str) -> str:
    """A text as the tables have it: none that a spreadsheet takes for a formula."""
    return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def texts(*values: Any) -> list[str]:
    """Numbers, and texts of the program's own."""
    return [str(value) for value in values]


def amounts(*cents: int) -> list[str]:
    """Amounts as the tables have them."""
    return [euros(each) for each in cents]


def flag(value: object) -> str:
    """A yes or no."""
    return "1" if value else "0"


def decimal(value: int, places: int) -> str:
    """A number of so many decimals at most, with a comma."""
    whole, part = divmod(abs(value), 10**places)
    digits = f"{part:0{places}d}".rstrip("0")
    return f"{'-' if value < 0 else ''}{whole}{',' if digits else ''}{digits}"


def parts(value: int) -> str:
    """Thousandths, such as 0,125 or 3."""
    return decimal(value, 3)


def rate(value: int) -> str:
    """A VAT rate, kept in hundredths of a per cent, such as 5,5."""
    return decimal(value, 2)
