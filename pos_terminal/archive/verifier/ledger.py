"""The accounting file (FEC), made again from the records and the archive's table of accounts."""

import unicodedata
from collections.abc import Iterator
from typing import Any

from pos_terminal.archive.verifier.contents import Contents
from pos_terminal.archive.verifier.tables import rate
from pos_terminal.verifier.messages import Bad
from pos_terminal.verifier.technical import euros

FEC_COLUMNS = (
    "JournalCode JournalLib EcritureNum EcritureDate CompteNum CompteLib CompAuxNum CompAuxLib "
    "PieceRef PieceDate EcritureLib Debit Credit EcritureLet DateLet ValidDate Montantdevise "
    "Idevise"
)
JOURNALS = {"VE": "Ventes", "CA": "Caisse"}
CASH_WORDS = {
    "float": "fond de caisse", "in": "entree", "out": "sortie", "drop": "au coffre",
    "bank": "remise en banque",
}  # fmt: skip
LETTERS = str.maketrans(
    {"œ": "oe", "Œ": "OE", "æ": "ae", "€": "EUR", "’": "'", "«": '"', "»": '"'}
)

Account = tuple[str, str, str]
"""Its number, its name, and whose auxiliary account it is."""


class Accounts:
    """The table of accounts that the archive was made with."""

    def __init__(self, said: dict[str, dict[str, list[str]]]) -> None:
        self._said = said

    def role(self, name: str, person: str = "") -> Account:
        """What the till itself has: its drawer, what it owes, gains and losses."""
        roles = self._said["roles"]
        number, label = roles.get(name) or roles["attente"]
        return number, label, person

    def tender(self, name: str, person: str = "") -> Account:
        """A means of payment's; the suspense account for one that the table does not know."""
        number, label = self._said["tenders"].get(name.upper()) or self._said["roles"]["attente"]
        return number, label, person

    def at(self, what: str, vat: int) -> Account:
        """Sales at a rate, without tax («sales»), or the VAT collected at it («vat»)."""
        prefix, name = {"sales": ("707", "Ventes"), "vat": ("44571", "TVA collectee")}[what]
        digits = f"{vat // 10:03d}" if vat % 10 == 0 else f"{vat:04d}"
        usual = [prefix + digits, f"{name} {rate(vat)} %" if vat else f"{name} sans TVA"]
        number, label = self._said[what].get(str(vat)) or usual
        return number, label, ""


class Entry:
    """What comes together in the books: its place, and what each account gets (debit positive)."""

    def __init__(self, journal: str, ref: str, at: str, label: str) -> None:
        self.journal, self.ref, self.at, self.label = journal, ref, at, label
        self.sums: dict[Account, int] = {}

    def post(self, account: Account, cents: int) -> None:
        """Debit so many cents, or credit where they are negative."""
        self.sums[account] = self.sums.get(account, 0) + cents


