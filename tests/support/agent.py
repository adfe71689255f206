"""An agent's parts on scratch files, with a clock that tests set."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from hashlib import sha256
from importlib.metadata import distribution
from pathlib import Path
from typing import Self

import msgspec
from msgspec import Raw

from pos_terminal.agent import status
from pos_terminal.agent.services import GROUP
from pos_terminal.agent.status import AgentStatus
from pos_terminal.agent.stores import Stores
from pos_terminal.channel import interface
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import (
    Device,
    Head,
    Nothing,
    Record,
    Records,
    RecordsAsked,
    ReportAsked,
    Seen,
    Settings,
    Status,
    Watching,
)
from pos_terminal.channel.service import Dispatcher, Peer
from pos_terminal.domain import faults
from pos_terminal.testing.running import PATIENCE
from tests.support.channel import serving
from tests.support.distributions import install
from tests.support.process import gone

ROOT = Path(__file__).parents[2]

START = 1_760_000_000_000_000
"""µs UTC: a day in October 2025."""


class SetClock:
    """A clock that shows what it is set to."""

    def __init__(self) -> None:
        self.at = START
        self.sure = True

    def utc(self) -> int:
        return self.at

    def monotonic(self) -> float:
        return (self.at - START) / 1e6

    def trusted(self) -> bool:
        return self.sure

    def go(self, seconds: float) -> None:
        self.at += round(seconds * 1e6)


@asynccontextmanager
async def stores(folder: Path, damaged: list[Path] | None = None) -> AsyncIterator[Stores]:
    found = Stores(folder, (damaged if damaged is not None else []).append)
    try:
        yield found
    finally:
        await found.close()


class FakeTill:
    """The far end of the agent's socket: a till with records, that tests start, stop and restart.

    It speaks through the channel's own server, as a till does.
    """

    def __init__(self, folder: Path, services: Sequence[str] = (), **tables: object) -> None:
        self.path = folder / "till"
        self.records: list[Record] = []
        self.purged = 0
        self.reports: list[ReportAsked] = []
        self.older = False
        self.now = ""
        self.head: Head | None = None
        self.devices: list[Device] = []
        self.settings = Settings(
            shop="Boulangerie", store="1", terminal="1", language="fr", zone="Europe/Paris",
            services=list(services), tables=Raw(msgspec.json.encode(tables)),
        )  # fmt: skip
        self._starts = 0
        self._more = asyncio.Condition()

    @asynccontextmanager
    async def up(self) -> AsyncIterator[None]:
        """While the till runs."""
        self._starts += 1
        service = Dispatcher("pos-terminal", "9.9")
        service.answer(interface.STATUS, lambda peer, asks: self._status())
        if not self.older:
            service.answer(interface.SETTINGS, lambda peer, asks: self.settings)
        service.answer(interface.WATCH, self._watch)
        service.answer(interface.RECORDS, self._records)
        service.answer(interface.REPORT, self._report)
        async with serving(self.path, service):
            yield

    async def sell(self, count: int = 1, *, salt: str = "") -> None:
        """Record something, so many times."""
        async with self._more:
            for _ in range(count):
                seq = len(self.records) + 1
                rec = b'{"seq":%d}' % seq
                self.records.append(Record(seq, "sale", rec, sha256(rec + salt.encode()).digest()))
            self._more.notify_all()

    async def record(self, kind: str, at: str, body: Mapping[str, object]) -> None:
        """Record just that."""
        async with self._more:
            seq = len(self.records) + 1
            rec = msgspec.json.encode({"at": at, "body": body, "kind": kind, "seq": seq})
            self.records.append(Record(seq, kind, rec, sha256(rec).digest()))
            self.head = Head(seq, sha256(rec).hexdigest())
            self._more.notify_all()

    def _status(self) -> Status:
        return Status(
            version="9.9", store="1", terminal="1", language="fr", simulated=False,
            since=f"start {self._starts}", now=self.now, trust="synchronised",
            selling=True, faults=[], head=self.head,
            last_ticket=None, last_closure=None, open_sales=0, operator=1, memory=0,
            devices=self.devices, queues=[], plugins=[],
        )  # fmt: skip

    async def _watch(self, peer: Peer, asks: Watching) -> AsyncGenerator[Seen, None]:
        yield Seen(status=self._status())
        await asyncio.Event().wait()

    def _report(self, peer: Peer, asks: ReportAsked) -> Nothing:
        self.reports.append(asks)
        return Nothing()

    async def _records(self, peer: Peer, asks: RecordsAsked) -> AsyncGenerator[Records, None]:
        after = asks.after
        if after > len(self.records):
            raise ChannelError(faults.BAD_REQUEST, f"the journal ends with {len(self.records)}")
        while True:
            found = [each for each in self.records if each.seq > max(after, self.purged)][:100]
            yield Records(found, self.purged, len(self.records))
            after = found[-1].seq if found else after
            if len(found) < 100:
                async with self._more:
                    await self._more.wait_for(lambda: len(self.records) > after)  # noqa: B023


RUNNER = """
import pos_terminal.process.lean_imports
import asyncio, logging, sys
from pathlib import Path
from pos_terminal.agent.settings import without_secrets
from pos_terminal.commands.agent import serve
from pos_terminal.process.logs import log_to_stderr
log_to_stderr(logging.INFO, without_secrets)
state, till, stall = sys.argv[1:]
asyncio.run(serve(Path(state), Path(till), stall=float(stall), look=0.1))
"""

HEAD = """
import asyncio, time
from pos_terminal.agent.hookspecs import Check, Service, hookimpl

