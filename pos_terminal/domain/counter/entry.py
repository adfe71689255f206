"""What the clerk has typed and not yet used: a number, and the prefixes that wait for an article.

None of it is journaled; a power cut forgets it, as lifting a pencil would.
"""

from msgspec import Struct
from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.codes.vouchers import VOUCHER_DIGITS
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.language import say
from pos_terminal.domain.money import WHOLE
from pos_terminal.domain.notation import euros, percent, thousandths
from pos_terminal.domain.quantity import LARGEST_QUANTITY, ONE, Price, decimal
from pos_terminal.domain.screen import WIDTH, Screen

HEAVIEST_TARE = 9999
"""Grams of packing."""

LONGEST = 9
"""Digits in a number: 9 999 999,99 is more than any till takes."""


class Entry(Struct, frozen=True):
    """The number being typed, and quantity, price, return and void as set for the next article.

    `per` is the second number of «3 x 5 x»: what the price is for, a split price. `by_weight` says
    that the quantity was typed in grams; `tare` is in grams, and may have been weighed. `action` is
    the key that says what is done with the next article instead of selling it. The next articles
    are for the `order` of that number, which may be given a customer and a time; `noted` is what
    was noted for it last.
    """

    number: str = ""
    quantity: int | None = None
    per: int | None = None
    price: int | None = None
    returning: bool = False
    voiding: bool = False
    reason: int | None = None
    drawer: int | None = None
    rate: int | None = None
    by_weight: bool = False
    tare: int | None = None
    tare_weighed: bool = False
    action: str = ""
    order: str = ""
    noted: str = ""

    def type(self, characters: str) -> "Entry":
        """Add a digit, «00» or the decimal comma. Raises Refused.

        What is longer than any amount may still be a voucher's number: the key behind it knows.
        """
        number = self.number + characters
        if number.count(",") > 1:
            raise Refused(faults.BAD_NUMBER)
        if len(number.replace(",", "")) > VOUCHER_DIGITS:
            raise Refused(faults.TOO_LONG)
        return replace(self, number=number)

    def whole(self) -> str:
        """The number as digits («28»), for a PLU. Raises Refused."""
        if not self.number:
            raise Refused(faults.NUMBER_MISSING)
        if "," in self.number:
            raise Refused(faults.BAD_NUMBER)
        self._not_too_long()
        return self.number

    def cents(self) -> int:
        """The number as an amount: «130» and «1,30» are both 1.30 euro. Raises Refused."""
        if not self.number:
            raise Refused(faults.NUMBER_MISSING)
        if "," in self.number:
            return self._decimal(2)
        self._not_too_long()
        return int(self.number)

    def _not_too_long(self) -> None:
        if len(self.number.replace(",", "")) > LONGEST:
            raise Refused(faults.TOO_LONG)

    def _decimal(self, scale: int) -> int:
        self._not_too_long()
        try:
            return decimal(self.number, scale)
        except ValueError:
            raise Refused(faults.BAD_NUMBER) from None

    def times(self) -> "Entry":
        """The number becomes the next article's quantity, or else its `per`. Raises Refused.

        Behind a weight in grams it may be pressed or left out: «480 g x».
        """
        if self.by_weight and not self.number:
            return self
        if not self.number:
            raise Refused(faults.NUMBER_MISSING)
        if self.per is not None:
            raise Refused(faults.NOT_NOW)
        quantity = self._decimal(3)
        if not 0 < quantity <= LARGEST_QUANTITY:
            raise Refused(faults.BAD_NUMBER)
        if self.quantity is None:
            return replace(self, number="", quantity=quantity)
        return replace(self, number="", per=quantity)

    def grams(self) -> "Entry":
        """The number becomes the next article's weight. Raises Refused."""
        if self.quantity is not None:
            raise Refused(faults.NOT_NOW)
        grams = int(self.whole())
        if not 0 < grams <= LARGEST_QUANTITY:
            raise Refused(faults.BAD_NUMBER)
        return replace(self, number="", quantity=grams, by_weight=True)

    def with_tare(self) -> "Entry":
        """The number, grams, is what the next article's packing weighs. Raises Refused."""
        if self.tare is not None:
            raise Refused(faults.NOT_NOW)
        grams = int(self.whole())
        if grams > HEAVIEST_TARE:
            raise Refused(faults.BAD_NUMBER)
        return replace(self, number="", tare=grams)

    def at_rate(self) -> "Entry":
        """The number, per cent, becomes the VAT rate of what follows. Raises Refused."""
        if self.rate is not None:
            raise Refused(faults.NOT_NOW)
        if not self.number:
            raise Refused(faults.NUMBER_MISSING)
        return replace(self, number="", rate=self._decimal(2))

    def acting(self, key: str) -> "Entry":
        """The next article is for this key; a number is how many of it. Raises Refused."""
        if self.action:
            raise Refused(faults.NOT_NOW)
        if not self.number:
            return replace(self, action=key)
        if self.quantity is not None:
            raise Refused(faults.NOT_NOW)
        quantity = self._decimal(3)
        if not 0 <= quantity <= LARGEST_QUANTITY:
            raise Refused(faults.BAD_NUMBER)
        return replace(self, number="", quantity=quantity, action=key)

    def at_price(self) -> "Entry":
        """The number becomes the price of the next article. Raises Refused."""
        if self.price is not None:
            raise Refused(faults.NOT_NOW)
        return replace(self, number="", price=self.cents())

    def of_drawer(self, drawers: int) -> "Entry":
        """The number becomes the drawer that what follows is about. Raises Refused."""
        if self.drawer is not None:
            raise Refused(faults.NOT_NOW)
        number = int(self.whole())
        if not 0 < number <= drawers:
            raise Refused(faults.NO_SUCH_DRAWER)
        return replace(self, number="", drawer=number)

    def percent(self) -> int:
        """The number as basis points, more than nothing and at most the whole. Raises Refused."""
        if not self.number:
            raise Refused(faults.NUMBER_MISSING)
        rate = self._decimal(2)
        if not 0 < rate <= WHOLE:
            raise Refused(faults.BAD_NUMBER)
        return rate

    def because(self, reasons: int) -> "Entry":
        """The number becomes the reason of what follows, one out of `reasons`. Raises Refused."""
        if self.reason is not None:
            raise Refused(faults.NOT_NOW)
        number = int(self.whole())
        if not 0 < number <= reasons:
            raise Refused(faults.UNKNOWN_REASON)
        return replace(self, number="", reason=number)

    def charged(self, listed: Price | None) -> Price | None:
        """What the next article costs: the price set for it or else its listed one, split or not.

        A number that the price is for, where one was typed, goes before the catalogue's.
        """
        if self.price is not None:
            return Price(self.price, self.per or ONE)
        if listed and self.per:
            return Price(listed.cents, self.per)
        return listed

    @property
    def empty(self) -> bool:
        """Whether nothing is typed and nothing waits."""
        return self == Entry()

    def screen(self) -> Screen:
        """What the display shows while typing."""
        prefixes = [f"{say('COMMANDE')} {self.order}"] if self.order else []
        if self.returning:
            prefixes.append(say("RETOUR"))
        if self.voiding:
            prefixes.append(say("ANNULER"))
        if self.action:
            prefixes.append(self.action)
        if self.by_weight:
            prefixes.append(f"{self.quantity} g")
        elif self.quantity is not None:
            prefixes.append(f"{thousandths(self.quantity)} x")
        if self.tare is not None:
            prefixes.append(f"{say('TARE')} {self.tare} g")
        if self.per is not None:
            prefixes.append(f"{thousandths(self.per)} x")
        if self.price is not None:
            prefixes.append(euros(self.price))
        if self.rate is not None:
            prefixes.append(f"{percent(self.rate)} %")
        if self.reason is not None:
            prefixes.append(f"{say('MOTIF')} {self.reason}")
        if self.drawer is not None:
            prefixes.append(f"{say('TIROIR')} {self.drawer}")
        return Screen(" ".join(prefixes), (self.number or self.noted).rjust(WIDTH))
