"""A link over a non-blocking file descriptor: serial line, socket, printer node or named pipe."""

import asyncio
import os
import select
from enum import Enum

from pos_terminal.links.link import LinkLost
from pos_terminal.links.stream import INPUT_LIMIT, SEND_TIMEOUT, StreamLink

CHUNK = 4096
EMPTY_READ_PAUSE = 0.05
"""Seconds to leave alone a device that calls itself readable and then has nothing."""
FULL_LOOK = 0.5
"""Seconds between two looks whether a device that is held back, and not listened to, is there."""


# Not a vocabulary but three ways to take an empty read: the values are only to be read here.
class Input(Enum):
    """What reading this kind of descriptor means."""

    STREAM = "an empty read is the end"
    PACKETS = "an empty read is an empty packet: usblp hands these on as they come"
    NONE = "write only: an event on it can only be the loss of the reader"


class FdLink(StreamLink):
    """Moves bytes in the event loop, without threads. Whoever opened `fd` closes it, after `stop`.

    The descriptor must be non-blocking. Errors of the system on it (EIO, ENODEV, EPIPE,
    ECONNRESET, ETIMEDOUT) mean that the other end is gone.
    """

    def __init__(
        self,
        fd: int,
        name: str,
        *,
        reads: Input = Input.STREAM,
        send_timeout: float = SEND_TIMEOUT,
    ) -> None:
        super().__init__(name, send_timeout)
        self._fd = fd
        self._reads = reads
        self._loop = asyncio.get_running_loop()
        self._pause: asyncio.TimerHandle | None = None
        self._look: asyncio.TimerHandle | None = None
        self._writable: asyncio.Future[None] | None = None
        self._listening = False
        self._listen()

    def stop(self) -> None:
        """Leave the descriptor alone; whoever still waits on the link gets LinkLost."""
        self._lose("closed")

    def drain_input(self) -> bytes:
        """See `Link.drain_input`: also what the kernel still holds, up to the buffer's size."""
        if self._reads is not Input.NONE:
            # What the kernel holds has arrived, too: an answer that is old must not be met later.
            while not self._lost.is_set() and len(self._input) < INPUT_LIMIT and self._read():
                pass
        return self._take()

    async def _write_some(self, data: memoryview) -> int:
        while True:
            self._check()
            try:
                # Tried before it is waited for: most frames fit into the kernel's buffer at once.
                sent = os.write(self._fd, data)
            except BlockingIOError:
                sent = 0
            except OSError as error:
                self._lose(error.strerror or str(error))
                lost = f"{self.name}: {error.strerror}"
                raise LinkLost(lost, untouched=True) from error
            if sent:
                return sent
            await self._wait_writable()

    async def _wait_writable(self) -> None:
        self._writable = self._loop.create_future()
        self._loop.add_writer(self._fd, self._wake_writer)
        try:
            await self._writable
        finally:
            if not self._lost.is_set():
                # A lost link has taken its writer away already; by now the number may be another
                # file's.
                self._loop.remove_writer(self._fd)
            self._writable = None

    def _wake_writer(self) -> None:
        if self._writable is not None and not self._writable.done():
            self._writable.set_result(None)

    def _on_event(self) -> None:
        if self._reads is Input.NONE:
            # A pipe's writing end becomes readable only to say that its last reader is gone
            # (poll(2), POLLERR).
            self._lose("nobody reads it any more")
            return
        self._read()
        if len(self._input) >= INPUT_LIMIT:
            self._hold_back()

    def _read(self) -> int:
        """Move what the kernel holds into the buffer; how many bytes."""
        try:
            data = os.read(self._fd, CHUNK)
        except BlockingIOError:
            return 0
        except OSError as error:
            self._lose(error.strerror or str(error))
            return 0
        if data:
            self._arrived(data)
        # usblp hands empty packets on as well: only poll tells these from the end.
        elif self._reads is Input.STREAM or self._hung_up():
            self._lose("hung up")
        else:
            self._unlisten()
            if self._pause is None:
                self._pause = self._loop.call_later(EMPTY_READ_PAUSE, self._resume)
        return len(data)

    def _hung_up(self) -> bool:
        poll = select.poll()
        # POLLHUP, POLLERR and POLLNVAL are reported unasked (poll(2)); of a peer that has closed
        # there is nothing but this where what it sent before has not been read.
        poll.register(self._fd, select.POLLRDHUP)
        return bool(poll.poll(0))

    def _hold_back(self) -> None:
        """Leave what comes to the kernel: a device that streams while nobody reads fills no memory.

        Its loss is looked for all the same: else it would be noticed by whoever needs it next.
        """
        self._unlisten()
        if self._look is None:
            self._look = self._loop.call_later(FULL_LOOK, self._look_after)

    def _look_after(self) -> None:
        self._look = None
        if self._listening:
            return
        if self._hung_up():
            # What the kernel still holds came before the loss, and behind it the end itself.
            while not self._lost.is_set() and self._read():
                pass
        if not self._lost.is_set():
            self._hold_back()

    def _resume(self) -> None:
        self._pause = None
        self._listen()

    def _take(self) -> bytes:
        data = super()._take()
        self._listen()
        return data

    def _listen(self) -> None:
        if not self._listening and self._pause is None and not self._lost.is_set():
            self._loop.add_reader(self._fd, self._on_event)
            self._listening = True

    def _unlisten(self) -> None:
        if self._listening:
            self._loop.remove_reader(self._fd)
            self._listening = False

    def _lose(self, reason: str) -> None:
        if self._lost.is_set():
            return
        super()._lose(reason)
        self._unlisten()
        self._loop.remove_writer(self._fd)
        self._wake_writer()
        for timer in (self._pause, self._look):
            if timer is not None:
                timer.cancel()
        self._pause = self._look = None
