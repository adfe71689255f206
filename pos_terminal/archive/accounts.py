"""Which account of the French plan comptable each amount goes to (docs/archive.md). Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pos_terminal.domain.language import say
from pos_terminal.domain.notation import percent
from pos_terminal.domain.quantity import decimal
from pos_terminal.storage import toml


@dataclass(frozen=True, slots=True, order=True)
class Account:
    """A number whose first three characters are digits of the plan, and what it is called.

    `person` is the pseudonym of whose auxiliary account it is, empty for none.
    """

    number: str
    label: str
    person: str = ""

    def __post_init__(self) -> None:
        if (
            not re.fullmatch(r"[1-8][0-9]{2}[0-9A-Za-z]{0,17}", self.number)
            or not self.label.strip()
        ):
            raise ValueError(
                say(
                    "«{number} {label}» n'est pas un compte : trois chiffres au moins, et un nom",
                    number=self.number, label=self.label,
                )
            )


_ROLES = {
    "caisse": Account("530000", "Caisse"),
    "float": Account("530100", "Coffre"),
    "drop": Account("530100", "Coffre"),
    "bank": Account("580000", "Virements internes"),
    "in": Account("471000", "Compte d'attente"),
    "out": Account("471000", "Compte d'attente"),
    "attente": Account("471000", "Compte d'attente"),
    "acompte": Account("419100", "Clients - acomptes recus"),
    "arrhes": Account("419110", "Clients - arrhes recues"),
    "bons": Account("419700", "Clients - bons cadeaux et avoirs"),
    "client": Account("411000", "Clients"),
    "consigne": Account("419600", "Clients - dettes sur emballages consignes"),
    "gain": Account("758000", "Produits divers de gestion courante"),
    "perte": Account("658000", "Charges diverses de gestion courante"),
}
_TENDERS = {
    "CASH": _ROLES["caisse"],
    "CARD": Account("511500", "Cartes bancaires a encaisser"),
    "MANUAL": Account("511500", "Cartes bancaires a encaisser"),
    "CHEQUE": Account("511200", "Cheques a encaisser"),
    "TR": Account("511700", "Titres-restaurant a encaisser"),
    "VOUCHER": _ROLES["bons"],
    "AVOIR": _ROLES["bons"],
    "ARRHES": _ROLES["arrhes"],
    "ACCOUNT": _ROLES["client"],
    "DONATION": Account("467100", "Dons collectes pour des tiers"),
}


@dataclass(frozen=True, slots=True)
class Accounts:
    """The table: roles, means of payment, and by VAT rate (basis points) sales and tax."""

    roles: Mapping[str, Account] = field(default_factory=_ROLES.copy)
    tenders: Mapping[str, Account] = field(default_factory=_TENDERS.copy)
    sales: Mapping[int, Account] = field(default_factory=dict)
    vat: Mapping[int, Account] = field(default_factory=dict)

    def tender(self, name: str, person: str = "") -> Account:
        """A means of payment's; the suspense account for one that the table does not know.

        With a `person` it is his auxiliary account.
        """
        known = self.tenders.get(name.upper()) or self.roles["attente"]
        return replace(known, person=person)

    def client(self, person: str) -> Account:
        """What a customer owes."""
        return replace(self.roles["client"], person=person)

    def sold(self, rate: int) -> Account:
        """Sales at a rate, without tax: 707055 at 5.5 %, unless the table says otherwise."""
        return self.sales.get(rate) or Account(f"707{_rate(rate)}", _at("Ventes", rate))

    def tax(self, rate: int) -> Account:
        """VAT collected at a rate: 44571055 at 5.5 %, unless the table says otherwise."""
        return self.vat.get(rate) or Account(f"44571{_rate(rate)}", _at("TVA collectee", rate))

    def said(self) -> dict[str, dict[str, tuple[str, str]]]:
        """The table as an archive has it: number and name, by role, means of payment, rate."""
        tables: dict[str, Mapping[str, Account] | Mapping[int, Account]] = {
            "roles": self.roles, "tenders": self.tenders, "sales": self.sales, "vat": self.vat,
        }  # fmt: skip
        return {
            name: {str(key): (each.number, each.label) for key, each in table.items()}
            for name, table in tables.items()
        }

    @classmethod
    def parse(cls, text: str) -> "Accounts":
        """The default table with what a TOML file changes; ValueError says what is wrong in it."""
        parts: dict[str, dict[str, Account]] = {
            name: {key: _account(value) for key, value in section.items()}
            for name, section in toml.tables(text).items()
        }
        unknown = parts.keys() - {"comptes", "reglements", "ventes", "tva"}
        roles = parts.get("comptes", {})
        unknown |= roles.keys() - _ROLES.keys()
        if unknown:
            names = ", ".join(sorted(unknown))
            raise ValueError(say("inconnu dans un plan comptable : {names}", names=names))
        table = cls(roles=_ROLES | roles)
        cash = {"CASH": table.roles["caisse"], "ARRHES": table.roles["arrhes"]}
        cash["ACCOUNT"] = table.roles["client"]
        vouchers = dict.fromkeys(("VOUCHER", "AVOIR"), table.roles["bons"])
        named = {key.upper(): account for key, account in parts.get("reglements", {}).items()}
        return replace(
            table,
            tenders=_TENDERS | cash | vouchers | named,
            sales={decimal(key, 2): value for key, value in parts.get("ventes", {}).items()},
            vat={decimal(key, 2): value for key, value in parts.get("tva", {}).items()},
        )


def _account(value: object) -> Account:
    match value:
        case [str(number), str(label)]:
            return Account(number, label)
        case _:
            raise ValueError(
                say("{value!r} n'est pas un compte, comme [\"530000\", \"Caisse\"]", value=value)
            )


def _rate(rate: int) -> str:
    """«055» for 5.5 %; a fourth digit where the rate needs it."""
    return f"{rate // 10:03d}" if rate % 10 == 0 else f"{rate:04d}"


def _at(what: str, rate: int) -> str:
    return f"{what} {percent(rate)} %" if rate else f"{what} sans TVA"
