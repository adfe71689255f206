"""Where a printer is and what time it is given, as every printer's driver has it."""

from contextlib import AbstractAsyncContextManager

from msgspec import Struct

from pos_terminal.domain.language import say
from pos_terminal.links.link import Link
from pos_terminal.links.node import node_link
from pos_terminal.links.serial import SerialSettings, serial_link
from pos_terminal.links.tcp import tcp_link
from pos_terminal.links.usb import usb_link


class UsbId(Struct, frozen=True, kw_only=True):
    """A USB printer taken from the kernel's driver: the first with these ids (see lsusb).

    Of two with the same ids each is reached by its node alone (`device`), which udev names.
    """

    vendor: int
    product: int

    @property
    def place(self) -> str:
        """What a second one with these ids would open as well."""
        return f"usb {self.vendor:04x}:{self.product:04x}"


class PrinterSettings(Struct, frozen=True, kw_only=True):
    """One of `host`, `device`, `serial` and `usb` says where the printer is. Times in seconds."""

    host: str = ""
    port: int = 9100
    device: str = ""
    """A node of the kernel's driver usblp, such as /dev/usb/lp0."""
    serial: SerialSettings | None = None
    usb: UsbId | None = None

    answer_timeout: float = 1.0
    """To answer a question of status, which a printer does at once."""
    print_timeout: float = 10.0
    """To print a receipt, plus a second per 1,000 bytes."""
    refill_timeout: float = 120.0
    """For a person to change the roll or close the cover in the middle of a receipt."""

    def check(self) -> None:
        """ValueError where no place is said, or two are, or a time is too short to be right."""
        places = [self.host, self.device, self.serial, self.usb]
        if sum(place not in ("", None) for place in places) != 1:
            raise ValueError(say("host, device, serial, usb : l'un des quatre, et un seul"))
        if self.answer_timeout < 0.2:
            raise ValueError(say("answer_timeout : 0.2 au moins, dont 0.1 de silence"))

    def link(self) -> AbstractAsyncContextManager[Link]:
        """The way to it. Entering it raises LinkLost."""
        if self.serial is not None:
            return serial_link(self.serial)
        if self.usb is not None:
            return usb_link(self.usb.vendor, self.usb.product)
        if self.device:
            return node_link(self.device)
        return tcp_link(self.host, self.port)
