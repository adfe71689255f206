"""What the journal says of a file's tickets, folded record by record. Pure; memory stays small."""

from dataclasses import dataclass, field

from pos_terminal.domain.events.paper import ReceiptPrinted, ReceiptRequested
from pos_terminal.domain.events.sale import LineSold, Origin, SaleAbandoned, SaleClosed, SaleOpened
from pos_terminal.domain.events.system import TillStarted
from pos_terminal.domain.events.values import PrintOutcome
from pos_terminal.journal.record import Record


@dataclass(slots=True)
class Vat:
    """Cents at one rate, added up ticket by ticket."""

    gross: int = 0
    net: int = 0
    vat: int = 0


@dataclass(slots=True)
class SaleUnderWay:
    """A sale under way: where it comes from, its catalogue, its lines so far."""

    origin: Origin | None
    catalog: str
    lines: list[LineSold] = field(default_factory=list)


class RecordSums:
    """Sums over the closed sales of one file, and how the sale and the paper at hand stand."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.seq = 0
        self.tickets = 0
        self.lines = 0
        self.total = 0
        self.by_vat: dict[int, Vat] = {}
        self.printed = 0
        self.open: SaleUnderWay | None = None
        self.closed: SaleClosed | None = None
        self.requests = 0
        """Receipts requested so far."""
        self.papers: set[tuple[int, int]] = set()
        """Number and copy of the receipts that are being printed."""
        self.answered = 0
        """The last ticket of which it is known how its receipt ended."""
        self._unprinted: set[int] = set()

    def take(self, record: Record) -> SaleClosed | None:
        """Take in the next record; the ticket, if it closes one of this file's."""
        self.seq = record.seq
        match record.event:
            case TillStarted():
                self.papers.clear()  # whoever was printing is gone
            case SaleOpened(origin=origin, catalog=catalog):
                self.open = SaleUnderWay(origin, catalog)
            case LineSold() as line if self.open:
                self.open.lines.append(line)
            case SaleAbandoned():
                self.open = None
            case SaleClosed() as closed:
                return self._close(closed)
            case ReceiptRequested(number=number, copy=copy):
                self.requests += 1
                self.papers.add((number, copy))
            case ReceiptPrinted() as receipt:
                self._print(receipt)
        return None

    def is_ours(self, origin: Origin | None) -> bool:
        """Whether a sale of this origin is one of this file's."""
        return origin is not None and origin.file == self._file

    @property
    def wants_paper(self) -> bool:
        """Whether the last ticket is this file's, and nobody knows how its receipt ended."""
        if self.open or not self.closed or not self.is_ours(self.closed.origin):
            return False
        return self.answered != self.closed.number

    def _close(self, closed: SaleClosed) -> SaleClosed | None:
        self.open, self.closed = None, closed
        if not self.is_ours(closed.origin):
            return None
        self.tickets += 1
        self.lines += sum(not line.voided for line in closed.lines)
        self.total += closed.total
        for rate in closed.vat:
            sums = self.by_vat.setdefault(rate.rate, Vat())
            sums.gross += rate.gross
            sums.net += rate.net
            sums.vat += rate.vat
        self._unprinted.add(closed.number)
        return closed

    def _print(self, receipt: ReceiptPrinted) -> None:
        self.papers.discard((receipt.number, receipt.copy))
        self.answered = receipt.number
        if receipt.outcome is PrintOutcome.PRINTED and receipt.number in self._unprinted:
            self._unprinted.remove(receipt.number)
            self.printed += 1
