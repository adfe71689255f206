"""Runs inside the guest: the drivers on the kernel's own devices, one scenario after another.

Speaks to the host by lines on the console: `@ok NAME`, `@failed NAME` with the traceback before
it, and wishes that the host fulfils: `@type TEXT`, `@plug`, `@unplug`, `@weight GRAMS`.
"""

import asyncio
import errno
import os
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TypeVar

import evdev
from evdev import ecodes

from pos_driver_escpos.opening import open_printer
from pos_driver_escpos.settings import EscposSettings as PrinterSettings
from pos_driver_evdev.keypad import KeypadSettings, open_keypad
from pos_driver_evdev.scanner import ScannerSettings, open_scanner
from pos_driver_evdev.tone import PATTERNS, ToneSettings, open_tone
from pos_driver_hid_pos.scanner import HidScannerSettings
from pos_driver_hid_pos.scanner import open_scanner as open_hid_scanner
from pos_driver_scales.hid import HidScaleSettings
from pos_driver_scales.hid import open_scale as open_hid_scale
from pos_driver_scales.toledo import ToledoSettings, open_scale
from pos_driver_sim.printer import PrinterEnd
from pos_terminal.devices.classes import Scan
from pos_terminal.devices.errors import DeviceError, DeviceLost
from pos_terminal.domain.faults import INPUT_BUSY, STICK_ABSENT, STICK_UNCLEAR, Failure, Tone
from pos_terminal.domain.receipt import Receipt, Text
from pos_terminal.domain.weight import Weight
from pos_terminal.links.printer_settings import UsbId
from pos_terminal.runtime.strangers import Strangers
from pos_terminal.stick.plugged import partitions
from pos_terminal.stick.reader import Reader
from tests.support.hid_devices import SCALE, SCANNER, scanned

T = TypeVar("T")
PATIENCE = 90.0
RUN = Path("/run")
GADGETS = Path("/sys/kernel/config/usb_gadget")
SCENARIOS: list[Callable[[], Awaitable[None]]] = []


