"""Taking back what a ticket sold, at the price that was really paid for it. Pure.

A line is returned in parts or whole. What is given back for a part is such that all the parts add
up to what the line cost, whatever is taken back in between and however cents were rounded.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.events.sale import LineSold, Returned, TicketLine
from pos_terminal.domain.events.values import EntryMethod
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.language import say
from pos_terminal.domain.lookup.questions import Back, TicketFound
from pos_terminal.domain.money import divide, part, returned
from pos_terminal.domain.quantity import ONE, Price, Unit
from pos_terminal.domain.sale.pay_outs import Means
from pos_terminal.domain.sale.sale import Sale, apply
from pos_terminal.domain.sale.standing import came_back
from pos_terminal.domain.screen import WIDTH


class Validity(Struct, frozen=True):
    """How many months vouchers hold that are made from that day on; 0: for ever."""

    since: date
    gift_months: int
    credit_note_months: int

    def __post_init__(self) -> None:
        if min(self.gift_months, self.credit_note_months) < 0:
            raise ValueError(say("un bon tient 0 mois (toujours) ou plus"))


class RefundRules(Struct, frozen=True):
    """What the shop decides about refunds and vouchers. ValueError names what cannot be.

    Where there are `reasons`, a refund needs one, by number from 1. `cash_limit`, in whole euros,
    is the most cash that is given back at once. Of each `validity` the last holds that has begun.
    `means` says how money goes back otherwise than by law (`pay_outs`).
    """

    reasons: tuple[str, ...] = ()
    cash_limit: int = 200
    validity: tuple[Validity, ...] = (Validity(date.min, 12, 0),)
    means: tuple[Means, ...] = ()

    def __post_init__(self) -> None:
        for reason in self.reasons:
            if not (0 < len(reason) <= WIDTH and reason.isprintable()):
                raise ValueError(
                    say(
                        "{reason!r} : de 1 à {width} caractères imprimables",
                        reason=reason,
                        width=WIDTH,
                    )
                )
        if self.cash_limit < 0:
            raise ValueError(
                say("cash_limit {cash_limit} : 0 euro ou plus", cash_limit=self.cash_limit)
            )
        if len({each.since for each in self.validity}) < len(self.validity):
            raise ValueError(say("deux valeurs de la même date"))
        if len({each.paid for each in self.means}) < len(self.means):
            raise ValueError(say("deux règles pour ce qui fut payé par un même moyen"))

    def valid(self, day: date) -> Validity:
        """What holds for vouchers that are made that day: for ever, where nothing was said."""
        begun = [each for each in self.validity if each.since <= day]
        return max(begun, key=lambda each: each.since, default=Validity(date.min, 0, 0))


ORDINARY_REFUNDS = RefundRules()
"""A till that was told nothing else."""


class Refund(Struct, frozen=True):
    """A ticket that is being refunded by an open sale: `found` as the journal has it."""

    found: TicketFound
    sale: Sale

    @property
    def place(self) -> tuple[str, int]:
        """The ticket's series and number."""
        return self.found.closed.series, self.found.closed.number

    @property
    def lines(self) -> tuple[TicketLine, ...]:
        """What can come back of the ticket at all: goods, and nothing that had come back."""
        return tuple(
            line
            for line in self.found.closed.lines
            if line.quantity > 0
            and not (line.voided or line.issues or line.voucher or line.order or line.account)
        )

    def back(self, line: TicketLine) -> Back:
        """What came back of the line: in its own sale, by closed tickets since, and in this one."""
        lines = [each for each in self.found.closed.lines if not each.voided]
        then = came_back(lines, {x.line: x.vat_amount for x in lines}).get(line.line, Back())
        since = self.found.returned.get(line.line, Back())
        here = [x for x in self.sale.returns(*self.place) if x.of and x.of.line == line.line]
        return Back(
            then.quantity + since.quantity - sum(x.quantity for x in here),
            then.amount + since.amount - sum(x.gross for x in here),
            then.tax + since.tax - sum(x.tax or 0 for x in here),
        )

    @property
    def before(self) -> int:
        """Cents that had come back of the ticket before this sale."""
        return sum(each.amount for each in self.found.returned.values())

    def left(self, line: TicketLine) -> int:
        """Thousandths of the line that may still come back."""
        return line.quantity - self.back(line).quantity

    def left_of(self, plu: str) -> int:
        """Cents of what the ticket took for an article that have not come back.

        A return that named no ticket may have cost more than the line that it is taken to be of.
        """
        lines = [x for x in self.found.closed.lines if x.plu == plu and not (x.voided or x.of)]
        numbers = {x.line for x in lines}
        since = sum(b.amount for line, b in self.found.returned.items() if line in numbers)
        here = sum(x.gross for x in self.sale.returns(*self.place) if x.plu == plu)
        return sum(x.gross for x in lines) - since + here

    @property
    def remaining(self) -> tuple[TicketLine, ...]:
        """The lines of which something is left."""
        return tuple(line for line in self.lines if self.left(line) > 0)

    def taking(
        self, line: TicketLine, quantity: int, entry: EntryMethod, code: str = ""
    ) -> LineSold:
        """The line of this sale that takes back so much. Raises Refused."""
        back = self.back(line)
        if not 0 < quantity <= line.quantity - back.quantity:
            raise Refused(faults.MORE_THAN_SOLD)
        # Of what was paid, not of the price: discount and rounding come back in the same
        # proportion.
        worth = returned(line.gross, line.quantity, back.quantity, quantity, back.amount)
        tax = returned(line.vat_amount, line.quantity, back.quantity, quantity, back.tax)
        most = max(self.left_of(line.plu), 0)
        if worth > most:
            worth, tax = most, part(tax, worth, most)
        price = _price(line, quantity, worth)
        series, number = self.place
        return self.sale.sell(
            LineSold(
                sale=0,
                line=0,
                plu=line.plu,
                name=line.name,
                unit=line.unit,
                family=line.family,
                quantity=-quantity,
                price=price.cents,
                per=price.per,
                list_price=None,
                list_per=None,
                vat=line.vat,
                gross=-worth,
                entry=entry,
                code=code,
                of=Returned(series=series, number=number, line=line.line),
                tax=-tax,
                fixed=line.fixed,
                returnable=line.returnable,
            )
        )

    def after(self, line: LineSold) -> "Refund":
        """Once that line has come back."""
        return Refund(self.found, apply(self.sale, line) or self.sale)


