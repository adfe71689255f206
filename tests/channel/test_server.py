"""The channel's two ends against each other, and a peer that keeps to nothing."""

import asyncio
import json
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec import Raw

from pos_terminal.channel import interface, server, socket_address
from pos_terminal.channel.acts import Act, Actor, perform
from pos_terminal.channel.client import AsyncClient, Client
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import (
    DoAsked,
    Done,
    Log,
    LogAsked,
    Method,
    Nothing,
    Record,
    Records,
    RecordsAsked,
)
from pos_terminal.channel.service import Dispatcher, Peer
from pos_terminal.channel.varlink import LIMIT
from pos_terminal.domain import faults
from pos_terminal.testing.running import run
from tests.support.channel import Raw as Peerless
from tests.support.channel import serving

RECORD = Record(1, "a", b'{"a":"\xff"}', b"\x01" * 32)


async def records(peer: Peer, asks: RecordsAsked) -> AsyncGenerator[Records, None]:
    for seq in range(asks.after, asks.after + 3):
        yield Records([RECORD], 0, seq)


async def do(peer: Peer, asks: DoAsked) -> Done:
    return Done(await perform({"say": Act(RecordsAsked, say)}, asks.act, asks.arguments, Actor(0)))


async def say(asks: RecordsAsked, actor: Actor) -> int:
    if asks.after < 0:
        raise ZeroDivisionError(asks.after)
    return asks.after + 1


def log(peer: Peer, asks: LogAsked) -> Log:
    if asks.lines:
        raise ChannelError(faults.NOT_GRANTED, "no")
    return Log([])


def service() -> Dispatcher:
    made = Dispatcher("test", "1")
    made.answer(interface.RECORDS, records)
    made.answer(interface.DO, do)
    made.answer(interface.LOG, log)
    return made


@contextmanager
def fails_with(fault: faults.Fault, detail: str = "") -> Iterator[None]:
    with pytest.raises(ChannelError, match=detail) as raised:
        yield
    assert raised.value.fault is fault


def test_both_clients_get_what_was_answered(tmp_path: Path) -> None:
    path = tmp_path / "till"
    one, other = Client(path), AsyncClient(path)
    asks = RecordsAsked(7)

    async def body() -> None:
        async with serving(path, service()):
            info = await asyncio.to_thread(one.call, interface.GET_INFO, Nothing())
            assert (info.product, info.interfaces[1]) == ("test", interface.INTERFACE)
            assert await other.call(interface.GET_INFO, Nothing()) == info
            assert await other.call(interface.RECORDS, asks) == Records([RECORD], 0, 7)
            done = DoAsked("say", Raw(b'{"after":41}'))
            assert bytes((await other.call(interface.DO, done)).result) == b"42"
            followed: list[int] = []
            with fails_with(faults.CHANNEL_BROKEN, "fermé"):
                async for each in other.follow(interface.RECORDS, asks):
                    followed.append(each.last)
            assert followed == [7, 8, 9]
            first = await asyncio.to_thread(next, one.follow(interface.RECORDS, asks))
            assert first == Records([RECORD], 0, 7)

    run(body())


def test_what_fails_has_a_code_and_a_remedy(tmp_path: Path) -> None:
    path = tmp_path / "till"
    till = AsyncClient(path)
    newer = Method(f"{interface.INTERFACE}.Fly", Nothing, Nothing)
    other = Method("org.example.Fly", Nothing, Nothing)
    lacking = Method(interface.RECORDS.name, Nothing, Records)
    fuller = Method(interface.LOG.name, LogAsked, Records)

    async def body() -> None:
        with fails_with(faults.TILL_SILENT, "till"):
            await till.call(interface.LOG, LogAsked())
        async with serving(path, service()):
            with fails_with(faults.OTHER_VERSION, "MethodNotFound"):
                await till.call(newer, Nothing())
            with fails_with(faults.OTHER_VERSION, "InterfaceNotFound"):
                await till.call(other, Nothing())
            with fails_with(faults.OTHER_VERSION, 'InvalidParameter.*"after"'):
                await till.call(lacking, Nothing())
            with fails_with(faults.OTHER_VERSION, "missing required field `records`"):
                await till.call(fuller, LogAsked())
            with fails_with(faults.NOT_GRANTED, "no"):
                await till.call(interface.LOG, LogAsked(1))
            with fails_with(faults.OTHER_VERSION, "pas l'acte «fly»"):
                await till.call(interface.DO, DoAsked("fly"))
            with fails_with(faults.BAD_REQUEST, "after"):
                await till.call(interface.DO, DoAsked("say"))
            with fails_with(faults.INTERNAL, "ZeroDivisionError"):
                await till.call(interface.DO, DoAsked("say", Raw(b'{"after":-1}')))
            with fails_with(faults.BAD_REQUEST, "bytes in one message"):
                await till.call(interface.DO, DoAsked("x" * LIMIT))

    run(body())


