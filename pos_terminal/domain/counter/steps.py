"""What goes into the counter and what comes out: inputs of the lanes, effects on the devices."""

from dataclasses import dataclass, field

from msgspec import Struct

from pos_terminal.domain.audit.inspection import EvidenceWritten
from pos_terminal.domain.audit.stick import StickAnswer, StickAsked
from pos_terminal.domain.authorisation import Outcome, Stage, Totals
from pos_terminal.domain.catalog.catalog import Catalog
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.paper import ReceiptRequested
from pos_terminal.domain.events.payment import PaymentIntended
from pos_terminal.domain.events.period import Period
from pos_terminal.domain.events.prepaid import VoucherMoved
from pos_terminal.domain.events.values import GrantLevel, PrintOutcome
from pos_terminal.domain.faults import Fault, Tone
from pos_terminal.domain.keyboard.keys import Key
from pos_terminal.domain.lookup.questions import Answer, BestSold, ClosureFound, Wanted
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.period.closing import Books
from pos_terminal.domain.printing.request import PaperAsked
from pos_terminal.domain.receipt import Listing, PrinterRole, Receipt
from pos_terminal.domain.sale.open_sales import OpenSale
from pos_terminal.domain.sale.promotions import Promotion
from pos_terminal.domain.screen import Screen
from pos_terminal.domain.staff.clerks import Clerks, Pin
from pos_terminal.domain.staff.console import PinAsked
from pos_terminal.domain.staff.grants import Access, AccessAsked
from pos_terminal.domain.staff.support import Support
from pos_terminal.domain.weight import Weight


class Pressed(Struct, frozen=True):
    """A key of the till; None for a physical key without a function."""

    key: Key | None


class Scanned(Struct, frozen=True):
    """A code as the scanner sent it; U+FFFD in it stands for what could not be read."""

    text: str
    aim: str = ""


class Weighed(Struct, frozen=True):
    """The scale's answer to the `Weigh` of that number: a weight, or the fault."""

    request: int
    weight: Weight | None = None
    fault: Fault | None = None


class LookedUp(Struct, frozen=True):
    """The answer to the `LookUp` of that number: what was found, None for nothing, or the fault."""

    request: int
    found: Answer | None = None
    fault: Fault | None = None


class PaperDone(Struct, frozen=True):
    """How printing ended: printed, refused or unknown, with the fault if any.

    `request` is None for paper that is no ticket: an X, a count, a Z.
    """

    request: ReceiptRequested | None
    outcome: PrintOutcome
    fault: Fault | None = None


class PaymentStage(Struct, frozen=True):
    """How far a payment is, by its reference."""

    ref: str
    stage: Stage


class PaymentEnded(Struct, frozen=True):
    """What became of what a terminal was asked: its answer; or why there is none, and none comes.

    `fault` without `unknown` is sure: no money moved. With it nobody knows. `identity` is the
    number of a terminal that was asked nothing, since it is known by another.
    """

    ref: str
    outcome: Outcome | None = None
    fault: Fault | None = None
    unknown: bool = False
    identity: str | None = None


class TerminalDayEnded(Struct, frozen=True):
    """A terminal of that name has closed its day and says what it moved; or why it has not."""

    terminal: str
    totals: Totals | None = None
    fault: Fault | None = None


class SettlePayment(Struct, frozen=True):
    """A terminal's answer is there for the sale at hand: what that makes of it is to be decided.

    The counter gives it to itself, so that what closing the sale wants to know can be looked up.
    """


class Trouble(Struct, frozen=True):
    """Something failed that the clerk must know of (the drawer did not open)."""

    fault: Fault


class DeviceAway(Struct, frozen=True):
    """A device is gone: a notice, unless there is one already that says what came of it."""

    fault: Fault


class DeviceBack(Struct, frozen=True):
    """The device with that fault is there again: its notice goes, if it still stands."""

    fault: Fault


class NewCatalog(Struct, frozen=True):
    """Another catalogue: it holds from the next sale on."""

    catalog: Catalog


class NewPromotions(Struct, frozen=True):
    """Other promotions, and the SHA-256 of their file: they hold once no sale is at hand."""

    promotions: tuple[Promotion, ...]
    source: str


