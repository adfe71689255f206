"""The plug-in `adam`: scales of Adam Equipment (AZextra, CPWplus)."""


from pos_driver_scales.asked import AskedDriver, ScaleSettings
from pos_driver_scales.legal.adam import Adam
from pos_terminal.devices.registry import Drivers
from pos_terminal.devices.settings import within
from pos_terminal.hookspecs import hookimpl


class AdamSettings(ScaleSettings, frozen=True, kw_only=True):
    """4800 8N1, as an AZextra leaves the works; a CPWplus has 9600.

    `width` is how many characters a weight has, with its point and the blanks before it; 0 takes
    any, and then a digit that the line drops makes another weight: set it once the scale is seen
    to write.
    """

    baudrate: int = 4800
    width: int = 0

    def __post_init__(self) -> None:
        ScaleSettings.__post_init__(self)
        within(self, width=(0, 12))


def speech_of(settings: AdamSettings) -> Adam:
    """The protocol, as these settings want it."""
    return Adam(settings.width)


DRIVER = AskedDriver("adam", AdamSettings, speech_of, harm=60)
open_scale = DRIVER.open


@hookimpl
def pos_register_drivers(drivers: Drivers) -> None:
    """Declare the driver «adam»."""
    DRIVER.declare(drivers)