BREACHES = {
    "no JSON": b"GET / HTTP/1.1\r\n\r\n\0",
    "no call": b'{"parameters":{}}\0',
    "deep": b'{"method":"x","parameters":' + b"[" * 100_000 + b"]" * 100_000 + b"}\0",
    "endless": b"[" * (LIMIT + 1),
    "not UTF-8": b'{"method":"\xff"}\0',
}


@pytest.mark.parametrize("breach", BREACHES)
def test_who_breaks_the_protocol_is_closed(tmp_path: Path, breach: str) -> None:
    def break_it(path: Path) -> bytes:
        peer = Peerless(path)
        try:
            peer.send(BREACHES[breach])
        except (BrokenPipeError, ConnectionResetError):
            return b""
        try:
            return peer.message()
        finally:
            peer.close()

    async def body() -> None:
        async with serving(tmp_path / "till", service()):
            assert await asyncio.to_thread(break_it, tmp_path / "till") == b""
            await AsyncClient(tmp_path / "till").call(interface.LOG, LogAsked())

    run(body())


def test_half_a_message_does_not_wait_for_ever(tmp_path: Path) -> None:
    def half(path: Path) -> bytes:
        peer = Peerless(path)
        peer.send(b'{"method":')
        received = peer.message()
        peer.close()
        return received

    async def body() -> None:
        async with serving(tmp_path / "till", service(), half=0.05):
            assert await asyncio.to_thread(half, tmp_path / "till") == b""

    run(body())


def test_calls_that_come_in_pieces_and_in_heaps_are_answered_in_order(tmp_path: Path) -> None:
    def talk(path: Path) -> list[int]:
        peer = Peerless(path)
        calls = b"".join(
            json.dumps({"method": interface.RECORDS.name, "parameters": {"after": n}}).encode()
            + b"\0"
            for n in range(5)
        )
        quiet = json.dumps({"method": interface.LOG.name, "oneway": True}).encode() + b"\0"
        for byte in quiet + calls:
            peer.send(bytes([byte]))
        peer.send(calls)
        got = [json.loads(peer.message())["parameters"]["last"] for _ in range(10)]
        peer.close()
        return got

    async def body() -> None:
        async with serving(tmp_path / "till", service()):
            told = await asyncio.to_thread(talk, tmp_path / "till")
            assert told == [*range(5), *range(5)]

    run(body())


def test_a_user_has_so_many_connections_and_no_more(tmp_path: Path) -> None:
    path = tmp_path / "till"

    def crowd() -> None:
        peers = [Peerless(path) for _ in range(server.A_USER)]
        for peer in peers:  # an answer: it was taken in
            peer.send(b'{"method":"org.varlink.service.GetInfo"}\0')
            assert peer.message()
        late = Peerless(path)
        assert late.message() == b""
        late.close()
        for peer in peers:
            peer.close()

    async def body() -> None:
        async with serving(path, service()):
            await asyncio.to_thread(crowd)
            while True:  # as soon as the others are seen to have gone
                try:
                    await AsyncClient(path).call(interface.LOG, LogAsked())
                except ChannelError:
                    continue
                break

    run(body())


def test_a_dead_socket_is_replaced_and_a_live_one_is_not(tmp_path: Path) -> None:
    path = tmp_path / ("long" * 30) / "till"
    path.parent.mkdir()
    socket_address.listen(path, 1).close()
    assert path.is_socket()

    async def body() -> None:
        async with serving(path, service()):
            await AsyncClient(path).call(interface.LOG, LogAsked())
            with pytest.raises(socket_address.Taken):
                socket_address.listen(path, 1)
            await AsyncClient(path).call(interface.LOG, LogAsked())
            assert path.stat().st_mode & 0o777 in (0o600, 0o660)
        assert not path.exists()

    run(body())


def test_where_the_socket_is(tmp_path: Path) -> None:
    default = socket_address.STATE
    assert socket_address.socket_path(default, {}) == Path("/run/pos-terminal/till")
    assert socket_address.socket_path(tmp_path, {}) == tmp_path / "till"
    unit = {"RUNTIME_DIRECTORY": f"/run/other:{tmp_path}/pos-terminal"}
    assert socket_address.socket_path(tmp_path / "x", unit) == tmp_path / "pos-terminal" / "till"
    agent = {"RUNTIME_DIRECTORY": "/run/pos-agent"}
    assert socket_address.socket_path(default, agent) == Path("/run/pos-terminal/till")
