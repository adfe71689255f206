"""The far ends of the wires as a replay needs them; the simulators are a plugin like any other."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast, runtime_checkable

from pos_terminal.domain.screen import Screen
from pos_terminal.process.installed import entry_points
from pos_terminal.runtime.plugins import GROUP

PLUGIN = "sim"


class KeysEnd(Protocol):
    """A keypad, or a scanner that types."""

    async def press(self, *names: str) -> None:
        """Press and release physical keys, one after the other."""

    async def scan(self, text: str) -> None:
        """Type a code as a scanner does."""


class Codes(Protocol):
    """A scanner on a serial line."""

    async def scan(self, text: str) -> None:
        """Send a code."""


class Platter(Protocol):
    """A scale: what lies on it, and what it carries, in grams."""

    grams: int
    capacity: int


@runtime_checkable
class PaperLine(Protocol):
    """A line that the printer has printed."""

    @property
    def text(self) -> str:
        """As it stands on the paper."""

    @property
    def bold(self) -> bool:
        """In heavy print."""

    @property
    def tall(self) -> bool:
        """Twice as high."""


@runtime_checkable
class CutPaper(Protocol):
    """A paper cut off."""

    @property
    def lines(self) -> tuple[PaperLine, ...]:
        """What stands on it."""


@runtime_checkable
class DrawerPulse(Protocol):
    """The pulse that opens the drawer."""

    @property
    def pin(self) -> int:
        """The connector's pin."""


class Bench(AbstractAsyncContextManager["Bench"], Protocol):
    """A whole counter: plugged in while it is entered."""

    @property
    def keyboard(self) -> KeysEnd:
        """The clerk's keypad."""

    @property
    def wedge(self) -> KeysEnd:
        """The scanner that types."""

    @property
    def scanner(self) -> Codes:
        """The scanner on a serial line."""

    @property
    def scale(self) -> Platter:
        """The scale."""

    @property
    def devices(self) -> Mapping[str, dict[str, object]]:
        """The configuration's device tables, by name."""

    def toml(self, **instead: dict[str, object]) -> str:
        """The configuration's device tables; `instead` gives other ones by name."""

    def forget(self) -> None:
        """Drop what the ends remember."""


class MakeBench(Protocol):
    """Makes a bench whose pipes and ptys lie in a directory."""

    def __call__(
        self,
        directory: Path,
        *,
        on_frame: Callable[[Screen], None],
        on_print: Callable[[object], None],
    ) -> Bench:
        """`on_frame` hears of every screen, `on_print` of every line, cut and drawer pulse."""


class NoFarEnds(Exception):
    """The simulators are not installed."""


def load() -> MakeBench:
    """The simulators' bench, from the plugin that has it. Raises NoFarEnds."""
    for point in entry_points(GROUP):
        if point.name == PLUGIN:
            return cast(MakeBench, import_module(f"{point.module}.bench").SimBench)
    raise NoFarEnds(f"no plugin {PLUGIN!r} is installed")
