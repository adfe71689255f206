"""A scanner on a serial line."""

from pathlib import Path
from typing import Self

from pos_driver_sim.far_end import Cable, Pty


class ScannerEnd:
    """Sends each code with its suffix, as one burst of bytes."""

    def __init__(self, path: Path, *, suffix: bytes = b"\r\n") -> None:
        self._wire = Pty(path, self._ignore)
        self._suffix = suffix
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
        """Send a code and the suffix."""
        await self.send(text.encode() + self._suffix)

    async def send(self, data: bytes) -> None:
        """Send bytes as they are: half a code, noise."""
        await self._wire.send(data)

    def _ignore(self, data: bytes) -> None:
        """A scanner of this kind takes no commands."""
