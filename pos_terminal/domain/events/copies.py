"""Which copies of a paper there are: the original is what was printed first. Pure.

A request that the printer refused put nothing into anybody's hand, so its number is free again. One
whose outcome is unknown, or that a power cut took, may lie in the customer's: it counts.
"""

from pos_terminal.domain.events.paper import ReceiptPrinted, ReceiptRequested
from pos_terminal.domain.events.values import PrintOutcome

Copies = frozenset[int]
"""The numbers of the copies that came, may have come, or are on their way; 0 is the original."""


def following(copies: Copies) -> int:
    """The number of the next copy."""
    return max(copies, default=-1) + 1


def is_made(event: ReceiptRequested | ReceiptPrinted) -> bool:
    """Whether the copy is there, as far as this event can say."""
    return isinstance(event, ReceiptRequested) or event.outcome is not PrintOutcome.REFUSED


def is_duplicate(event: ReceiptPrinted) -> bool:
    """Whether a duplicate came, or may have come."""
    return event.copy > 0 and is_made(event)


def after(copies: Copies, event: ReceiptRequested | ReceiptPrinted) -> Copies:
    """The copies once one was asked for, or came, or was refused."""
    return copies | {event.copy} if is_made(event) else copies - {event.copy}
