"""The bank behind a simulated payment terminal: what was really booked, which it alone can say.

It stands apart from any dialogue, so that a cut of the line changes nothing here: a proof compares
this book with the till's journal.
"""

from dataclasses import dataclass, field

from pos_terminal.domain.authorisation import Scheme, Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The card that the customer holds out. `left`: what is still on it, None for enough."""

    scheme: Scheme = Scheme.CB
    number: str = "4974000000001234"
    contactless: bool = True
    left: int | None = None


@dataclass(frozen=True, slots=True)
class Booking:
    """Money moved: `cents` of it, to the shop where they are positive.

    `reference` is the till's, empty where the terminal's protocol does not carry it.
    """

    cents: int
    reference: str
    scheme: Scheme


@dataclass(slots=True)
class Bank:
    """`bookings` is all that ever moved, in its order."""

    bookings: list[Booking] = field(default_factory=list)

    def book(self, service: Service, cents: int, reference: str, scheme: Scheme) -> None:
        """The money of an approved order moves now."""
        signed = cents if service is Service.PURCHASE else -cents
        self.bookings.append(Booking(signed, reference, scheme))

    @property
    def moved(self) -> list[int]:
        """The cents of each booking."""
        return [each.cents for each in self.bookings]

    def charged(self, reference: str) -> tuple[int, ...]:
        """The cents of each time that money moved for this reference: one at most, in a world that
        is in order."""
        return tuple(each.cents for each in self.bookings if each.reference == reference)

    def sums(self) -> dict[tuple[Service, Scheme], tuple[int, int]]:
        """How often and how much, by service and scheme."""
        found: dict[tuple[Service, Scheme], tuple[int, int]] = {}
        for each in self.bookings:
            service = Service.PURCHASE if each.cents > 0 else Service.REFUND
            count, cents = found.get((service, each.scheme), (0, 0))
            found[service, each.scheme] = (count + 1, cents + abs(each.cents))
        return found
