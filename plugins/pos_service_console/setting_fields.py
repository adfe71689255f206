"""The owner's own settings as forms: each key with its name, its help and how it is written.

Which keys these are the till says (runtime/settings_acts); what stands here besides is words.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum, auto
from typing import Any

import msgspec
from msgspec import Struct

from pos_service_console import frame
from pos_terminal.domain.audit.identity import Shop, Support
from pos_terminal.domain.display.rules import DisplayRules
from pos_terminal.domain.language import say
from pos_terminal.domain.markup import Markup, tag
from pos_terminal.domain.period.closing import ClosingHours
from pos_terminal.domain.printing.paper_rules import PaperRules
from pos_terminal.domain.sale.refunds import RefundRules
from pos_terminal.domain.sale.terms import Terms
from pos_terminal.domain.staff.clerks import SignOnRules
from pos_terminal.domain.tender.tender import AccountRules, TenderRules

LONGEST = 2000
"""Characters of one field: a dozen lines of a ticket's foot."""

_BLANKS = str.maketrans("\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}", "  ")
"""A telephone's keyboard sets one before «!» by itself, and a till's texts have none."""

Value = bool | int | str | list[str]
"""What a key may be."""

RULES: Mapping[str, type[Struct]] = {
    "accounts": AccountRules, "clerks": SignOnRules, "closing": ClosingHours,
    "display": DisplayRules, "papers": PaperRules, "refunds": RefundRules, "sales": Terms,
    "shop": Shop, "support": Support, "tenders": TenderRules,
}  # fmt: skip
"""The tables whose defaults stand in the rules that they fill."""

OTHER_DEFAULTS: Mapping[str, Value] = {"selftest.at_start": False, "terminal.language": "fr"}


class Kind(Enum):
    """How a value is written."""

    FLAG = auto()
    NUMBER = auto()
    TEXT = auto()
    LINES = auto()
    CHOICE = auto()


class Field(Struct, frozen=True):
    """A key by its path. `choices` are the values of a CHOICE, each with its name."""

    path: str
    kind: Kind
    label: str
    help: str = ""
    choices: Mapping[str, str] = {}

    @property
    def default(self) -> Value | None:
        """What holds where the settings do not say; None for nothing."""
        table, _, key = self.path.partition(".")
        if table not in RULES:
            return OTHER_DEFAULTS[self.path]
        (field,) = (each for each in msgspec.structs.fields(RULES[table]) if each.name == key)
        found: Any = msgspec.to_builtins(field.default)
        return [*found] or None if isinstance(found, tuple) else found

    def typed(self, form: Mapping[str, str]) -> Value | None:
        """What somebody typed; None where she left it empty. ValueError says what it is not."""
        text = form.get(self.path, "").replace("\r\n", "\n").translate(_BLANKS).strip()
        if len(text) > LONGEST:
            raise ValueError(say("Trop long."))
        match self.kind:
            case Kind.FLAG:
                return bool(text)
            case Kind.LINES:
                return [each.strip() for each in text.split("\n") if each.strip()] or None
            case Kind.NUMBER if text:
                if not (text.isascii() and text.isdigit() and len(text) <= 9):
                    raise ValueError(say("{label} : un nombre entier.", label=self.label))
                return int(text)
        return text or None

    def shown(self, value: Value | None) -> str:
        """A value for a person."""
        match value:
            case None | "" | []:
                return "–"
            case bool():
                return say("oui") if value else say("non")
            case list():
                return " · ".join(value)
        return self.choices.get(str(value), str(value))

    def drawn(self, value: Value | None) -> Markup:
        """Its part of a form."""
        about = f"{self.path}-help" if self.help else None
        told = tag("p", self.help, class_="small", id=about) if about else ""
        if self.kind is Kind.FLAG:
            box = tag(
                "input", type="checkbox", name=self.path, value="1", checked=bool(value),
                aria_describedby=about,
            )  # fmt: skip
            label = tag("label", box, self.label, class_="check")
        else:
            label = tag("label", self.label, self._input(value, about))
        return tag("div", label, told, class_="field")

    def _input(self, value: Value | None, about: str | None) -> Markup:
        if self.kind is Kind.CHOICE:
            options = (
                tag("option", name, value=each, selected=each == value)
                for each, name in self.choices.items()
            )
            return tag("select", *options, name=self.path, aria_describedby=about)
        if self.kind is Kind.LINES:
            lines = value if isinstance(value, list) else []
            return tag(
                "textarea", "\n".join(lines), name=self.path, rows=str(len(lines) + 1),
                aria_describedby=about,
            )  # fmt: skip
        return tag(
            "input", name=self.path, value="" if value is None else str(value), autocomplete="off",
            inputmode="numeric" if self.kind is Kind.NUMBER else None, aria_describedby=about,
        )  # fmt: skip


