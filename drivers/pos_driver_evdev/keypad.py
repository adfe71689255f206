"""The clerk's keypad: a USB keyboard to Linux. Keys going down matter, and the modifiers held."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from evdev import ecodes
from msgspec import Struct

from pos_driver_evdev.nodes import grab, opened
from pos_driver_evdev.reader import Unread, listening
from pos_terminal.devices.classes import Keypad, KeyPress
from pos_terminal.domain.faults import KEYPAD_OFFLINE
from pos_terminal.domain.keyboard.chords import MODIFIERS

UNKNOWN_KEY = "KEY_UNKNOWN"


class KeypadSettings(Struct, frozen=True):
    """A keypad or keyboard.

    `device` is the keypad's own node: /dev/input/by-id/usb-...-event-kbd, a udev link such as
    /dev/pos/keypad, or a named pipe that carries input events. It is told from a scanner by this
    path alone, and grabbed.
    """

    device: str


def key_name(code: int) -> str:
    """The name in linux/input-event-codes.h («KEY_KP7»); KEY_UNKNOWN for a code without one.

    Where a code has several names, the last in the alphabet (KEY_MUTE, not KEY_MIN_INTERESTING).
    """
    names: str | tuple[str, ...] = ecodes.bytype[ecodes.EV_KEY].get(code, UNKNOWN_KEY)
    return names if isinstance(names, str) else max(names)


class EvdevKeypad:
    """The opened keypad; see `open_keypad`."""

    def __init__(self, settings: KeypadSettings) -> None:
        self._inbox: Unread[KeyPress] = Unread(settings.device, KEYPAD_OFFLINE)
        self._held: frozenset[str] = frozenset()
        self.on_lost = self._inbox.lose

    async def read(self) -> KeyPress:
        """The next key pressed, in order. Cancelling loses nothing. Raises DeviceLost."""
        return await self._inbox.get()

    async def gone(self) -> None:
        """Return when the keypad is unplugged."""
        await self._inbox.gone()

    def on_key(self, code: int, value: int) -> None:
        """Take one key event: 1 is a key going down, 0 up; repeats (2) are left out."""
        name = key_name(code)
        # 2 is the kernel's repeat of a key that is held: one press is one key.
        if value == 1:
            self._inbox.put(KeyPress(name, self._held))
        if name in MODIFIERS:
            # Behind the press: a modifier is no part of its own press.
            self._held = self._held | {name} if value else self._held - {name}

    def on_dropped(self) -> None:
        """Pass lost presses on as an unknown key, which the till refuses aloud.

        A modifier's release may be among them: none counts as held until one goes down again.
        """
        self._held = frozenset()
        self._inbox.put(KeyPress(UNKNOWN_KEY))


@asynccontextmanager
async def open_keypad(settings: KeypadSettings) -> AsyncIterator[Keypad]:
    """Open and grab the keypad. Raises DeviceLost when it is absent, DeviceError when taken."""
    async with opened(settings.device, ecodes.EV_KEY, KEYPAD_OFFLINE) as device:
        grab(device, KEYPAD_OFFLINE)
        keypad = EvdevKeypad(settings)
        with listening(device, on_key=keypad.on_key, on_dropped=keypad.on_dropped,
                       on_lost=keypad.on_lost):
            yield keypad
