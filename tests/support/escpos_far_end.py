"""The simulated printer as the tests of its driver use it."""

import msgspec

from pos_driver_escpos import EscposSettings
from pos_driver_sim.printer import PrinterEnd
from tests.support.simulated_printer import SHORT, table_of


def settings(end: PrinterEnd, **more: object) -> EscposSettings:
    """The far end's table as the configuration reads it, with short times."""
    return msgspec.convert(table_of(end) | SHORT | more, EscposSettings)
