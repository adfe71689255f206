"""Receipts on request, numbered duplicates, and how printing ended."""

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.desk.state import Desk
from pos_terminal.domain.events import ReceiptPrinted, ReceiptRequested
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.sale import Refused
from pos_terminal.domain.steps import PaperDone, Print, Sound, Step


def ticket(desk: Desk, _: str, __: Moment) -> Step:
    """Print the last closed ticket; after the first time, as a numbered duplicate."""
    desk.nothing_typed()
    if desk.sale is not None or desk.last is None:
        raise Refused(faults.NO_TICKET)
    closed = desk.last.ticket
    request = ReceiptRequested(series=closed.series, number=closed.number, copy=desk.last.papers)
    return Step((request,), (Print(request, closed, desk.last.at), Sound(Tone.ACCEPTED)))


def done(desk: Desk, paper: PaperDone) -> Step:
    """The outcome is recorded whatever the clerk is at; a failure is shown as a notice."""
    request = paper.request
    if request is None:
        return desk.notify(paper.fault) if paper.fault else Step()
    printed = ReceiptPrinted(
        series=request.series,
        number=request.number,
        copy=request.copy,
        outcome=paper.outcome,
        fault=paper.fault.code if paper.fault else "",
    )
    if paper.fault is None:
        return Step((printed,))
    return replace(desk.notify(paper.fault), events=(printed,))
