"""The plug-in `nci`: scales that speak NCI (Weigh-Tronix SCP-01 and SCP-02)."""

from typing import Literal

from pos_driver_scales.asked import AskedDriver, ScaleSettings
from pos_driver_scales.legal.nci import Nci
from pos_terminal.devices.registry import Drivers
from pos_terminal.hookspecs import hookimpl


class NciSettings(ScaleSettings, frozen=True, kw_only=True):
    """9600 7E1, as the scale leaves the works.

    `width` is how many characters a weight has, with its point: «01.250» has six.
    """

    bytesize: Literal[7, 8] = 7
    parity: Literal["N", "E", "O"] = "E"
    width: Literal[5, 6, 7, 8, 9, 10] = 6


def speech_of(settings: NciSettings) -> Nci:
    """The protocol, as these settings want it."""
    return Nci(settings.width)


DRIVER = AskedDriver("nci", NciSettings, speech_of, harm=30)
open_scale = DRIVER.open


@hookimpl
def pos_register_drivers(drivers: Drivers) -> None:
    """Declare the driver «nci»."""
    DRIVER.declare(drivers)
