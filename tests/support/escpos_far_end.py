"""The simulated printer as the tests of its driver use it."""

from collections.abc import Callable

import msgspec

from pos_driver_escpos import EscposSettings
from pos_driver_sim.paper import PrintedLine
from pos_driver_sim.printer import Event, PrinterEnd
from pos_terminal.testing.printer_contract import PATIENCE

SHORT = {"answer_timeout": 0.5, "print_timeout": 0.5, "refill_timeout": PATIENCE}


def settings(end: PrinterEnd, **more: object) -> EscposSettings:
    """The far end's table as the configuration reads it, with short times."""
    table = {name: value for name, value in end.settings.items() if name != "driver"}
    return msgspec.convert(table | SHORT | more, EscposSettings)


class Then:
    """For `on_event`: do something, once, when the next line is printed after it is armed."""

    def __init__(self) -> None:
        self.action: Callable[[], object] | None = None

    def __call__(self, event: Event) -> None:
        if self.action is not None and isinstance(event, PrintedLine):
            action, self.action = self.action, None
            action()
