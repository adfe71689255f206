"""The plug-in `sma`: scales that speak SMA SCP-0499, the makers' association's protocol."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from pos_driver_scales.asked import ScaleSettings, asked_scale
from pos_driver_scales.legal import named
from pos_driver_scales.legal.sma import Sma
from pos_terminal.devices.classes import Scale
from pos_terminal.devices.registry import Drivers, Probe
from pos_terminal.hookspecs import hookimpl


@dataclass(frozen=True, slots=True, kw_only=True)
class SmaSettings(ScaleSettings):
    """9600 8N1, as most scales leave the works."""


def speech_of(settings: SmaSettings) -> Sma:
    """The protocol, as these settings want it."""
    return Sma()


def open_scale(settings: SmaSettings) -> AbstractAsyncContextManager[Scale]:
    """See `asked_scale`."""
    return asked_scale(settings, speech_of(settings))


def _probe(port: str) -> AbstractAsyncContextManager[Scale]:
    return open_scale(SmaSettings(port=port, **Probe.TIMES))


@hookimpl
def pos_register_drivers(drivers: Drivers) -> None:
    """Declare the driver «sma»."""
    drivers.scales.add(
        "sma", open_scale, SmaSettings, probe=Probe(20, _probe), measuring=named()
    )
