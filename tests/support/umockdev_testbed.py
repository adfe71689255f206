"""umockdev's testbed through ctypes, for a process that has its library preloaded.

It makes device nodes, sysfs and ioctls that exist for this process alone, so that evdev opens a
keyboard without hardware and without rights.
"""

import ctypes
import os
import struct
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from evdev import ecodes

_LIBRARY = "libumockdev.so.0"

_DESCRIPTION = """\
P: /devices/usb1/1-1/1-1:1.0/input/{name}
E: EV=120013
E: NAME="POS scanner"
E: SUBSYSTEM=input
A: name=POS scanner\\n
A: capabilities/key=fffffffffffffffe fffffffffffffffe\\n
A: capabilities/snd=0\\n

P: /devices/usb1/1-1/1-1:1.0/input/{name}/event{number}
N: input/event{number}
E: DEVNAME=/dev/input/event{number}
E: MAJOR=13
E: MINOR={minor}
E: SUBSYSTEM=input
L: device=..
"""


def _bits(codes: range | tuple[int, ...], size: int) -> str:
    field = bytearray(size)
    for code in codes:
        field[code // 8] |= 1 << code % 8
    return field.hex().upper()


def _ioctls(name: str) -> str:
    """The answers to what python-evdev asks on opening; each buffer has exactly its length."""
    text = name.encode() + b"\0"
    kinds = (ecodes.EV_SYN, ecodes.EV_KEY, ecodes.EV_MSC, ecodes.EV_LED, ecodes.EV_REP)
    lines = [
        "EVIOCGVERSION 0 01000100",
        "EVIOCGID 0 0300F30507000001",
        f"EVIOCGNAME(0) {len(text)} {text.ljust(256, bytes(1)).hex().upper()}",
        f"EVIOCGPHYS(0) 5 {b'usb0'.ljust(256, bytes(1)).hex().upper()}",
        f"EVIOCGUNIQ(0) 1 {'00' * 256}",
        f"EVIOCGBIT(0) 4 {_bits(kinds, 4)}",
        f"EVIOCGBIT({ecodes.EV_KEY}) 96 {_bits(range(1, 128), 96)}",
        *(f"EVIOCGBIT({kind}) 96 {'00' * 96}" for kind in kinds[2:]),
        "EVIOCGEFFECTS 0 00000000",
    ]
    return "\n".join(lines) + "\n"


class Testbed:
    """Input devices that come and go. One per process."""

    __test__ = False

    def __init__(self) -> None:
        self._library = ctypes.CDLL(_LIBRARY)
        self._library.umockdev_testbed_new.restype = ctypes.c_void_p
        self._bed = ctypes.c_void_p(self._library.umockdev_testbed_new())
        self._library.umockdev_testbed_get_root_dir.restype = ctypes.c_char_p
        self._root = self._library.umockdev_testbed_get_root_dir(self._bed).decode()
        self._folder = TemporaryDirectory()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()
        self._library.g_object_unref(self._bed)

    def plug(self, number: int, name: str = "POS scanner") -> str:
        """Add /dev/input/event`number`, a number not used before; its path."""
        node = f"/dev/input/event{number}"
        description = _DESCRIPTION.format(name=f"input{number}", number=number, minor=64 + number)
        self._call("add_from_string", description.encode())
        answers = Path(self._folder.name, f"{number}.ioctl")
        answers.write_text(_ioctls(name))
        self._call("load_ioctl", node.encode(), str(answers).encode())
        return node

    def tell(self, number: int, action: str) -> None:
        """Have udev's listeners hear of it."""
        syspath = f"/sys/devices/usb1/1-1/1-1:1.0/input/input{number}/event{number}"
        self._library.umockdev_testbed_uevent(self._bed, syspath.encode(), action.encode())

    def unplug(self, number: int) -> None:
        """Remove the device and hang up on whoever has it open."""
        os.close(self._far_side(number))
        syspath = f"/sys/devices/usb1/1-1/1-1:1.0/input/input{number}/event{number}"
        self._library.umockdev_testbed_remove_device(self._bed, syspath.encode())
        # It leaves the node, which leads to a pty whose number another program may be given.
        Path(self._root, "dev", "input", f"event{number}").unlink(missing_ok=True)

    def event(self, number: int, kind: int, code: int, value: int) -> None:
        """Inject an event and its SYN_REPORT."""
        events = ((kind, code, value), (ecodes.EV_SYN, ecodes.SYN_REPORT, 0))
        data = b"".join(struct.pack("llHHi", 1, 0, *event) for event in events)
        os.write(self._far_side(number), data)

    def _far_side(self, number: int) -> int:
        node = f"/dev/input/event{number}".encode()
        return int(self._library.umockdev_testbed_get_dev_fd(self._bed, node))

    def _call(self, function: str, *arguments: bytes) -> None:
        error = ctypes.c_void_p()
        call = getattr(self._library, f"umockdev_testbed_{function}")
        if not call(self._bed, *arguments, ctypes.byref(error)):
            raise OSError(f"umockdev_testbed_{function} failed")
