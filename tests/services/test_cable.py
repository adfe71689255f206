"""A cable that leads to the relay: pulled, it is known at once, and the relay is dialled anew."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pos_service_support import cable, ssh_child, wire
from pos_service_support.ssh_child import Visit
from pos_service_support.wire import Begin, Linked, Words
from pos_terminal.testing.running import PATIENCE, run
from tests.needs import need
from tests.support.relay import made, running


@contextmanager
def laid() -> Iterator[tuple[str, str]]:
    """A cable between two interfaces of this machine: ours has the addresses below."""
    need(os.geteuid() == 0 and shutil.which("ip") is not None, "interfaces", "running as root")
    ours, far = f"ours{os.getpid()}", f"far{os.getpid()}"
    ip("link", "add", ours, "type", "veth", "peer", "name", far)
    try:
        ip("addr", "add", ADDRESSES[0], "dev", ours)
        ip("addr", "add", ADDRESSES[1], "dev", ours, "nodad")
        for each in (ours, far):
            ip("link", "set", each, "up")
        yield ours, far
    finally:
        subprocess.run(["ip", "link", "del", ours], check=False, capture_output=True)


ADDRESSES = (f"10.76.{os.getpid() % 250}.1", f"fd00:76:{os.getpid() % 250:x}::1")


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, timeout=20)


@pytest.mark.parametrize("gone", [False, True], ids=["pulled", "gone"])
@pytest.mark.parametrize("address", ADDRESSES, ids=["IPv4", "IPv6"])
def test_a_cable_that_is_pulled_is_known(address: str, *, gone: bool) -> None:
    async def body() -> None:
        with laid() as (ours, far):
            waiting = asyncio.ensure_future(cable.pulled(address))
            nowhere = asyncio.ensure_future(cable.pulled("192.0.2.1"))
            ip("link", "set", far, "mtu", "1400")  # news, and no end
            ip("link", "set", ours, "mtu", "1400")
            await asyncio.sleep(0)
            assert cable.interface(address) == ours and not waiting.done()
            ip("link", *(("del", ours) if gone else ("set", far, "down")))
            async with asyncio.timeout(PATIENCE):
                await waiting
            assert not nowhere.done()
            nowhere.cancel()
            await asyncio.wait((nowhere,))

    run(body())


def test_what_has_no_cable_is_never_pulled() -> None:
    assert cable.carries("lo") and cable.interface("127.0.0.1") == cable.interface("::1") == "lo"
    assert cable.interface("::ffff:127.0.0.1") == "lo"
    assert not cable.carries("none")


class Ears(ssh_child.Agent):
    """The agent's end of the pipe."""

    def __init__(self) -> None:
        super().__init__(asyncio.StreamReader())
        self.told: asyncio.Queue[wire.FromChild] = asyncio.Queue()

    def tell(self, message: wire.FromChild) -> None:
        self.told.put_nowait(message)


def test_a_relay_whose_cable_is_pulled_is_left_and_dialled_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def body() -> None:
        out, asked = asyncio.Event(), list[str]()

        async def pulled(address: str) -> None:
            asked.append(address)
            await out.wait()
            out.clear()

        monkeypatch.setattr(ssh_child, "pulled", pulled)
        async with made() as relay, running(relay):
            table = relay.settings
            begin = Begin(
                "127.0.0.1", relay.port, "pos", str(table["relay_key"]),
                Path(relay.terminal / "support-key").read_text(),
                Path(relay.terminal / "support-host-key").read_text(),
                str(table["ca"]), int(str(table["listen"])), "pos-1-2", "",
                Words("", "", "", "", "", ""), {},
            )  # fmt: skip
            ears = Ears()
            dialling = asyncio.ensure_future(Visit(ears, begin).dial())
            try:
                async with asyncio.timeout(4 * PATIENCE):
                    assert isinstance(await ears.told.get(), Linked)
                    out.set()
                    while not isinstance(await ears.told.get(), Linked):
                        pass
                assert asked[0] == "127.0.0.1"
            finally:
                dialling.cancel()
                await asyncio.wait((dialling,))

    run(body())
