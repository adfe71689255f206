"""The French accounting file (FEC): LPF, article A. 47 A-1. Pure; writes to what it is given.

Eighteen columns, separated by tabs; dates AAAAMMJJ, decimal commas, no sign. The article takes
ASCII, ISO 8859-15 or EBCDIC (XII, 1°), and what reads it today takes UTF-8: so the file is ASCII,
which is all of these at once.
"""

import unicodedata
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import IO

from pos_terminal.archive.postings import CASH, SALES, Posting
from pos_terminal.domain.language import say
from pos_terminal.domain.notation import euros

COLUMNS = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib",
    "CompAuxNum", "CompAuxLib", "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit",
    "EcritureLet", "DateLet", "ValidDate", "Montantdevise", "Idevise",
)  # fmt: skip

_JOURNALS = {SALES: "Ventes", CASH: "Caisse"}
_LETTERS = str.maketrans(
    {"œ": "oe", "Œ": "OE", "æ": "ae", "€": "EUR", "’": "'", "«": '"', "»": '"'}
)


@dataclass(slots=True)
class FecSummary:
    """What was written. Amounts in cents; `accounts` are balances by number, debit positive.

    `backwards` counts entries dated before the one above them: the till's clock had been wrong.
    """

    entries: int = 0
    lines: int = 0
    debit: int = 0
    credit: int = 0
    backwards: int = 0
    first: str = ""
    last: str = ""
    accounts: dict[str, int] = field(default_factory=dict)


class FecFile:
    """Writes entries, numbered without a gap in the order in which they come."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self.summary = FecSummary()
        self._put(COLUMNS)

    def add(self, entry: Posting) -> None:
        """One entry; ValueError where it does not balance."""
        # Here, at the last moment: no file with an unbalanced entry ever reaches a disk.
        if sum(cents for _, cents in entry.lines):
            raise ValueError(
                say(
                    "l'écriture {piece} du {date} n'est pas équilibrée",
                    piece=entry.piece, date=entry.date,
                )
            )
        said = self.summary
        said.entries += 1
        # Counted and not sorted: the number follows the order in which entries became final.
        said.backwards += entry.date < said.last
        said.first, said.last = said.first or entry.date, entry.date
        for account, cents in entry.lines:
            said.lines += 1
            said.debit += max(cents, 0)
            said.credit += max(-cents, 0)
            said.accounts[account.number] = said.accounts.get(account.number, 0) + cents
            self._put(
                (
                    entry.journal,
                    _JOURNALS[entry.journal],
                    str(said.entries),
                    _date(entry.date),
                    account.number,
                    account.label,
                    account.person,
                    "Client en compte" if account.person else "",
                    entry.piece,
                    _date(entry.piece_date),
                    entry.label,
                    # Two columns and no sign: a refund is a debit of the sales account, not a
                    # negative credit.
                    euros(max(cents, 0)),
                    euros(max(-cents, 0)),
                    "",
                    "",
                    _date(entry.valid),
                    "",
                    "",
                )
            )

    def _put(self, fields: tuple[str, ...]) -> None:
        self._file.write("\t".join(map(plain, fields)) + "\r\n")


def _date(iso: str) -> str:
    return iso.replace("-", "")


def plain(text: str) -> str:
    """A text in printable ASCII: no accents, no line ends, no tabs, blanks one by one."""
    letters = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    letters = "".join(letter for letter in letters if not unicodedata.combining(letter))
    shown = letters.encode("ascii", "replace").decode()
    return " ".join("".join(c if c.isprintable() else " " for c in shown).split())


def siren(text: str) -> str:
    """A business's number, checked: nine digits of which the last is a check digit (Luhn)."""
    digits = text.replace(" ", "")
    if len(digits) != 9 or not (digits.isascii() and digits.isdigit()):
        raise ValueError(say("«{text}» n'est pas un SIREN : neuf chiffres", text=text))
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    if sum(value - 9 * (value > 9) for value in doubled) % 10:
        raise ValueError(say("«{text}» n'est pas un SIREN : sa clé est fausse", text=text))
    return digits


def file_name(siren_number: str, closing: date) -> str:
    """The name that the article prescribes: the SIREN, and the date at which the year closes."""
    return f"{siren_number}FEC{closing:%Y%m%d}.txt"


def file_names(siren_number: str, closing: date) -> tuple[str, str]:
    """The names of the file, and of its description, which the article asks for, too."""
    name = file_name(siren_number, closing)
    return name, f"{name.removesuffix('.txt')}-description.txt"


def fiscal_year(year: int, begins: int) -> tuple[date, date]:
    """The first and last day of the fiscal year that begins in that month of `year`."""
    first = date(year, begins, 1)
    return first, date(year + 1, begins, 1) - timedelta(days=1)


_FIELDS = (
    "code du journal : VE ventes, CA caisse", "nom du journal",
    "numero d'ecriture, suite continue dans l'ordre de validation", "date de la journee comptable",
    "numero de compte du plan comptable", "nom du compte",
    "client en compte, par pseudonyme, ou vide", "nature du compte auxiliaire, ou vide",
    "piece : caisse-Znumero (Z), caisse-numero (ticket), caisse-Jnumero (enregistrement)",
    "date de la piece", "libelle de l'ecriture", "montant au debit", "montant au credit",
    "vide", "vide", "date du Z, qui valide l'ecriture", "vide", "vide (euro)",
)  # fmt: skip


def description(name: str) -> bytes:
    """What the article wants beside the file: its fields and how they are coded. ASCII."""
    lines = [
        f"Description du fichier {name} (LPF, art. A. 47 A-1)",
        "",
        "Fichier a plat, une structure, enregistrements de longueur variable.",
        "Separateur de zone : tabulation (09). Separateur d'enregistrement : CR LF (0D 0A).",
        "Jeu de caracteres : ASCII (sous-ensemble d'ISO 8859-15 et d'UTF-8).",
        "Dates : AAAAMMJJ. Montants en euros, virgule decimale, sans signe, sans separateur.",
        "Premiere ligne : noms des zones. Ecritures de la caisse seule, a importer.",
        "",
        *(f"{n:2} {column:14} {said}" for n, (column, said) in _numbered()),
        "",
    ]
    return "\r\n".join(lines).encode("ascii")


def _numbered() -> list[tuple[int, tuple[str, str]]]:
    return list(enumerate(zip(COLUMNS, _FIELDS, strict=True), 1))
