"""The plug-in `toledo`: scales that speak Mettler Toledo's 8217 protocol."""

from typing import Literal

from msgspec.structs import replace

from pos_driver_scales.asked import AskedDriver, ScaleSettings
from pos_driver_scales.legal.toledo import PAUSE, Shape, Toledo
from pos_terminal.devices.registry import Drivers
from pos_terminal.hookspecs import hookimpl


class ToledoSettings(ScaleSettings, frozen=True, kw_only=True):
    """9600 7E1, as the scale leaves the works.

    `resync` says how to get into step again: `echo`, or `quiet` for a scale without the E command,
    which then is trusted to send nothing more after `quiet_time`. `digits` and `decimals` are those
    before and behind the point of a weight in kilograms, as the scale is set: «02.500».
    """

    bytesize: Literal[7, 8] = 7
    parity: Literal["N", "E", "O"] = "E"
    pause: float = PAUSE
    resync: Literal["echo", "quiet"] = "echo"
    digits: Literal[1, 2, 3, 4] = 2
    decimals: Literal[1, 2, 3] = 3


def speech_of(settings: ToledoSettings) -> Toledo:
    """The protocol, as these settings want it."""
    shape = Shape(settings.digits, settings.decimals)
    return Toledo(shape, echoes=settings.resync == "echo")


def _to_a_stranger(settings: ToledoSettings) -> Toledo:
    # Without the echo, whose letters would be commands to it.
    return speech_of(replace(settings, resync="quiet"))


DRIVER = AskedDriver("toledo-8217", ToledoSettings, speech_of, harm=40, stranger=_to_a_stranger)
open_scale = DRIVER.open


@hookimpl
def pos_register_drivers(drivers: Drivers) -> None:
    """Declare the driver «toledo-8217»."""
    DRIVER.declare(drivers)
