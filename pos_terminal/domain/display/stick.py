"""What the two lines say while a USB stick is looked at."""

from pos_terminal.domain.language import say
from pos_terminal.domain.screen import Screen


def choices() -> Screen:
    """What a number before the key asks for."""
    return Screen(say("1 VERSION 2 REPRISE"), say("NUMERO : REMISE"))


def reading() -> Screen:
    """Somebody waits, and may plug it in now."""
    return Screen(say("CLE USB"), say("LECTURE EN COURS"))


def going_on() -> Screen:
    """Something was found, which is on paper, and is being done."""
    return Screen(say("CLE USB"), say("EN COURS : LAISSER"))


def ended() -> Screen:
    """It is done: the paper says what."""
    return Screen(say("CLE USB"), say("FINI, VOIR LE PAPIER"))
