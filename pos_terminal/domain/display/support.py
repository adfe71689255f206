"""What the display says of support from afar, and how every screen says that it is in."""

import re

from msgspec.structs import replace

from pos_terminal.domain.events.values import GrantLevel
from pos_terminal.domain.language import say
from pos_terminal.domain.screen import WIDTH, Screen, both_ends, running
from pos_terminal.domain.staff.support import Support


def consent(firm: str, digit: int, level: GrantLevel, minutes: int) -> Screen:
    """Who would come, how far in, for how long."""
    levels = {
        GrantLevel.OBSERVE: say("VOIR"),
        GrantLevel.DIAGNOSE: say("ESSAYER"),
        GrantLevel.CONTROL: say("CHANGER"),
    }
    asked = f"{minutes} {say('MIN')} ?"
    return Screen(f"{_word()} {firm.upper()}", both_ends(f"{digit} {levels[level]}", asked))


def coming() -> Screen:
    """Somebody has agreed: the code is being printed."""
    return Screen(_word(), say("CODE SUR LE TICKET"))


def ended() -> Screen:
    """It is out."""
    return Screen(_word(), say("TERMINEE"))


def inside(support: Support) -> Screen:
    """Nothing is sold: what it does, once it is in."""
    return running(_word(), support.doing or (say("OUVERTE") if support.who else say("ATTENDUE")))


def trial() -> Screen:
    """Settings are on trial."""
    return Screen(say("REGLAGES A L'ESSAI"), say("OUI GARDE  NON REND"))


def settling(*, keep: bool) -> Screen:
    """What was answered: it is on its way to the disk, or the till starts anew."""
    return Screen(say("REGLAGES : ATTENDRE"), say("OUI") if keep else say("NON"))


def question(words: str) -> Screen:
    """What it would do."""
    return running(say("OUI = 1    NON = 0"), words)


def answered(*, yes: bool) -> Screen:
    """What was answered."""
    return Screen(_word(), say("OUI") if yes else say("NON"))


_GAP = re.compile(" {3,}")
_TEXT = re.compile(r"\D*")

SHORTEST = 3
"""Letters of the word that are still known for it: «ASS»."""


def marked(screen: Screen) -> Screen:
    """The screen with the word «ASSISTANCE» in its widest gap, as much of it as there is room for.

    Where both lines are full the end of the first one's text gives way; digits never do.
    """
    word = _word()
    if word in screen.line1 or word in screen.line2:
        return screen
    lines = [screen.line1] if screen.running else [screen.line1, screen.line2]
    (begin, end), at = max(
        ((_widest(each), at) for at, each in enumerate(lines)), key=lambda each: _length(each[0])
    )
    if end - begin < SHORTEST:
        return replace(screen, line1=_cut(screen.line1, f" {word[:SHORTEST]} "))
    put = word[: end - begin]
    # Against what stands at the right, so that it does not move while the left grows.
    line = lines[at][: end - len(put)] + put + lines[at][end:]
    return replace(screen, line1=line) if at == 0 else replace(screen, line2=line)


def _length(gap: tuple[int, int]) -> int:
    return gap[1] - gap[0]


def _widest(line: str) -> tuple[int, int]:
    """From where to where the widest gap has room, a blank being left on either side of it."""
    gaps = (
        (found.start() + (found.start() > 0), found.end() - (found.end() < WIDTH))
        for found in _GAP.finditer(line)
    )
    return max(gaps, key=_length, default=(0, 0))


def _cut(line: str, mark: str) -> str:
    """The line with the mark over the end of its first text, where enough of that is left."""
    text = _TEXT.match(line)
    end = len(text[0]) if text else 0
    return line[: end - len(mark)] + mark + line[end:] if end >= len(mark) + 2 else line


def _word() -> str:
    return say("ASSISTANCE")
