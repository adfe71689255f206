"""The plug-in `cas`: scales of CAS, which check their frames."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from pos_driver_scales.asked import ScaleSettings, asked_scale
from pos_driver_scales.legal import named
from pos_driver_scales.legal.cas import Cas
from pos_terminal.devices.classes import Scale
from pos_terminal.devices.registry import Drivers, Probe
from pos_terminal.hookspecs import hookimpl


@dataclass(frozen=True, slots=True, kw_only=True)
class CasSettings(ScaleSettings):
    """9600 8N1, as the scale leaves the works."""


def speech_of(settings: CasSettings) -> Cas:
    """The protocol, as these settings want it."""
    return Cas()


def open_scale(settings: CasSettings) -> AbstractAsyncContextManager[Scale]:
    """See `asked_scale`."""
    return asked_scale(settings, speech_of(settings))


def _probe(port: str) -> AbstractAsyncContextManager[Scale]:
    return open_scale(CasSettings(port=port, **Probe.TIMES))


@hookimpl
def pos_register_drivers(drivers: Drivers) -> None:
    """Declare the driver «cas»."""
    drivers.scales.add(
        "cas", open_scale, CasSettings, probe=Probe(10, _probe), measuring=named()
    )
