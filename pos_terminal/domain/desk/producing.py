"""The production proposal, asked of the till's past and printed."""

from msgspec.structs import replace

from pos_terminal.domain import faults, goods_paper
from pos_terminal.domain.desk.looking import look_up
from pos_terminal.domain.desk.state import Desk
from pos_terminal.domain.desk.stocking import balances
from pos_terminal.domain.entry import Entry
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.ledger import Answer, SoldFound, SoldWanted, StockWanted
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.production import FARTHEST, LONGEST_PAST, propose
from pos_terminal.domain.sale import Refused
from pos_terminal.domain.steps import PrintList, Sound, Step


def production(desk: Desk, _: str, moment: Moment) -> Step:
    """`PROD`: what to make today; `1 PROD`: tomorrow, and so on for a week."""
    if replace(desk.entry, number="") != Entry():
        raise Refused(faults.NOT_NOW)
    ahead = int(desk.entry.whole()) if desk.entry.number else 0
    if ahead > FARTHEST:
        raise Refused(faults.BAD_NUMBER)

    def sold(past: Answer | None, moment: Moment) -> Step:
        if not isinstance(past, SoldFound):
            raise TypeError(f"{past!r} is no answer to SoldWanted")
        days = past.days

        def stocked(answer: Answer | None, moment: Moment) -> Step:
            desk.entry = Entry()
            proposal = propose(desk.catalog, days, balances(answer), moment.day, ahead)
            listing = goods_paper.production(proposal, moment.at)
            return Step(effects=(PrintList(listing), Sound(Tone.ACCEPTED)))

        return look_up(desk, StockWanted(), stocked)

    return look_up(desk, SoldWanted(LONGEST_PAST), sold)