class PinChecked(Struct, frozen=True):
    """The answer to the `CheckPin` of that number: whether the PIN is this clerk's."""

    request: int
    clerk: int
    right: bool


class AccessNews(Struct, frozen=True):
    """What access another program on the box asks for, and which grants stand, oldest first.

    `coded` are asked for by whoever is at a browser, each known by its digits. `support` is there
    for as long as a consent stands, `trial` while settings are on trial; `pins` are to be typed.
    """

    asked: AccessAsked | None = None
    standing: tuple[Access, ...] = ()
    support: Support | None = None
    coded: tuple[AccessAsked, ...] = ()
    trial: bool = False
    pins: tuple[PinAsked, ...] = ()


class NewClerks(Struct, frozen=True):
    """Other clerks, rights and PINs: they hold at once."""

    clerks: Clerks


class Train(Struct, frozen=True):
    """Exercises begin under this supervisor's number; with 0 they end."""

    supervisor: int


class WriteEvidence(Struct, frozen=True):
    """Write for an inspector what the settings' stick has room for; answer `EvidenceWritten`."""


class RunSelfTest(Struct, frozen=True):
    """Try box, till and devices, and print how they are; answer `SelfTestEnded`."""


class SelfTestEnded(Struct, frozen=True):
    """How a self-test ended: all was well, or its paper says what was not; `fault`: it was none."""

    well: bool
    fault: Fault | None = None


class CloseDue(Struct, frozen=True):
    """Closures are overdue: between two sales the till catches up with them."""


class CatchUp(Struct, frozen=True):
    """Close what is overdue, if no sale was opened since."""


class ChangePeriod(Struct, frozen=True):
    """Close what was over when the next input came, so that it belongs to its own period."""


class ReadDay(Struct, frozen=True):
    """Print what the running day adds up to: an X; by the hour as well, where `best` is given."""

    best: BestSold | None = None


class CountDrawer(Struct, frozen=True):
    """Record what was counted in a drawer, so many of each denomination, and print that."""

    pieces: tuple[int, ...]
    counted: int
    drawer: int = 1


class CloseDay(Struct, frozen=True):
    """Close the day and print its Z, by `authority`; 0: the clerk may.

    `carried` are the open sales that he decided to take over into the next day, and no others.
    `stays` is what he leaves in drawers, in cents by their numbers: the rest is a safe drop. None:
    nobody was asked yet.
    """

    authority: int
    carried: tuple[int, ...] = ()
    stays: tuple[tuple[int, int], ...] | None = None


class CloseService(Struct, frozen=True):
    """Close the running service and print it, by `authority`; 0: the clerk may."""

    authority: int


class CloseLonger(Struct, frozen=True):
    """Close the month, or the year, that somebody says is over, by `authority`, and print it."""

    authority: int
    periods: tuple[Period, ...]


Closing = CatchUp | ChangePeriod | ReadDay | CountDrawer | CloseDay | CloseService | CloseLonger
"""What needs the journal's books: asked for as an effect, answered by `BooksReady`."""


class BooksReady(Struct, frozen=True):
    """All that came before is durable, so these are the books for what was asked."""

    asked: Closing
    books: Books


Input = (
    Pressed
    | Scanned
    | Weighed
    | PinChecked
    | LookedUp
    | PaperDone
    | PaymentStage
    | PaymentEnded
    | TerminalDayEnded
    | SettlePayment
    | Trouble
    | DeviceAway
    | DeviceBack
    | NewCatalog
    | NewPromotions
    | NewClerks
    | AccessNews
    | Train
    | CloseDue
    | BooksReady
    | EvidenceWritten
    | StickAnswer
    | SelfTestEnded
)


class Show(Struct, frozen=True):
    """Put this screen under whatever is being typed.

    A `private` one is the shop's own (money counted, stock, access): a display that only customers
    read leaves it out.
    """

    screen: Screen
    private: bool = False


class Sound(Struct, frozen=True):
    """Make this sound."""

    tone: Tone


class Weigh(Struct, frozen=True):
    """Ask the scale; answer with a `Weighed` of this number."""

    request: int


@dataclass(frozen=True, slots=True)
class CheckPin:
    """Check this clerk's PIN against `kept`; answer with a `PinChecked` of this number."""

    request: int
    clerk: int
    pin: Pin
    kept: str = field(repr=False)


