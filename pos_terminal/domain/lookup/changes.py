"""What each record adds to what can be asked. Pure."""

from msgspec import Struct, field

from pos_terminal.domain.events.account import AccountMoved
from pos_terminal.domain.events.copies import is_made
from pos_terminal.domain.events.event import TRAINING_SERIES, Event
from pos_terminal.domain.events.held import is_held
from pos_terminal.domain.events.orders import OrderAgreed, OrderEnded, OrderEvent, OrderNoted
from pos_terminal.domain.events.paper import Form, InvoiceMade, ReceiptPrinted, ReceiptRequested
from pos_terminal.domain.events.payment import PaymentChanged
from pos_terminal.domain.events.period import Period, PeriodClosed, PeriodCopied
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.stock import BottleFinished, BottleOpened, StockMoved
from pos_terminal.domain.events.values import AccountMove
from pos_terminal.domain.lookup.balances import RunningBalances
from pos_terminal.domain.lookup.bottles import BottleEvent
from pos_terminal.domain.lookup.names import names
from pos_terminal.domain.lookup.questions import Back


class Changes(Struct):
    """What some records in a row add to the answers.

    `tickets` are the records of closed tickets by series and number; `papers` whether a copy
    of one is there, by series, number, whether it is a gift receipt, and the copy's number;
    `payments` the corrections of means of payment, by series, number and record; `returned` what
    came back by series, number and line; `sold` thousandths by session and PLU, and `takings` the
    turnover of them; `session` is the day that runs then; `days` the date on which each session
    first sold; `closures` the records and labels of closures by period and number, and `copies` how
    many of one were printed again; `bottles` what happened to bottles, with its local time;
    `accounts` what customers owe more or less, by record, with its local time; `orders` what
    happened to orders; `named` the records that name what can be worth something;
    `balances` the balances' differences.
    """

    tickets: dict[tuple[str, int], int] = field(default_factory=dict)
    papers: dict[tuple[str, int, int, int], bool] = field(default_factory=dict)
    payments: list[tuple[str, int, int]] = field(default_factory=list)
    invoices: dict[tuple[str, int], int] = field(default_factory=dict)
    returned: dict[tuple[str, int, int], Back] = field(default_factory=dict)
    sold: dict[tuple[int, str], int] = field(default_factory=dict)
    takings: dict[tuple[int, str], int] = field(default_factory=dict)
    session: int = 1
    days: dict[int, str] = field(default_factory=dict)
    closures: dict[tuple[str, int], tuple[int, str]] = field(default_factory=dict)
    copies: dict[tuple[str, int], int] = field(default_factory=dict)
    bottles: list[tuple[BottleEvent, str]] = field(default_factory=list)
    accounts: list[tuple[int, AccountMoved, str]] = field(default_factory=list)
    orders: list[OrderEvent] = field(default_factory=list)
    named: list[tuple[str, int]] = field(default_factory=list)
    balances: RunningBalances = field(default_factory=RunningBalances)

    def take(self, event: Event, seq: int, session: int, at: str) -> None:
        """Count the event of record `seq` in day `session`, whose local time is `at`."""
        self.balances.take(event)
        self.named += ((name, seq) for name in names(event))
        over = isinstance(event, PeriodClosed) and event.period is Period.DAY
        self.session = session + over
        match event:
            case InvoiceMade():
                self.invoices.update(dict.fromkeys(event.places, seq))
            case BottleOpened() | BottleFinished():
                self.bottles.append((event, at))
            case StockMoved() if event.poured:
                self.bottles.append((event, at))
            case ReceiptRequested() | ReceiptPrinted():
                paper = event.series, event.number, int(event.form is Form.GIFT), event.copy
                self.papers[paper] = is_made(event)
            case PaymentChanged():
                self.payments.append((event.series, event.number, seq))
            case OrderNoted() | OrderAgreed() | OrderEnded():
                self.orders.append(event)
            case AccountMoved():
                self.accounts.append((seq, event, at))
            case PeriodClosed():
                self.closures[event.period, event.number] = seq, event.label
            case PeriodCopied():
                self.copies[event.period, event.number] = event.copy
            case SaleClosed():
                self.tickets[event.series, event.number] = seq
                if event.series != TRAINING_SERIES:
                    self.days.setdefault(session, at[:10])
                    self._sell(event, session)
                    self._exchange(event, seq, at)
            case _:
                pass

    def _exchange(self, ticket: SaleClosed, seq: int, at: str) -> None:
        """What was on account and was exchanged: nothing more is owed, and it is other goods.

        So the customer's statement and his month's invoice have the ticket.
        """
        moved = {paid.account for paid in ticket.tenders}
        for each in ticket.exchanged:
            if each.account and each.account not in moved:
                nothing = AccountMoved(
                    person=each.account,
                    move=AccountMove.CHARGED,
                    amount=0,
                    series=ticket.series,
                    number=ticket.number,
                )
                self.accounts.append((seq, nothing, at))
                break  # of one customer: a ticket is one invoice's

    def _sell(self, ticket: SaleClosed, session: int) -> None:
        for line in ticket.lines:
            # No goods come or go with these.
            if line.voided or line.order or line.voucher or line.account:
                continue
            sold = session, line.plu
            self.sold[sold] = self.sold.get(sold, 0) + line.quantity
            if not is_held(line):
                self.takings[sold] = self.takings.get(sold, 0) + line.gross
            if line.of:
                back = line.of.series, line.of.number, line.of.line
                had = self.returned.get(back, Back())
                self.returned[back] = Back(
                    had.quantity - line.quantity,
                    had.amount - line.gross,
                    had.tax - line.vat_amount,
                )
