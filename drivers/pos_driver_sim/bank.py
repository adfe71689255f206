"""A bank behind a simulated payment terminal: what it has really booked, which nobody else can say.

It stands apart from any dialogue, so that a cut of the line changes nothing here: a proof compares
this book with the till's journal.
"""

from dataclasses import dataclass, field

from pos_terminal.domain.authorisation import Order, Outcome, Scheme, Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The card that the customer holds out. `left`: what is still on it, None for enough."""

    scheme: Scheme = Scheme.CB
    number: str = "4974000000001234"
    contactless: bool = True
    left: int | None = None


@dataclass(frozen=True, slots=True)
class Booking:
    """Money moved: `cents` of it, to the shop where they are positive."""

    reference: str
    cents: int
    outcome: Outcome


@dataclass(slots=True)
class Bank:
    """`bookings` is all that ever moved, in its order; `refused` the orders that it knows as ended
    without any."""

    bookings: list[Booking] = field(default_factory=list)
    ended: dict[str, Outcome] = field(default_factory=dict)

    def book(self, order: Order, outcome: Outcome) -> None:
        """The money of an approved order moves now."""
        cents = outcome.cents if order.service is Service.PURCHASE else -outcome.cents
        self.bookings.append(Booking(order.reference, cents, outcome))
        self.ended[order.reference] = outcome

    def end(self, order: Order, outcome: Outcome) -> None:
        """The order has ended, and nothing moved."""
        self.ended[order.reference] = outcome

    def charged(self, reference: str) -> tuple[int, ...]:
        """The cents of each time that money moved for this reference: one at most, in a world that
        is in order."""
        return tuple(each.cents for each in self.bookings if each.reference == reference)

    def sums(self) -> dict[tuple[Service, Scheme], tuple[int, int]]:
        """How often and how much, by service and scheme."""
        found: dict[tuple[Service, Scheme], tuple[int, int]] = {}
        for each in self.bookings:
            service = Service.PURCHASE if each.cents > 0 else Service.REFUND
            count, cents = found.get((service, each.outcome.scheme), (0, 0))
            found[service, each.outcome.scheme] = (count + 1, cents + abs(each.cents))
        return found
