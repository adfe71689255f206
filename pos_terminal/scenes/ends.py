"""What a scene needs of the simulated far ends; the simulators are a plugin like any other."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol, cast

from pos_terminal.domain.faults import Tone
from pos_terminal.domain.screen import Screen
from pos_terminal.runtime import far_ends
from pos_terminal.runtime.far_ends import CutPaper, DrawerPulse


class Plug(Protocol):
    """A far end that can be taken off its wire."""

    async def unplug(self) -> None:
        """Take it off."""

    async def replug(self) -> None:
        """Put it back, under the same name."""


class Keyboard(Plug, Protocol):
    """The clerk's keypad."""

    @property
    def taken(self) -> bool:
        """Whether the till has read all that was typed."""

    async def stroke(self, names: tuple[str, ...]) -> None:
        """Press these physical keys together, and release them."""


class Scanner(Plug, Protocol):
    """A scanner, on a line or as a keyboard."""

    async def scan(self, text: str) -> None:
        """Send a code."""


class Scale(Plug, Protocol):
    """The scale: what lies on it, in grams, and what ails it."""

    grams: int
    mute: bool
    moving: bool


class Display(Plug, Protocol):
    """The customer display."""

    @property
    def screen(self) -> Screen:
        """What it shows."""

    async def wait_for(self, shown: Callable[[Screen], bool]) -> object:
        """Wait until it shows such a screen. TimeoutError."""


class Tones(Protocol):
    """The beeper."""

    @property
    def tones(self) -> Sequence[Tone]:
        """All that was heard."""


class Printer(Plug, Protocol):
    """The printer and the drawer behind it."""

    paper_out: bool
    cover_open: bool
    mute: bool

    @property
    def pulses(self) -> Sequence[DrawerPulse]:
        """Every pulse that the drawer got."""

    async def next_paper(self) -> CutPaper:
        """The next paper that is cut off."""


class PaymentTerminal(Plug, Protocol):
    """The payment terminal, its customer and its bank."""

    def plays(self, act: str, cents: int | None) -> None:
        """What the customer, the bank or the line does, with the order that waits or the next."""


class Ends(AbstractAsyncContextManager["Ends"], Protocol):
    """A whole counter."""

    keyboard: Keyboard
    wedge: Scanner
    scanner: Scanner
    scale: Scale
    display: Display
    tone: Tones
    printer: Printer
    terminal: PaymentTerminal

    @property
    def payment_devices(self) -> dict[str, dict[str, object]]:
        """The device table of the payment terminal, for a shop that has one."""

    def toml(self, **more: dict[str, object]) -> str:
        """The configuration's device tables."""


def make(directory: Path) -> Ends:
    """A counter whose pipes and ptys lie in `directory`. Raises NoFarEnds."""
    bench = far_ends.load()(directory, on_frame=lambda _: None, on_print=lambda _: None)
    return cast(Ends, bench)
