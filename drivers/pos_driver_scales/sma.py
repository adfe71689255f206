"""The plug-in `sma`: scales that speak SMA SCP-0499, the makers' association's protocol."""


from pos_driver_scales.asked import AskedDriver, ScaleSettings
from pos_driver_scales.legal.sma import Sma
from pos_terminal.devices.registry import Drivers
from pos_terminal.hookspecs import hookimpl


class SmaSettings(ScaleSettings, frozen=True, kw_only=True):
    """9600 8N1, as most scales leave the works."""


def speech_of(settings: SmaSettings) -> Sma:
    """The protocol, as these settings want it."""
    return Sma()


DRIVER = AskedDriver("sma", SmaSettings, speech_of, harm=20)
open_scale = DRIVER.open


@hookimpl
def pos_register_drivers(drivers: Drivers) -> None:
    """Declare the driver «sma»."""
    DRIVER.declare(drivers)
