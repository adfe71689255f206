"""Where the till's effects go: the boxes and lanes of its devices, and what works off the loop."""

import asyncio
from collections.abc import Mapping

from msgspec import Struct, field

from pos_terminal.domain.audit.stick import StickAsked
from pos_terminal.domain.counter.steps import (
    AccessDecided,
    AskTerminal,
    CancelPayment,
    CheckPin,
    Effect,
    EndTerminalDay,
    LookUp,
    OpenDrawer,
    RecallPayment,
    RunSelfTest,
    Settled,
    Sound,
    Weigh,
    WriteEvidence,
)
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.receipt import PrinterRole
from pos_terminal.domain.screen import Screen
from pos_terminal.runtime.lanes import DrawerLane, ScaleLane
from pos_terminal.runtime.lookup_lane import LookupLane
from pos_terminal.runtime.payment_lane import PaymentLanes
from pos_terminal.runtime.pin_lane import PinLane
from pos_terminal.runtime.printing import PrinterLane
from pos_terminal.tasks.latest import Latest


class Outputs(Struct, frozen=True):
    """The far ends of the effects. `printer` prints what no other of the `printers` is there for.

    `screen` is what the clerk reads, and the customer too where there is one display; `customer` is
    without what is typed, refused or the shop's own.
    """

    screen: Latest[Screen]
    tone: Latest[Tone]
    printer: PrinterLane
    printers: Mapping[PrinterRole, PrinterLane]
    drawer: DrawerLane
    scale: ScaleLane
    pins: PinLane
    lookups: LookupLane
    payments: PaymentLanes
    customer: Latest[Screen] = field(default_factory=Latest)
    access: "asyncio.Queue[AccessDecided]" = field(default_factory=asyncio.Queue)

    inspections: "asyncio.Queue[WriteEvidence]" = field(default_factory=asyncio.Queue)
    sticks: "asyncio.Queue[StickAsked]" = field(default_factory=asyncio.Queue)
    selftests: "asyncio.Queue[RunSelfTest]" = field(default_factory=asyncio.Queue)

    def prints(self, role: PrinterRole) -> PrinterLane:
        """Who prints papers of this role: its own printer, or the receipts'."""
        return self.printers.get(role, self.printer)

    @property
    def lanes(self) -> set[PrinterLane]:
        """All of them, each once."""
        return {self.printer, *self.printers.values()}

    def release(self, effect: Effect) -> None:
        """Set going what one of these does. ValueError for an effect that is the till's own."""
        match effect:
            case Sound(tone):
                self.tone.put(tone)
            case Weigh(request):
                self.scale.weigh(request)
            case CheckPin():
                self.pins.check(effect)
            case LookUp():
                self.lookups.ask(effect)
            case AskTerminal() | RecallPayment() | CancelPayment() | EndTerminalDay():
                self.payments.release(effect)
            case OpenDrawer(drawer):
                self.drawer.open(drawer)
            case Settled(request):
                for lane in self.lanes:  # the one that has it lets it go
                    lane.settled(request)
            case _ if isinstance(effect, AccessDecided):
                self.access.put_nowait(effect)
            case WriteEvidence() | StickAsked() | RunSelfTest():
                self._aside(effect)
            case _:
                raise ValueError(f"{effect} is the till's own")

    def _aside(self, effect: WriteEvidence | StickAsked | RunSelfTest) -> None:
        """What others do beside the till, and take their time for."""
        match effect:
            case WriteEvidence():
                self.inspections.put_nowait(effect)
            case StickAsked():
                self.sticks.put_nowait(effect)
            case RunSelfTest():
                self.selftests.put_nowait(effect)
