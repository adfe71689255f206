"""What becomes of the papers that the law asks for: the shop's choice."""

from enum import StrEnum

from msgspec import Struct


class NoteDue(StrEnum):
    """What the till does when a note is due: print it, say so on the display, wait to be asked."""

    PRINT = "print"
    OFFER = "offer"
    ASKED = "asked"


class PaperRules(Struct, frozen=True):
    """`[papers]` in the configuration: `note` is what becomes of a note that is due.

    `card_slip` prints what a payment terminal gives to be printed for the customer, as it comes; a
    ticket has the card's line in any case.
    """

    note: NoteDue = NoteDue.PRINT
    card_slip: bool = False


ORDINARY_PAPERS = PaperRules()
"""A till that was told nothing else."""
