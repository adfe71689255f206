"""The shop behind the page: the real till, its production drivers, and the far ends of its wires.

It is opened again after whatever ends it: a power cut, a restart, a crash. What windows see is put
on the board as it happens.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

from pos_counter_page.board import Board
from pos_counter_page.lessons import Course, Recording
from pos_counter_page.pictures import Pictures
from pos_counter_page.source import CounterSource
from pos_driver_sim.own import OwnBench
from pos_driver_sim.paper import Paper, PrintedLine
from pos_driver_sim.printer import Event, Pulse
from pos_driver_sim.terminal import Act
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.files.table import Problem
from pos_terminal.domain.language import say
from pos_terminal.domain.moment import Moment, Trust
from pos_terminal.domain.screen import Screen
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.record import Record
from pos_terminal.process.translation import set_language
from pos_terminal.replay.day_sales import DaySums
from pos_terminal.runtime.clock import BOOT_ID, moment
from pos_terminal.scenes.ends import Ends
from pos_terminal.scenes.script import Scene
from pos_terminal.scenes.shop import until
from pos_terminal.tasks.contain import contained, one_line

if TYPE_CHECKING:
    from pos_terminal.scenes.run import Stand

log = logging.getLogger(__name__)

LOOK = 0.3
"""Seconds between two looks at what tells nobody that it has changed: devices, the drawer."""

REDRAWN = 0.06
"""Seconds between two pictures of a paper that is being printed."""

AGAIN = 2.0
"""Seconds before a till that fell over is started again, as a service manager does."""

SETTLES = 0.6
"""Seconds that a platter moves after something was laid on it."""

PLAIN = Scene("", 0, ())
"""No scene: the shop as its settings have it."""

STARTING, ON, OFF, WRONG = "starting", "on", "off", "wrong"


@dataclass
class DeskClock:
    """The machine's clock, and how many seconds somebody has set it wrong by.

    A lesson's is `staged`: it is trusted as that lesson has it, whatever its day.
    """

    zone: ZoneInfo
    wrong_by: int = 0
    staged: Trust | None = None

    def __post_init__(self) -> None:
        self._boot = BOOT_ID.read_text().strip()

    def now(self) -> Moment:
        """The present moment; nothing vouches for it once it was set by hand."""
        utc = time.time_ns() // 1000 + self.wrong_by * 1_000_000
        trust = Trust.UNVERIFIED if self.wrong_by else Trust.SYNCHRONISED
        return moment(utc, self.zone, boot=self._boot, trust=self.staged or trust)


class RunningShop:
    """`run` keeps it open; all else is what a window asks for, or what its machinery tells.

    `open_stand` opens a terminal with its far ends, as scenes do; `describe` puts a record on a
    line; `mistakes` are what is wrong with a configuration.
    """

    def __init__(
        self,
        source: CounterSource,
        folder: Path,
        state: Path,
        board: Board,
        *,
        socket: Path | None,
        describe: Callable[[Record], str],
        mistakes: Callable[[Path], Sequence[tuple[Path, Problem]]],
        open_stand: "Callable[..., AbstractAsyncContextManager[Stand]]",
    ) -> None:
        self.source = source
        self.board = board
        self.clock = DeskClock(ZoneInfo("UTC"))
        self.stand: Stand | None = None
        self.ends: OwnBench | None = None
        self.pictures = Pictures(board)
        self.ready = asyncio.Event()
        self.folder, self._state, self._socket = folder, state, socket
        self._elsewhere: tuple[CounterSource, Scene, Path] | None = None
        self.recording = Recording()
        self.hired = False
        self._describe = describe
        self._mistakes = mistakes
        self._open_stand = open_stand
        self._ended = asyncio.Event()
        self._powered = asyncio.Event()
        self._powered.set()
        self._closing = self._cut = False
        self._papers = 0
        self._out: set[str] = set()
        self._hanging: list[PrintedLine] = []
        self._redraw: asyncio.TimerHandle | None = None
        self._settling: asyncio.TimerHandle | None = None

    @property
    def is_on(self) -> bool:
        """Whether the till runs, and can be typed at."""
        return self.stand is not None

    @property
    def playing(self) -> CounterSource:
        """Where the shop that is open comes from: the one that was asked for, or a lesson's."""
        return self._elsewhere[0] if self._elsewhere else self.source

    def close(self) -> None:
        """End, in good order."""
        self._closing = True
        self._ended.set()
        self._powered.set()

    def restart(self) -> None:
        """Stop in good order, and start again: from now on no key gets through."""
        self._light(STARTING)
        self._cut = False
        self._ended.set()

    def cut(self) -> None:
        """Take the power away: what is not on the disk is lost. It stays dark until `power`."""
        self._cut = True
        self._powered.clear()
        self._ended.set()

    def power(self) -> None:
        """Give it the power back."""
        self._powered.set()

    async def enter(self, course: Course, scene: Scene, folder: Path) -> "Stand":
        """Close the shop for a while, and open the one of this scene, new, with this state."""
        brought = course.script.settings() is not None
        source = replace(self.source, script=course.script)
        if brought or course.home is not None:
            source = replace(source, config=None if brought else course.home, owned=False)
        self._elsewhere = source, scene, folder
        self.clock.wrong_by, self.clock.staged = 0, scene.trust
        if scene.date:
            begins = datetime.fromisoformat(scene.date).replace(tzinfo=self.clock.zone)
            self.clock.wrong_by = round(begins.timestamp() - time.time())
        stand = self.stand
        self.recording = Recording()
        self.hires(False)
        self.restart()
        return await self.another(stand)

    def leave(self) -> None:
        """Back to the shop as it was left."""
        self._elsewhere = None
        self.recording = Recording()
        self.hires(False)
        self.clock.wrong_by, self.clock.staged = 0, None
        self.restart()

    def hires(self, come: bool) -> None:
        """The sample's clerks have come, or have stayed in another shop."""
        self.hired = come
        self.board.state("team", come)

    async def another(self, stand: "Stand | None") -> "Stand":
        """The terminal that is opened after that one, once it sells."""
        await until(lambda: self.stand is not None and self.stand is not stand)
        if self.stand is None:
            raise AssertionError("a shop that is open has a terminal")
        return self.stand

    async def run(self) -> None:
        """Keep the shop open until `close`."""
        while not self._closing:
            self._ended.clear()
            await self._understood()
            self._light(STARTING)
            failed: list[BaseException] = []
            with contained(failed.append):
                async with self._opened() as stand:
                    await self._ended.wait()
                    stand.cut = self._cut
            self._dark()
            self._cut = False
            if failed:
                await self._fell(failed[0])
            await self._powered.wait()

    async def _understood(self) -> None:
        """Wait until nothing is wrong with the settings; what is, is shown with line and reason."""
        config = self.source.config
        while config is not None and not self._closing:
            wrong = await asyncio.to_thread(self._mistakes, config)
            if not wrong:
                break
            self.pictures.mistakes(wrong)
            self._light(WRONG)
            self.ready.set()
            with suppress(TimeoutError):
                async with asyncio.timeout(AGAIN):
                    await self._ended.wait()
        self.board.show("mistakes", "")

    async def _fell(self, error: BaseException) -> None:
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        log.error("the till fell over", exc_info=error)
        why = say("La caisse s'est arrêtée : {why}", why=one_line(error))
        self.board.add("word", "till", why)
        self.ready.set()  # whoever waits for a page is to read why
        if not self._closing:
            await asyncio.sleep(AGAIN)

    @asynccontextmanager
    async def _opened(self) -> "AsyncIterator[Stand]":
        """The shop, open: somebody follows its journal and looks at its devices."""
        set_language(self.source.language)
        self.board.state("language", self.source.language)
        source, scene, state = self._elsewhere or (self.source, PLAIN, self._state)
        # Commands find the shop's own till beside the page, as they do on a box: `clerk add`.
        socket = None if self._elsewhere else self._socket
        async with self._open_stand(
            self.folder, source, scene, self.clock,
            state=state, socket=socket, make_ends=partial(self._bench, source),
        ) as stand:  # fmt: skip
            self.stand = stand
            self.clock.zone = stand.app.settings.zone
            async with asyncio.TaskGroup() as group:
                works = self._follow(stand), self._look(stand)
                tasks = [group.create_task(work) for work in works]
                try:
                    self._light(ON)
                    self.ready.set()
                    yield stand
                finally:
                    for task in tasks:
                        task.cancel()
                    self.stand = None

    def _bench(self, source: CounterSource, wires: Path) -> Ends:
        ends = OwnBench(
            wires, source.devices(), on_frame=self._frame, on_second=self.pictures.second,
            on_print=self._printed, on_tone=self._sounded,
        )  # fmt: skip
        self.pictures.second(None)
        for name, cable in ends.cables.items():
            cable.heard = partial(self.pictures.wires.heard, name)
            self.board.state(f"{name}.unplugged", False)
        self.board.state("tpe.unplugged", False)
        # In a lesson the bank says yes by itself, as it does where scenes are played.
        ends.terminal.always = Act.APPROVE if self._elsewhere else Act.WAIT
        self._out.clear()
        self.board.state("network", True)
        self.ends = ends
        return cast(Ends, ends)

    async def _follow(self, stand: "Stand") -> None:
        """Show every record as it becomes durable."""
        self.board.clear("line")
        day = DaySums()
        seq = 0
        while True:
            if journal := stand.app.journal:
                with suppress(JournalError):  # the till itself says so, and tries again
                    async for record in journal.records(seq):
                        seq = record.seq
                        day.take(record)
                        self.board.add("line", str(seq), self._describe(record).strip())
                        self.pictures.figures(day)
            await asyncio.sleep(LOOK)

    async def _look(self, stand: "Stand") -> None:
        """Show what nobody tells of."""
        while True:
            if self.ends is not None:
                ports = stand.app.equipment.ports.values()
                self.pictures.devices(ports, self.ends.called, self.ends.notes)
            till = stand.app.till
            if till is not None:
                now = self.clock.now()
                self.pictures.keys(stand.keymap, till.counter.desk.catalog, now)
                self.pictures.clock(now)
            self._show_states()
            await asyncio.sleep(LOOK)

    def _show_states(self) -> None:
        if self.ends is None:
            return
        board, ends = self.board, self.ends
        board.state("drawer", ends.printer.drawer_open)
        board.state("scale.grams", ends.scale.grams)
        self.pictures.scale(ends.scale.grams, ends.scale.net, ends.scale.capacity,
                            tare=ends.scale.tare, moving=ends.scale.moving)  # fmt: skip
        waiting = ends.terminal.waiting
        self.pictures.card(waiting.cents if waiting else None)
        if waiting is not None:
            self.recording.waits(waiting.reference)
        for what in ("paper_out", "paper_low", "cover_open", "failing"):
            board.state(f"printer.{what}", bool(getattr(ends.printer, what)))
        for name, cable in ends.cables.items():
            board.state(f"{name}.mute", cable.mute)
            board.state(f"{name}.late", cable.late > 0)
            board.state(f"{name}.garbled", cable.garbled)
        board.state("disk.full", self.stand is not None and self.stand.disk.full)
        board.state("clock.wrong_by", self.clock.wrong_by)

    def _light(self, power: str) -> None:
        self.board.state("power", power)

    def _dark(self) -> None:
        """Nothing is lit any more."""
        self.ends = None
        self._hanging.clear()
        self.board.show("hanging", "")
        self.pictures.display(None)
        self.pictures.second(None)
        self._light(STARTING if self._powered.is_set() else OFF)

    def pulled(self, device: str, *, out: bool) -> bool:
        """Somebody pulls a cable out, or puts it back; False where it is so already."""
        if (device in self._out) == out:
            return False
        (self._out.add if out else self._out.remove)(device)
        self.board.state(f"{device}.unplugged", out)
        if device == "display" and out:
            self.pictures.display(None)
        return True

    def laid(self, grams: int) -> None:
        """Lay so much on the platter: it swings, and settles."""
        ends = self.ends
        if ends is None:
            return
        ends.scale.grams, ends.scale.moving = grams, True
        if self._settling is not None:
            self._settling.cancel()
        loop = asyncio.get_running_loop()
        self._settling = loop.call_later(SETTLES, self._settled, ends)
        self._show_states()

    def _settled(self, ends: OwnBench) -> None:
        ends.scale.moving = False
        self._show_states()

    def fill_disk(self, *, full: bool) -> None:
        """The journal's disk takes nothing more, or takes it again."""
        if self.stand is not None:
            self.stand.disk.full = full

    def choose(self, *, keymap: str | None, language: str | None) -> None:
        """Another key map («»: the shop's own), or another language: the till starts again."""
        if keymap is not None:
            self.source = replace(self.source, keymap=keymap)
        if language is not None:
            self.source = replace(self.source, language=language)
        self.restart()

    def _frame(self, screen: Screen) -> None:
        self.pictures.display(screen)
        self.recording.saw(screen.line1, screen.line2)

    def _sounded(self, tone: Tone) -> None:
        self.board.add("tone", "", tone.value)

    def _printed(self, event: Event) -> None:
        match event:
            case PrintedLine():
                self._hanging.append(event)
                if self._redraw is None:
                    loop = asyncio.get_running_loop()
                    self._redraw = loop.call_later(REDRAWN, self._show_hanging)
            case Paper():
                self._hanging.clear()
                self.board.show("hanging", "")
                self._papers += 1
                self.recording.printed(event)
                self.board.add("paper", str(self._papers), self.pictures.paper(event, self._papers))
            case Pulse():
                self.board.state("drawer", True)

    def _show_hanging(self) -> None:
        self._redraw = None
        if self._hanging:
            self.board.show("hanging", self.pictures.hanging(self._hanging))
