"""The plug-in `mt-sics`: scales and balances that speak Mettler Toledo's MT-SICS."""


from pos_driver_scales.asked import AskedDriver, ScaleSettings
from pos_driver_scales.legal.mt_sics import MtSics
from pos_driver_scales.legal.reading import Ask, Reading, Talk
from pos_terminal.devices.registry import Drivers
from pos_terminal.devices.settings import within
from pos_terminal.hookspecs import hookimpl


class MtSicsSettings(ScaleSettings, frozen=True, kw_only=True):
    """9600 8N1, as most leave the works.

    `width` is how many characters a weight has, 10 by the manual, 0 for a scale that does not keep
    to it. `asks_tare`: ask for the tare in force before each weight, for a net one looks like a
    gross one; a scale that knows no TA needs false, and its weights count as gross.
    """

    width: int = 10
    asks_tare: bool = True

    def __post_init__(self) -> None:
        ScaleSettings.__post_init__(self)
        within(self, width=(0, 16))


def speech_of(settings: MtSicsSettings) -> MtSics:
    """The protocol, as these settings want it."""
    return MtSics(settings.width, asks_tare=settings.asks_tare)


class _Stranger(MtSics):
    def __init__(self) -> None:
        # Without TA, whose first letter takes a tare on a stranger.
        super().__init__(0, asks_tare=False)

    def weigh(self) -> Talk[Reading]:
        # Ends the line that the questions of others have left begun.
        yield Ask(b"\r\n", None)
        return (yield from super().weigh())


DRIVER = AskedDriver("mt-sics", MtSicsSettings, speech_of, harm=50, stranger=lambda _: _Stranger())
open_scale = DRIVER.open


@hookimpl
def pos_register_drivers(drivers: Drivers) -> None:
    """Declare the driver «mt-sics»."""
    DRIVER.declare(drivers)
