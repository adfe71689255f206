"""What goes into the counter and what comes out: inputs of the lanes, effects on the devices."""

from dataclasses import dataclass, field

from pos_terminal.domain.catalog import Catalog
from pos_terminal.domain.clerks import Clerks, Pin
from pos_terminal.domain.events import Event, ReceiptRequested, SaleClosed
from pos_terminal.domain.faults import Fault, Tone
from pos_terminal.domain.keys import Key
from pos_terminal.domain.receipt import Receipt
from pos_terminal.domain.screen import Screen


@dataclass(frozen=True, slots=True)
class Pressed:
    """A key of the till; None for a physical key without a function."""

    key: Key | None


@dataclass(frozen=True, slots=True)
class Scanned:
    """A code as the scanner sent it; U+FFFD in it stands for what could not be read."""

    text: str
    aim: str = ""


@dataclass(frozen=True, slots=True)
class Weighed:
    """The scale's answer to the `Weigh` of that number: grams, or the fault."""

    request: int
    grams: int = 0
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class PaperDone:
    """How printing ended: printed, refused or unknown, with the fault if any.

    `request` is None for paper that is no ticket: an X, a count, a Z.
    """

    request: ReceiptRequested | None
    outcome: str
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something failed that the clerk must know of (the drawer did not open)."""

    fault: Fault


@dataclass(frozen=True, slots=True)
class NewCatalog:
    """Another catalogue: it holds from the next sale on."""

    catalog: Catalog


@dataclass(frozen=True, slots=True)
class PinChecked:
    """The answer to the `CheckPin` of that number: whether the PIN is this clerk's."""

    request: int
    clerk: int
    right: bool


@dataclass(frozen=True, slots=True)
class NewClerks:
    """Other clerks, rights and PINs: they hold at once."""

    clerks: Clerks


@dataclass(frozen=True, slots=True)
class Train:
    """Exercises begin under this supervisor's number; with 0 they end."""

    supervisor: int


@dataclass(frozen=True, slots=True)
class CloseDue:
    """Closures are overdue: between two sales the till catches up with them."""


Input = (
    Pressed
    | Scanned
    | Weighed
    | PinChecked
    | PaperDone
    | Trouble
    | NewCatalog
    | NewClerks
    | Train
    | CloseDue
)


@dataclass(frozen=True, slots=True)
class Show:
    """Put this screen under whatever is being typed."""

    screen: Screen


@dataclass(frozen=True, slots=True)
class Sound:
    """Make this sound."""

    tone: Tone


@dataclass(frozen=True, slots=True)
class Weigh:
    """Ask the scale; answer with a `Weighed` of this number."""

    request: int


@dataclass(frozen=True, slots=True)
class CheckPin:
    """Check this clerk's PIN against `kept`; answer with a `PinChecked` of this number."""

    request: int
    clerk: int
    pin: Pin
    kept: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenDrawer:
    """Open the cash drawer."""


@dataclass(frozen=True, slots=True)
class Print:
    """Print this closed ticket; answer with a `PaperDone`."""

    request: ReceiptRequested
    closed: SaleClosed
    at: str


@dataclass(frozen=True, slots=True)
class PrintReport:
    """Print this paper, which is no ticket."""

    paper: Receipt


@dataclass(frozen=True, slots=True)
class CatchUp:
    """Close what is overdue, if no sale was opened since."""


@dataclass(frozen=True, slots=True)
class ReadDay:
    """Print what the running day adds up to: an X."""


@dataclass(frozen=True, slots=True)
class CountDrawer:
    """Record what was counted in the drawer, so many of each denomination, and print that."""

    pieces: tuple[int, ...]
    counted: int


@dataclass(frozen=True, slots=True)
class CloseDay:
    """Close the day and print its Z, by `authority`; 0: the clerk may."""

    authority: int


Effect = (
    Show
    | Sound
    | Weigh
    | CheckPin
    | OpenDrawer
    | Print
    | PrintReport
    | CatchUp
    | ReadDay
    | CountDrawer
    | CloseDay
)


@dataclass(frozen=True, slots=True)
class Step:
    """What one input led to. Without events the effects are released at once."""

    events: tuple[Event, ...] = ()
    effects: tuple[Effect, ...] = ()