def scenario(function: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    SCENARIOS.append(function)
    return function


async def soon(look: Callable[[], T | None], what: str) -> T:
    """What `look` finds, once it finds something."""
    for _ in range(int(PATIENCE * 20)):
        if (found := look()) is not None:
            return found
        await asyncio.sleep(0.05)
    raise TimeoutError(what)


def input_node(name: str) -> str | None:
    """The node of the input device with this in its name."""
    for path in evdev.list_devices():
        device = evdev.InputDevice(path)
        device.close()
        if name in device.name:
            return path
    return None


async def linked(name: str, link: str) -> str:
    """A link to the device's node, always by the same path, as udev makes it."""
    node = await soon(lambda: input_node(name), name)
    path = RUN / link
    path.unlink(missing_ok=True)
    path.symlink_to(node)
    return str(path)


async def lost(waiting: Awaitable[object]) -> DeviceLost:
    try:
        await waiting
    except DeviceLost as error:
        return error
    raise AssertionError("no DeviceLost")


@scenario
async def a_usb_scanner_is_grabbed() -> None:
    path = await linked("QEMU USB Keyboard", "scanner")
    bystander = evdev.InputDevice(path)
    async with open_scanner(ScannerSettings(path, quiet_seconds=10)) as scanner:
        try:
            async with open_keypad(KeypadSettings(path)):
                raise AssertionError("it was grabbed twice")
        except DeviceError as error:
            assert error.fault is INPUT_BUSY, error
        print("@type 3017620422003", flush=True)
        scan = await scanner.read()
        assert scan.text == "3017620422003", scan
        with suppress(BlockingIOError):
            raise AssertionError(f"the keys reached others: {list(bystander.read())}")
    bystander.close()


@scenario
async def a_closed_scanner_is_free_for_others() -> None:
    path = await linked("QEMU USB Keyboard", "scanner")
    async with open_keypad(KeypadSettings(path)) as keypad:
        print("@type 7", flush=True)
        assert [(await keypad.read()).name for _ in range(2)] == ["KEY_7", "KEY_ENTER"]


@scenario
async def a_scanner_is_unplugged_replugged_and_read() -> None:
    path = await linked("QEMU USB Keyboard", "scanner")
    settings = ScannerSettings(path, quiet_seconds=10)
    async with open_scanner(settings) as scanner:
        print("@unplug", flush=True)
        await scanner.gone()
        assert "No such device" in (await lost(scanner.read())).detail
    await lost(open_scanner(settings).__aenter__())
    print("@plug", flush=True)
    await linked("QEMU USB Keyboard", "scanner")
    async with open_scanner(settings) as scanner:
        print("@type 42", flush=True)
        assert (await scanner.read()).text == "42"


@scenario
async def an_overflow_makes_one_unreadable_scan() -> None:
    keys: dict[int, Sequence[int]] = {ecodes.EV_KEY: range(1, 120)}
    with evdev.UInput(keys, name="uinput scanner") as typist:
        path = await linked("uinput scanner", "uinput")
        async with open_scanner(ScannerSettings(path, quiet_seconds=10)) as scanner:
            for _ in range(2000):  # more than the kernel keeps, with nobody reading meanwhile
                press(typist, ecodes.KEY_1)
            press(typist, ecodes.KEY_ENTER)
            spoilt = await scanner.read()
            assert "\ufffd" in spoilt.text, spoilt
            for key in (ecodes.KEY_4, ecodes.KEY_2, ecodes.KEY_ENTER):
                press(typist, key)
            assert (await scanner.read()).text == "42"


def press(typist: evdev.UInput, key: int) -> None:
    for value in (1, 0):
        typist.write(ecodes.EV_KEY, key, value)
        typist.syn()


@scenario
async def a_keyboard_that_was_there_before_the_till_is_held_and_let_go() -> None:
    """Nobody names it: what it types reaches nobody, until the till ends."""
    keys: dict[int, Sequence[int]] = {ecodes.EV_KEY: range(1, 120)}
    with evdev.UInput(keys, name="uinput stranger") as typist:
        node = await soon(lambda: input_node("uinput stranger"), "uinput stranger")
        ours = await linked("QEMU USB Keyboard", "ours")
        console = evdev.InputDevice(node)
        press(typist, ecodes.KEY_1)
        await soon(lambda: typed(console) or None, "the stranger's keys before")
        strangers = Strangers((ours,))
        holding = asyncio.create_task(strangers.run())
        await soon(lambda: held(node) or None, f"{node} held, of {strangers.found}")
        assert any(node in each for each in strangers.found), strangers.found
        assert not any(str(Path(ours).resolve()) in each for each in strangers.found)
        for _ in range(20):
            press(typist, ecodes.KEY_2)
        assert typed(console) == [], "the keys reached others"
        async with open_keypad(KeypadSettings(ours)) as keypad:  # and ours is left to its driver
            print("@type 7", flush=True)
            assert (await keypad.read()).name == "KEY_7"
        holding.cancel()
        with suppress(asyncio.CancelledError):
            await holding
        press(typist, ecodes.KEY_3)
        await soon(lambda: typed(console) or None, "the stranger's keys afterwards")
        console.close()


def typed(ear: evdev.InputDevice[str]) -> list[int]:
    """The keys that have gone down, as any other program reads them."""
    found: list[int] = []
    with suppress(BlockingIOError):
        found += [e.code for e in ear.read() if e.type == ecodes.EV_KEY and e.value == 1]
    return found


def held(node: str) -> bool:
    """Whether somebody has it for himself alone."""
    device = evdev.InputDevice(node)
    try:
        device.grab()
    except OSError:
        return True
    finally:
        device.close()
    return False


@scenario
async def the_pc_speaker_sounds() -> None:
    path = await linked("PC Speaker", "tone")
    ear = evdev.InputDevice(path)
    async with open_tone(ToneSettings(path)) as indicator:
        await indicator.sound(Tone.REFUSED)
        heard: list[int] = []
        expected = [note.hertz for note in PATTERNS[Tone.REFUSED]] + [0]
        await soon(lambda: listen(ear, heard) == expected or None, f"{expected}")
    ear.close()


def listen(ear: evdev.InputDevice[str], heard: list[int]) -> list[int]:
    with suppress(BlockingIOError):
        heard += [event.value for event in ear.read() if event.type == ecodes.EV_SND]
    return heard


@scenario
async def a_scale_on_a_usb_serial_adapter_weighs() -> None:
    await soon(lambda: Path("/dev/ttyUSB0").exists() or None, "/dev/ttyUSB0")
    async with open_scale(ToledoSettings(port="/dev/ttyUSB0", answer_time=10)) as scale:
        for grams in (480, 1250):
            print(f"@weight {grams}", flush=True)
            weights = [await scale.weigh()]
            while weights[-1] != Weight(grams):  # the wish travels by another wire
                weights.append(await scale.weigh())


@scenario
async def a_usb_serial_adapter_is_unplugged() -> None:
    settings = ToledoSettings(port="/dev/ttyUSB0", answer_time=10)
    async with open_scale(settings) as scale:
        await scale.weigh()
        print("@unplug-serial", flush=True)
        await scale.gone()
        await lost(scale.weigh())
    await lost(open_scale(settings).__aenter__())


@scenario
async def a_receipt_is_printed_through_usblp() -> None:
    async with usb_printer() as (end, gadget):
        settings = PrinterSettings(device="/dev/usb/lp0", answer_timeout=20, print_timeout=60)
        async with open_printer(settings) as printer:
            assert (await printer.status()).online
            await printer.print(Receipt("1-1", (Text("CRÈME BRÛLÉE 3,90 €"),)))
            assert "CRÈME BRÛLÉE 3,90 €" in end.papers[0].text
            await printer.pulse(2)
            await soon(lambda: end.pulses or None, "the drawer's pulse")
            (gadget / "UDC").write_text("\n")
            await printer.gone()
            await lost(printer.status())
        await lost(open_printer(settings).__aenter__())


@scenario
async def a_receipt_is_printed_through_libusb_and_the_kernel_gets_its_printer_back() -> None:
    async with usb_printer() as (end, gadget):
        place = UsbId(vendor=0x04B8, product=0x0202)
        settings = PrinterSettings(usb=place, answer_timeout=20, print_timeout=60)
        async with open_printer(settings) as printer:
            assert not Path("/dev/usb/lp0").exists(), "usblp has let it go"
            assert (await printer.status()).online
            await printer.print(Receipt("1-1", (Text("CRÈME BRÛLÉE 3,90 €"),)))
            assert "CRÈME BRÛLÉE 3,90 €" in end.papers[0].text
        await soon(lambda: Path("/dev/usb/lp0").exists() or None, "usblp has it again")
        async with open_printer(settings) as printer:
            (gadget / "UDC").write_text("\n")
            await printer.gone()
            await lost(printer.status())
        await lost(open_printer(settings).__aenter__())


@scenario
async def a_scanner_in_hid_pos_mode_is_read_and_unplugged() -> None:
    async with hid_gadget("scanner", SCANNER, 62) as (node, gadget, send):
        settings = HidScannerSettings(device=node, quiet_seconds=5)
        async with open_hid_scanner(settings) as scanner, asyncio.timeout(PATIENCE):
            send(scanned(b"3017620422003"))
            assert await scanner.read() == Scan("3017620422003", "]E0")
            send(scanned(b"A" * 56, b"]Q1", more=True))
            send(scanned(b"B", b"]Q1"))
            assert await scanner.read() == Scan("A" * 56 + "B", "]Q1")
            send(scanned(b"half", more=True))
            await asyncio.sleep(2)  # the host fetches a report every few milliseconds
            (gadget / "UDC").write_text("\n")
            await scanner.gone()
            assert "\N{REPLACEMENT CHARACTER}" in (await scanner.read()).text
            await lost(scanner.read())
        await lost(open_hid_scanner(settings).__aenter__())


@scenario
async def a_usb_scale_weighs_and_is_unplugged() -> None:
    async with hid_gadget("scale", SCALE, 6) as (node, gadget, send):
        settings = HidScaleSettings(device=node, answer_time=10)
        await lost(open_hid_scanner(HidScannerSettings(device=node)).__aenter__())
        async with open_hid_scale(settings) as scale, asyncio.timeout(PATIENCE):
            for grams in (480, 1250):
                weighing = asyncio.ensure_future(scale.weigh())
                await asyncio.sleep(0.2)
                send(bytes([3, 4, 2, 0]) + grams.to_bytes(2, "little"))
                assert await weighing == Weight(grams)
            (gadget / "UDC").write_text("\n")
            await scale.gone()
            await lost(scale.weigh())
        await lost(open_hid_scale(settings).__aenter__())


@asynccontextmanager
async def hid_gadget(
    name: str, descriptor: bytes, length: int
) -> AsyncIterator[tuple[str, Path, Callable[[bytes], None]]]:
    """A HID device on the bus: its raw node, its gadget, and what sends a report."""
    gadget = GADGETS / name
    function = gadget / "functions/hid.0"
    for folder in (gadget, gadget / "configs/c.1", function):
        folder.mkdir()
    before = set(Path("/dev").glob("hidraw*"))
    (gadget / "idVendor").write_text("0x0c2e")
    (gadget / "idProduct").write_text("0x0b01")
    (function / "protocol").write_text("0")
    (function / "subclass").write_text("0")
    (function / "report_length").write_text(str(length))
    (function / "report_desc").write_bytes(descriptor)
    (gadget / "configs/c.1/hid.0").symlink_to(function)
    (gadget / "UDC").write_text("dummy_udc.0")
    new = await soon(lambda: set(Path("/dev").glob("hidraw*")) - before or None, "/dev/hidraw")
    far = await soon(lambda: next(Path("/dev").glob("hidg*"), None), "/dev/hidg")
    bus = os.open(far, os.O_RDWR)
    try:
        yield str(new.pop()), gadget, lambda report: (os.write(bus, report), None)[1]
    finally:
        os.close(bus)
        dismantle(gadget, "hid.0")


def dismantle(gadget: Path, function: str) -> None:
    """Unplug it, if it is not, and undo what made it."""
    with suppress(OSError):
        (gadget / "UDC").write_text("\n")
    (gadget / "configs/c.1" / function).unlink()
    for folder in (gadget / "functions" / function, gadget / "configs/c.1", gadget):
        folder.rmdir()


@asynccontextmanager
async def usb_printer() -> AsyncIterator[tuple[PrinterEnd, Path]]:
    """A printer on USB, of which the kernel plays the bus and `PrinterEnd` the rest."""
    gadget = GADGETS / "printer"
    function = gadget / "functions/printer.0"
    for folder in (gadget, gadget / "configs/c.1", function):
        folder.mkdir()
    (gadget / "idVendor").write_text("0x04b8")
    (gadget / "idProduct").write_text("0x0202")
    (function / "pnp_string").write_text("MFG:EPSON;CMD:ESC/POS;MDL:TM-T20II;CLS:PRINTER;")
    (gadget / "configs/c.1/printer.0").symlink_to(function)
    (gadget / "UDC").write_text("dummy_udc.0")
    await soon(lambda: Path("/dev/usb/lp0").exists() or None, "/dev/usb/lp0")
    async with PrinterEnd(pty=RUN / "printer") as end:
        bus = os.open("/dev/g_printer0", os.O_RDWR | os.O_NONBLOCK)
        line = os.open(RUN / "printer", os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        loop = asyncio.get_running_loop()
        loop.add_reader(bus, pump, bus, line)
        loop.add_reader(line, pump, line, bus)
        try:
            yield end, gadget
        finally:
            for fd in (bus, line):
                loop.remove_reader(fd)
                os.close(fd)
            dismantle(gadget, "printer.0")


def pump(source: int, target: int) -> None:
    try:
        data = os.read(source, 4096)
    except OSError:  # the printer class is being reset, or the bus is gone
        return
    if data:
        os.write(target, data)


@scenario
async def a_stick_is_read_and_is_no_more_than_files() -> None:
    """Each file system as it is mounted for whoever waits: read, written to, and let go of."""
    box = RUN / "box"
    (box / "boot/config").mkdir(parents=True)
    for name in ("sys", "dev"):
        (box / name).symlink_to(f"/{name}")
    try:
        with Reader(box, patience=0).mounted(writes=False):
            raise AssertionError("there is none yet")
    except Failure as error:
        assert error.fault is STICK_ABSENT, error
    for kind in ("vfat", "exfat"):
        print(f"@stick {kind}", flush=True)
        with Reader(box).mounted(writes=True) as stick:
            (stick / "été.txt").write_text("kept")
        with Reader(box).mounted(writes=False) as stick:
            assert (stick / "été.txt").read_text() == "kept"
            (line,) = [each for each in Path("/proc/mounts").read_text().splitlines()
                       if str(stick) in each]  # fmt: skip
            _, _, found, options, *_ = line.split()
            assert found == kind and {"ro", "nosuid", "nodev", "noexec"} <= set(options.split(","))
            try:
                (stick / "more.txt").write_text("x")
            except OSError as error:
                assert error.errno == errno.EROFS, error
            else:
                raise AssertionError("it was written to")
        assert str(stick) not in Path("/proc/mounts").read_text()
        if kind == "vfat":
            print("@stick exfat", flush=True)
            await soon(lambda: _are_two(Reader(box)), "two sticks")
            print("@pull exfat", flush=True)
            await soon(lambda: not _are_two(Reader(box)) or None, "one stick")
        print(f"@pull {kind}", flush=True)
        await soon(lambda: not list(partitions(box / "sys", box / "dev")) or None, "no stick")


def _are_two(reader: Reader) -> bool | None:
    """Whether more than one is plugged in, of which none is taken."""
    try:
        with reader.mounted(writes=False):
            return None
    except Failure as error:
        assert error.fault is STICK_UNCLEAR, error
        return True


async def main() -> None:
    for run in SCENARIOS:
        name = getattr(run, "__name__", "")
        try:
            async with asyncio.timeout(PATIENCE):
                await run()
        except Exception:  # noqa: BLE001 - whatever it is goes to the host, as this test's result
            traceback.print_exc()
            print(f"@failed {name}", flush=True)
        else:
            print(f"@ok {name}", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
