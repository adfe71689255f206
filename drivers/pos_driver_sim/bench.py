"""A whole counter without hardware: one far end of each kind, and the tables to configure them."""

import json
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Self

from pos_driver_sim.display import DisplayEnd
from pos_driver_sim.far_end import Cable, FarEnd
from pos_driver_sim.keyboard import KeyboardEnd
from pos_driver_sim.printer import Event, PrinterEnd
from pos_driver_sim.scale import AnyScale, ScaleEnd
from pos_driver_sim.scanner import ScannerEnd
from pos_driver_sim.terminal import TerminalEnd
from pos_driver_sim.tone import ToneEnd
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.screen import Screen


class SimBench:
    """Plugs everything in on entering and unplugs it on leaving.

        async with SimBench(tmp_path) as bench:
            ...  # run a terminal with bench.devices, or with bench.toml() in its file
            await bench.keyboard.press("KEY_KP7")

    `directory` must exist; pipes and links to ptys appear in it under the devices' names. To
    have a far end behave otherwise, replace it before entering. `on_frame` and `on_print` are
    called with what the display shows and the printer does, as it happens; `on_tone` with each
    tone.
    """

    def __init__(
        self,
        directory: Path,
        *,
        on_frame: Callable[[Screen], None] | None = None,
        on_print: Callable[[Event], None] | None = None,
        on_tone: Callable[[Tone], None] | None = None,
    ) -> None:
        self.keyboard = KeyboardEnd(directory / "keypad")
        self.wedge = KeyboardEnd(directory / "wedge")
        self.scanner = ScannerEnd(directory / "scanner")
        self.scale: AnyScale = ScaleEnd(directory / "scale")
        self.display = DisplayEnd(directory / "display", on_frame=on_frame)
        self.tone = ToneEnd(directory / "tone", on_tone=on_tone)
        self.printer = PrinterEnd(on_event=on_print)
        self.terminal = TerminalEnd()
        self.beside: list[FarEnd] = []
        """What else is plugged in."""
        self._plugged = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            for end in (self.keyboard, self.wedge, self.tone):
                await stack.enter_async_context(end)
            for wired in (self.scanner, self.scale, self.display):
                await stack.enter_async_context(wired)
            await stack.enter_async_context(self.printer)
            await stack.enter_async_context(self.terminal)
            for other in self.beside:
                await stack.enter_async_context(other)
            self._plugged = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._plugged.aclose()

    @property
    def devices(self) -> dict[str, dict[str, object]]:
        """The configuration's tables `devices.*`; complete once the bench is entered."""
        return {
            "keypad": {"class": "keypad", **self.keyboard.settings},
            "wedge": {"class": "scanner", **self.wedge.settings},
            "scanner": {"class": "scanner", **self.scanner.settings},
            "scale": {"class": "scale", **self.scale.settings},
            "display": {"class": "display", **self.display.settings},
            "tone": {"class": "tone", **self.tone.settings},
            "printer": {"class": "printer", **self.printer.settings},
            "drawer": {"class": "drawer", "driver": "printer", "printer": "printer"},
        }

    @property
    def cables(self) -> dict[str, Cable]:
        """The cable of each device that has one of its own, by the name in `devices`."""
        return {
            "keypad": self.keyboard.cable,
            "wedge": self.wedge.cable,
            "scanner": self.scanner.cable,
            "scale": self.scale.cable,
            "display": self.display.cable,
            "tone": self.tone.cable,
            "printer": self.printer.cable,
        }

    @property
    def payment_devices(self) -> dict[str, dict[str, object]]:
        """The table of the payment terminal, for a shop whose `[[terminals]]` name «tpe».

        It stands apart: a shop that has no such table declares its cards.
        """
        return {"tpe": {"class": "payment-terminal", **self.terminal.settings}}

    def toml(self, **instead: dict[str, object]) -> str:
        """The same, as a configuration file has it; `instead` gives other tables by name."""
        return "\n".join(
            f"[devices.{name}]\n" + "".join(f"{key} = {_value(v)}\n" for key, v in table.items())
            for name, table in (self.devices | instead).items()
        )

    def forget(self) -> None:
        """Drop all but the last of what the ends remember, so that a long run stays small."""
        memories: tuple[list[Any], ...] = (
            self.display.frames,
            self.scale.asked,
            self.tone.hertz,
            self.tone.tones,
        )
        for memory in memories:
            del memory[:-1]
        self.printer.forget()


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_value(item)}" for key, item in value.items()) + "}"
    return json.dumps(value)  # strings, numbers and booleans look the same in TOML
