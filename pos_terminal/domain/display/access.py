"""What the display says of access for another program on the box."""

from pos_terminal.domain.events.values import GrantLevel
from pos_terminal.domain.language import say
from pos_terminal.domain.notation import short_day_and_hour
from pos_terminal.domain.screen import Screen, both_ends
from pos_terminal.domain.staff.clerks import Pin
from pos_terminal.domain.staff.grants import Access, AccessAsked


def asked(what: AccessAsked) -> Screen:
    """Who asks, for how much, and how long."""
    levels = {
        GrantLevel.OBSERVE: say("VOIR"),
        GrantLevel.DIAGNOSE: say("ESSAYER"),
        GrantLevel.CONTROL: say("CHANGER"),
    }
    return Screen(
        f"{say('ACCES')} {what.purpose.upper()}",
        both_ends(levels[what.level], f"{_lasting(what.seconds)} ?"),
    )


def standing(grant: Access, number: int) -> Screen:
    """The last grant, until when; and how many there are, where it is not the only one."""
    more = f" ({number})" if number > 1 else ""
    return Screen(
        f"{say('ACCES')} {grant.number} {grant.purpose.upper()}",
        f"{say('FIN')} {short_day_and_hour(grant.until)}{more}",
    )


def given() -> Screen:
    """Somebody has agreed."""
    return Screen(say("ACCES DONNE"), "")


def new_pin(clerk: int, typed: Pin, *, again: bool) -> Screen:
    """Whose new PIN is typed, for the first time or again."""
    asked = say("ENCORE") if again else say("NOUVEAU CODE")
    return Screen(f"{say('VENDEUR')} {clerk}", f"{asked} {'*' * len(typed)}".rstrip())


def pin_typed(clerk: int) -> Screen:
    """It was typed twice."""
    return Screen(f"{say('VENDEUR')} {clerk}", say("CODE TAPE"))


def ended(number: int) -> Screen:
    """A grant is over."""
    return Screen(f"{say('ACCES')} {number}", say("ACCES FINI"))


def _lasting(seconds: int) -> str:
    """«30 MIN», «8 H», «365 J»."""
    if seconds < 2 * 3600:
        return f"{-(-seconds // 60)} {say('MIN')}"
    if seconds < 2 * 86_400:
        return f"{-(-seconds // 3600)} {say('H')}"
    return f"{-(-seconds // 86_400)} {say('J')}"
