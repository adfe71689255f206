"""The customer display: frames against the manuals, and the contract over ptys, TCP and a pipe."""

import asyncio
import os
import random
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_driver_sim.display import DisplayEnd
from pos_driver_sim.far_end import Pipe
from pos_driver_sim.vfd import Panel
from pos_driver_vfd import cd5220, escpos, pos_register_drivers
from pos_driver_vfd.charset import CodePage, encode
from pos_driver_vfd.display import COMMAND_SETS, Vfd, VfdSettings, open_display
from pos_terminal.devices.classes import CustomerDisplay
from pos_terminal.devices.errors import DeviceLost
from pos_terminal.devices.registry import Drivers
from pos_terminal.domain.faults import DISPLAY_OFFLINE
from pos_terminal.domain.screen import Screen
from pos_terminal.links.link import LinkLost
from pos_terminal.links.serial import SerialSettings
from pos_terminal.testing.display_contract import DisplayContract, DisplayFarEnd
from pos_terminal.testing.hurried import run_hurried
from pos_terminal.testing.running import PATIENCE
from pos_terminal.testing.transports import FAITHFUL, MemoryLink, Transport, link_pair

TICKET = Screen("CAFÉ CRÈME        x1", "      1,20      1,20")


def test_the_plugin_declares_its_driver() -> None:
    drivers = Drivers()
    pos_register_drivers(drivers)
    assert drivers.displays.get("vfd").settings is VfdSettings


def test_escpos_frames() -> None:
    assert escpos.start("cp858") == bytes.fromhex("1b40 1f01 1b5200 1b7413 1f4300 0c")
    assert escpos.start("cp1252") == bytes.fromhex("1b40 1f01 1b5200 1b7410 1f4300 0c")
    assert escpos.frame(TICKET, "cp858") == (
        b"\x1f$\x01\x01CAF\x90 CR\xd4ME        x1" b"\x1f$\x01\x02      1,20      1,20"
    )


def test_cd5220_frames() -> None:
    assert cd5220.start("cp1252") == bytes.fromhex("0c 1b40 1b11 1b5f00 0c")
    assert cd5220.frame(TICKET, "cp1252") == (
        b"\x1bQACAF\xc9 CR\xc8ME        x1\r" b"\x1bQB      1,20      1,20\r"
    )


@pytest.mark.parametrize(("page", "text", "encoded"), [
    ("cp858", "€ é œ ’", b"\xd5 \x82 o '"),
    ("cp1252", "€ é œ ’", b"\x80 \xe9 \x9c \x92"),
    ("cp858", "ŷ 漢\t\x1b\x7f", b"y ????"),
    ("cp1252", "\N{NARROW NO-BREAK SPACE}\N{NO-BREAK SPACE}", b" \xa0"),
])
def test_characters(page: CodePage, text: str, encoded: bytes) -> None:
    assert encode(text, page) == encoded


@given(st.text(max_size=40), st.text(max_size=40), st.sampled_from(["cp858", "cp1252"]))
def test_any_text_makes_a_whole_frame(line1: str, line2: str, page: CodePage) -> None:
    for commands in COMMAND_SETS.values():
        panel = Panel(page)
        panel.feed(commands.start(page))
        panel.feed(commands.frame(Screen("x" * 20, "x" * 20), page))
        assert panel.feed(commands.frame(Screen(line1, line2), page))
        assert panel.unknown == b""
        assert not panel.cursor
        assert "x" not in panel.screen.line1 + panel.screen.line2 or "x" in line1 + line2
        plain = "".join(filter(str.isascii, line1 + line2))
        if plain.isprintable() and plain == line1 + line2:
            assert panel.screen == Screen(line1, line2)


def test_a_frame_may_arrive_byte_by_byte() -> None:
    for commands in COMMAND_SETS.values():
        panel = Panel("cp858")
        for byte in commands.start("cp858") + commands.frame(TICKET, "cp858"):
            panel.feed(bytes([byte]))
        assert panel.screen == TICKET
        assert panel.unknown == b""


async def feed(panel: Panel, line: MemoryLink) -> None:
    with suppress(LinkLost):
        while True:
            panel.feed(await line.receive())


@pytest.mark.parametrize("transport", FAITHFUL, ids=str)
@pytest.mark.parametrize("commands", ["escpos", "cd5220"])
def test_over_faithful_transports(
    transport: Transport, commands: Literal["escpos", "cd5220"]
) -> None:
    async def body() -> None:
        near, far = link_pair(transport)
        panel = Panel("cp858")
        display = Vfd(near, VfdSettings(device="memory", commands=commands))
        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
            tasks.create_task(feed(panel, far))
            await display.start()
            for screen in (Screen("1"), TICKET):
                await display.show(screen)
            near.unplug()
            await display.gone()
            with pytest.raises(DeviceLost):
                await display.show(TICKET)
        assert (panel.screen, panel.unknown) == (TICKET, b"")

    run_hurried(body())


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("commands", COMMAND_SETS)
def test_noise_on_the_line_is_put_right_by_the_screens_that_follow(
    commands: str, seed: int
) -> None:
    noise, panel = random.Random(seed), Panel("cp858")
    start, frame = COMMAND_SETS[commands]
    panel.feed(start("cp858"))
    for _ in range(50):
        sent = frame(Screen("x" * 20, "x" * 20), "cp858")
        panel.feed(bytes(byte for byte in sent if noise.random() > 0.1))
    for _ in range(3):
        panel.feed(frame(TICKET, "cp858"))
    assert panel.screen == TICKET


