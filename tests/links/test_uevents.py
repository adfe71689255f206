"""News of plugged devices: udev's and the kernel's messages, and what a till does at one."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_terminal.links.attached import Attached, Kind
from pos_terminal.links.uevents import Uevents, properties
from pos_terminal.runtime.strangers import Strangers
from pos_terminal.testing.running import run
from tests.support.under_umockdev import play

BODY = b"ACTION=add\0DEVPATH=/devices/usb1/1-1\0SUBSYSTEM=tty\0DEVNAME=/dev/ttyUSB0\0"
KERNEL = b"add@/devices/usb1/1-1\0" + BODY
UDEV = b"".join((
    b"libudev\0", b"\xfe\xed\xca\xfe", (40).to_bytes(4, "little"), (40).to_bytes(4, "little"),
    len(BODY).to_bytes(4, "little"), bytes(16), BODY,
))  # fmt: skip
"""struct udev_monitor_netlink_header of systemd's device-monitor.c, and the properties."""


@pytest.mark.parametrize("message", [KERNEL, UDEV])
def test_what_a_message_says(message: bytes) -> None:
    told = properties(message)
    assert (told["ACTION"], told["SUBSYSTEM"], told["DEVNAME"]) == ("add", "tty", "/dev/ttyUSB0")


@given(st.binary(max_size=200), st.booleans())
def test_no_message_makes_it_raise(noise: bytes, udevs: bool) -> None:
    properties((b"libudev\0" if udevs else b"") + noise)


def test_a_socket_that_is_lost_is_said_and_no_event_for_ever() -> None:
    async def body() -> None:
        near, far = socket.socketpair()
        near.setblocking(False)
        near.close()
        far.close()
        with pytest.raises(OSError, match="Bad file"):
            await Uevents(near).next()

    run(body())


def test_udev_tells_and_ours_is_opened_and_a_strangers_keyboard_held() -> None:
    play("plugged_scenario")


def test_a_trial_on_a_desk_takes_nobodys_keyboard() -> None:
    assert not Strangers(["/tmp/wires/keypad", "/dev/ttyUSB0"]).guards
    assert Strangers(["/tmp/wires/keypad", "/dev/pos/scanner"]).guards


def test_what_is_left_to_others_and_what_is_no_keyboard_is_no_stranger() -> None:
    there = [
        Attached(Kind.KEYBOARD, f"/dev/input/event{n}", name=f"keyboard {n}") for n in range(3)
    ] + [Attached(Kind.SOUNDER, "/dev/input/event3")]

    async def body() -> tuple[str, ...]:
        strangers = Strangers(["/dev/input/event0"], ["/dev/input/event1"], lambda: there)
        strangers._take(there)
        return strangers.found

    assert run(body()) == ("keyboard 2 /dev/input/event2",)
