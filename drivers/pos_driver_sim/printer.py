"""A receipt printer with its drawer, on TCP or a pseudo-terminal, and all that it can suffer."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

from pos_driver_sim.escpos import DLE, RealTime, Roll, length
from pos_driver_sim.far_end import Cable, Pty
from pos_driver_sim.paper import Commands, Paper, PrintedLine, RollOfPaper


@dataclass(frozen=True, slots=True)
class Pulse:
    """A drawer pulse on connector pin 2 or 5, `on` seconds long."""

    pin: int
    on: float


Event = PrintedLine | Paper | Pulse


class Tokens(Protocol):
    """Cuts one caller's bytes into commands."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Those that are whole now."""


class NoRealTime:
    """Of a printer in which nothing overtakes: a question is answered as it is read."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Nothing."""
        return iter(())


class Caller(Protocol):
    """One that the printer answers: a connection, or the line."""

    commands: Tokens
    real_time: Tokens
    automatic: bool

    def answer(self, data: bytes) -> None:
        """Send him this."""


class PrinterEnd:
    """A simulated ESC/POS printer; plugged in while it is entered.

        async with PrinterEnd() as end:
            ...  # open the driver with end.settings
            paper = await end.next_paper()

    On TCP (loopback) unless `pty` names a path for a serial line. Set its attributes to make it
    suffer; `paper_out`, `cover_open` and `failing` stop it as they stop a real one: it holds what
    it was sent, answers DLE EOT and nothing else, and goes on when they end.
    """

    driver = "escpos"

    def __init__(
        self,
        *,
        pty: Path | None = None,
        port: int = 0,
        columns: int = 48,
        on_event: Callable[[Event], None] | None = None,
    ) -> None:
        self.papers: list[Paper] = []
        self.pulses: list[Pulse] = []
        self.mute = False
        """Answers nothing."""
        self.mute_in_order = False
        """Answers DLE EOT and not GS r, as some cheap printers do."""
        self.bytes_per_second: float | None = None
        """How fast it works through what it was sent; None: at once."""
        self.status_answers: set[int] = {1, 2, 3, 4}
        """The n of the DLE EOT n that it answers; cheap printers know some of them."""
        self.buffer: int | None = None
        """Bytes that it can hold before they are worked through; what comes then is lost, as on a
        serial line without flow control. None: it takes all."""
        self.one_session = False
        """Of several connections it hears the oldest alone, as most network printers do."""
        self.garbage = b""
        """What it sends in the place of every answer, if anything."""
        self.drop_after: int | None = None
        """The connection breaks once so many more bytes are printed, and the rest is lost."""
        self._paper_out = self._cover_open = self._failing = False
        self._paper_low = self._drawer_open = self._stalled = False
        self._on_event = on_event
        self._roll = self.new_roll(columns)
        self._waiting: deque[tuple[Caller, bytes]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._unread: asyncio.Queue[Paper] = asyncio.Queue()
        self._callers: set[Caller] = set()
        self._wire = _Network(self, port) if pty is None else _Line(self, pty)

    def new_roll(self, columns: int) -> RollOfPaper:
        """The paper, for its language."""
        return Roll(columns)

    def new_caller(self) -> tuple[Tokens, Tokens]:
        """What reads a caller's commands in their turn, and those that are obeyed at once."""
        return Commands(length), RealTime()

    def taken(self, caller: "Caller", command: bytes) -> bool:
        """Whether a command does not wait for its turn: it was obeyed at once, or is now."""
        return command[0] == DLE

    @property
    def settings(self) -> dict[str, object]:
        """The configuration table with which the production driver reaches it."""
        return {"driver": self.driver} | self._wire.settings()

    @property
    def cable(self) -> Cable:
        """Its cable, of the network or serial: what ails it."""
        return self._wire.cable

    @property
    def address(self) -> tuple[str, int]:
        """Host and port, on TCP and plugged in."""
        return "127.0.0.1", self._wire.port

    @property
    def unknown(self) -> list[bytes]:
        """Commands received that it does not know."""
        return self._roll.unknown

    @property
    def idle(self) -> bool:
        """Whether it has worked through everything that it received."""
        return not self._waiting

    async def __aenter__(self) -> Self:
        await self._wire.plug()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.unplug()
        if self._timer is not None:
            self._timer.cancel()

    async def unplug(self) -> None:
        """Break the connection and refuse new ones. What was received is still printed."""
        await self._wire.unplug()
        self._callers.clear()

    def hang_up(self) -> None:
        """End the connection, as a network printer does that was idle; it goes on listening."""
        self._wire.drop()

    async def replug(self) -> None:
        """Listen again, at the same place."""
        await self._wire.plug()

    async def next_paper(self) -> Paper:
        """The next paper cut off, in order, each once; waits for it."""
        return await self._unread.get()

    def forget(self) -> None:
        """Drop the papers and pulses so far, also those that `next_paper` has not given."""
        self.papers.clear()
        self.pulses.clear()
        while not self._unread.empty():
            self._unread.get_nowait()

    @property
    def paper_out(self) -> bool:
        """No paper: nothing is printed until there is."""
        return self._paper_out

    @paper_out.setter
    def paper_out(self, value: bool) -> None:
        self._paper_out = value
        self._changed()

    @property
    def cover_open(self) -> bool:
        """Nothing is printed until it is closed."""
        return self._cover_open

    @cover_open.setter
    def cover_open(self, value: bool) -> None:
        self._cover_open = value
        self._changed()

    @property
    def failing(self) -> bool:
        """An error such as a jammed cutter: nothing is printed until it is over."""
        return self._failing

    @failing.setter
    def failing(self, value: bool) -> None:
        self._failing = value
        self._changed()

    @property
    def paper_low(self) -> bool:
        """The roll is near its end."""
        return self._paper_low

    @paper_low.setter
    def paper_low(self, value: bool) -> None:
        self._paper_low = value
        self._changed()

    @property
    def drawer_open(self) -> bool:
        """The drawer's contact; a pulse opens it."""
        return self._drawer_open

    @drawer_open.setter
    def drawer_open(self, value: bool) -> None:
        self._drawer_open = value
        self._changed()

    @property
    def stalled(self) -> bool:
        """It takes no more bytes from the network (TCP only)."""
        return self._stalled

    @stalled.setter
    def stalled(self, value: bool) -> None:
        self._stalled = value
        self._wire.hold(value)

    def received(self, caller: "Caller", data: bytes) -> None:
        """Obey real-time commands at once; queue the others."""
        for command in caller.real_time.feed(data):
            self.at_once(caller, command)
        if self.buffer is not None:
            held = sum(len(command) for _, command in self._waiting)
            data = data[: max(0, self.buffer - held)]
        for command in caller.commands.feed(data):
            if not self.taken(caller, command):
                self._waiting.append((caller, command))
        self._advance()

    def hung_up(self, caller: "Caller") -> None:
        """A caller has left; what it sent is still printed."""
        self._callers.discard(caller)

    def called(self, caller: "Caller") -> None:
        """A caller has come."""
        self._callers.add(caller)

    @property
    def halted(self) -> bool:
        """Whether it stands still."""
        return self._paper_out or self._cover_open or self._failing

    def _changed(self) -> None:
        for caller in self._callers:
            if caller.automatic:
                self.answer(caller, self.automatic_status())
        self._advance()

    def _advance(self) -> None:
        while self._waiting and self._timer is None and not self.halted:
            caller, command = self._waiting.popleft()
            self._in_turn(caller, command)
            if self.bytes_per_second:
                delay = len(command) / self.bytes_per_second
                self._timer = asyncio.get_running_loop().call_later(delay, self._rested)

    def _rested(self) -> None:
        self._timer = None
        self._advance()

    def _in_turn(self, caller: "Caller", command: bytes) -> None:
        if self._drops(len(command)):
            return
        self.obey(caller, command)

    def obey(self, caller: "Caller", command: bytes) -> None:
        """One command in its turn."""
        match command[:2]:
            case b"\x1dr":
                if not self.mute_in_order:
                    self.answer(caller, self._in_order_status(command[2] % 48))
            case b"\x1da":
                caller.automatic = command[2] != 0
                if caller.automatic:
                    self.answer(caller, self.automatic_status())
            case b"\x1bp":
                self.pulse(command[2] % 48, command[3] * 0.002)
            case _:
                if command == b"\x1b@":
                    caller.automatic = False
                self.print(command)

    def print(self, command: bytes) -> None:
        """Let the roll obey it."""
        lines, paper = self._roll.obey(command)
        for line in lines:
            self._tell(line)
        if paper is not None:
            self.papers.append(paper)
            self._unread.put_nowait(paper)
            self._tell(paper)

    def _drops(self, size: int) -> bool:
        if self.drop_after is None:
            return False
        self.drop_after -= size
        if self.drop_after > 0:
            return False
        self.drop_after = None
        self._waiting.clear()
        self._wire.drop()
        return True

    def at_once(self, caller: "Caller", command: bytes) -> None:
        """One command, whatever waits."""
        if command[1] == 0x04:
            if command[2] not in self.status_answers:
                return
            self.answer(caller, bytes((self._real_time_status()[command[2]],)))
        else:
            self.pulse(command[3], command[4] * 0.1)

    def pulse(self, connector: int, on: float) -> None:
        """Open a drawer."""
        pulse = Pulse(5 if connector & 1 else 2, on)
        self.pulses.append(pulse)
        self._tell(pulse)
        self.drawer_open = True

    def _tell(self, event: Event) -> None:
        if self._on_event is not None:
            self._on_event(event)

    def answer(self, caller: "Caller", data: bytes) -> None:
        """Say something, where it is not mute."""
        if not self.mute and caller in self._callers:
            caller.answer(self.garbage or data)

    def _real_time_status(self) -> dict[int, int]:
        drawer, offline = self._drawer_open * 0x04, self.halted * 0x08
        stopped = self._cover_open * 0x04 | self._paper_out * 0x20 | self._failing * 0x40
        low = (self._paper_low or self._paper_out) * 0x0C
        return {
            1: 0x12 | drawer | offline,
            2: 0x12 | stopped,
            3: 0x12 | self._failing * 0x08,
            4: 0x12 | low | self._paper_out * 0x60,
        }

    def _in_order_status(self, n: int) -> bytes:
        return bytes((self._paper_low * 0x03 if n == 1 else self._drawer_open * 0x01,))

    def automatic_status(self) -> bytes:
        """What it says unasked, or when it is asked for all."""
        first = 0x10 | self._drawer_open * 0x04 | self.halted * 0x08 | self._cover_open * 0x20
        low = (self._paper_low or self._paper_out) * 0x03
        return bytes((first, self._failing * 0x08, low | self._paper_out * 0x0C, 0))


class _Connection(asyncio.Protocol):
    """One TCP connection to the printer."""

    def __init__(self, end: PrinterEnd, network: "_Network") -> None:
        self.commands, self.real_time = end.new_caller()
        self.automatic = False
        self.transport: asyncio.Transport | None = None
        self._end = end
        self._network = network

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._network.connections[self] = transport
        self._end.called(self)
        self._network.hear()

    def data_received(self, data: bytes) -> None:
        self._network.cable.carry(data, self._arrived, to_till=False)

    def connection_lost(self, exc: Exception | None) -> None:
        self._network.connections.pop(self, None)
        self._end.hung_up(self)
        self._network.hear()

    def _arrived(self, data: bytes) -> None:
        self._end.received(self, data)

    def answer(self, data: bytes) -> None:
        """Send."""
        self._network.cable.carry(data, self._send, to_till=True)

    def _send(self, data: bytes) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(data)


class _Network:
    """The printer's TCP port on loopback, the same again after a replug."""

    def __init__(self, end: PrinterEnd, port: int) -> None:
        self.port = port
        self.cable = Cable()
        self.connections: dict[_Connection, asyncio.Transport] = {}
        self._end = end
        self._server: asyncio.Server | None = None

    def settings(self) -> dict[str, object]:
        return {"host": "127.0.0.1", "port": self.port}

    async def plug(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: _Connection(self._end, self), "127.0.0.1", self.port
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def unplug(self) -> None:
        if self._server is not None:
            self._server.close()
            # A call that is being taken is taken to its end, and then hung up on.
            for _ in range(4):
                await asyncio.sleep(0)
            self.drop()
            await self._server.wait_closed()
            self._server = None

    def drop(self) -> None:
        for connection in tuple(self.connections):
            if connection.transport is not None:
                connection.transport.abort()

    def hold(self, value: bool) -> None:
        self.hear()

    def hear(self) -> None:
        """Read from all who are connected, from the oldest alone, or from none."""
        for place, transport in enumerate(self.connections.values()):
            if self._end.stalled or (self._end.one_session and place > 0):
                transport.pause_reading()
            else:
                transport.resume_reading()


class _Line:
    """A serial line: there is one caller, which comes and goes unseen."""

    port = 0

    def __init__(self, end: PrinterEnd, path: Path) -> None:
        self.commands, self.real_time = end.new_caller()
        self.automatic = False
        self._end = end
        self._wire = Pty(path, lambda data: end.received(self, data))
        self.cable = self._wire.cable

    def settings(self) -> dict[str, object]:
        return {"serial": {"port": str(self._wire.path)}}

    async def plug(self) -> None:
        self._wire.plug()
        self._end.called(self)

    async def unplug(self) -> None:
        self._wire.unplug()

    def drop(self) -> None:
        self._wire.unplug()
        self._wire.plug()

    def hold(self, value: bool) -> None:
        raise NotImplementedError("a pseudo-terminal cannot be stalled")

    def answer(self, data: bytes) -> None:
        self._wire.answer(data)
