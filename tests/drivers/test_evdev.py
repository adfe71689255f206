"""Keyboard scanner, keypad and beeper over named pipes: the way in that hardware takes too."""

import asyncio
import os
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import pytest
from evdev import ecodes

from pos_driver_evdev import pos_register_drivers
from pos_driver_evdev.keypad import KeypadSettings, key_name, open_keypad
from pos_driver_evdev.scanner import ScannerSettings, open_scanner
from pos_driver_evdev.tone import ToneSettings, open_tone
from pos_driver_sim.keyboard import KeyboardEnd
from pos_driver_sim.tone import ToneEnd
from pos_terminal.devices.classes import Keypad, KeyPress, Scan, Scanner, ToneIndicator
from pos_terminal.devices.errors import DeviceLost
from pos_terminal.devices.registry import Drivers
from pos_terminal.devices.scans import UNREADABLE
from pos_terminal.domain.faults import KEYPAD_OFFLINE, SCANNER_OFFLINE, Tone
from pos_terminal.testing.hurried import run_hurried
from pos_terminal.testing.keypad_contract import KeypadContract, KeypadFarEnd
from pos_terminal.testing.running import PATIENCE
from pos_terminal.testing.scanner_contract import ScannerContract, ScannerFarEnd
from pos_terminal.testing.tone_contract import ToneContract


class PipeKeypad(KeyboardEnd):
    """The simulated keypad with the driver's way to it."""

    def open(self) -> AbstractAsyncContextManager[Keypad]:
        return open_keypad(KeypadSettings(device=str(self.settings["device"])))


