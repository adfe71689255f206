"""Opens the shop and its page, says where, and clears up behind itself."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import uvicorn

from pos_counter_page.acts import Hands
from pos_counter_page.app import Application
from pos_counter_page.board import Board
from pos_counter_page.codes import TEAM
from pos_counter_page.door import Door, new_token
from pos_counter_page.lessons import Course, course
from pos_counter_page.page import Page
from pos_counter_page.shop import RunningShop
from pos_counter_page.source import CounterSource
from pos_counter_page.tutor import Tutor
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.files.table import Problem
from pos_terminal.domain.language import say
from pos_terminal.journal.record import Record
from pos_terminal.runtime.keymaps import KEYMAPS
from pos_terminal.scenes.run import open_stand
from pos_terminal.scenes.script import BadScript, Script
from pos_terminal.scenes.stage import Stage

HOST = "127.0.0.1"
LESSONS = Path(__file__).parent / "lessons"
LINGER = 1
"""Seconds that an open window may hold the end up: its stream never ends by itself."""


def serve(
    config: Path,
    state: Path | None,
    port: int,
    describe: Callable[[Record], str],
    mistakes: Callable[[Path], Sequence[tuple[Path, Problem]]],
    *,
    socket: Path | None,
    sample: Path,
    lesson: Path | None,
    language: str,
    browser: bool,
) -> None:
    """Serve this shop until a signal ends it. Failure where the port is taken.

    At `socket` commands find its till: a new clerk, its log, its journal beside the page.
    The lessons that come with the page are given in the `sample`, for whose keys they are written.
    """
    with _listening(port) as listener, TemporaryDirectory(prefix="pos-terminal-counter-") as folder:
        place = state or Path(folder) / "state"
        place.mkdir(parents=True, exist_ok=True)
        script, owned = Script((), {"équipe": TEAM}), not config.samefile(sample)
        source = CounterSource(script, config, language=language, owned=owned)
        shop = RunningShop(
            source, Path(folder), place, Board(), socket=socket,
            describe=describe, mistakes=mistakes, open_stand=open_stand,
        )  # fmt: skip
        own = _own(lesson) if lesson else None
        asyncio.run(_serve(shop, own, sample, listener, browser=browser))


def _own(lesson: Path) -> Course:
    """A shop's own lessons. Failure with file and line where a word means nothing."""
    try:
        return course(lesson.read_text())
    except BadScript as bad:
        raise Failure(faults.BAD_SCENES, f"{lesson}:{bad.line}: {bad}") from bad


@contextlib.contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    """A socket on that port of the loopback; 0: any that is free."""
    try:
        listener = socket.create_server((HOST, port))
    except OSError as error:
        detail = say("le port {port} est pris : --port 0 en prend un libre", port=port)
        raise Failure(faults.PAGE_STOPPED, detail) from error
    with listener:
        yield listener


class _Server(uvicorn.Server):
    """One that leaves the signals to us: the till ends in good order before the program does."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


async def _serve(
    shop: RunningShop, own: Course | None, sample: Path, listener: socket.socket, *, browser: bool
) -> None:
    token, port = new_token(), listener.getsockname()[1]
    keymaps = tuple(sorted(path.stem for path in KEYMAPS.glob("*.toml")))

    def lessons() -> Course:
        page = LESSONS / f"{shop.source.language}.md"
        return own or course(page.read_text(), home=sample)

    tutor = Tutor(shop, lessons, Stage)
    page = Page(shop, keymaps, lessons, tutor.hinders)
    hands = Hands(shop, keymaps, tutor.give)
    pages = Application(shop.board, hands, page=page.draw, sheet=page.sheet, scene=page.scene)
    door = Door(pages.routes(), token, port)
    server = _Server(
        uvicorn.Config(
            door, log_config=None, access_log=False, lifespan="off", server_header=False,
            timeout_graceful_shutdown=LINGER,
            ws="none",  # the door judges requests: a socket would pass it by
        )
    )  # fmt: skip
    loop = asyncio.get_running_loop()

    def end() -> None:
        server.should_exit = True
        shop.board.close()
        shop.close()
        teaching.cancel()

    async def answer() -> None:
        try:
            await server.serve(sockets=[listener])
        finally:
            end()

    # SIGHUP: the window in which it was started is shut.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, end)
    async with asyncio.TaskGroup() as group:
        teaching = group.create_task(tutor.run())
        group.create_task(answer())
        group.create_task(shop.run())
        await shop.ready.wait()
        _say(f"http://{HOST}:{port}/{token}/")
        if browser and sys.stdout.isatty() and _has_browser():
            _show(f"http://{HOST}:{port}/{door.ticket}")


def _say(address: str) -> None:
    """Say where the page is."""
    print(say("Le comptoir est ouvert : {address}", address=address))
    print(say("Ctrl-C le ferme ; rien n'en reste."), flush=True)


def _has_browser() -> bool:
    """One that somebody has named, or a screen with something that opens pages on it."""
    screen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    opens = shutil.which("xdg-open") or shutil.which("x-www-browser")
    return bool(os.environ.get("BROWSER") or (screen and opens))


def _show(address: str) -> None:
    """Open it. In a thread that holds nothing up: a browser may stay until it is shut."""
    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
