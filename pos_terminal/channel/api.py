"""What the till and the local API of the service «console» tell each other."""

from msgspec import Struct

from pos_terminal.domain.events.values import PrintOutcome
from pos_terminal.domain.receipt import Align, PrinterRole


class TokenAsked(Struct, frozen=True):
    """A token of the local API: a grant of that name for those acts (domain/staff/tokens) and so
    many seconds, made by somebody who is signed in to the console.
    """

    name: str
    scope: list[str]
    seconds: int
    grant: str | None = None


class BearerAsked(Struct, frozen=True):
    """Whose token is it?"""

    grant: str


class Bearer(Struct, frozen=True):
    """A token that stands: the number of its grant, its name, what it is for, until when."""

    number: int
    name: str
    scope: list[str]
    until: str


class PrintLine(Struct, frozen=True):
    """A line: a text, perhaps with another at the `right`; or a code: «qr», «code128» or «ean».
    One without any text is a rule across the paper.
    """

    text: str = ""
    right: str = ""
    align: Align = Align.LEFT
    bold: bool = False
    tall: bool = False
    code: str = ""


class PrintAsked(Struct, frozen=True):
    """A paper that is no ticket, and says so unless it is a label; at the printer of that role."""

    title: str
    lines: list[PrintLine]
    role: PrinterRole | None = None
    grant: str | None = None


class PrintedPaper(Struct, frozen=True):
    """How printing ended: printed, refused (nothing was) or unknown, and the code of the fault."""

    outcome: PrintOutcome
    fault: str = ""


class ShowAsked(Struct, frozen=True):
    """Two lines for the customers, for so many seconds, while nobody is served."""

    line1: str
    line2: str
    seconds: int
    grant: str | None = None


class WeighAsked(Struct, frozen=True):
    """What lies on the scale. What follows comes as it changes."""

    grant: str | None = None


class WeightSeen(Struct, frozen=True):
    """Grams that stood still, `net` of the scale's own tare; or the code of why there are none."""

    grams: int | None = None
    net: bool = False
    fault: str = ""
