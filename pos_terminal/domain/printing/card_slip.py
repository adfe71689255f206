"""What a payment terminal gives to be printed, and what a ticket says of a card."""

from collections.abc import Sequence

from pos_terminal.domain.events.sale import CardPaid
from pos_terminal.domain.language import say
from pos_terminal.domain.receipt import Receipt, Text


def paper(lines: Sequence[str]) -> Receipt:
    """The terminal's own lines, as they are."""
    return Receipt(say("TICKET CARTE"), tuple(map(Text, lines)))


def line(card: CardPaid) -> str:
    """«CB ****1234 AUTO 772211»: what of it there is."""
    words = (
        card.scheme if card.last_four else "",
        f"****{card.last_four}" if card.last_four else "",
        f"{say('AUTO')} {card.authorisation}" if card.authorisation else "",
    )
    return " ".join(filter(None, words))
