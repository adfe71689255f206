"""Events of refunds: which ticket an open sale takes articles back from."""

from typing import ClassVar

from pos_terminal.domain.events import Event


class RefundOpened(Event, frozen=True, kw_only=True):
    """From here on the sale's articles come back from this ticket, until `refund.ended`.

    `reason` is the shop's words for why, or empty; `authority` is who allowed it; 0: nobody had to.
    """

    kind: ClassVar[str] = "refund.opened"
    sale: int
    series: str
    number: int
    reason: str = ""
    authority: int = 0


class RefundEnded(Event, frozen=True, kw_only=True):
    """The sale's articles are sold again."""

    kind: ClassVar[str] = "refund.ended"
    sale: int


REFUND_EVENTS: tuple[type[Event], ...] = (RefundOpened, RefundEnded)
