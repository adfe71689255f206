"""Serial lines: RS-232 ports, USB-serial adapters, USB CDC devices."""

import array
import asyncio
import fcntl
import termios
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Literal

from msgspec import Struct

from pos_terminal.links.fd import FdLink
from pos_terminal.links.link import LinkForbidden, LinkLost
from pos_terminal.links.stream import SEND_TIMEOUT

CLOSING_TIME = 1.0
"""Seconds given to bytes on their way when a line is closed; then they are dropped. The kernel
would wait thirty, with the whole event loop, for a device that holds the line (XOFF, CTS)."""


class SerialSettings(Struct, frozen=True, kw_only=True):
    """A serial line, as a driver's settings hold it or inherit it with other defaults.

    `port` is the device's path; a name under /dev/serial/by-id survives replugging. Flow by DTR and
    DSR is not offered: Linux knows none (tcsetattr(3) has CRTSCTS alone), and a setting that does
    nothing would lose bytes. A device that signals with DTR gets a cable that brings it to CTS.
    """

    port: str
    baudrate: int = 9600
    bytesize: Literal[7, 8] = 8
    parity: Literal["N", "E", "O"] = "N"
    stopbits: Literal[1, 2] = 1
    flow: Literal["none", "rtscts", "xonxoff"] = "none"


class SerialLink(FdLink):
    """A serial line, with the port's own lines beside its bytes."""

    def modem_lines(self) -> int | None:
        """CTS, DSR, DCD and RI as bits of TIOCMGET (ioctl_tty(2)); None where the port has none."""
        self._check()
        bits = array.array("i", [0])
        try:
            fcntl.ioctl(self._fd, termios.TIOCMGET, bits, True)
        except OSError:
            return None
        return bits[0]


@asynccontextmanager
async def serial_link(
    line: SerialSettings, *, send_timeout: float = SEND_TIMEOUT
) -> AsyncIterator[SerialLink]:
    """Open the line for this process alone. Raises LinkLost when that cannot be, and why.

    With parity, a byte that fails it arrives as NUL, so that it spoils its frame instead of passing
    for another digit.
    """
    import serial  # noqa: PLC0415

    try:
        port = serial.Serial(
            line.port,
            line.baudrate,
            bytesize=line.bytesize,
            parity=line.parity,
            stopbits=line.stopbits,
            rtscts=line.flow == "rtscts",
            xonxoff=line.flow == "xonxoff",
            # Non-blocking: the event loop waits, never a read.
            timeout=0,
            # TIOCEXCL: two programs on one line would each get half of the answers.
            exclusive=True,
        )
    except OSError as error:
        raise LinkForbidden.when(error, f"{line.port}: {error}") from error
    except (termios.error, ValueError) as error:
        raise LinkLost(f"{line.port}: {error}") from error
    try:
        # The lock above binds only who asks for it; this refuses everybody but root (tty_ioctl(4)),
        # or another program's read takes a scan. Where a driver does not know it, so be it.
        with suppress(OSError):
            fcntl.ioctl(port.fd, termios.TIOCEXCL)
        try:
            _make_stream(port.fd, checked=line.parity != "N")
        except termios.error as error:  # unplugged since it was opened: no driver's bug
            raise LinkLost(f"{line.port}: {error}") from error
        link = SerialLink(port.fd, line.port, send_timeout=send_timeout)
        try:
            yield link
        finally:
            link.stop()
            # Before the line is closed: close(2) itself would wait for what is under way, and block
            # the loop.
            await _let_out(port.fd)
    finally:
        # A line that somebody else holds open too, as root may, would stay shut for the next one.
        with suppress(OSError):
            fcntl.ioctl(port.fd, termios.TIOCNXCL)
        port.close()


def _make_stream(fd: int, *, checked: bool) -> None:
    """An empty read means hung up, and nothing else (VMIN 1); a wrong parity gives NUL (INPCK)."""
    attributes = termios.tcgetattr(fd)
    # pyserial sets VMIN 0, with which a line that has nothing to say and one that is gone both read
    # as empty (termios(3)).
    attributes[6][termios.VMIN] = 1
    if checked:
        # Without it the kernel hands a damaged byte on as if nothing had been (termios(3)).
        attributes[0] |= termios.INPCK
    termios.tcsetattr(fd, termios.TCSANOW, attributes)


async def _let_out(fd: int) -> None:
    """Give bytes that were sent their time to leave, then drop the rest; a lost line has none."""
    waiting = array.array("i", [0])
    with suppress(OSError, termios.error):
        try:
            async with asyncio.timeout(CLOSING_TIME):
                # The kernel tells nobody when the line is empty: it has to be asked.
                while not fcntl.ioctl(fd, termios.TIOCOUTQ, waiting, True) and waiting[0]:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
        except TimeoutError:
            termios.tcflush(fd, termios.TCOFLUSH)
