"""The outbox: at least once, in order, over failures, kills and wrong clocks; bounded."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from pos_terminal.agent.delivery import UNKNOWN, DeliveryRules, Limits, Message
from pos_terminal.agent.outbox import (
    SCHEMA,
    NotDelivered,
    Outbox,
    OutboxFull,
    Rejected,
)
from pos_terminal.testing.running import PATIENCE, run
from tests.support.agent import SetClock, stores

AT_ONCE = DeliveryRules(pauses=(0,))
ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def outbox(
    folder: Path, clock: SetClock | None = None, limits: Limits | None = None
) -> AsyncIterator[Outbox]:
    async with stores(folder) as opened:
        yield Outbox(opened.worker("plugin", SCHEMA), clock or SetClock(), limits)


class Receiver:
    """The world outside: keeps what arrives, and refuses what it is told to."""

    def __init__(self, refuse: Callable[[Message], None] = lambda message: None) -> None:
        self.refuse = refuse
        self.got: list[str] = []
        self.tried: list[str] = []
        self._changed = asyncio.Event()

    async def take(self, message: Message) -> None:
        self.tried.append(message.id)
        self._changed.set()
        self.refuse(message)
        self.got.append(message.id)

    async def until(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while len(self.tried) < count:
                self._changed.clear()
                await self._changed.wait()


@asynccontextmanager
async def delivering(
    box: Outbox, receiver: Receiver, rules: DeliveryRules = AT_ONCE
) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(box.deliver("mail", receiver.take, rules))
        yield
        task.cancel()


def test_what_is_put_arrives_in_order_and_once(tmp_path: Path) -> None:
    async def body() -> None:
        receiver = Receiver()
        async with outbox(tmp_path) as box:
            assert await box.put("a", "mail", b"1")
            async with delivering(box, receiver):
                await receiver.until(1)
                for id in "bcb":
                    await box.put(id, "mail", b"2")
                await receiver.until(3)
                while (await box.waiting("mail")).messages:
                    await asyncio.sleep(0)
            assert not await box.put("a", "mail", b"again")
            assert not await box.put("b", "mail", b"again")
        assert receiver.got == ["a", "b", "c"]

    run(body())


def test_a_failure_is_repeated_and_what_comes_behind_waits_for_it(tmp_path: Path) -> None:
    refusals = iter([NotDelivered("451 later"), ConnectionResetError("cut"), TimeoutError()])

    def refuse(message: Message) -> None:
        if message.id == "a" and (error := next(refusals, None)):
            raise error

    async def body() -> None:
        receiver = Receiver(refuse)
        async with outbox(tmp_path) as box:
            await box.put("a", "mail", b"")
            await box.put("b", "mail", b"")
            async with delivering(box, receiver):
                await receiver.until(5)
        assert receiver.tried == ["a", "a", "a", "a", "b"]

    run(body())


def test_it_waits_for_its_pause_and_says_why(tmp_path: Path) -> None:
    def refuse(message: Message) -> None:
        raise NotDelivered("451 later")

    async def body() -> None:
        clock, receiver = SetClock(), Receiver(refuse)
        async with outbox(tmp_path, clock) as box:
            await box.put("a", "mail", b"")
            async with delivering(box, receiver, DeliveryRules(pauses=(10,))):
                await receiver.until(1)
                while (await box.waiting("mail")).error == UNKNOWN:
                    await asyncio.sleep(0)
                assert (await box.waiting("mail"))[::2] == (1, "451 later")
                await box.put("b", "mail", b"")  # has it look again
                assert receiver.tried == ["a"]
                clock.go(10)
                await box.put("c", "mail", b"")
                await receiver.until(2)
        assert receiver.tried == ["a", "a"]

    run(body())


def test_what_is_rejected_is_given_up_and_not_taken_again(tmp_path: Path) -> None:
    def refuse(message: Message) -> None:
        if message.id == "a":
            raise Rejected("550 no such address")

    async def body() -> None:
        receiver = Receiver(refuse)
        async with outbox(tmp_path) as box:
            await box.put("a", "mail", b"")
            await box.put("b", "mail", b"")
            async with delivering(box, receiver):
                await receiver.until(2)
            assert not await box.put("a", "mail", b"")
        assert receiver.tried == ["a", "b"]

    run(body())


def test_an_attempt_that_ends_the_service_does_not_stand_before_the_others(tmp_path: Path) -> None:
    def refuse(message: Message) -> None:
        if message.id == "a":
            raise ZeroDivisionError

    async def body() -> None:
        receiver = Receiver(refuse)
        async with outbox(tmp_path) as box:
            await box.put("a", "mail", b"")
            await box.put("b", "mail", b"")
            with pytest.raises(ExceptionGroup):
                async with delivering(box, receiver, DeliveryRules()):
                    await receiver.until(1)
                    await asyncio.sleep(PATIENCE)
            async with delivering(box, receiver, DeliveryRules()):
                await receiver.until(2)
        assert receiver.tried == ["a", "b"]

    run(body())


def test_a_full_box_refuses_and_keeps_what_it_has(tmp_path: Path) -> None:
    async def body() -> None:
        async with outbox(tmp_path, limits=Limits(messages=3, bytes=10)) as box:
            await box.put("a", "mail", b"12345678")
            with pytest.raises(OutboxFull):
                await box.put("b", "mail", b"123")
            await box.put("c", "mail", b"")
            await box.put("d", "mail", b"")
            with pytest.raises(OutboxFull):
                await box.put("e", "mail", b"")
            assert not await box.put("a", "mail", b""), "what it has, it has"
            assert (await box.waiting("mail")).messages == 3

    run(body())


def test_so_many_an_hour_wait_for_the_next(tmp_path: Path) -> None:
    async def body() -> None:
        clock, receiver = SetClock(), Receiver()
        async with outbox(tmp_path, clock) as box:
            for id in "abc":
                await box.put(id, "mail", b"")
            async with delivering(box, receiver, DeliveryRules(an_hour=2)):
                await receiver.until(2)
                while (await box.waiting("mail")).messages > 1:
                    await asyncio.sleep(0)
                await box.put("a", "mail", b"")
                assert receiver.got == ["a", "b"]
                clock.go(3600)
                await box.put("a", "mail", b"")
                await receiver.until(3)
        assert receiver.got == ["a", "b", "c"]

    run(body())


VICTIM = """
import asyncio, sys
from pathlib import Path
from pos_terminal.agent.clock import SystemClock
from pos_terminal.agent.delivery import Rules
from pos_terminal.agent.outbox import SCHEMA, Outbox
from pos_terminal.agent.stores import Stores

