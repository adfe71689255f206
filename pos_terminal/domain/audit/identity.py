"""Which till it is, and of which shop: what every record and every paper says of them."""

import re
from collections.abc import Iterator

from msgspec import Struct

from pos_terminal.domain.codes.papers import TillName
from pos_terminal.domain.events.system import CompanyIdentified
from pos_terminal.domain.health.opening import openings
from pos_terminal.domain.language import say


class Shop(Struct, frozen=True):
    """What a ticket says of the shop. `header` and `footer` are printed as they are, by line.

    `hours` are when it is open (domain/health/opening); ValueError where they cannot be read.
    """

    name: str
    header: tuple[str, ...] = ()
    footer: tuple[str, ...] = ()
    hours: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        openings(self.hours)

    def problems(self) -> Iterator[tuple[str, str]]:
        """What a ticket could not say, as key and reason: it is text, and names its shop."""
        lines = {"name": (self.name,), "header": self.header, "footer": self.footer}
        for key, said in lines.items():
            if not all(line.isprintable() for line in said):
                yield key, say("un caractère ne s'imprime pas")
        if not self.name.strip():
            yield "name", say("le ticket doit dire de quel magasin il est")


class Seller(Struct, frozen=True):
    """What an invoice says of the seller beside the ticket's head; each line only if it is set.

    `name` (where it is not the shop's) and `address`, by line, are the firm's; `form` and `capital`
    as they are written («SARL», «10 000 €»). `debits`: VAT on services is due on invoices, by
    option, and not once they are paid. `penalties` is the rate for late payment, `discount` what is
    granted for early payment; where they are empty the law's rate holds, and there is none. `terms`
    are further lines.
    """

    name: str = ""
    address: tuple[str, ...] = ()
    form: str = ""
    capital: str = ""
    siret: str = ""
    naf: str = ""
    vat: str = ""
    rcs: str = ""
    debits: bool = False
    penalties: str = ""
    discount: str = ""
    terms: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        digits = self.siret.replace(" ", "")
        if self.siret and not (digits.isascii() and digits.isdigit() and len(digits) == 14):
            raise ValueError(say("siret {siret!r} : 14 chiffres", siret=self.siret))

    def identified(self, shop: str) -> CompanyIdentified:
        """Whose till it is, for the record; `shop` where no company is named."""
        return CompanyIdentified(
            name=self.name or shop,
            address=self.address,
            form=self.form,
            capital=self.capital,
            siret=self.siret,
            vat=self.vat,
            rcs=self.rcs,
            naf=self.naf,
        )

    def lines(self) -> Iterator[str]:
        """The mentions that are set."""
        yield from filter(None, (self.name, *self.address))
        yield from self.registration()
        named = (("SIRET", self.siret), (say("N° TVA"), self.vat))
        yield from (f"{name} {value}" for name, value in named if value)

    def registration(self) -> Iterator[str]:
        """Form and capital, and where it is registered, as far as they are set."""
        if self.form:
            capital = f" {say('au capital de')} {self.capital}" if self.capital else ""
            yield self.form + capital
        if self.rcs:
            yield f"RCS {self.rcs}"

    @property
    def siren(self) -> str:
        """The firm's nine digits, empty where they are not known."""
        return self.siret.replace(" ", "")[:9]

    def missing(self) -> tuple[str, ...]:
        """The settings without which an invoice lacks what the law asks of every seller.

        The capital, where the form is a company's: who works in his own name has none.
        """
        company = self.form and self.form.upper() not in OWN_NAME
        wanted = {"form": self.form, "siret": self.siret, "vat": self.vat, "rcs": self.rcs}
        if company:
            wanted["capital"] = self.capital
        return tuple(name for name, value in wanted.items() if not value)


OWN_NAME = frozenset({"EI", "ENTREPRENEUR INDIVIDUEL"})
"""How a sole trader's form is written (Code de commerce, art. R. 526-27)."""

NOBODY = Seller()

LONGEST_PHONE = 14
LONGEST_FIRM = 20
"""A line of the display."""

MOST_MINUTES = 120
HOURS = re.compile("(?:[01][0-9]|2[0-3]):[0-5][0-9]-(?:[01][0-9]|2[0-3]):[0-5][0-9]")
PAGE = re.compile("https?://[!-~]{1,200}")
"""Characters: what a display of twenty has room for beside a code. «01 23 45 67 89» has them."""


class Support(Struct, frozen=True):
    """Whom the shop calls when the till is in trouble; `page` is where its status can be read.

    `firm` is whom the shop may let in from afar, for `minutes` at a time; with `ask` each command
    that changes something needs a yes at the counter. `unattended` are the hours («02:00-04:00») in
    which that firm may look without anybody there. ValueError where something is none of these.
    """

    phone: str = ""
    page: str = ""
    firm: str = ""
    minutes: int = 30
    ask: bool = False
    unattended: str = ""

    def __post_init__(self) -> None:
        if len(self.firm) > LONGEST_FIRM or not (self.firm or "-").isprintable():
            raise ValueError(
                say("firm {firm!r} : au plus {most} caractères", firm=self.firm, most=LONGEST_FIRM)
            )
        if not 5 <= self.minutes <= MOST_MINUTES:
            raise ValueError(
                say("minutes {minutes} : de 5 à {most}", minutes=self.minutes, most=MOST_MINUTES)
            )
        self._must_be_hours()
        if self.page and not PAGE.fullmatch(self.page):
            raise ValueError(say("page {page!r} : une adresse http ou https", page=self.page))
        digits = self.phone.removeprefix("+").replace(" ", "").replace(".", "")
        if self.phone and not (digits.isascii() and digits.isdigit()):
            raise ValueError(
                say("phone {phone!r} : des chiffres, groupés ou non", phone=self.phone)
            )
        if len(self.phone) > LONGEST_PHONE:
            raise ValueError(
                say(
                    "phone {phone!r} : au plus {longest_phone} caractères",
                    phone=self.phone,
                    longest_phone=LONGEST_PHONE,
                )
            )


    def _must_be_hours(self) -> None:
        if not self.unattended:
            return
        if not HOURS.fullmatch(self.unattended):
            raise ValueError(
                say("unattended {hours!r} : des heures, comme 02:00-04:00", hours=self.unattended)
            )
        if not self.firm:
            raise ValueError(say("unattended : nommer d'abord la société (firm)"))


NO_SUPPORT = Support()


class Identity(Struct, frozen=True):
    """The till: its store and number, its software, its shop. `simulated` never sells for money.

    The shop stands on papers alone; an identity that is read back from a record lacks it.
    """

    store: str
    terminal: str
    software: str
    simulated: bool
    shop: Shop = Shop("")
    seller: Seller = NOBODY
    support: Support = NO_SUPPORT

    @property
    def till(self) -> TillName:
        """The till that its papers' barcodes name.

        A simulation is another till than the one it plays: that one refuses its papers.
        """
        return TillName(f"{self.store} simulated" if self.simulated else self.store, self.terminal)


UNNAMED = Identity("1", "1", "", simulated=False)
"""A till that was told nothing else."""
