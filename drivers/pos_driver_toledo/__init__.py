"""Scales that speak Mettler Toledo's 8217 protocol over a serial line."""

from pos_driver_toledo.scale import ToledoSettings, open_scale
from pos_terminal.devices.registry import Drivers
from pos_terminal.hookspecs import hookimpl


@hookimpl
def pos_register_drivers(drivers: Drivers) -> None:
    """Declare the driver «toledo-8217»."""
    drivers.scales.add("toledo-8217", open_scale, ToledoSettings)
