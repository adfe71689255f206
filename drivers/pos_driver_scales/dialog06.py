"""The plug-in `dialog-06`: approved checkout scales that speak Dialog 06."""

from typing import Literal

from pos_driver_scales.asked import AskedDriver, ScaleSettings
from pos_driver_scales.legal import checksum
from pos_driver_scales.legal.dialog06 import Dialog06
from pos_driver_scales.legal.reading import Reading, Talk
from pos_terminal.devices.registry import Drivers
from pos_terminal.domain.language import say
from pos_terminal.hookspecs import hookimpl


class Dialog06Settings(ScaleSettings, frozen=True, kw_only=True):
    """9600 7O1, as the protocol has it.

    `secret_polynomial` is the maker's, in hexadecimal: without it a scale that wants the till's
    checksum gives no weight.
    """

    bytesize: Literal[7, 8] = 7
    parity: Literal["N", "E", "O"] = "O"
    secret_polynomial: str = ""

    def __post_init__(self) -> None:
        ScaleSettings.__post_init__(self)
        if self.secret_polynomial and not 1 < int(self.secret_polynomial, 16) < 1 << 17:
            raise ValueError(
                say("secret_polynomial : au plus 17 chiffres binaires, en hexadécimal")
            )


def speech_of(settings: Dialog06Settings) -> Dialog06:
    """The protocol, as these settings want it."""
    return Dialog06(int(settings.secret_polynomial or "0", 16), int(checksum()[:4], 16))


class _Stranger(Dialog06):
    def weigh(self) -> Talk[Reading]:
        return self.ready()


DRIVER = AskedDriver(
    "dialog-06", Dialog06Settings, speech_of, harm=15, stranger=lambda _: _Stranger(0, 0)
)
open_scale = DRIVER.open


@hookimpl
def pos_register_drivers(drivers: Drivers) -> None:
    """Declare the driver «dialog-06»."""
    DRIVER.declare(drivers)
