"""Customer displays of two lines of twenty characters."""

from pos_driver_vfd.display import VfdSettings, open_display
from pos_terminal.devices.registry import Drivers
from pos_terminal.hookspecs import hookimpl


@hookimpl
def pos_register_drivers(drivers: Drivers) -> None:
    """Declare «vfd» as a customer display."""
    drivers.displays.add("vfd", open_display, VfdSettings)
