"""Cash drawers that a serial or USB trigger opens."""

from pos_driver_serial_drawer.drawer import SerialDrawerSettings, open_drawer
from pos_terminal.devices.registry import Drivers
from pos_terminal.hookspecs import hookimpl


@hookimpl
def pos_register_drivers(drivers: Drivers) -> None:
    """Declare the driver «serial-drawer»."""
    drivers.drawers.add("serial-drawer", open_drawer, SerialDrawerSettings)
