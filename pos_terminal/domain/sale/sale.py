"""A sale: commands say what happens (or refuse), `apply` says what that makes of it. Pure.

Every command returns events and changes nothing; `apply(sale, event)` gives the next state, the
same whether the event was decided just now or is read back from the journal after a power cut.
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.events.adjustment import (
    DiscountGiven,
    DiscountWithdrawn,
    PlaceChosen,
    PricesChosen,
    PromotionsApplied,
)
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.held import is_held, prepaying, untaxed
from pos_terminal.domain.events.payment import (
    PaymentAnswered,
    PaymentBegun,
    PaymentDecided,
    PaymentIntended,
)
from pos_terminal.domain.events.sale import (
    LineSold,
    LineVoided,
    Origin,
    Paid,
    Reduction,
    RefundEnded,
    RefundOpened,
    SaleAbandoned,
    SaleClosed,
    SaleOpened,
    Tender,
    TenderReturned,
    TicketLine,
    VatSum,
)
from pos_terminal.domain.events.values import (
    EntryMethod,
    PaymentOutcome,
    Place,
    PriceList,
    VoidKind,
)
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.money import LARGEST_TOTAL, line_nets, vat_within
from pos_terminal.domain.quantity import LARGEST_QUANTITY
from pos_terminal.domain.tender.tender import TenderKind


class Sale(Struct, frozen=True):
    """An open sale. `voided` are the numbers of the lines taken back.

    `undoable` counts the newest discounts since which no line has come or gone; `prices` and
    `place` are the price list and where it is consumed, `rates` the VAT rates that changed so;
    `at` is the local time at which it began, by which promotions hold. `refund` is the series and
    number of the ticket that its articles come back from now; None: they are sold. `refunds` are
    the tickets that it took anything back from, each as it was first opened. `waived` are the
    numbers of the discounts that give way to promotions, from 1. `taken_at` says that it was made
    by hand then, while the till was down. `payment` is what a payment terminal was asked and what
    is not settled yet, `after` what that called its last payment then, where it says that;
    `answered` is what became of it, and `attempts` counts such orders.
    """

    number: int
    catalog: str
    origin: Origin | None = None
    lines: tuple[LineSold, ...] = ()
    voided: frozenset[int] = frozenset()
    tenders: tuple[Paid, ...] = ()
    discounts: tuple[DiscountGiven, ...] = ()
    undoable: int = 0
    promotions: tuple[Reduction, ...] = ()
    waived: frozenset[int] = frozenset()
    at: str = ""
    taken_at: str = ""
    prices: PriceList = PriceList.ORDINARY
    place: Place = Place.UNSAID
    rates: Mapping[int, int] = field(default_factory=dict)
    refund: tuple[str, int] | None = None
    refunds: tuple[RefundOpened, ...] = ()
    payment: PaymentIntended | None = None
    after: str = ""
    answered: PaymentAnswered | None = None
    attempts: int = 0

    @property
    def live(self) -> tuple[LineSold, ...]:
        """The lines that count: gross after what was taken off, VAT by where it is consumed."""
        off: dict[int, int] = {}
        for reduction in self._given:
            for share in reduction.shares:
                off[share.line] = off.get(share.line, 0) + share.amount
        return tuple(
            replace(
                line,
                gross=line.gross - off.get(line.line, 0),
                vat=self.rates.get(line.line, line.vat),
            )
            for line in self.lines
            # A voided line stays among the lines: its number is given, and the record of it stands.
            if line.line not in self.voided
        )

    @property
    def _given(self) -> tuple[Reduction | DiscountGiven, ...]:
        """What is taken off: promotions, and the discounts that do not give way to them."""
        return (*self.promotions, *self.standing_discounts)

    @property
    def standing_discounts(self) -> tuple[DiscountGiven, ...]:
        """The discounts by hand that no promotion is instead of."""
        numbered = enumerate(self.discounts, 1)
        return tuple(given for number, given in numbered if number not in self.waived)

    @property
    def last_article(self) -> tuple[LineSold, ...]:
        """The line of the last live article, and those of its options."""
        live = self.live
        last = next((line for line in reversed(live) if not line.parent), None)
        if last is None:
            return ()
        return (last, *(line for line in live if line.parent == last.line))

    @property
    def reductions(self) -> tuple[Reduction, ...]:
        """What is taken off the lines that count; a voided line has taken its share along."""
        return tuple(
            Reduction(
                scope=given.scope,
                name=given.name,
                percent=given.percent,
                amount=sum(share.amount for share in shares),
                shares=shares,
                count=given.count if isinstance(given, Reduction) else 1,
            )
            for given in self._given
            if (shares := tuple(each for each in given.shares if each.line not in self.voided))
        )

    @property
    def vouchers(self) -> Mapping[str, int]:
        """What the sale takes from vouchers, in cents by their numbers."""
        # A voucher for goods is a line below nothing, one for anything a means of payment: both
        # count.
        used = [(line.voucher, -line.gross) for line in self.live if line.voucher]
        used += [(paid.voucher, paid.amount) for paid in self.tenders if paid.voucher]
        return {each: sum(cents for name, cents in used if name == each) for each, _ in used}

    @property
    def orders(self) -> frozenset[str]:
        """The orders for which the sale moves a deposit."""
        moved: tuple[LineSold | Paid, ...] = (*self.live, *self.tenders)
        return frozenset(each.order for each in moved if each.order)

    def returns(self, series: str, number: int) -> tuple[LineSold, ...]:
        """The lines that take something back from that ticket."""
        return tuple(
            line
            for line in self.live
            if line.of and (line.of.series, line.of.number) == (series, number)
        )

    def takes_from(self, series: str, number: int) -> bool:
        """Whether it takes something back from that ticket, or is about to."""
        return self.refund == (series, number) or bool(self.returns(series, number))

    @property
    def total(self) -> int:
        """Cents with tax."""
        return sum(line.gross for line in self.live)

    @property
    def due(self) -> int:
        """What is still to be paid, in cents; negative when the shop has to pay out."""
        return self.total - sum(paid.amount for paid in self.tenders)

    @property
    def owed(self) -> int:
        """What is still to be paid of the price: `due` without what is given beyond it."""
        return self.due + sum(paid.amount for paid in self.tenders if paid.beneficiary)

    @property
    def payable(self) -> int:
        """Cents that may be paid with what was paid in advance: vouchers, credit notes, arrhes.

        Not for a voucher or a deposit anew: it would hold longer than it was given for, and what
        nobody pays out could be changed into what is paid out.
        """
        goods = sum(line.gross for line in self.live if not prepaying(line))
        paid = sum(each.amount for each in self.tenders if each.voucher or each.order)
        return min(self.owed, goods - paid)

    def sell(self, line: LineSold) -> LineSold:
        """The line as the next one of this sale. Raises Refused."""
        if self.tenders:
            raise Refused(faults.TENDER_STARTED)
        # The total as well: what no ticket can show must not come about line by line.
        amounts = (line.price, abs(line.gross), abs(self.total + line.gross))
        if max(amounts) > LARGEST_TOTAL or abs(line.quantity) > LARGEST_QUANTITY:
            raise Refused(faults.AMOUNT_TOO_LARGE)
        return replace(line, sale=self.number, line=len(self.lines) + 1)

    def correct(self) -> LineVoided:
        """Take the last live line back. Raises Refused."""
        if not self.live:
            raise Refused(faults.NOTHING_TO_CORRECT)
        return self._void(self.live[-1], VoidKind.CORRECT)

    def void(self, plu: str) -> LineVoided:
        """Take back the latest live line of that article. Raises Refused."""
        for line in reversed(self.live):
            if line.plu == plu:
                return self._void(line, VoidKind.VOID)
        raise Refused(faults.LINE_NOT_FOUND)

    def with_options(self, voided: LineVoided) -> tuple[LineVoided, ...]:
        """What else goes with a line that is taken back: the options of its article."""
        return (
            voided,
            *(
                replace(self._void(line, voided.how), authority=voided.authority)
                for line in self.live
                if line.parent == voided.line
            ),
        )

    def _void(self, line: LineSold, how: VoidKind) -> LineVoided:
        if self.tenders:
            raise Refused(faults.TENDER_STARTED)
        if abs(self.total - line.gross) > LARGEST_TOTAL:
            raise Refused(faults.AMOUNT_TOO_LARGE)
        return LineVoided(
            sale=self.number,
            line=line.line,
            plu=line.plu,
            quantity=-line.quantity,
            gross=-line.gross,
            how=how,
        )

    def pay(self, kind: TenderKind, given: int | None) -> Tender:
        """Take `given` cents (None: what is due, exactly). Raises Refused."""
        if not self.live:
            raise Refused(faults.NOTHING_SOLD)
        due = self.due
        handed = due if given is None else given
        if handed > LARGEST_TOTAL:
            raise Refused(faults.AMOUNT_TOO_LARGE)
        # Exactly what is due ends the sale whichever way the money goes: a pay-out is negative.
        if handed == due:
            amount = due
        elif due <= 0 or handed <= 0:
            raise Refused(faults.BAD_NUMBER)
        else:
            amount = min(handed, due)
        # Only what gives change may take too much, or pay out.
        if (handed > amount or due <= 0) and not kind.gives_change:
            raise Refused(faults.TENDER_EXACT)
        return Tender(
            sale=self.number,
            tender=kind.name,
            amount=amount,
            given=handed,
            change=handed - amount,
        )

    def pay_out(self, kind: TenderKind, cents: int) -> Tender:
        """So many cents go back; whether they may this way, `sale/pay_outs` knows."""
        return Tender(
            sale=self.number, tender=kind.name, amount=-cents, given=-cents, change=0
        )

    def give_back(self) -> TenderReturned:
        """Undo the last means of payment, as long as the sale is open. Raises Refused."""
        if not self.tenders:
            raise Refused(faults.NOTHING_TO_CORRECT)
        last = self.tenders[-1]
        return TenderReturned(
            sale=self.number,
            tender=last.tender,
            amount=-last.amount,
            given=-last.given,
            change=-last.change,
            voucher=last.voucher,
            order=last.order,
            card=last.card,
        )

    def close(self, series: str, number: int) -> SaleClosed:
        """The closing record of a sale that is paid in full, with its number in the series."""
        if self.due:
            # No refusal but a bug: who calls this has seen that nothing is due.
            raise ValueError(f"sale {self.number} still has {self.due} cents due")
        return SaleClosed(
            sale=self.number,
            series=series,
            number=number,
            catalog=self.catalog,
            lines=self.ticket_lines(),
            vat=by_rate(self.live),
            tenders=self.tenders,
            total=self.total,
            turnover=sum(line.gross for line in self.live if not is_held(line)),
            change=sum(paid.change for paid in self.tenders),
            origin=self.origin,
            reductions=self.reductions,
            place=self.place,
            taken_at=self.taken_at,
        )

    def abandon(self) -> SaleAbandoned:
        """Give the sale up. Raises Refused once money has been taken."""
        if self.tenders:
            raise Refused(faults.TENDER_STARTED)
        return SaleAbandoned(
            sale=self.number,
            catalog=self.catalog,
            lines=self.ticket_lines(),
            total=self.total,
            origin=self.origin,
        )

    def ticket_lines(self) -> tuple[TicketLine, ...]:
        """All lines by value, the voided ones too, each live one with its share of the net."""
        live = {line.line: line for line in self.live}
        nets = _nets(tuple(live.values()))
        return tuple(
            TicketLine(
                line=line.line,
                plu=line.plu,
                name=line.name,
                unit=line.unit,
                family=line.family,
                quantity=line.quantity,
                price=line.price,
                per=line.per,
                vat=now.vat,
                gross=now.gross,
                net=nets.get(line.line, 0),
                voided=line.line in self.voided,
                discount=line.gross - now.gross,
                parent=line.parent,
                of=line.of,
                issues=line.issues,
                voucher=line.voucher,
                order=line.order,
                deposit=line.deposit,
                tare=line.tare,
                tare_kind=line.tare_kind,
                manual=line.entry is EntryMethod.MANUAL,
                tax=line.tax,
                back=line.back,
                fixed=line.fixed,
                returnable=line.returnable,
                account=line.account,
                expires=line.expires,
            )
            for line in self.lines
            for now in (live.get(line.line, line),)
        )


def apply(sale: Sale | None, event: Event, at: str = "") -> Sale | None:
    """The sale after the event, decided at that local time; None when there is none open.

    Other kinds change nothing.
    """
    if isinstance(event, SaleOpened):
        return Sale(
            event.sale,
            event.catalog,
            event.origin,
            place=event.place,
            at=event.taken_at or at,
            taken_at=event.taken_at,
        )
    if sale is None:
        return None
    match event:
        case LineSold():
            # A discount on the ticket was reckoned on the lines of then: with another line it is no
            # longer the newest thing that can be taken back.
            return replace(sale, lines=(*sale.lines, event), undoable=0)
        case LineVoided():
            return replace(sale, voided=sale.voided | {event.line}, undoable=0)
        case Tender():
            paid = Paid(
                tender=event.tender,
                amount=event.amount,
                given=event.given,
                change=event.change,
                voucher=event.voucher,
                left=event.left,
                order=event.order,
                beneficiary=event.beneficiary,
                expires=event.expires,
                account=event.account,
                card=event.card,
            )
            return replace(sale, tenders=(*sale.tenders, paid), payment=None, answered=None)
        case TenderReturned():
            return replace(sale, tenders=sale.tenders[:-1], payment=None, answered=None)
        case PaymentIntended() | PaymentBegun() | PaymentAnswered() | PaymentDecided():
            return _charged(sale, event)
        case SaleClosed() | SaleAbandoned():
            return None
        case _:
            return _adjusted(sale, event)


def _charged(
    sale: Sale, event: PaymentIntended | PaymentBegun | PaymentAnswered | PaymentDecided
) -> Sale:
    """What a terminal was asked for this sale, what it answered, what a person says it did."""
    if isinstance(event, PaymentIntended):
        return replace(sale, payment=event, after="", answered=None, attempts=sale.attempts + 1)
    if sale.payment is None or sale.payment.ref != event.ref:
        return sale
    if isinstance(event, PaymentBegun):
        return replace(sale, after=event.after)
    if isinstance(event, PaymentDecided):
        event = event.answer
    if event.outcome is PaymentOutcome.REFUSED:
        return replace(sale, payment=None, answered=None)
    return replace(sale, answered=event)


def _adjusted(sale: Sale, event: Event) -> Sale:
    match event:
        case DiscountGiven():
            discounts = (*sale.discounts, event)
            return replace(sale, discounts=discounts, undoable=sale.undoable + 1)
        case PromotionsApplied():
            return replace(sale, promotions=event.reductions, waived=frozenset(event.waived))
        case PricesChosen():
            return replace(sale, prices=event.prices)
        case PlaceChosen():
            rates = {**sale.rates, **{each.line: each.vat for each in event.rates}}
            return replace(sale, place=event.place, rates=rates)
        case DiscountWithdrawn():
            return replace(sale, discounts=sale.discounts[:-1], undoable=sale.undoable - 1)
        case RefundOpened(series=series, number=number):
            # A ticket named twice is one refund: its reason and authority are those of the first
            # time.
            known = any((each.series, each.number) == (series, number) for each in sale.refunds)
            refunds = sale.refunds if known else (*sale.refunds, event)
            return replace(sale, refund=(series, number), refunds=refunds)
        case RefundEnded():
            return replace(sale, refund=None)
        case _:
            return sale


def by_rate(lines: Iterable[LineSold]) -> tuple[VatSum, ...]:
    """The ticket's VAT, the rates in ascending order; what is untaxed is at no rate.

    Once per rate, from the gross of what is sold at it; what takes something back adds the VAT that
    was booked for that, or returns one by one would leave a cent of it behind.
    """
    rates: dict[int, list[LineSold]] = {}
    for line in lines:
        if not untaxed(line):
            rates.setdefault(line.vat, []).append(line)
    return tuple(_at_rate(rate, rates[rate]) for rate in sorted(rates))


def _at_rate(rate: int, lines: Iterable[LineSold]) -> VatSum:
    gross = reckoned = booked = 0
    for line in lines:
        gross += line.gross
        if line.tax is None:
            reckoned += line.gross
        else:
            booked += line.tax
    # Rounded once for all that is sold at the rate, as the law reckons a ticket; line by line the
    # cents would differ from the ticket's.
    vat = vat_within(reckoned, rate) + booked
    return VatSum(rate=rate, gross=gross, net=gross - vat, vat=vat)


def _nets(lines: tuple[LineSold, ...]) -> dict[int, int]:
    """Line number -> net in cents: each rate's net allotted over the lines that it was taken of."""
    nets = {line.line: line.gross - (line.tax or 0) for line in lines}
    reckoned = [line for line in lines if line.tax is None and not untaxed(line)]
    for rate in {line.vat for line in reckoned}:
        of_rate = [line for line in reckoned if line.vat == rate]
        for line, net in zip(of_rate, line_nets([x.gross for x in of_rate], rate), strict=True):
            nets[line.line] = net
    return nets
