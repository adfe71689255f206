"""A supporter with a client of his own making: what he sends is dropped, or ends him alone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import cast

import asyncssh
import pytest

from pos_service_support import ssh_child, wire
from pos_service_support.ssh_child import Certificate, Visit
from pos_service_support.wire import Admitted, Begin, Enter, FromChild, Left, Trouble, Words
from pos_terminal.commands import support_relay
from pos_terminal.domain.events.grants import GrantEnded, SupportOpened
from pos_terminal.domain.staff.support import principal
from pos_terminal.testing.running import PATIENCE, run
from tests.support.relay import TILL, Relay
from tests.support.supporting import open_line

FACTS = "who=x,key=x,until=9999999999"


@asynccontextmanager
async def client(relay: Relay) -> AsyncIterator[asyncssh.SSHClientConnection]:
    """Through the relay to the terminal, by a client that does whatever it is told."""
    (enrolled,) = support_relay.terminals(relay.folder)

    def to(what: str, port: int) -> dict[str, object]:
        keys = [(str(relay.key), f"{relay.key}-{what}-cert.pub")]
        return {"host": "127.0.0.1", "port": port, "username": "support", "client_keys": keys,
                "known_hosts": None, "config": None, "agent_path": None}  # fmt: skip

    async with (
        asyncssh.connect(**to("relay", relay.port)) as jump,
        asyncssh.connect(tunnel=jump, **to("terminal", enrolled.port)) as inside,
    ):
        yield inside


async def made(relay: Relay, *words: str) -> None:
    """The certificate for the terminal, as ssh-keygen signs it by these options."""
    done = await relay.ran(
        "ssh-keygen", "-q", "-s", str(relay.ca), "-I", "x", *words,
        str(relay.key.with_suffix(".pub")),
    )  # fmt: skip
    assert done.status == 0, (words, done)
    found = relay.key.with_name(f"{relay.key.name}-cert.pub")
    found.rename(found.with_name(f"{relay.key.name}-terminal-cert.pub"))


async def does(supporter: asyncssh.SSHClientConnection, line: str) -> str:
    async with asyncio.timeout(PATIENCE):
        return str((await supporter.run(line)).stdout)


@pytest.mark.slow
def test_what_a_client_may_send_ends_no_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def body() -> None:
        async with open_line(tmp_path, monkeypatch) as (_, relay, door):
            code = await door.code()
            relay.sign(code)
            # By an authority that forbids nothing: what refuses here is the terminal alone.
            await made(relay, "-n", f"{principal(*TILL, code)},{FACTS}")
            async with client(relay) as supporter:
                screen = await supporter.create_process(term_type="xterm", encoding=None)
                sizes = ((0, b"\x1b[D\t\x12"), (1, "漢字".encode()), (2**32 - 1, b"\x15"))
                for width, typed in sizes:
                    screen.change_terminal_size(width, width)
                    screen.stdin.write(typed)
                screen.send_signal("INT")
                screen.send_break(1000)
                for typed, wanted in (
                    (b"\xff\xe9\x9b2J\x1b]0;x\x07\r", b"pas une commande"),
                    (b"incidents\r", b"subject"),
                ):
                    screen.stdin.write(typed)
                    async with asyncio.timeout(PATIENCE):
                        await screen.stdout.readuntil(wanted)
                        await screen.stdout.readuntil(b"\n> ")
                screen.close()
                for sends in (
                    supporter.open_connection("127.0.0.1", relay.port),
                    supporter.open_unix_connection("/run/dbus/system_bus_socket"),
                    supporter.forward_remote_port("", 0, "127.0.0.1", 1),
                    supporter.forward_remote_path(str(tmp_path / "x"), "/y"),
                    supporter.start_sftp_client(),
                ):
                    with pytest.raises((asyncssh.Error, asyncssh.ChannelListenError)):
                        await sends
                # Each screen that is shut makes room, also one that nothing more is shown on.
                for _ in range(3 * ssh_child.SCREENS):
                    (await supporter.create_process("watch")).close()
                async with asyncio.timeout(PATIENCE):
                    while "selling" not in await does(supporter, "status"):
                        await asyncio.sleep(0.05)

    run(body())


@pytest.mark.slow
def test_who_has_too_much_kept_ends_his_own_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def body() -> None:
        async with open_line(tmp_path, monkeypatch) as (shop, relay, door):
            relay.sign(await door.code())
            async with client(relay) as supporter:
                kept = {f"X{number}": "y" * 30_000 for number in range(6_000)}
                with suppress(asyncssh.Error):
                    await supporter.create_process("status", env=kept)
                async with asyncio.timeout(PATIENCE):
                    await supporter.wait_closed()
            await shop.journaled(SupportOpened)
            assert (await shop.journaled(GrantEnded))[0].why == "lost"
            # And the next one comes in as ever.
            relay.sign(await door.code())
            assert "selling" in (await relay.ssh("status")).out

    run(body())


ODD = {
    "for anybody": (),
    "for two codes": ("-n", f"{{mine}},{{other}},{FACTS}"),
    "without a name": ("-n", "{mine}"),
    "of a host": ("-h", "-n", f"{{mine}},{FACTS}"),
    "from elsewhere": ("-n", f"{{mine}},{FACTS}", "-O", "source-address=192.0.2.1"),
    "on a condition unheard of": ("-n", f"{{mine}},{FACTS}", "-O", "critical:x@example.org"),
    "until never": ("-n", "{mine},who=x,key=x,until=never"),
}


@pytest.mark.slow
def test_a_certificate_that_says_something_odd(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def body() -> None:
        async with open_line(tmp_path, monkeypatch) as (shop, relay, door):
            code = await door.code()
            relay.sign(code)
            mine, other = principal(*TILL, code), principal(*TILL, "2" * 12)
            shown = relay.key.with_name(f"{relay.key.name}-terminal-cert.pub")
            good = shown.read_bytes()
            for name, words in ODD.items():
                await made(relay, *(each.format(mine=mine, other=other) for each in words))
                assert (await relay.ssh("status")).status == 255, name
            shown.write_bytes(good)
            two = await asyncio.gather(relay.ssh("status"), relay.ssh("status"))
            assert sorted(bool(each.status) for each in two) == [False, True], two
            await shop.journaled(GrantEnded)
            # What has opened once is of no use for another consent.
            await door.code()
            again = await relay.ssh("status")
            assert again.status and "O-127" in again.err

    run(body())


def test_one_who_goes_while_the_till_is_asked_leaves_no_session_behind(tmp_path: Path) -> None:
    """Else nobody could come any more, and the shop would think that he is in."""
    told: list[FromChild] = []

    class Ears(ssh_child.Agent):
        def tell(self, message: FromChild) -> None:
            told.append(message)

    async def body() -> None:
        begin = Begin("", 1, "", "", "", "", "", 1, "", "", Words(*"abcdef"), {})
        reader = asyncio.StreamReader()
        visit = Visit(Ears(reader), begin)
        he = cast(asyncssh.SSHServerConnection, object())
        visit.doors[he] = cast(ssh_child.Door, object())
        asking = asyncio.ensure_future(visit.admit(he, Certificate("x", "marie", "k", 0, 2**33)))
        hearing = asyncio.ensure_future(visit.listen())
        await asyncio.sleep(0)
        visit.gone(he, None)
        (enter,) = told
        assert isinstance(enter, Enter)
        reader.feed_data(wire.line(Admitted(enter.visitor, True, "")))
        assert await asking
        assert isinstance(told[-1], Left) and told[-1].lost and visit.over.is_set()
        hearing.cancel()
        await asyncio.wait((hearing,))

    run(body())


@pytest.mark.slow
@pytest.mark.parametrize("moved", [3600, -3600], ids=["put on", "put back"])
def test_a_clock_by_which_his_certificate_does_not_hold_ends_it(moved: float) -> None:
    """Said first, while the consent still stands to which it belongs."""
    told: asyncio.Queue[FromChild] = asyncio.Queue()
    utc = [1_800_000_000.0]

    class Ears(ssh_child.Agent):
        def tell(self, message: FromChild) -> None:
            told.put_nowait(message)

    async def body() -> None:
        begin = Begin("", 1, "", "", "", "", "", 1, "", "", Words(*"abcdef"), {})
        reader = asyncio.StreamReader()
        visit = Visit(Ears(reader), begin, utc=lambda: utc[0])
        he = cast(asyncssh.SSHServerConnection, Gone())
        visit.doors[he] = cast(ssh_child.Door, object())
        shown = Certificate("x", "marie", "k", int(utc[0]) - 600, int(utc[0]) + 1800)
        asking = asyncio.ensure_future(visit.admit(he, shown))
        hearing = asyncio.ensure_future(visit.listen())
        async with asyncio.timeout(PATIENCE):
            enter = await told.get()
            assert isinstance(enter, Enter)
            reader.feed_data(wire.line(Admitted(enter.visitor, True, "")))
            assert await asking == ""
            utc[0] += moved
            trouble, left = await told.get(), await told.get()
        assert isinstance(trouble, Trouble) and trouble.code == ssh_child.CLOCK
        assert left == Left("b", lost=False)
        hearing.cancel()
        await asyncio.wait((hearing,))

    run(body())


class Gone:
    """A connection that has no more to do than to end."""

    def disconnect(self, code: int, reason: str) -> None:
        """It has."""
