"""Serial lines over real ptys."""

import asyncio
import os
import pty
import subprocess
import termios
import tty
from pathlib import Path

import pytest

from pos_terminal.links.link import LinkLost
from pos_terminal.links.serial import SerialSettings, serial_link
from tests.conftest import run

PATIENCE = 20.0


def fresh_pty() -> tuple[int, int, str]:
    master, slave = pty.openpty()
    tty.setraw(master)
    return master, slave, os.ttyname(slave)


def test_a_line_carries_bytes_both_ways() -> None:
    async def body() -> None:
        master, slave, path = fresh_pty()
        async with serial_link(SerialSettings(port=path, bytesize=7, parity="E")) as link:
            await link.send(b"W")
            assert os.read(master, 10) == b"W"
            os.write(master, b"\x020.500\r")
            assert await link.receive() == b"\x020.500\r"
            iflag, *_, control = termios.tcgetattr(slave)
            assert iflag & termios.INPCK
            assert control[termios.VMIN] in (1, b"\x01")
        os.close(slave)
        os.close(master)

    run(body())


def test_a_line_is_ours_alone() -> None:
    async def body() -> None:
        master, slave, path = fresh_pty()
        async with serial_link(SerialSettings(port=path)):
            with pytest.raises(LinkLost, match="lock"):
                async with serial_link(SerialSettings(port=path)):
                    pass
        os.close(slave)
        os.close(master)

    run(body())


def test_others_cannot_read_what_comes_in() -> None:
    """Root may always, so it is another user who tries, though the node's rights would let him."""

    def others_may_open(path: str) -> bool:
        other = 65_534 if os.geteuid() == 0 else None
        command = ["sh", "-c", 'exec 2>/dev/null; : <"$1"', "sh", path]
        return subprocess.run(command, check=False, user=other).returncode == 0

    async def body() -> None:
        master, slave, path = fresh_pty()
        Path(path).chmod(0o666)
        assert others_may_open(path)
        async with serial_link(SerialSettings(port=path)):
            assert not others_may_open(path)
        assert others_may_open(path)
        os.close(slave)
        os.close(master)

    run(body())


def test_unplug_is_seen_and_a_fresh_line_works() -> None:
    async def body() -> None:
        for word in (b"before", b"after"):
            master, slave, path = fresh_pty()
            async with serial_link(SerialSettings(port=path)) as link:
                os.close(slave)
                os.write(master, word)
                assert await link.receive() == word
                os.close(master)
                async with asyncio.timeout(PATIENCE):
                    await link.gone()
                with pytest.raises(LinkLost, match=path):
                    await link.receive()
                with pytest.raises(LinkLost):
                    await link.send(b"x")

    run(body())


def test_closing_lets_the_last_bytes_out() -> None:
    async def body() -> None:
        master, slave, path = fresh_pty()
        async with serial_link(SerialSettings(port=path)) as link:
            await link.send(b"bye")
        assert os.read(master, 10) == b"bye"
        os.close(slave)
        os.close(master)

    run(body())


def test_an_absent_port_is_named() -> None:
    async def body() -> None:
        with pytest.raises(LinkLost, match="/dev/ttyNONE"):
            async with serial_link(SerialSettings(port="/dev/ttyNONE")):
                pass

    run(body())


def test_a_baud_rate_that_cannot_be_is_named() -> None:
    async def body() -> None:
        master, slave, path = fresh_pty()
        with pytest.raises(LinkLost, match="baud"):
            async with serial_link(SerialSettings(port=path, baudrate=-1)):
                pass
        os.close(slave)
        os.close(master)

    run(body())
