"""The simulated printer as the tests of its driver use it."""

import msgspec

from pos_driver_escpos import EscposSettings
from pos_driver_sim.printer import PrinterEnd
from pos_terminal.testing.printer_contract import PATIENCE
from tests.support.simulated_printer import SHORT, table_of


def settings(end: PrinterEnd, **more: object) -> EscposSettings:
    """The far end's table as the configuration reads it, with short times.

    But a profile's: a process looks it up, and a busy machine is in no hurry.
    """
    table = table_of(end) | SHORT | {"profile_wait": PATIENCE} | more
    return msgspec.convert(table, EscposSettings)