class Ledger:
    """Holds the accounting file to the records: a day's entries stand there behind its Z."""

    def __init__(self, contents: Contents) -> None:
        self._accounts = Accounts(contents.json("accounts.json"))
        self._file = contents.pieces("fec.txt")
        next(self._file)
        self._count = 0
        self._begin()
        self._expect(0, [FEC_COLUMNS.split()])

    def _begin(self) -> None:
        self._sales = Entry("VE", "", "", "")
        self._sold = False
        self._cash: list[Entry] = []
        self._gaps: dict[int, Entry] = {}

    def take(self, seq: int, record: dict[str, Any]) -> None:
        """The next record."""
        kind, body = record["kind"], record["body"]
        if kind == "sale.closed" and body["series"] != "F":
            self._ticket(body)
        elif kind == "payment.changed" and body["series"] != "F":
            what = f"Reglement modifie ticket {record['terminal']}-{body['number']:06d}"
            accounts = [self._accounts.tender(body[name]) for name in ("to_tender", "from_tender")]
            self._move(record, what, accounts[0], accounts[1], body["amount"])
        elif kind in ("voucher.moved", "deposit.moved") and body["series"] != "F":
            self._beside(record, body)
        elif kind == "cash.moved":
            movement = body["movement"]
            what = f"Especes {CASH_WORDS.get(movement, movement)} {body['reason']}"
            role = self._accounts.role
            self._move(record, what, role("caisse"), role(movement), body["amount"])
        elif kind == "cash.counted":
            self._counted(record, body)
        elif kind == "period.closed" and body["period"] == "day":
            for entry in self._day(record, body):
                self._expect(seq, self._lines(entry, record, body))
            self._begin()

    def finish(self) -> None:
        """No line may be left."""
        if self._file.send(1):
            raise Bad("rows", "fec.txt")

    def _ticket(self, body: dict[str, Any]) -> None:
        accounts, entry = self._accounts, self._sales
        self._sold = True
        for taxed in body["vat"]:
            entry.post(accounts.at("sales", taxed["rate"]), -taxed["net"])
            entry.post(accounts.at("vat", taxed["rate"]), -taxed["vat"])
        for line in body["lines"]:
            if not line["voided"]:
                self._in_advance(line)
        for paid in body["tenders"]:
            entry.post(accounts.tender(paid["tender"], paid["account"]), paid["given"])
            entry.post(accounts.role("caisse"), -paid["change"])

    def _in_advance(self, line: dict[str, Any]) -> None:
        """A line that moves money which is held: it is no turnover, and may be without VAT."""
        person, packaging = line.get("account") or "", line["returnable"]
        untaxed = line["issues"] == "multi" or packaging or person
        if not (untaxed or line["order"]):
            return
        if not untaxed and line["deposit"] != "arrhes":
            self._sales.post(self._accounts.at("sales", line["vat"]), line["net"])
        role = "consigne" if packaging else line["deposit"] or "bons"
        debt = self._accounts.role("client" if person else role, person)
        self._sales.post(debt, -line["net"])

    def _beside(self, record: dict[str, Any], body: dict[str, Any]) -> None:
        """A voucher or a deposit that moves without a ticket, whose lines would say so."""
        role, amount = self._accounts.role, body["amount"]
        if body["number"]:
            return
        if record["kind"] == "deposit.moved":
            debt = role(body["nature"])
            what = f"{body['nature']} commande {body['order']}"
            entry = self._move(record, what, role("attente"), debt, amount)
            entry.post(debt, body["tax"])
            entry.post(self._accounts.at("vat", body["vat"]), -body["tax"])
        elif body["purpose"] == "multi":
            name = body["voucher"]
            shown = f"...{name.split('-')[1]}" if "-" in name else name
            what = f"Bon {shown} {'perime' if amount < 0 else 'offert'}"
            self._move(record, what, role("gain" if amount < 0 else "perte"), role("bons"), amount)

    def _counted(self, record: dict[str, Any], body: dict[str, Any]) -> None:
        gap, drawer = body["counted"] - body["expected"], body["drawer"]
        entry = Entry("CA", piece(record), record["at"], f"Ecart de caisse tiroir {drawer}")
        entry.post(self._accounts.role("caisse"), gap)
        entry.post(self._accounts.role("gain" if gap > 0 else "perte"), -gap)
        self._gaps[drawer] = entry

    def _move(
        self, record: dict[str, Any], what: str, debit: Account, credit: Account, cents: int
    ) -> Entry:
        entry = Entry("CA", piece(record), record["at"], what)
        entry.post(debit, cents)
        entry.post(credit, -cents)
        self._cash.append(entry)
        return entry

    def _day(self, record: dict[str, Any], body: dict[str, Any]) -> Iterator[Entry]:
        if self._sold:
            self._sales.ref = f"{record['terminal']}-Z{body['number']:06d}"
            self._sales.at = record["at"]
            self._sales.label = f"Ventes du {body['label']} Z {body['number']}"
            yield self._sales
        yield from self._cash
        yield from self._gaps.values()

    def _lines(
        self, entry: Entry, record: dict[str, Any], body: dict[str, Any]
    ) -> list[list[str]]:
        """An entry's lines, debits first, then by account; what does not balance is shown so."""
        rest = sum(entry.sums.values())
        if rest:
            entry.post(self._accounts.role("gain" if rest > 0 else "perte"), -rest)
        posted = sorted(entry.sums.items(), key=lambda one: (one[1] < 0, one[0]))
        posted = [(account, cents) for account, cents in posted if cents]
        self._count += bool(posted)
        days = [each[:10].replace("-", "") for each in (body["label"], entry.at, record["at"])]
        label = f"SIMULATION {entry.label}" if record["sim"] else entry.label
        return [
            [
                entry.journal, JOURNALS[entry.journal], str(self._count), days[0], number, name,
                person, "Client en compte" if person else "", entry.ref, days[1], label,
                euros(max(cents, 0)), euros(max(-cents, 0)), "", "", days[2], "", "",
            ]
            for (number, name, person), cents in posted
        ]  # fmt: skip

    def _expect(self, seq: int, lines: list[list[str]]) -> None:
        for fields in lines:
            mine = ("\t".join(map(plain, fields)) + "\r\n").encode()
            its = self._file.send(len(mine))
            if its != mine:
                raise Bad("entry", plain(its.decode("utf-8", "replace")), plain(mine.decode()),
                          seq=seq)  # fmt: skip


def piece(record: dict[str, Any]) -> str:
    """What an entry that is of no ticket refers to."""
    return f"{record['terminal']}-J{record['seq']}"


def plain(value: str) -> str:
    """A text in printable ASCII, as the accounting file has it."""
    letters = unicodedata.normalize("NFKD", value.translate(LETTERS))
    letters = "".join(letter for letter in letters if not unicodedata.combining(letter))
    shown = letters.encode("ascii", "replace").decode()
    return " ".join("".join(c if c.isprintable() else " " for c in shown).split())
