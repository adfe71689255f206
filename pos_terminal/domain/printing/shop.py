"""What papers say of the shop: its name, its till, its rules. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from pos_terminal.domain.codes.papers import TillName
from pos_terminal.domain.language import say


@dataclass(frozen=True, slots=True)
class Shop:
    """What a ticket says of the shop. `header` and `footer` are printed as they are, by line."""

    name: str
    header: tuple[str, ...] = ()
    footer: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seller:
    """What an invoice says of the seller beside the ticket's head; each line only if it is set.

    `form` and `capital` as they are written («SARL», «10 000 €»); `terms` are further lines.
    """

    form: str = ""
    capital: str = ""
    siret: str = ""
    vat: str = ""
    rcs: str = ""
    terms: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        digits = self.siret.replace(" ", "")
        if self.siret and not (digits.isascii() and digits.isdigit() and len(digits) == 14):
            raise ValueError(f"siret {self.siret!r}: 14 digits")

    def lines(self) -> Iterator[str]:
        """The mentions that are set."""
        if self.form:
            capital = f" {say('au capital de')} {self.capital}" if self.capital else ""
            yield self.form + capital
        named = (("SIRET", self.siret), (say("N° TVA"), self.vat), ("RCS", self.rcs))
        yield from (f"{name} {value}" for name, value in named if value)


NOBODY = Seller()

PRINT, OFFER, ASKED = "print", "offer", "asked"
"""What the till does when a note is due: print it, say so on the display, wait to be asked."""


@dataclass(frozen=True, slots=True)
class PaperRules:
    """What papers say of the shop, and what becomes of a note that is due. ValueError.

    `seller` is what invoices add; `year_begins` the fiscal year's first month, from whose end on
    they are kept ten years.
    """

    shop: Shop = field(default_factory=lambda: Shop(""))
    terminal: str = "1"
    note: str = PRINT
    seller: Seller = NOBODY
    year_begins: int = 1
    store: str = "1"
    simulated: bool = False

    def __post_init__(self) -> None:
        if self.note not in (PRINT, OFFER, ASKED):
            raise ValueError(f"note {self.note!r}: {PRINT}, {OFFER} or {ASKED}")

    @property
    def till(self) -> TillName:
        """The till that its papers' barcodes name.

        A simulation is another till than the one it plays: that one refuses its papers.
        """
        return TillName(f"{self.store} simulated" if self.simulated else self.store, self.terminal)

    def year_end(self, day: date) -> date:
        """The last day of the fiscal year in which that day lies."""
        year = day.year + (day.month >= self.year_begins)
        return date(year, self.year_begins, 1) - timedelta(days=1)


ORDINARY_PAPERS = PaperRules()
"""A till that was told nothing else."""
