"""Keyboard-wedge scanners, keypads and beepers over Linux evdev."""

from pos_driver_evdev.keypad import KeypadSettings, open_keypad
from pos_driver_evdev.scanner import ScannerSettings, open_scanner
from pos_driver_evdev.tone import ToneSettings, open_tone
from pos_terminal.devices.registry import Drivers
from pos_terminal.hookspecs import hookimpl


@hookimpl
def pos_register_drivers(drivers: Drivers) -> None:
    """Declare «evdev» as a scanner, a keypad and a tone indicator."""
    drivers.scanners.add("evdev", open_scanner, ScannerSettings)
    drivers.keypads.add("evdev", open_keypad, KeypadSettings)
    drivers.tones.add("evdev", open_tone, ToneSettings)
