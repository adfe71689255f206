"""Runs odoo-driver, in its own environment, on far ends instead of USB devices.

`python odoo_driver_main.py HTTP_PORT DISPLAY_PATH SCALE_PATH PRINTER_PORT`

odoo-driver finds devices by their USB ids alone. What it asks of the machine is answered here:
which USB devices there are (pyusb), which serial port belongs to which (pyserial), and where the
printer is (python-escpos, whose network printer takes the place of its USB printer). Everything
behind that, from its web service to the bytes on the wire, is its own and runs unchanged.
"""

import importlib
import sys
from types import SimpleNamespace
from typing import Any

import escpos.printer
import serial.tools.list_ports
import usb.core

DISPLAY, SCALE, PRINTER = (0x0416, 0xF012), (0x0EB8, 0x2200), (0x04B8, 0x0E28)
"""An Aures OCD 300, an Ariva S, a TM-T20III: three models that it knows."""


def _device(ids: tuple[int, int]) -> SimpleNamespace:
    return SimpleNamespace(
        idVendor=ids[0], idProduct=ids[1], parent=None, product="", manufacturer="",
        serial_number="",
    )  # fmt: skip


def _port(ids: tuple[int, int], path: str) -> SimpleNamespace:
    return SimpleNamespace(vid=ids[0], pid=ids[1], device=path)


def main(http_port: str, display: str, scale: str, printer: str) -> None:
    """Serve until killed."""
    devices = [_device(ids) for ids in (DISPLAY, SCALE, PRINTER)]
    ports = [_port(DISPLAY, display), _port(SCALE, scale)]

    def network_printer(*_: object) -> Any:
        return escpos.printer.Network("127.0.0.1", int(printer))

    usb.core.find = lambda **_: devices
    serial.tools.list_ports.comports = lambda: ports
    escpos.printer.Usb = network_printer
    options = ["--address", "127.0.0.1", "--port", http_port, "--unsecure"]
    importlib.import_module("odoo_driver.cli").main(options)


if __name__ == "__main__":
    main(*sys.argv[1:])
