"""A payment through a terminal, and a terminal's day, as they are answered. Pure."""

from msgspec import Struct

from pos_terminal.domain.authorisation import Scheme, Service
from pos_terminal.domain.events.values import PaymentOutcome


class CardPayment(Struct, frozen=True, kw_only=True):
    """One order: when it was asked for, and what became of it; cents are positive to the shop.

    `ticket` is the number of the ticket that it is on, 0 for none. `decided`: a person said so.
    """

    at: str
    ref: str
    terminal: str
    tender: str
    service: Service
    asked: int
    moved: int = 0
    outcome: PaymentOutcome | None = None
    decided: bool = False
    scheme: Scheme = Scheme.OTHER
    last_four: str = ""
    authorisation: str = ""
    number: str = ""
    ticket: int = 0

    @property
    def sure(self) -> bool:
        """Whether the terminal itself said what became of it, and did what it was asked."""
        return (
            not self.decided
            and self.outcome is not None
            and (self.outcome is PaymentOutcome.REFUSED or abs(self.moved) == abs(self.asked))
            and self.outcome is not PaymentOutcome.UNKNOWN
        )


class SchemeSum(Struct, frozen=True, kw_only=True):
    """What moved by one scheme: so many payments and cents by the journal, `said` by the terminal.

    `said` is None where the terminal names no schemes.
    """

    scheme: Scheme
    payments: int
    journal: int
    said: int | None


class Reckoning(Struct, frozen=True, kw_only=True):
    """A terminal's day against the journal's. `said` is None where the terminal gave no sum.

    `since` is when the first payment in it was asked for; `at` when the terminal closed its day, or
    when the last was asked for. A terminal that has not closed its own has one a day of the till:
    `day` is its label, empty while it runs. `doubtful` are the payments by which a difference may
    have come; `alone` are cards that were taken meanwhile by the number on a slip: this terminal
    may have counted them. `settled`: somebody has explained the difference.
    """

    terminal: str
    since: str
    at: str
    day: str
    journal: int
    payments: int
    said: int | None
    schemes: tuple[SchemeSum, ...]
    doubtful: tuple[CardPayment, ...]
    alone: tuple[CardPayment, ...]
    settled: bool = False

    @property
    def difference(self) -> int | None:
        """What the terminal moved beyond what the journal has, in cents."""
        return None if self.said is None else self.said - self.journal

    @property
    def unexplained(self) -> bool:
        """Whether there is a difference, and nobody has explained it."""
        return bool(self.difference) and not self.settled