class LookUp(Struct, frozen=True):
    """Look this up in the till's past; answer with a `LookedUp` of this number."""

    request: int
    wanted: Wanted


class GiveAccess(Struct, frozen=True):
    """Give what was asked for under that number; `by` typed a PIN for it."""

    asked: int
    by: int


class EndAccess(Struct, frozen=True):
    """End the grant of that number, by that clerk."""

    grant: int
    by: int


class AdmitSupport(Struct, frozen=True):
    """Let the shop's support in, at that level; `by` typed a PIN for it."""

    level: GrantLevel
    by: int


class AnswerSupport(Struct, frozen=True):
    """What the shop says to its support: to the question of that number, 0 for none."""

    asked: int
    yes: bool
    by: int


class SettleTrial(Struct, frozen=True):
    """Keep the settings that are on trial, or give them back; that clerk said so."""

    keep: bool
    by: int


class KeepPin(Struct, frozen=True):
    """Keep the PIN that was typed for whom it was asked."""

    asked: PinAsked
    pin: Pin


class PrintConsole(Struct, frozen=True):
    """Print where the owner's console is, and how its certificate is known."""


AccessDecided = (
    GiveAccess | EndAccess | AdmitSupport | AnswerSupport | SettleTrial | PrintConsole | KeepPin
)
"""What was decided at the counter about access for others."""


class AskTerminal(Struct, frozen=True):
    """Have a terminal do what is on record; answer with a `PaymentEnded`.

    `known` is the number that it is known by; empty where it has said none yet.
    """

    intended: PaymentIntended
    known: str = ""


class RecallPayment(Struct, frozen=True):
    """Ask a terminal what became of what it was asked; answer with a `PaymentEnded`.

    `after` is what it called its last payment before that, as far as this is on record.
    """

    intended: PaymentIntended
    after: str = ""


class EndTerminalDay(Struct, frozen=True):
    """Have the terminal of that name close its day; answer with a `TerminalDayEnded`."""

    terminal: str


class CancelPayment(Struct, frozen=True):
    """Ask a terminal to give up what it was asked: its answer still comes."""

    intended: PaymentIntended


class OpenDrawer(Struct, frozen=True):
    """Open the cash drawer of that number."""

    drawer: int = 1


class Print(Struct, frozen=True):
    """Print this paper of a closed ticket; answer with a `PaperDone`.

    The runtime adds what it alone knows: the anchor of the last ticket, whether all is simulated.
    """

    asked: PaperAsked


class Settled(Struct, frozen=True):
    """How the paper of this request ended is on record: it need be kept no longer."""

    request: ReceiptRequested


class PrintVoucher(Struct, frozen=True):
    """Print this voucher, made at that moment; `copy` from 1 on is a numbered duplicate."""

    made: VoucherMoved
    moment: Moment
    copy: int = 0


class PrintReport(Struct, frozen=True):
    """Print this paper, which is no ticket; a `patient` one as soon as the printer can."""

    paper: Receipt
    patient: bool = False
    role: PrinterRole = PrinterRole.REPORT


class PrintList(Struct, frozen=True):
    """Print this list of goods."""

    listing: Listing


class ListSales(Struct, frozen=True):
    """Print the sales that are open."""

    sales: tuple[OpenSale, ...]


class PrintClosure(Struct, frozen=True):
    """Print this closure; `copy` from 1 on is a numbered duplicate."""

    found: ClosureFound
    copy: int


class PrintClosures(Struct, frozen=True):
    """Print the closures among the step's own events, each with its record's hash."""


Effect = (
    Show
    | Sound
    | Weigh
    | CheckPin
    | LookUp
    | AskTerminal
    | RecallPayment
    | CancelPayment
    | EndTerminalDay
    | OpenDrawer
    | AccessDecided
    | Print
    | Settled
    | PrintReport
    | PrintVoucher
    | PrintList
    | Closing
    | ListSales
    | PrintClosure
    | PrintClosures
    | WriteEvidence
    | StickAsked
    | RunSelfTest
)


class Step(Struct, frozen=True):
    """What one input led to. Without events the effects are released at once."""

    events: tuple[Event, ...] = ()
    effects: tuple[Effect, ...] = ()
