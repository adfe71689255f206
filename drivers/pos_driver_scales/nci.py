"""The plug-in `nci`: scales that speak NCI (Weigh-Tronix SCP-01 and SCP-02)."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Literal

from pos_driver_scales.asked import ScaleSettings, asked_scale
from pos_driver_scales.legal import named
from pos_driver_scales.legal.nci import Nci
from pos_terminal.devices.classes import Scale
from pos_terminal.devices.registry import Drivers, Probe
from pos_terminal.hookspecs import hookimpl


@dataclass(frozen=True, slots=True, kw_only=True)
class NciSettings(ScaleSettings):
    """9600 7E1, as the scale leaves the works.

    `width` is how many characters a weight has, with its point: «01.250» has six.
    """

    bytesize: Literal[7, 8] = 7
    parity: Literal["N", "E", "O"] = "E"
    width: Literal[5, 6, 7, 8, 9, 10] = 6


def speech_of(settings: NciSettings) -> Nci:
    """The protocol, as these settings want it."""
    return Nci(settings.width)


def open_scale(settings: NciSettings) -> AbstractAsyncContextManager[Scale]:
    """See `asked_scale`."""
    return asked_scale(settings, speech_of(settings))


def _probe(port: str) -> AbstractAsyncContextManager[Scale]:
    return open_scale(NciSettings(port=port, **Probe.TIMES))


@hookimpl
def pos_register_drivers(drivers: Drivers) -> None:
    """Declare the driver «nci»."""
    drivers.scales.add(
        "nci", open_scale, NciSettings, probe=Probe(30, _probe), measuring=named()
    )
