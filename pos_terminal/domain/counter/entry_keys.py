"""Keys that only fill or empty what is typed. None of it is journaled."""

from msgspec.structs import replace

from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.entry import Entry
from pos_terminal.domain.counter.steps import Step
from pos_terminal.domain.moment import Moment


def type_characters(desk: Desk, characters: str, _: Moment) -> Step:
    """A digit, «00» or the comma."""
    return desk.set(desk.entry.type(characters))


def clear(desk: Desk, _: str, __: Moment) -> Step:
    """Away with one thing at a time: the number, then the prefixes."""
    desk.entry = replace(desk.entry, number="") if desk.entry.number else Entry()
    return Step()


def times(desk: Desk, _: str, __: Moment) -> Step:
    """The number is the next article's quantity."""
    return desk.set(desk.entry.times())


def grams(desk: Desk, _: str, __: Moment) -> Step:
    """The number is the next article's weight: the scale is out."""
    return desk.set(desk.entry.grams())


def price(desk: Desk, _: str, __: Moment) -> Step:
    """The number is the next article's price."""
    return desk.set(desk.entry.at_price())


def voiding(desk: Desk, _: str, __: Moment) -> Step:
    """The next article named is taken off the sale; pressed again, it is not."""
    return desk.set(replace(desk.entry, voiding=not desk.entry.voiding))