def one(run, **more):
    return [Service("one", run, **more)]
"""


def install_service(site: Path, name: str, code: str) -> None:
    """A throw-away service plug-in in `site`."""
    install(site, name, code, group=GROUP, head=HEAD)


class AgentProcess:
    """`pos-terminal agent` as a process, started again like systemd would, beside a till.

    It does not outlive its `async with`, whatever the test came to.
    """

    def __init__(
        self,
        folder: Path,
        *,
        till: Path | None = None,
        site: Path | None = None,
        stall: float = 20.0,
        within: Sequence[str] = (),
    ) -> None:
        self._within = within  # a command that runs it elsewhere
        self.state = folder / "agent"
        self.log = folder / "agent.log"
        self._till = till or folder
        self._site = site
        self._stall = stall
        self.process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.process:
            await gone(self.process)

    async def start(self) -> None:
        """Start it."""
        path = os.pathsep.join([str(self._site or ""), str(ROOT)])
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *self._within, sys.executable, "-c", RUNNER, str(self.state), str(self._till),
                str(self._stall), env={**os.environ, "PYTHONPATH": path}, stderr=log,
            )  # fmt: skip

    async def ended(self) -> int:
        """Its exit status, once it has ended by itself."""
        assert self.process
        async with asyncio.timeout(3 * PATIENCE):
            return await self.process.wait()

    async def stop(self) -> None:
        """Have it end, as systemd does."""
        assert self.process
        if self.process.returncode is None:
            self.process.terminate()
        assert await self.ended() == 0, self.log.read_text()

    async def kill(self) -> None:
        assert self.process
        self.process.kill()
        await self.process.wait()

    async def until(self, wanted: Callable[[AgentStatus], object]) -> AgentStatus:
        """Its status once it is as wanted."""
        assert self.process
        told: AgentStatus | None = None
        try:
            async with asyncio.timeout(3 * PATIENCE):
                while True:
                    told = status.read(self.state)
                    if told and wanted(told):
                        return told
                    assert self.process.returncode is None, "the agent ended"
                    await asyncio.sleep(0.05)
        except (TimeoutError, AssertionError) as error:
            raise AssertionError(f"{error}: {told}\n{self.log.read_text()}") from error


@asynccontextmanager
async def agent(
    folder: Path, *, till: Path | None = None, site: Path | None = None, stall: float = 20.0
) -> AsyncIterator[AgentProcess]:
    """An agent beside whatever till there is at `till`, else `folder`, until the block ends."""
    async with AgentProcess(folder, till=till, site=site, stall=stall) as found:
        await found.start()
        yield found
        if found.process and found.process.returncode is None:
            await found.stop()


BUNDLED: dict[str, str] = {
    point.name: point.value
    for point in distribution("pos-terminal").entry_points
    if point.group == GROUP
}
"""The services that the project brings, and the package of each."""


def shown(told: AgentStatus) -> dict[str, str]:
    """Each plug-in or service with its status, and why."""
    return {
        f"{each.plugin}:{each.service}".rstrip(":"): f"{each.status} {each.why}".rstrip()
        for each in told.services
        if each.plugin not in BUNDLED
    }


def shown_all(told: AgentStatus) -> set[str]:
    """Each service that runs."""
    return {f"{each.plugin}:{each.service}" for each in told.services if each.status == "running"}
