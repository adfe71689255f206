"""The far end of a receipt printer, in a process of its own: obeys nothing, times everything.

`python -m bench.far_printer SECONDS` takes so many for a receipt. It listens on loopback, prints
its port, then one line of JSON per receipt: when its first and its last byte came and when it was
acknowledged (CLOCK_MONOTONIC, which all processes share), how many bytes it had, and the ticket
number on it. It takes one connection at a time and prints nothing, so its own time is that of a
recv and a send. Ends when its standard input does.
"""

import asyncio
import json
import re
import socket
import sys
import threading
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from pos_driver_escpos import commands

QUESTION = re.compile(rb"\x10\x04[\x01-\x04]")
TICKET = re.compile(rb"Ticket (\w+-\d+)")
CUT = b"\x1dV"
FINE = b"\x12"
"""DLE EOT's answer, for each question, of a printer that has nothing to report."""


@dataclass(frozen=True, slots=True)
class Job:
    """A receipt as the printer saw it; moments in seconds of CLOCK_MONOTONIC."""

    first: float
    last: float
    answered: float
    size: int
    ticket: str


class FarPrinter:
    """The process, as the bench sees it."""

    def __init__(self, port: int, lines: asyncio.StreamReader) -> None:
        self.port = port
        self._lines = lines

    @property
    def settings(self) -> dict[str, object]:
        """The configuration table with which the production driver reaches it."""
        return {"driver": "escpos", "host": "127.0.0.1", "port": self.port}

    async def job(self, within: float = 30.0) -> Job:
        """The next receipt. TimeoutError when none comes."""
        async with asyncio.timeout(within):
            return Job(**json.loads(await self._lines.readline()))


@asynccontextmanager
async def far_printer(printing: float = 0.0) -> AsyncIterator[FarPrinter]:
    """The process, up and listening; gone at the end. It takes `printing` seconds a receipt."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, str(printing), stdin=PIPE, stdout=PIPE
    )
    assert process.stdin and process.stdout
    try:
        yield FarPrinter(int(await process.stdout.readline()), process.stdout)
    finally:
        process.stdin.close()
        await process.wait()


class _Receipts:
    """The one connection's bytes, cut into receipts."""

    def __init__(self, connection: socket.socket, printing: float) -> None:
        self._connection = connection
        self._printing = printing
        self._bytes = bytearray()
        self._first = self._last = 0.0

    def serve(self) -> None:
        """Take all that comes, until the caller hangs up.

        A drawer's pulse or a question may follow a receipt within one read, or precede one.
        """
        while data := self._connection.recv(65536):
            now = time.monotonic()
            data, questions = QUESTION.subn(b"", data)
            if questions:
                self._connection.sendall(FINE * questions)
            if data:
                self._take(data, now)
        self._report(bytes(self._bytes), 0.0)

    def _take(self, data: bytes, now: float) -> None:
        if not self._bytes:
            self._first = now
        self._last = now
        self._bytes += data
        while commands.ASK_IN_ORDER in self._bytes:
            time.sleep(self._printing)
            self._connection.sendall(b"\x00")
            job, _, rest = bytes(self._bytes).partition(commands.ASK_IN_ORDER)
            self._report(job, time.monotonic())
            self._bytes[:] = rest
            self._first = now

    def _report(self, receipt: bytes, answered: float) -> None:
        if CUT in receipt:
            number = TICKET.search(receipt)
            job: dict[str, Any] = {
                "first": self._first,
                "last": self._last,
                "answered": answered,
                "size": len(receipt),
                "ticket": number[1].decode() if number else "",
            }
            print(json.dumps(job), flush=True)


def _listen(printing: float) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(server.getsockname()[1], flush=True)
        while True:
            connection, _ = server.accept()
            with connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                try:
                    _Receipts(connection, printing).serve()
                except ConnectionError:
                    continue


if __name__ == "__main__":
    threading.Thread(target=_listen, args=(float(sys.argv[1]),), daemon=True).start()
    sys.stdin.read()
