"""A scanner on a serial line."""

import re
from pathlib import Path
from typing import Self

from pos_driver_sim.far_end import Cable, Pty


class ScannerEnd:
    """Sends each code with its suffix, as one burst of bytes; with `aim` behind its AIM prefix."""

    def __init__(
        self, path: Path, *, suffix: bytes = b"\r\n", aim: bool = False, encoding: str = "utf-8"
    ) -> None:
        self._wire = Pty(path, self._ignore)
        self._suffix = suffix
        self._aim, self._encoding = aim, encoding
        self.settings: dict[str, object] = {"driver": "serial", "port": str(path)}

    @property
    def cable(self) -> Cable:
        """The wire's cable: what ails it."""
        return self._wire.cable

    async def __aenter__(self) -> Self:
        self._wire.plug()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._wire.unplug()

    async def unplug(self) -> None:
        """Pull the cable."""
        self._wire.unplug()

    async def replug(self) -> None:
        """Plug it in again."""
        self._wire.plug()

    async def scan(self, text: str) -> None:
        """Send a code and the suffix. UnicodeEncodeError where it cannot be written so."""
        prefix = symbology(text) if self._aim else ""
        await self.send((prefix + text).encode(self._encoding) + self._suffix)

    async def send(self, data: bytes) -> None:
        """Send bytes as they are: half a code, noise."""
        await self._wire.send(data)

    def _ignore(self, data: bytes) -> None:
        """A scanner of this kind takes no commands."""


def symbology(text: str) -> str:
    """The AIM prefix (ISO/IEC 15424) of the symbol that a shop would print this text as."""
    if re.fullmatch("[0-9]{13}|[0-9]{12}", text, re.ASCII):
        return "]E0"
    return "]E4" if re.fullmatch("[0-9]{8}", text, re.ASCII) else "]C0"