class Part(Struct, frozen=True):
    """Fields that belong together, under `/settings/name`."""

    name: str
    title: str
    fields: Sequence[Field]

    def drawn(self, token: str, base: str, known: Mapping[str, Value | None]) -> Markup:
        """Its form; `base` are the settings that it was made from."""
        fields = (each.drawn(known[each.path]) for each in self.fields)
        return frame.card(frame.form(
            f"/settings/{self.name}", token, *fields,
            tag("input", type="hidden", name="base", value=base),
            tag("button", say("Voir le changement")), class_="settings",
        ))  # fmt: skip


def read(text: str) -> Value:
    """A value as the till tells it: of these kinds TOML writes each as JSON does."""
    found: Value = msgspec.json.decode(text, type=Value)
    return found


def written(value: Value) -> str:
    """The same, the other way."""
    return msgspec.json.encode(value).decode()


def parts() -> Iterator[Part]:
    """All of them, in their order."""
    yield Part("tickets", say("Tickets et affichage"), _tickets())
    yield Part("closing", say("Journée et clôture"), _closing())
    yield Part("money", say("Argent"), _money())
    yield Part("reasons", say("Motifs"), _reasons())
    yield Part("counter", say("À la caisse"), _counter())


def _tickets() -> Sequence[Field]:
    return (
        Field("shop.footer", Kind.LINES, say("Au pied des tickets"), say("Une ligne par ligne.")),
        Field("shop.hours", Kind.LINES, say("Heures d'ouverture"),
              say("Comme : Mo-Fr 07:00-13:00,15:00-19:30, une ligne par groupe de jours.")),
        Field("support.phone", Kind.TEXT, say("Numéro à appeler en cas de panne"),
              say("Quatorze caractères ; il est dit par AIDE et au pied des tickets.")),
        Field("papers.note", Kind.CHOICE, say("Note d'une prestation, dès 25 €"), "", {
            "print": say("s'imprime"), "offer": say("est proposée à l'écran"),
            "asked": say("sur demande"),
        }),
        Field("papers.card_slip", Kind.FLAG, say("Imprimer le ticket carte du client")),
        Field("display.running_total", Kind.FLAG, say("Montrer le total à chaque article")),
        Field("terminal.language", Kind.CHOICE, say("Langue"), "",
              {"fr": "français", "en": "English"}),
    )  # fmt: skip


def _closing() -> Sequence[Field]:
    return (
        Field("closing.day_ends", Kind.NUMBER, say("La journée finit à (heure)"),
              say("De 0 à 23 : ce qui est vendu après minuit compte avec la veille jusque-là.")),
        Field("closing.automatic", Kind.FLAG, say("Clore seule ce qui fut oublié"),
              say("Entre deux ventes, après la fin de la journée.")),
        Field("closing.print_automatic", Kind.FLAG, say("Imprimer ces clôtures")),
        Field("tenders.count_first", Kind.FLAG, say("Compter le tiroir avant le Z")),
        Field("closing.stays", Kind.NUMBER, say("Fond laissé au tiroir après le Z (€)"),
              say("Le reste est prélevé. Vide : le Z le demande.")),
        Field("closing.services", Kind.LINES, say("Services de la journée"),
              say("Dans leur ordre, un par ligne, comme MIDI et SOIR.")),
    )  # fmt: skip


def _money() -> Sequence[Field]:
    return (
        Field("tenders.change_limit", Kind.NUMBER, say("Rendu de monnaie au plus (€)"),
              say("Davantage est une faute de frappe.")),
        Field("refunds.cash_limit", Kind.NUMBER, say("Une vente rend en espèces au plus (€)")),
        Field("accounts.limit", Kind.NUMBER, say("Un client en compte doit au plus (€)")),
        Field("tenders.donations_to", Kind.TEXT, say("Dons recueillis pour"),
              say("Quarante caractères. Vide : pas de dons.")),
        Field("tenders.donation_most", Kind.NUMBER, say("Un don au plus (€)")),
    )  # fmt: skip


def _reasons() -> Sequence[Field]:
    told = say("Un par ligne : le premier est le n° 1. Vide : ceux d'origine.")
    none = say("Un par ligne : le premier est le n° 1. Vide : aucun n'est demandé.")
    return (
        Field("sales.discount_reasons", Kind.LINES, say("D'une remise"), told),
        Field("refunds.reasons", Kind.LINES, say("D'un remboursement"), none),
        Field("sales.loss_reasons", Kind.LINES, say("D'une perte"), told),
        Field("sales.weight_reasons", Kind.LINES, say("D'un poids tapé"), told),
        Field("tenders.no_sale", Kind.LINES, say("D'une ouverture du tiroir"), told),
        Field("tenders.cash_in", Kind.LINES, say("D'une entrée d'argent"), told),
        Field("tenders.cash_out", Kind.LINES, say("D'une sortie d'argent"), told),
    )  # fmt: skip


def _counter() -> Sequence[Field]:
    return (
        Field("clerks.each_sale", Kind.FLAG, say("Chaque vente commence par un badge ou un code")),
        Field("sales.expired", Kind.CHOICE, say("Un article dont la date est passée"), "",
              {"refuse": say("est refusé"), "ask": say("demande un responsable")}),
        Field("selftest.at_start", Kind.FLAG, say("Imprimer un autotest à chaque démarrage")),
    )  # fmt: skip