def all_back(found: TicketFound) -> bool:
    """Whether something of the ticket could come back, and nothing is left that still can."""
    refund = Refund(found, Sale(0, ""))
    return bool(refund.lines) and not refund.remaining


def _price(line: TicketLine, quantity: int, worth: int) -> Price:
    """What to write as its price: the ticket's own, or where less was paid, what was paid."""
    # The price that the customer knows, wherever the cents allow it.
    own = Price(line.price, line.per)
    if own.gross(quantity) == worth:
        return own
    each = divide(worth * ONE, quantity)
    if line.unit is Unit.PIECE and Price(each).gross(quantity) == worth:
        return Price(each)
    return Price(worth, quantity)


def article(
    refund: Refund, plu: str, quantity: int | None, entry: EntryMethod, code: str = ""
) -> tuple[LineSold, ...]:
    """The lines that take back an article, with its options. Raises Refused.

    The latest line of the ticket that has some left comes first. Without a quantity one piece
    comes back, or what is sold by weight or volume as a whole.
    """
    of_it = [line for line in refund.lines if line.plu == plu]
    if not of_it:
        raise Refused(faults.NOT_ON_THAT_TICKET)
    # The latest first, as `VOID` does: the clerk means what was sold last.
    rest = [line for line in reversed(of_it) if refund.left(line) > 0]
    if not rest:
        raise Refused(faults.ALREADY_RETURNED)
    wanted = quantity if quantity is not None else _usual(refund, rest[0])
    if wanted > sum(refund.left(line) for line in rest):
        raise Refused(faults.MORE_THAN_SOLD)
    taken: list[LineSold] = []
    for line in rest:
        now = min(wanted, refund.left(line))
        if now == 0:
            break
        for each in _with_options(refund, line, now, entry, code):
            taken.append(each)
            refund = refund.after(each)
        wanted -= now
    return tuple(taken)


def labelled(refund: Refund, plu: str, quantity: int | None, cents: int | None) -> TicketLine:
    """The line of the ticket that a scale's label is on. Raises Refused."""
    same = [
        line
        for line in refund.lines
        if line.plu == plu and (line.price == cents if cents else line.quantity == quantity)
    ]
    if not same:
        raise Refused(faults.NOT_ON_THAT_TICKET)
    for line in same:
        if refund.left(line) == line.quantity:
            return line
    raise Refused(faults.ALREADY_RETURNED)


def line(
    refund: Refund, sold: TicketLine, quantity: int, entry: EntryMethod, code: str = ""
) -> tuple[LineSold, ...]:
    """The lines that take back so much of one line of the ticket. Raises Refused."""
    return tuple(_with_options(refund, sold, quantity, entry, code))


def whole(refund: Refund, entry: EntryMethod) -> tuple[LineSold, ...]:
    """The lines that take back all that is left of the ticket. Raises Refused."""
    taken: list[LineSold] = []
    rest = refund.remaining
    for line in rest:
        if any(each.line == line.parent for each in rest):
            continue  # it comes with its article
        for each in _with_options(refund, line, refund.left(line), entry):
            taken.append(each)
            refund = refund.after(each)
    if not taken:
        raise Refused(faults.ALREADY_RETURNED)
    return tuple(taken)


def _usual(refund: Refund, line: TicketLine) -> int:
    left = refund.left(line)
    return min(ONE, left) if line.unit is Unit.PIECE else left


def _with_options(
    refund: Refund, line: TicketLine, quantity: int, entry: EntryMethod, code: str = ""
) -> Iterator[LineSold]:
    """The line, and below it as much of each of its options as goes with that."""
    article = refund.taking(line, quantity, entry, code)
    yield article
    refund = refund.after(article)
    for option in _options(refund.found.closed.lines, line):
        left = refund.left(option)
        with_it = quantity if option.quantity == line.quantity else 0
        # With the last of the article all that is left of its options goes, however they were
        # rounded.
        now = left if refund.left(line) == 0 else min(left, with_it)
        if now > 0:
            taken = replace(refund.taking(option, now, entry), parent=article.line)
            yield taken
            refund = refund.after(taken)


def _options(lines: Sequence[TicketLine], article: TicketLine) -> Iterator[TicketLine]:
    return (line for line in lines if line.parent == article.line and not line.voided)
