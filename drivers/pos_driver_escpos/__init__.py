"""Receipt printers that speak ESC/POS, and the cash drawer behind them."""

from pos_driver_escpos.opening import open_printer
from pos_driver_escpos.settings import EscposSettings
from pos_terminal.devices.registry import Drivers
from pos_terminal.hookspecs import hookimpl

__all__ = ["EscposSettings", "open_printer", "pos_register_drivers"]


@hookimpl
def pos_register_drivers(drivers: Drivers) -> None:
    """Declare the printer driver."""
    drivers.printers.add("escpos", open_printer, EscposSettings)
