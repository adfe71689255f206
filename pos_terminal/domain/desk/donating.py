"""The key DON: the customer rounds up, or gives an amount, for whom the shop collects."""

from msgspec.structs import replace

from pos_terminal.domain import display, donations, faults
from pos_terminal.domain.desk.state import Desk
from pos_terminal.domain.entry import Entry
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.sale import Refused
from pos_terminal.domain.steps import Show, Sound, Step
from pos_terminal.domain.vouchers import covered


def donate(desk: Desk, _: str, __: Moment) -> Step:
    """`DON`: up to the next euro; `50 DON`: so many cents. CORR takes it back."""
    if replace(desk.entry, number="") != Entry():
        raise Refused(faults.NOT_NOW)
    sale = desk.at_hand(faults.NOTHING_SOLD)
    if desk.question:
        raise Refused(faults.CHOICE_WANTED)
    covered(sale)
    cents = desk.entry.cents() if desk.entry.number else None
    rules = desk.rules
    given = donations.gift(sale, cents, rules.donations_to, rules.donation_most)
    desk.entry = Entry()
    show = Show(display.gift(-given.amount, sale.due - given.amount))
    return Step((given,), (show, Sound(Tone.ACCEPTED)))
