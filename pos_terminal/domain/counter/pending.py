"""What the counter may be waiting for between two keys."""

from collections.abc import Callable, Mapping
from fractions import Fraction

from msgspec import Struct, field

from pos_terminal.domain.catalog.catalog import Item
from pos_terminal.domain.counter.entry import Entry
from pos_terminal.domain.counter.steps import Step
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.lookup.questions import Answer
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.screen import Screen
from pos_terminal.domain.staff.clerks import Pin


class Weighing(Struct, frozen=True):
    """An article waits for its weight; `entry` is what was set for it, by `authority`.

    Without an article it is the packing of the next one that is weighed.
    """

    request: int
    item: Item | None
    entry: Entry
    authority: int = 0


class Asking(Struct, frozen=True):
    """Somebody is asked who he is: to sign on (`right` None), or to allow what `then` does.

    `clerk` is 0 until a number or a badge said who; what is typed then is his PIN. `request` is
    the number of the `CheckPin` that is on its way; 0 for none.
    """

    right: Right | None = None
    then: Callable[[], Step] | None = None
    clerk: int = 0
    typed: Pin = field(default_factory=Pin)
    request: int = 0


Then = Callable[[Answer | None, Moment], Step]
"""Decides as a handler does, with what was found: gives the step, or raises Refused."""


class Looking(Struct, frozen=True):
    """The answer to the `LookUp` of that number is awaited; `authority` allowed what follows."""

    request: int
    then: Then
    authority: int = 0


class Reviewing(Struct, frozen=True):
    """The open sales are shown, one a page from 1 on; page 0 asks whether to carry them over.

    `authority` is who is asked.
    """

    authority: int
    page: int = 0


class Watching(Struct, frozen=True):
    """A closed sale took goods out; whether any runs low is asked in the background.

    `moved` maps the articles to the units that went; `screen` is what the sale's end shows.
    """

    request: int
    closed: SaleClosed
    moved: Mapping[str, Fraction]
    screen: Screen
