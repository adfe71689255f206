"""Options put to the last article, and the choices that it must be given."""

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.catalog.catalog import Item
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.entry import Entry
from pos_terminal.domain.counter.steps import Show, Sound, Step
from pos_terminal.domain.display import screens as display
from pos_terminal.domain.events.values import EntryMethod
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.keyboard.keys import Function, Key
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.quantity import ONE, Unit
from pos_terminal.domain.sale import options
from pos_terminal.domain.sale.lines import line_of
from pos_terminal.domain.sale.sale import apply


def answer(desk: Desk, key: Key, moment: Moment) -> Step | None:
    """A digit chooses; None where nothing is asked. Raises Refused for all other keys."""
    question = desk.question
    if question is None:
        return None
    if key.function is not Function.TYPE:
        raise Refused(faults.CHOICE_WANTED)
    if not (key.argument.isdigit() and 1 <= int(key.argument) <= len(question.choices)):
        raise Refused(faults.CHOICE_WANTED)
    return add(desk, question.choices[int(key.argument) - 1], moment, EntryMethod.KEY, "")


def add(desk: Desk, item: Item, moment: Moment, entry: EntryMethod, code: str) -> Step:
    """The option as a line below the last article's, as often as that was sold."""
    if replace(desk.entry, number="") != Entry():
        raise Refused(faults.NOT_NOW)
    sale = desk.at_hand(faults.OPTION_REFUSED)
    parent = options.parent(sale, item, desk.catalog)
    price = item.listed(moment.day, sale.prices)
    if price is None:
        raise Refused(faults.NO_PRICE)
    quantity = parent.quantity
    if parent.unit is not Unit.PIECE:
        quantity = ONE if parent.quantity > 0 else -ONE
    made = line_of(
        sale, item, price, quantity,
        moment=moment, vat=parent.vat, authority=desk.authority,
    )  # fmt: skip
    line = sale.sell(replace(made, unit=Unit.PIECE, entry=entry, code=code, parent=parent.line))
    desk.entry = Entry()
    asked = options.question(apply(sale, line), desk.catalog)
    screen = display.question(asked) if asked else display.option(line)
    return Step((line,), (Show(screen), Sound(Tone.ACCEPTED)))
