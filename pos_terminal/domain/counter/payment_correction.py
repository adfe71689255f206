"""A wrong means of payment, seen once the sale is closed: the right key corrects the last ticket.

No sale being open, `CARD` asks whether the last ticket was paid by card instead, and `CARD` again
says yes; any other key goes on as ever. It is the till's last ticket, whoever sold it, and none
whose day has its Z: what a Z said stays so.
"""


from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.counter import authority, payable
from pos_terminal.domain.counter.desk import Desk, Pending
from pos_terminal.domain.counter.steps import OpenDrawer, Scanned, Show, Sound, Step
from pos_terminal.domain.display import screens as display
from pos_terminal.domain.events.payment import PaymentChanged
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.keyboard.keys import Function, Key
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.sale import corrected_payments
from pos_terminal.domain.screen import Screen
from pos_terminal.domain.tender.tender import TENDERS, TenderKind


class CorrectionAsked(Pending, frozen=True):
    """Whether the last ticket was paid otherwise: the same key says yes, all others go on as ever.

    It must stand in nobody's way: the key may have been pressed by mistake before a sale.
    """

    change: PaymentChanged

    def screen(self, desk: Desk) -> Screen:
        """How much, and what it becomes."""
        return display.correction(self.change, asked=True)

    def press(self, desk: Desk, key: Key, moment: Moment) -> Step | None:
        """The key of the right means; C; any other key."""
        if key == Key(Function.TENDER, self.change.to_tender):
            authority.need(desk, Right.PAYMENT)
            desk.pending = None
            return _correct(desk, self.change)
        desk.pending = None
        return Step() if key.function is Function.CLEAR else None

    def scan(self, desk: Desk, scanned: Scanned, moment: Moment) -> None:
        """The next customer's article."""
        desk.pending = None


def press(desk: Desk, kind: TenderKind) -> Step:
    """The key of a means of payment where no sale is open. Raises Refused, Wait."""
    change = _change(desk, kind)
    if desk.authority:  # somebody else's PIN was typed for what had been shown
        authority.need(desk, Right.PAYMENT)
        return _correct(desk, change)
    desk.pending = CorrectionAsked(change)
    return Step(effects=(Sound(Tone.ALARM),))


def _change(desk: Desk, right: TenderKind) -> PaymentChanged:
    """The correction of the last ticket's means that `right` stands for. Raises Refused."""
    last = desk.last
    if desk.rules.terminals.for_(right.name, desk.clerk) and not desk.training:
        raise Refused(faults.NOTHING_SOLD)  # no terminal moved it, whatever was pressed
    if last is None or last.ticket.series != desk.next_ticket()[0]:
        raise Refused(faults.NOTHING_SOLD)
    tenders = corrected_payments.paid(last.ticket, last.changed)
    wrong = corrected_payments.wrong(tenders, right)
    if last.day_closed:
        raise Refused(faults.PAYMENT_IN_Z)
    place = (last.ticket.series, last.ticket.number)
    if any(each.takes_from(*place) for each in desk.waiting):
        raise Refused(faults.TICKET_BUSY)  # it gives back what was paid, as it was paid then
    day = last.moment.day
    already = sum(each.amount for each in tenders if each.tender == right.name)
    live = [line for line in last.ticket.lines if not line.voided]
    limit = payable.limit(desk, right, day, already, live)
    if limit.most is not None and wrong.amount > limit.most:
        raise Refused(limit.why)
    return PaymentChanged(
        series=last.ticket.series,
        number=last.ticket.number,
        from_tender=wrong.tender,
        to_tender=right.name,
        amount=wrong.amount,
        drawer=last.ticket.drawer,
    )


def _correct(desk: Desk, change: PaymentChanged) -> Step:
    """The drawer opens where money is in the wrong place, or was: it is put right at once."""
    kinds = (TENDERS[change.from_tender], TENDERS[change.to_tender])
    opens = not desk.training and any(kind.opens_drawer for kind in kinds)
    return Step(
        (replace(change, authority=desk.authority),),
        (
            *((OpenDrawer(change.drawer),) if opens else ()),
            Show(display.correction(change, asked=False)),
            Sound(Tone.ACCEPTED),
        ),
    )
