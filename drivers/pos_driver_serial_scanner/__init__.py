"""Scanners on a serial line: RS-232, or USB that shows itself as one (CDC)."""

from pos_driver_serial_scanner.scanner import SerialScannerSettings, open_scanner
from pos_terminal.devices.registry import Drivers
from pos_terminal.hookspecs import hookimpl


@hookimpl
def pos_register_drivers(drivers: Drivers) -> None:
    """Declare the driver «serial»."""
    drivers.scanners.add("serial", open_scanner, SerialScannerSettings)
