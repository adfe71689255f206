"""Payment terminals over TLS: the contract over real sessions, and the child that holds them."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest

from pos_driver_payments import cashdro, nexo
from pos_driver_payments.child import near
from pos_driver_payments.child.near import ChildTerminal
from pos_driver_payments.pinned import fingerprint_of
from pos_driver_payments.tls import dial_to
from pos_driver_sim.card.cashdro import PASSWORD, CashdroEnd
from pos_driver_sim.card.http import HttpEnd
from pos_driver_sim.card.machine import Act as Happens
from pos_driver_sim.card.nexo import NexoEnd
from pos_driver_sim.card.nexo_envelope import PASSPHRASE, SealedNexoEnd
from pos_driver_sim.card.tls import TlsTerminal
from pos_terminal.devices.errors import DeviceLost, OutcomeUnknown
from pos_terminal.devices.payments import PaymentTerminal
from pos_terminal.domain import faults
from pos_terminal.domain.authorisation import Ending, Reason, Stage
from pos_terminal.testing.hurried import run_hurried
from pos_terminal.testing.payment_contract import Act, PaymentContract, nobody, purchase
from pos_terminal.testing.running import run

PATIENCE = 60.0
"""Seconds for a child of its own, on a machine that has other work."""

KINDS: dict[str, Any] = {"cashdro": cashdro, "nexo": nexo}


def settings_of(table: dict[str, object]) -> Any:
    """The driver's settings of a configuration table."""
    kind = {"cashdro": cashdro.CashdroSettings, "nexo": nexo.NexoSettings}[str(table["driver"])]
    return msgspec.convert({key: table[key] for key in table if key != "driver"}, kind)


class FarEnd:
    """A machine behind a real session, spoken to without a child in between: that has its own."""

    tells_partial = True
    notices = False

    def __init__(self, end: TlsTerminal) -> None:
        self._end = end
        self.tells_abandoned = isinstance(end.machine, NexoEnd)

    @property
    def booked(self) -> Sequence[int]:
        return self._end.machine.moved

    def then(self, *acts: Act) -> None:
        self._end.machine.script(*(Happens(act) for act in acts))

    @asynccontextmanager
    async def open(self) -> AsyncIterator[PaymentTerminal]:
        table = self._end.settings
        settings = settings_of(table)
        dial = dial_to(settings.host, settings.port, fingerprint_of(settings.fingerprint))
        yield KINDS[str(table["driver"])].over(dial, settings)

    async def unplug(self) -> None:
        await self._end.unplug()

    async def replug(self) -> None:
        await self._end.replug()


class _Tls(PaymentContract):
    run = staticmethod(run_hurried)
    kind: type[HttpEnd]

    @asynccontextmanager
    async def far_end(self) -> AsyncIterator[FarEnd]:
        with TemporaryDirectory() as folder:
            async with TlsTerminal(self.kind(), Path(folder)) as end:
                yield FarEnd(end)


class TestNexo(_Tls):
    kind = NexoEnd


class TestNexoSealed(_Tls):
    kind = SealedNexoEnd


class TestCashdro(_Tls):
    kind = CashdroEnd


@asynccontextmanager
async def opened(machine: HttpEnd, folder: Path) -> AsyncIterator[tuple[TlsTerminal, Any]]:
    """A machine, and how its driver is opened in a child."""
    async with TlsTerminal(machine, folder) as end, asyncio.timeout(PATIENCE):
        swift = {"poll": 0.2} if machine.driver == "cashdro" else {}
        yield end, lambda: KINDS[machine.driver].open_terminal(settings_of(end.settings | swift))


@pytest.mark.parametrize("kind", [SealedNexoEnd, CashdroEnd])
def test_a_child_pays_tells_how_far_it_is_and_gives_up(kind: type[HttpEnd], tmp_path: Path) -> None:
    async def body() -> None:
        machine, heard = kind(), list[Stage]()
        waits = asyncio.Event()
        async with opened(machine, tmp_path) as (_, opens), opens() as terminal:
            paid = await terminal.authorise(purchase(1), heard.append)
            assert (paid.ending, paid.cents) == (Ending.APPROVED, 1234)
            assert len(heard) == 1
            machine.script(Happens.WAIT)
            async with asyncio.TaskGroup() as group:
                order = group.create_task(
                    terminal.authorise(purchase(2), lambda _: waits.set())
                )
                await waits.wait()
                await terminal.cancel()
            ended = order.result()
            assert (ended.ending, ended.reason) == (Ending.ABANDONED, Reason.WITHDRAWN)
            assert machine.moved == [1234]

    run(body())


@pytest.mark.parametrize("kind", [NexoEnd, CashdroEnd])
def test_a_child_that_dies_in_an_order_leaves_it_unknown_and_another_finds_it(
    kind: type[HttpEnd], tmp_path: Path
) -> None:
    async def body() -> None:
        machine = kind()
        async with opened(machine, tmp_path) as (_, opens):
            async with opens() as terminal:
                order = purchase(1)
                order = msgspec.structs.replace(order, after=await terminal.begin(order))
                machine.script(Happens.WAIT)
                at_work = asyncio.Event()
                async with asyncio.TaskGroup() as group:
                    paying = group.create_task(_unknown(terminal, order, at_work))
                    await at_work.wait()
                    os.kill(pid_of(terminal), signal.SIGKILL)
                    await terminal.gone()
                assert paying.result() is faults.PAYMENT_UNKNOWN
                with pytest.raises(DeviceLost):  # nothing of it has left: its pipe is closed
                    await terminal.authorise(purchase(2), nobody)
                machine.decide(Happens.APPROVE)  # the customer goes on, whoever has died
            async with opens() as terminal:
                found = await terminal.outcome(order)
                assert (found.ending, found.cents) == (Ending.APPROVED, 1234)
        assert machine.moved == [1234]

    run(body())


