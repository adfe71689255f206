"""Receipt printers of Star Micronics (Star Line Mode, StarPRNT), and the drawer behind them."""

from pos_driver_star.printer import open_printer
from pos_driver_star.settings import StarSettings
from pos_terminal.devices.registry import Drivers
from pos_terminal.hookspecs import hookimpl

__all__ = ["StarSettings", "open_printer", "pos_register_drivers"]


@hookimpl
def pos_register_drivers(drivers: Drivers) -> None:
    """Declare the printer driver."""
    drivers.printers.add("star", open_printer, StarSettings)
