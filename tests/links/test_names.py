"""Look-ups of host names: one at a time for each, in no thread that anybody else needs."""

import asyncio
import socket
import subprocess
import sys
import threading
from typing import Any

import pytest

from pos_terminal.links.link import LinkLost
from pos_terminal.links.names import addresses
from pos_terminal.links.tcp import tcp_link
from pos_terminal.testing.running import PATIENCE, run

FOUND: Any = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 9))]


class NameServers:
    """The system's resolver, with name servers that answer when they are let."""

    def __init__(self) -> None:
        self.let = threading.Event()
        self.asked: list[str] = []
        self.answer: Any = FOUND

    def getaddrinfo(self, host: bytes, port: int, **_: Any) -> Any:
        self.asked.append(host.decode())
        if not self.let.wait(PATIENCE):
            raise AssertionError("nobody let it answer")
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> NameServers:
    made = NameServers()
    monkeypatch.setattr(socket, "getaddrinfo", made.getaddrinfo)
    return made


async def gives_up(host: str) -> None:
    with pytest.raises(LinkLost, match="no connection within"):
        async with tcp_link(host, 9, connect_timeout=0.01):
            raise AssertionError("nobody is there")


def test_many_attempts_are_one_look_up_and_leave_the_shared_threads_free(
    servers: NameServers,
) -> None:
    async def body() -> None:
        for _ in range(20):
            await gives_up("printer.invalid")
        await gives_up("scales.invalid")
        assert servers.asked == ["printer.invalid", "scales.invalid"]
        assert not getattr(asyncio.get_running_loop(), "_default_executor", None)
        servers.let.set()
        assert await addresses("printer.invalid", 9) == FOUND
        assert await addresses("scales.invalid", 9) == FOUND
        assert servers.asked == ["printer.invalid", "scales.invalid"]

    run(body())


def test_an_answer_that_came_too_late_is_the_next_one_s_and_then_it_is_asked_anew(
    servers: NameServers,
) -> None:
    async def body() -> None:
        await gives_up("late.invalid")
        servers.let.set()
        assert await addresses("late.invalid", 9) == FOUND
        assert servers.asked == ["late.invalid"]
        assert await addresses("late.invalid", 9) == FOUND
        assert servers.asked == ["late.invalid"] * 2

    run(body())


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (socket.gaierror(-2, "Name or service not known"), "Name or service not known"),
        (UnicodeError("label too long"), "is no host name"),
    ],
)
def test_what_nobody_knows_is_lost_with_its_reason(
    servers: NameServers, answer: Exception, said: str
) -> None:
    async def body() -> None:
        servers.answer = answer
        servers.let.set()
        with pytest.raises(LinkLost, match=said):
            async with tcp_link("nobody.invalid", 9):
                raise AssertionError("nobody is there")

    run(body())


HANGING = """
import asyncio, socket, threading
socket.getaddrinfo = lambda *_, **__: threading.Event().wait()
from pos_terminal.links.link import LinkLost
from pos_terminal.links.tcp import tcp_link

async def main():
    for host in ("a.invalid", "b.invalid"):
        try:
            async with tcp_link(host, 9, connect_timeout=0.01):
                pass
        except LinkLost as error:
            print(error)

asyncio.run(main())
"""


def test_a_program_ends_though_a_look_up_does_not() -> None:
    call = [sys.executable, "-c", HANGING]
    done = subprocess.run(call, capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert done.stdout.count("no connection within") == 2
    assert done.stderr == ""