class Display(DisplayEnd):
    """The simulated display with the driver's way to it."""

    commands: Literal["escpos", "cd5220"] = "escpos"
    code_page: CodePage = "cp858"

    def __init__(self, path: Path) -> None:
        super().__init__(path, commands=self.commands, code_page=self.code_page)
        self.driver_settings = VfdSettings(
            serial=SerialSettings(port=str(path)), commands=self.commands,
            code_page=self.code_page,
        )

    def open(self) -> AbstractAsyncContextManager[CustomerDisplay]:
        return open_display(self.driver_settings)

    def seen(self) -> list[Screen]:
        return [screen for _, screen in self.frames]


class Cd5220(Display):
    commands = "cd5220"
    code_page = "cp1252"


class TestEscpos(DisplayContract):
    run = staticmethod(run_hurried)

    end: type[Display] = Display

    @asynccontextmanager
    async def far_end(self) -> AsyncIterator[DisplayFarEnd]:
        with TemporaryDirectory() as folder:
            async with self.end(Path(folder, "display")) as end:
                yield end
                assert end.panel.unknown == b""


class TestCd5220(TestEscpos):
    end = Cd5220


def test_aures_displays_are_put_into_escpos_mode_first(tmp_path: Path) -> None:
    async def body() -> None:
        async with DisplayEnd(tmp_path / "display") as end:
            line = SerialSettings(port=str(tmp_path / "display"))
            async with open_display(VfdSettings(serial=line, setup="aures")) as display:
                await display.show(TICKET)
                await end.wait_for(TICKET.__eq__)
            assert end.panel.setup == [b"C1\x03", b"T\x01\x03", b"U\x13\x03"]
            assert end.panel.code_page == "cp858"

    run_hurried(body())


def test_over_tcp() -> None:
    async def body() -> None:
        panel, connected = Panel(), asyncio.Queue[asyncio.StreamWriter]()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connected.put_nowait(writer)
            while data := await reader.read(100):
                panel.feed(data)
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server, asyncio.timeout(PATIENCE):
            port = server.sockets[0].getsockname()[1]
            async with open_display(VfdSettings(host="127.0.0.1", port=port)) as display:
                await display.show(TICKET)
                writer = await connected.get()
                writer.close()
                await display.gone()
                with pytest.raises(DeviceLost):
                    await display.show(TICKET)

    run_hurried(body())


def test_over_a_pipe(tmp_path: Path) -> None:
    async def body() -> None:
        panel, arrived = Panel(), asyncio.Event()

        def feed(data: bytes) -> None:
            panel.feed(data)
            arrived.set()

        pipe = Pipe(tmp_path / "pipe", feed)
        pipe.plug()
        async with open_display(VfdSettings(device=str(pipe.path))) as display:
            await display.show(TICKET)
            async with asyncio.timeout(PATIENCE):
                while panel.screen != TICKET:
                    arrived.clear()
                    await arrived.wait()
                pipe.unplug()
                await display.gone()

    run_hurried(body())


def test_a_display_that_takes_no_more_is_lost(tmp_path: Path) -> None:
    async def body() -> None:
        os.mkfifo(tmp_path / "pipe")
        reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
        async with open_display(VfdSettings(device=str(tmp_path / "pipe"))) as display:
            with pytest.raises(DeviceLost) as lost:
                for _ in range(10_000):
                    await display.show(TICKET)
        assert lost.value.fault is DISPLAY_OFFLINE
        os.close(reader)

    run_hurried(body())


def test_an_absent_display_is_named(tmp_path: Path) -> None:
    async def body() -> None:
        for settings in (
            VfdSettings(serial=SerialSettings(port=str(tmp_path / "absent"))),
            VfdSettings(device=str(tmp_path / "absent")),
        ):
            with pytest.raises(DeviceLost, match="absent") as lost:
                await open_display(settings).__aenter__()
            assert lost.value.fault is DISPLAY_OFFLINE

    run_hurried(body())


def test_bad_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="et un seul"):
        VfdSettings()
    with pytest.raises(ValueError, match="et un seul"):
        VfdSettings(host="a", device="b")
    with pytest.raises(ValueError, match="aures"):
        VfdSettings(host="a", setup="aures", commands="cd5220")
