"""Means of payment: what each may do, and what the law lets it pay (docs/tenders.md). Pure."""

from collections.abc import Callable
from datetime import date

from msgspec import Struct

from pos_terminal.domain import faults
from pos_terminal.domain.dated import Dated
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.language import say
from pos_terminal.domain.screen import WIDTH
from pos_terminal.domain.tender.holidays import is_day_off
from pos_terminal.domain.tender.zones import ZONES

LONGEST_NAME = 40
"""Characters of whom gifts are for."""

UNLIMITED: Dated[int] = Dated(())


class TenderKind(Struct, frozen=True):
    """A means of payment. `name` stands in records, `label` on the display and on paper.

    `most` is the dated limit, in cents, of what it may pay of one sale, and `above` the refusal of
    more. `food_only` pays for food alone, and on working days. One that is not `keyed` has no key,
    and pays by a number.
    """

    name: str
    label: str
    gives_change: bool = False
    opens_drawer: bool = False
    food_only: bool = False
    most: Dated[int] = UNLIMITED
    above: Fault = faults.AMOUNT_TOO_LARGE
    keyed: bool = True


CASH = TenderKind(
    "CASH",
    "ESPECES",
    gives_change=True,
    opens_drawer=True,
    most=Dated(((date(2015, 9, 1), 1000_00),)),
    above=faults.CASH_LIMIT,
)
"""Code monétaire et financier, article D. 112-3, I 1° (décret n° 2015-741)."""

CARD = TenderKind("CARD", "CARTE")
MANUAL = TenderKind("MANUAL", "CARTE SANS LIEN", keyed=False)
"""A card that a terminal took which the till did not ask: known by the number on its slip alone."""

CHEQUE = TenderKind("CHEQUE", "CHEQUE", opens_drawer=True)

MEAL = TenderKind(
    "TR",
    "TITRE-RESTAURANT",
    opens_drawer=True,
    food_only=True,
    most=Dated(((date(2022, 10, 1), 25_00),)),
    above=faults.MEAL_LIMIT,
)
"""Code du travail, article R. 3262-10 (décret n° 2022-1266); days: article R. 3262-8."""

VOUCHER = TenderKind("VOUCHER", "BON CADEAU", keyed=False)
CREDIT_NOTE = TenderKind("AVOIR", "AVOIR", keyed=False)

ARRHES = TenderKind("ARRHES", "ARRHES", keyed=False)
DONATION = TenderKind("DONATION", "DON", keyed=False)
ACCOUNT = TenderKind("ACCOUNT", "EN COMPTE", keyed=False)

TENDERS = {
    kind.name: kind
    for kind in (CASH, CARD, MANUAL, CHEQUE, MEAL, VOUCHER, CREDIT_NOTE, ARRHES, DONATION, ACCOUNT)
}
"""All tenders. What is paid out is cash, but for a refund."""


def brief(name: str) -> str:
    """The label of the means that records call so, where an amount or another stands beside it."""
    return "TR" if name == MEAL.name else say(TENDERS[name].label)


class TenderRules(Struct, frozen=True):
    """What the shop decides about money. ValueError names what cannot be.

    `change_limit`, in whole euros, is the most that is handed back at once;
    `meal_vouchers_every_day` takes them on Sundays and public holidays as well, since some are
    issued for these. `legal_limits` keeps to the dated limits of cash and vouchers; recorded sales
    are replayed without them. `no_sale`, `cash_in` and `cash_out` are reasons by number, from 1.
    `count_first` makes the day's Z wait until the drawer is counted. `donations_to` is whom the
    shop collects gifts for, none where it is empty, and `donation_most` the largest, in euros.
    `vat_zone` is whose VAT rates tell food from the rest, where the catalogue does not.
    """

    change_limit: int = 200
    meal_vouchers_every_day: bool = False
    legal_limits: bool = True
    count_first: bool = True
    no_sale: tuple[str, ...] = ("MONNAIE", "CONTROLE", "ERREUR")
    cash_in: tuple[str, ...] = ("MONNAIE", "REMBOURSEMENT", "DIVERS")
    cash_out: tuple[str, ...] = ("FOURNISSEUR", "ACHAT", "PERSONNEL", "DIVERS")

    donations_to: str = ""
    donation_most: int = 10
    vat_zone: str = "metropole"

    def __post_init__(self) -> None:
        if self.vat_zone not in ZONES:
            raise ValueError(
                say(
                    "vat_zone {vat_zone!r} : l'un de {what}",
                    vat_zone=self.vat_zone,
                    what=", ".join(ZONES),
                )
            )
        if self.donation_most < 1:
            raise ValueError(
                say(
                    "donation_most {donation_most} : 1 euro au moins",
                    donation_most=self.donation_most,
                )
            )
        if len(self.donations_to) > LONGEST_NAME or not self.donations_to.isprintable():
            raise ValueError(
                say(
                    "{donations_to!r} : au plus {longest_name} caractères imprimables",
                    donations_to=self.donations_to,
                    longest_name=LONGEST_NAME,
                )
            )
        if self.change_limit < 1:
            raise ValueError(
                say("change_limit {change_limit} : 1 euro au moins", change_limit=self.change_limit)
            )
        for reasons in (self.no_sale, self.cash_in, self.cash_out):
            if not reasons:
                raise ValueError(say("une liste de motifs en a au moins un"))
            for reason in reasons:
                if not (0 < len(reason) <= WIDTH and reason.isprintable()):
                    raise ValueError(
                        say(
                            "{reason!r} : de 1 à {width} caractères imprimables",
                            reason=reason,
                            width=WIDTH,
                        )
                    )

    @property
    def most_reasons(self) -> int:
        """How far the numbers of reasons go."""
        return max(map(len, (self.no_sale, self.cash_in, self.cash_out)))


class AccountRules(Struct, frozen=True):
    """What a customer may owe at most, in whole euros. ValueError names what cannot be."""

    limit: int = 500

    def __post_init__(self) -> None:
        if self.limit < 1:
            raise ValueError(say("limit {limit} : 1 euro au moins", limit=self.limit))


ORDINARY_ACCOUNTS = AccountRules()
"""A till that was told nothing else."""

ORDINARY_RULES = TenderRules()
"""A till that was told nothing else."""


class Allowed(Struct, frozen=True):
    """The most that a means of payment may still pay of a sale, in cents, and why no more.

    None: the law sets no limit.
    """

    most: int | None = None
    why: Fault = faults.AMOUNT_TOO_LARGE


def allowed(
    kind: TenderKind,
    rules: TenderRules,
    day: date,
    paid: int,
    food: Callable[[], int],
) -> Allowed:
    """What the kind may still pay on that day of a sale that it has paid `paid` cents of.

    `food` gives the cents of the sale's food.
    """
    limit = kind.most.on(day) if rules.legal_limits else None
    rest = None if limit is None else limit - paid
    if not kind.food_only:
        return Allowed(rest, kind.above)
    if is_day_off(day) and not rules.meal_vouchers_every_day:
        return Allowed(0, faults.MEAL_DAY)
    eaten = food() - paid
    if rest is None or eaten < rest:
        return Allowed(max(eaten, 0), faults.MEAL_FOOD)
    return Allowed(rest, kind.above)
