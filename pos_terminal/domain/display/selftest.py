"""What the two lines say of a self-test."""

from pos_terminal.domain.language import say
from pos_terminal.domain.screen import Screen


def running() -> Screen:
    """It takes as long as its slowest device."""
    return Screen(say("AUTOTEST"), say("EN COURS"))


def ended(*, well: bool) -> Screen:
    """All is well, or the paper says what is not."""
    return Screen(say("AUTOTEST"), say("TOUT VA BIEN") if well else say("LIRE LE PAPIER"))
