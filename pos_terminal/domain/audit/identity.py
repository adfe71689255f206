"""Which till it is, and of which shop: what every record and every paper says of them."""

from collections.abc import Iterator
from dataclasses import dataclass

from msgspec import Struct

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

    @property
    def till(self) -> TillName:
        """The till that its papers' barcodes name.

        A simulation is another till than the one it plays: that one refuses its papers.
        """
        return TillName(f"{self.store} simulated" if self.simulated else self.store, self.terminal)


UNNAMED = Identity("1", "1", "", simulated=False)
"""A till that was told nothing else."""