async def _unknown(terminal: PaymentTerminal, order: Any, at_work: asyncio.Event) -> faults.Fault:
    with pytest.raises(OutcomeUnknown) as unknown:
        await terminal.authorise(order, lambda _: at_work.set())
    return unknown.value.fault


def pid_of(terminal: PaymentTerminal) -> int:
    """The child's."""
    assert isinstance(terminal, ChildTerminal)
    return terminal._child.pid


@pytest.mark.parametrize("kind", [NexoEnd, CashdroEnd])
def test_another_certificate_is_refused_before_a_byte_and_says_what_it_is(
    kind: type[HttpEnd], tmp_path: Path
) -> None:
    """At a start, and later, under a till that has long been open; and one that names none yet."""

    async def body() -> None:
        machine = kind()
        async with opened(machine, tmp_path) as (end, opens):
            settings = settings_of(end.settings)
            async with opens() as terminal:
                await end.unplug()
                end.renew()
                await end.replug()
                with pytest.raises(DeviceLost) as changed:
                    await terminal.authorise(purchase(1), nobody)
                assert changed.value.fault is faults.TERMINAL_CHANGED
            for known in (settings.fingerprint, ""):
                other = msgspec.convert(
                    msgspec.to_builtins(settings) | {"fingerprint": known}, type(settings)
                )
                with pytest.raises(DeviceLost) as refused:
                    async with KINDS[machine.driver].open_terminal(other):
                        pass
                assert refused.value.fault is faults.TERMINAL_CHANGED
                assert end.fingerprint in refused.value.detail
            assert not machine.line.come and machine.moved == []

    run(body())


def test_no_secret_stands_where_others_see_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """In the settings its name alone; not in a command line, an environment, an error or a log."""

    async def body() -> None:
        machine = CashdroEnd()
        async with opened(machine, tmp_path) as (end, opens):
            async with opens() as terminal:
                pid = pid_of(terminal)
                for name in ("cmdline", "environ"):
                    seen = Path(f"/proc/{pid}/{name}").read_bytes()
                    assert PASSWORD.encode() not in seen
                machine.script(Happens.GARBAGE)
                with pytest.raises(OutcomeUnknown) as unknown:
                    await terminal.authorise(purchase(1), nobody)
                assert PASSWORD not in repr(unknown.value) + repr(unknown.value.__cause__)
            (tmp_path / "cashdro-password").chmod(0o644)
            with pytest.raises(DeviceLost) as refused:
                async with opens():
                    pass
            assert refused.value.fault is faults.TERMINAL_SECRET
            assert PASSWORD not in str(end.settings)

    run(body())
    said = capfd.readouterr()
    assert PASSWORD.split()[0] not in said.out + said.err
    assert PASSPHRASE not in said.out + said.err


def test_a_child_ends_with_its_till(tmp_path: Path) -> None:
    """A till that is killed closes no pipe by itself: the kernel does, and that is enough."""

    async def body() -> None:
        machine = NexoEnd()
        async with opened(machine, tmp_path) as (end, _):
            table = msgspec.json.encode(end.settings).decode()
            till = await asyncio.create_subprocess_exec(
                sys.executable, "-c", TILL, table, stdout=asyncio.subprocess.PIPE
            )
            assert till.stdout is not None
            child = int(await till.stdout.readline())
            till.kill()
            await till.wait()
            while Path(f"/proc/{child}/cmdline").exists() and alive(child):
                await asyncio.sleep(0.02)

    run(body())


def alive(pid: int) -> bool:
    """Whether it still runs; one whose parent is gone may wait for init to reap it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


TILL = """
import asyncio, json, sys
from pos_driver_payments import nexo
table = json.loads(sys.argv[1])
del table["driver"]

async def main():
    async with nexo.open_terminal(nexo.NexoSettings(**table)) as terminal:
        print(terminal._child.pid, flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


def test_a_child_that_says_what_no_child_says_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And its order is unknown: it had read it."""
    program = tmp_path / "child.py"
    program.write_text(
        "import sys\nsys.stdin.readline()\nprint('{\"number\":0}', flush=True)\n"
        "sys.stdin.readline()\nprint('{\"number\":1,\"outcome\":', flush=True)\nsys.stdin.read()\n"
    )
    monkeypatch.setattr(near, "COMMAND", (sys.executable, str(program)))

    async def body() -> None:
        settings = nexo.NexoSettings(host="127.0.0.1", poi="V400m-1")
        async with nexo.open_terminal(settings) as terminal, asyncio.timeout(PATIENCE):
            with pytest.raises(OutcomeUnknown):
                await terminal.authorise(purchase(1), nobody)
            await terminal.gone()

    run(body())
