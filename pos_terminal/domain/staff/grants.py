"""Grants that stand: folded from the events, so that a power cut neither gives nor ends one."""

from msgspec import Struct

from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.grants import GrantEnded, GrantGiven, GrantUsed
from pos_terminal.domain.events.values import GrantLevel

LEVELS = tuple(GrantLevel)
"""From the least to the most; each allows what those before it do."""

AT_ONCE = 8
"""Grants that may stand at once: more than there are purposes."""

LONGEST = 366 * 86_400
"""Seconds of the longest: a standing grant is given anew once a year."""


class AccessAsked(Struct, frozen=True):
    """A grant that somebody asks for, and that a person at the counter may give. `number` is the
    asking's own, so that what is agreed to is what was shown. One with a `code` is known by it
    alone: whoever reads the digits in his browser types them here.
    """

    number: int
    purpose: str
    level: GrantLevel
    scope: tuple[str, ...]
    seconds: int
    code: str = ""


class Access(Struct, frozen=True):
    """A grant that stands, for the display: its number, what for, and until which local time."""

    number: int
    purpose: str
    until: str


class Grants(Struct, frozen=True):
    """`last` is the last number given; `standing` are those that have not ended, oldest first."""

    last: int = 0
    standing: tuple[GrantGiven, ...] = ()

    def after(self, event: Event) -> "Grants":
        """The state after `event`; itself where that changes nothing."""
        match event:
            case GrantGiven(grant=number):
                return Grants(number, (*self.standing, event))
            case GrantEnded(grant=number):
                left = tuple(each for each in self.standing if each.grant != number)
                return Grants(self.last, left)
        return self

    def may_follow(self, event: GrantGiven | GrantUsed | GrantEnded) -> bool:
        """Whether it is a new grant's number, or that of one that was given.

        That a grant still stands is looked at before anything is done by it. Two ends of one grant
        may cross on their way to the disk, and that is no reason to stop selling.
        """
        if isinstance(event, GrantGiven):
            return event.grant > self.last
        return 0 <= event.grant <= self.last


def seconds_left(grant: GrantGiven, utc: int) -> float:
    """How long a grant still holds, at so many microseconds of UTC; 0 or less: it is over.

    Never longer than it was given for, wherever the clock has been put since.
    """
    return min((grant.until - utc) / 1_000_000, float(grant.seconds))


def covers(grant: GrantGiven, level: GrantLevel, act: str = "") -> bool:
    """Whether a grant allows that level; and that act («clerk.add»), where it is one.

    A token allows what its scope names in full, and no level.
    """
    if grant.token:
        return act in grant.scope
    if LEVELS.index(level) > LEVELS.index(grant.level):
        return False
    return not act or act in grant.scope or act.partition(".")[0] in grant.scope
