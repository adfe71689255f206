"""Scanners in USB HID POS mode: whole codes with their symbology, and no keyboard between."""

from pos_driver_hid_pos.scanner import HidScannerSettings, open_scanner
from pos_terminal.devices.registry import Drivers
from pos_terminal.hookspecs import hookimpl


@hookimpl
def pos_register_drivers(drivers: Drivers) -> None:
    """Declare the driver «hid-pos»."""
    drivers.scanners.add("hid-pos", open_scanner, HidScannerSettings)
