"""What a driver of a byte device talks to, whatever carries the bytes."""

import errno
from typing import Protocol


class LinkLost(ConnectionError):
    """The other end is gone: unplugged, hung up, closed, powered off. Open another link.

    `untouched` says of a send that not a byte of the frame has left: it was gone before.
    """

    def __init__(self, reason: str = "", *, untouched: bool = False) -> None:
        super().__init__(reason)
        self.untouched = untouched


class LinkForbidden(LinkLost):
    """It may be there, and the system does not let this program open it."""

    @classmethod
    def when(cls, error: OSError, reason: str) -> LinkLost:
        """This where the system refuses the right (EACCES, or EPERM by a unit's DeviceAllow)."""
        return (cls if error.errno in (errno.EACCES, errno.EPERM) else LinkLost)(reason)


class LinkStalled(TimeoutError):
    """The other end is there but takes no more bytes: XOFF, out of paper, a full buffer.

    The first `sent` bytes of the frame are gone and the link still stands: the caller alone knows
    whether to send the rest, to ask the device what is wrong, or to close and open again.
    """

    def __init__(self, name: str, sent: int, size: int) -> None:
        super().__init__(f"{name}: took {sent} of {size} bytes, then no more")
        self.sent = sent


class Link(Protocol):
    """A full-duplex stream of bytes to one device, open as long as its context manager is."""

    async def send(self, data: bytes) -> None:
        """Hand all of `data` over, in order; concurrent sends never interleave.

        Raises LinkStalled when no byte is taken for the link's send time-out, LinkLost. A send
        that is cancelled half-way breaks the link: half a frame would garble whatever follows.
        """

    async def receive(self) -> bytes:
        """The next bytes that arrived, at least one. Cancelling loses nothing. Raises LinkLost."""

    def drain_input(self) -> bytes:
        """Take what has arrived and not been received yet; never waits. Empty when nothing has."""

    async def gone(self) -> None:
        """Return when the link is seen to be lost, whether or not anything is being sent."""
