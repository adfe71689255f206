"""A clerk's badge as the till prints it: to be cut out and laminated. Pure."""

from pos_terminal.domain.language import say
from pos_terminal.domain.receipt import Align, Barcode, Receipt, Rule, Text


def badge_paper(number: int, code: str) -> Receipt:
    """The number and the code. Whoever has it signs on as that clerk: no name stands on it."""
    return Receipt(
        say("badge {number}", number=number),
        (
            Rule(),
            Text(say("VENDEUR {number}", number=number), Align.CENTRE, bold=True),
            Barcode(code),
            Rule(),
            Text(say("L'ancien badge ne vaut plus.")),
        ),
    )
