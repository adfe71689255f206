"""What the two lines say while sales are entered that were written by hand."""

from pos_terminal.domain.language import say
from pos_terminal.domain.notation import euros, hour
from pos_terminal.domain.screen import Screen, both_ends


def begun(since: str) -> Screen:
    """Since when the till was down; now come the sales."""
    return Screen(f"{say('PANNE DEPUIS')} {hour(since)}", say("HEURE, PANNE, VENTE"))


def sale(taken: str) -> Screen:
    """When the sale that follows was made."""
    return Screen(f"{say('VENTE DE')} {hour(taken)}", say("APRES PANNE"))


def awaiting() -> Screen:
    """No sale at hand, and the breakdown not yet ended."""
    return Screen(say("SAISIE APRES PANNE"), say("FIN : PANNE SEULE"))


def ended(tickets: int, total: int) -> Screen:
    """All are entered: how many, and what they came to."""
    what = say("VENTE") if tickets == 1 else say("VENTES")
    return Screen(say("FIN DE LA SAISIE"), both_ends(f"{tickets} {what}", euros(total)))
