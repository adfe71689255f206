"""What a driver of a byte device talks to, whatever carries the bytes."""

from typing import Protocol


class LinkLost(ConnectionError):
    """The other end is gone: unplugged, hung up, closed, powered off. The link cannot be used again."""


class Link(Protocol):
    """A full-duplex stream of bytes to one device, open as long as its context manager is."""

    async def send(self, data: bytes) -> None:
        """Hand all of `data` over, in order; concurrent sends never interleave. Raises LinkLost."""

    async def receive(self) -> bytes:
        """The next bytes that arrived, at least one. Cancelling loses nothing. Raises LinkLost."""

    def drain_input(self) -> bytes:
        """Take what has arrived and not been received yet; never waits. Empty when nothing has."""

    async def gone(self) -> None:
        """Return when the link is seen to be lost, whether or not anything is being sent."""