class PipeScanner(KeyboardEnd):
    """The simulated wedge scanner with the driver's way to it."""

    def open(self) -> AbstractAsyncContextManager[Scanner]:
        settings = ScannerSettings(str(self.settings["device"]), layout=self.layout)
        return open_scanner(settings)

    async def scan_half(self, text: str) -> None:
        await self.scan(text[: len(text) // 2], end="")


@pytest.mark.parametrize("layout", ["us", "fr"])
class TestScanner(ScannerContract):
    run = staticmethod(run_hurried)

    @pytest.fixture(autouse=True)
    def set_to(self, layout: Literal["us", "fr"]) -> None:
        self.layout = layout

    @asynccontextmanager
    async def far_end(self) -> AsyncIterator[ScannerFarEnd]:
        with TemporaryDirectory() as folder:
            async with PipeScanner(Path(folder, "scanner"), layout=self.layout) as end:
                yield end


class TestKeypad(KeypadContract):
    run = staticmethod(run_hurried)

    @asynccontextmanager
    async def far_end(self) -> AsyncIterator[KeypadFarEnd]:
        with TemporaryDirectory() as folder:
            async with PipeKeypad(Path(folder, "keypad")) as end:
                yield end


async def read(scanner: Scanner) -> Scan:
    async with asyncio.timeout(PATIENCE):
        return await scanner.read()


def scanning(
    tmp_path: Path,
    body: Callable[[KeyboardEnd, Scanner], Awaitable[None]],
    *,
    layout: Literal["us", "fr"] = "us",
    quiet_seconds: float = 5.0,
) -> None:
    """Run `body` with a simulated wedge scanner and the opened driver."""

    async def work() -> None:
        async with KeyboardEnd(tmp_path / "scanner", layout=layout) as end:
            device = str(end.settings["device"])
            settings = ScannerSettings(device, layout=layout, quiet_seconds=quiet_seconds)
            async with open_scanner(settings) as scanner:
                await body(end, scanner)

    run_hurried(work())


def test_the_plugin_declares_its_drivers() -> None:
    drivers = Drivers()
    pos_register_drivers(drivers)
    assert drivers.scanners.get("evdev").settings is ScannerSettings
    assert drivers.keypads.get("evdev").settings is KeypadSettings
    assert drivers.tones.get("evdev").settings is ToneSettings


@pytest.mark.parametrize("layout", ["us", "fr"])
def test_codes_are_read_in_order(tmp_path: Path, layout: Literal["us", "fr"]) -> None:
    codes = ["3017620422003", "]C10112345678901231", "(01)ABC-é€", "A\x1dB"]

    async def body(end: KeyboardEnd, scanner: Scanner) -> None:
        for code in codes:
            await end.scan(code)
        assert [await read(scanner) for _ in codes] == [Scan(code) for code in codes]

    scanning(tmp_path, body, layout=layout)


def test_a_cancelled_read_loses_nothing(tmp_path: Path) -> None:
    async def body(end: KeyboardEnd, scanner: Scanner) -> None:
        codes: list[str] = []
        for number in range(50):
            await end.scan(f"{number}")
            with suppress(TimeoutError):
                async with asyncio.timeout(0.0001):
                    codes.append((await scanner.read()).text)
        while len(codes) < 50:
            codes.append((await read(scanner)).text)
        assert codes == [f"{number}" for number in range(50)]

    scanning(tmp_path, body)


def test_a_code_without_an_end_is_unreadable_and_not_glued_to_the_next(tmp_path: Path) -> None:
    async def body(end: KeyboardEnd, scanner: Scanner) -> None:
        await end.scan("301762", end="")
        assert await read(scanner) == Scan(f"301762{UNREADABLE}")
        await end.scan("0422003")
        assert await read(scanner) == Scan("0422003")

    scanning(tmp_path, body, quiet_seconds=0.05)


def test_dropped_events_make_one_unreadable_scan(tmp_path: Path) -> None:
    async def body(end: KeyboardEnd, scanner: Scanner) -> None:
        await end.scan("301", end="")
        await end.event(ecodes.EV_SYN, ecodes.SYN_DROPPED, 0)  # its own SYN_REPORT ends the gap
        await end.scan("2003")
        await end.scan("42")
        assert await read(scanner) == Scan(f"301{UNREADABLE}2003")
        assert await read(scanner) == Scan("42")

    scanning(tmp_path, body)


def test_a_scan_before_the_unplugging_is_still_read_and_half_a_scan_reported(
    tmp_path: Path,
) -> None:
    async def body(end: KeyboardEnd, scanner: Scanner) -> None:
        await end.scan("42")
        await end.scan("301", end="")
        await end.unplug()
        async with asyncio.timeout(PATIENCE):
            await scanner.gone()
        assert await read(scanner) == Scan("42")
        assert await read(scanner) == Scan(f"301{UNREADABLE}")
        for _ in range(2):
            with pytest.raises(DeviceLost) as lost:
                await read(scanner)
            assert lost.value.fault is SCANNER_OFFLINE

    scanning(tmp_path, body)


def test_unplug_replug_scan(tmp_path: Path) -> None:
    async def body() -> None:
        async with KeyboardEnd(tmp_path / "scanner") as end:
            settings = ScannerSettings(str(end.settings["device"]))
            for code in ("1", "22", "333"):
                async with open_scanner(settings) as scanner:
                    await end.scan(code)
                    assert await read(scanner) == Scan(code)
                    await end.unplug()
                    with pytest.raises(DeviceLost):
                        await read(scanner)
                with pytest.raises(DeviceLost):
                    await open_scanner(settings).__aenter__()
                await end.replug()

    run_hurried(body())


def test_a_recording_is_played_through_a_pipe(tmp_path: Path) -> None:
    """As with `cat recording > pipe`: the driver is there first, and the end is the unplugging."""
    keys = [ecodes.KEY_4, ecodes.KEY_2, ecodes.KEY_ENTER]
    events = [(ecodes.EV_KEY, key, value) for key in keys for value in (1, 0)]
    recording = b"".join(struct.pack("llHHi", 1_700_000_000, 0, *event) for event in events)
    os.mkfifo(tmp_path / "pipe")

    async def body() -> None:
        async with open_scanner(ScannerSettings(str(tmp_path / "pipe"))) as scanner:
            async with asyncio.timeout(PATIENCE):
                await asyncio.to_thread((tmp_path / "pipe").write_bytes, recording)
                assert await scanner.read() == Scan("42")
                await scanner.gone()

    run_hurried(body())


@pytest.mark.parametrize("kind", ["absent", "a plain file", "not an input device"])
def test_what_cannot_be_opened_is_named(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "node"
    if kind == "a plain file":
        path.touch()
    elif kind == "not an input device":
        path.symlink_to("/dev/null")

    async def body() -> None:
        with pytest.raises(DeviceLost, match=str(path)) as lost:
            async with open_keypad(KeypadSettings(str(path))):
                pytest.fail("it was opened")
        assert lost.value.fault is KEYPAD_OFFLINE

    run_hurried(body())


def test_bad_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="quiet_seconds"):
        ScannerSettings("x", quiet_seconds=0)
    with pytest.raises(ValueError, match="max_length"):
        ScannerSettings("x", max_length=0)


def test_key_names() -> None:
    assert key_name(ecodes.KEY_KP7) == "KEY_KP7"
    assert key_name(ecodes.KEY_MUTE) == "KEY_MUTE"
    assert key_name(0x2FF) == "KEY_MAX" or key_name(0x2FF).startswith(("KEY_", "BTN_"))
    assert key_name(9999) == "KEY_UNKNOWN"


def test_a_keypad_ignores_repeats_and_reports_lost_presses(tmp_path: Path) -> None:
    async def body() -> None:
        async with PipeKeypad(tmp_path / "keypad") as end, end.open() as keypad:
            for value in (1, 2, 2, 0):
                await end.event(ecodes.EV_KEY, ecodes.KEY_KP1, value)
            await end.event(ecodes.EV_SYN, ecodes.SYN_DROPPED, 0)
            await end.press("KEY_KP2")
            async with asyncio.timeout(PATIENCE):
                pressed = [await keypad.read() for _ in range(3)]
        assert pressed == [KeyPress("KEY_KP1"), KeyPress("KEY_UNKNOWN"), KeyPress("KEY_KP2")]

    run_hurried(body())


def test_a_keypad_says_what_is_held(tmp_path: Path) -> None:
    ctrl, shift = "KEY_LEFTCTRL", "KEY_RIGHTSHIFT"

    async def body() -> None:
        async with PipeKeypad(tmp_path / "keypad") as end, end.open() as keypad:
            await end.stroke((ctrl, shift, "KEY_A"))
            await end.stroke(("KEY_B", "KEY_C"))  # only modifiers are held
            await end.event(ecodes.EV_KEY, ecodes.ecodes[ctrl], 1)
            await end.event(ecodes.EV_KEY, ecodes.ecodes[ctrl], 2)
            await end.press("KEY_D")
            await end.event(ecodes.EV_SYN, ecodes.SYN_DROPPED, 0)
            await end.press("KEY_E")
            async with asyncio.timeout(PATIENCE):
                heard = [await keypad.read() for _ in range(9)]
        assert heard == [
            KeyPress(ctrl),
            KeyPress(shift, frozenset({ctrl})),
            KeyPress("KEY_A", frozenset({ctrl, shift})),
            KeyPress("KEY_B"),
            KeyPress("KEY_C"),
            KeyPress(ctrl),
            KeyPress("KEY_D", frozenset({ctrl})),
            KeyPress("KEY_UNKNOWN"),  # and Ctrl's release may be among what is lost
            KeyPress("KEY_E"),
        ]

    run_hurried(body())


def sounded(count: int, end: ToneEnd) -> bool:
    return len(end.tones) == count and end.silent


def test_each_tone_is_its_own_pattern(tmp_path: Path) -> None:
    async def body() -> None:
        async with ToneEnd(tmp_path / "tone") as end:
            async with open_tone(ToneSettings(str(end.settings["device"]))) as indicator:
                for count, tone in enumerate(Tone, 1):
                    await indicator.sound(tone)
                    await end.wait_for(partial(sounded, count))
            assert end.tones == [Tone.ACCEPTED, Tone.REFUSED, Tone.ALARM]
            short, low, long = [2000, 0], [400, 0], [1000, 0]
            assert end.hertz[:12] == short + 2 * low + 3 * long

    run_hurried(body())


def test_a_new_tone_cuts_the_old_one_and_closing_is_silent(tmp_path: Path) -> None:
    async def body() -> None:
        async with ToneEnd(tmp_path / "tone") as end:
            async with open_tone(ToneSettings(str(end.settings["device"]))) as indicator:
                await indicator.sound(Tone.ALARM)
                await indicator.sound(Tone.REFUSED)
            await end.wait_for(lambda end: len(end.hertz) == 3)
            assert end.tones == [Tone.ALARM, Tone.REFUSED]
            assert end.hertz == [1000, 400, 0]

    run_hurried(body())


class PipeBeeper(ToneEnd):
    """The simulated beeper with the driver's way to it."""

    def open(self) -> AbstractAsyncContextManager[ToneIndicator]:
        return open_tone(ToneSettings(str(self.settings["device"])))


class TestBeeper(ToneContract):
    run = staticmethod(run_hurried)

    @pytest.fixture(autouse=True)
    def _place(self, tmp_path: Path) -> None:
        self.path = tmp_path / "tone"

    def far_end(self) -> AbstractAsyncContextManager[PipeBeeper]:
        return PipeBeeper(self.path)
