"""A printer through libusb itself, on the USB device that umockdev shows it."""

from tests.support.under_umockdev import play


def test_a_printer_is_found_claimed_and_written_by_libusb() -> None:
    play("usb_scenario")
