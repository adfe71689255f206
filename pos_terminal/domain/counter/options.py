"""Options put to the last article, and the choices that it must be given."""

from typing import ClassVar

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.catalog.catalog import Item
from pos_terminal.domain.codes.papers import is_paper
from pos_terminal.domain.counter import authority
from pos_terminal.domain.counter.desk import Desk, Pending
from pos_terminal.domain.counter.entry import Entry
from pos_terminal.domain.counter.steps import Scanned, Show, Sound, Step
from pos_terminal.domain.display import screens as display
from pos_terminal.domain.events.values import EntryMethod, Right
from pos_terminal.domain.faults import Fault, Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.keyboard.keys import Function, Key
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.quantity import ONE, Unit
from pos_terminal.domain.sale import options
from pos_terminal.domain.sale.lines import line_of
from pos_terminal.domain.sale.options import Question
from pos_terminal.domain.sale.sale import apply


class ChoiceAsked(Pending, frozen=True):
    """The last article must still be given a choice. The sale itself says so, until it is given."""

    refusal: ClassVar[Fault] = faults.CHOICE_WANTED

    question: Question

    def press(self, desk: Desk, key: Key, moment: Moment) -> Step:
        """A digit chooses."""
        choices = self.question.choices
        if key.function is not Function.TYPE or not key.argument.isdigit():
            raise Refused(self.refusal)
        if not 1 <= int(key.argument) <= len(choices):
            raise Refused(self.refusal)
        return add(desk, choices[int(key.argument) - 1], moment, EntryMethod.KEY, "")

    def scan(self, desk: Desk, scanned: Scanned, moment: Moment) -> None:
        """An article may be the choice, and a clerk may sign on; no paper is taken."""
        if is_paper(scanned.text):
            raise Refused(self.refusal)


def choice(desk: Desk) -> ChoiceAsked | None:
    """The choice that is asked for now, if there is one."""
    question = desk.question
    return ChoiceAsked(question) if question else None


def add(desk: Desk, item: Item, moment: Moment, entry: EntryMethod, code: str) -> Step:
    """The option as a line below the last article's, as often as that was sold."""
    if replace(desk.entry, number="") != Entry():
        raise Refused(faults.NOT_NOW)
    sale = desk.at_hand(faults.OPTION_REFUSED)
    parent = options.parent(sale, item, desk.catalog)
    price = item.listed(moment.day, sale.prices)
    if price is None:
        raise Refused(faults.NO_PRICE)
    if parent.quantity < 0:
        authority.need(desk, Right.RETURN)  # it gives back more than the article alone
    quantity = parent.quantity
    if parent.unit is not Unit.PIECE:
        quantity = ONE if parent.quantity > 0 else -ONE
    made = line_of(
        sale, item, price, quantity,
        moment=moment, vat=parent.vat, authority=desk.authority,
    )  # fmt: skip
    line = sale.sell(replace(made, unit=Unit.PIECE, entry=entry, code=code, parent=parent.line))
    desk.entry = Entry()
    after = apply(sale, line)
    asked = options.question(after, desk.catalog)
    screen = display.option(line)
    if asked:
        screen = display.question(asked)
    elif after and desk.rules.display.running_total:
        screen = display.with_total(screen, line.gross, after.total)
    return Step((line,), (Show(screen), Sound(Tone.ACCEPTED)))
