"""The plug-in `cas`: scales of CAS, which check their frames."""


from pos_driver_scales.asked import AskedDriver, ScaleSettings
from pos_driver_scales.legal.cas import Cas
from pos_terminal.devices.registry import Drivers
from pos_terminal.hookspecs import hookimpl


class CasSettings(ScaleSettings, frozen=True, kw_only=True):
    """9600 8N1, as the scale leaves the works."""


def speech_of(settings: CasSettings) -> Cas:
    """The protocol, as these settings want it."""
    return Cas()


DRIVER = AskedDriver("cas", CasSettings, speech_of, harm=10)
open_scale = DRIVER.open


@hookimpl
def pos_register_drivers(drivers: Drivers) -> None:
    """Declare the driver «cas»."""
    DRIVER.declare(drivers)