async def send(message):
    print("sent", message.id, flush=True)

async def main(first):
    worker = Stores(Path(sys.argv[1]), print).worker("plugin", SCHEMA)
    box = Outbox(worker, SystemClock())
    async def put():
        number = first
        while True:
            await box.put(str(number), "mail", b"x")
            print("put", number, flush=True)
            number += 1
    async with asyncio.TaskGroup() as group:
        group.create_task(put())
        group.create_task(box.deliver("mail", send, Rules(pauses=(0,))))

asyncio.run(main(int(sys.argv[2])))
"""


def test_kill_9_loses_nothing_that_was_put_and_repeats_what_it_cut(tmp_path: Path) -> None:
    put: set[str] = set()
    sent: list[str] = []
    for kill in range(6):
        first = max(map(int, put), default=0) + 1
        victim = subprocess.Popen(
            [sys.executable, "-c", VICTIM, str(tmp_path), str(first)],
            stdout=subprocess.PIPE, cwd=ROOT, text=True,
        )  # fmt: skip
        with victim:
            assert victim.stdout
            for number, line in enumerate(victim.stdout):
                word, id = line.split()
                put.add(id) if word == "put" else sent.append(id)
                if number == 5 + 7 * kill:
                    os.kill(victim.pid, signal.SIGKILL)

    async def rest() -> None:
        receiver = Receiver()
        async with outbox(tmp_path) as box:
            waiting = (await box.waiting("mail")).messages
            async with delivering(box, receiver):
                await receiver.until(waiting)
                while (await box.waiting("mail")).messages:
                    await asyncio.sleep(0)
        sent.extend(receiver.got)

    run(rest())
    assert put <= set(sent)
    assert len(sent) - len(set(sent)) <= 6, "one repetition a kill at most"
