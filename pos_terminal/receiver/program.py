"""The receiver's one composition root: settings, directory, boxes and mails become a program."""

import asyncio
import logging
import ssl
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import NoReturn

import msgspec
from msgspec import Raw

from pos_service_heartbeat import Beat
from pos_terminal.agent import certificates
from pos_terminal.agent.clock import Clock, SystemClock
from pos_terminal.agent.folder import keep_watchdog, owned
from pos_terminal.agent.incidents import NAME, SCHEMA, IncidentBook
from pos_terminal.agent.outbox import Waiting
from pos_terminal.agent.socket import NAME as SOCKET
from pos_terminal.agent.socket import AgentMethods
from pos_terminal.agent.stores import Stores
from pos_terminal.agent.till import TillClient
from pos_terminal.agent.world import Agent
from pos_terminal.channel.client import AsyncClient
from pos_terminal.channel.interface import Settings
from pos_terminal.channel.server import Server
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.health.incidents import SECOND
from pos_terminal.domain.health.silence import due, is_expected, nobody_calls
from pos_terminal.process.sd_notify import notify
from pos_terminal.receiver import heard
from pos_terminal.receiver.certificate import end_of
from pos_terminal.receiver.heard import HeardBook, Taken
from pos_terminal.receiver.http import HttpServer, Refused, Request
from pos_terminal.receiver.mails import Mails, detail
from pos_terminal.receiver.settings import WatchSettings
from pos_terminal.receiver.token import hash_of
from pos_terminal.storage.worker import Busy
from pos_terminal.tasks.supervise import Supervisor, Work

log = logging.getLogger(__name__)

SUBJECT = "receiver"
ROUND = 5.0
"""Seconds between two looks at who should have called."""

JUMP = 60 * SECOND
"""By so much the clock may differ from the machine's uptime between two looks; beyond, it was set,
and nobody is late by it."""

AT_ONCE = 100
"""Calls that wait for the disk at once; the others wait before it."""

ABOUT_MAIL = (
    faults.MAIL_WAITS, faults.MAIL_CERTIFICATE, faults.MAIL_LOGIN, faults.MAIL_ADDRESS,
    faults.MAIL_FULL,
)  # fmt: skip
"""What a box cannot mail by itself, and so is mailed from here."""


class ReceiverShut(Failure):
    """It cannot listen."""


class Receiver:
    """Hears boxes at its settings' address, with a directory of its own: `run` until `stop`.

    `every` so many seconds it looks who should have called.
    """

    def __init__(
        self,
        settings: WatchSettings,
        state: Path,
        clock: Clock | None = None,
        *,
        every: float = ROUND,
    ) -> None:
        self._round = every
        self._settings = settings
        self._state = state
        self._clock = clock or SystemClock()
        self._tills = {each.token: each for each in settings.tills}
        self._stopping = asyncio.Event()
        self._writing = asyncio.Semaphore(AT_ONCE)
        self._since = self._clock.utc()
        self._skew = self._offset()
        self._tls: ssl.SSLContext | None = None
        self._loaded = 0
        self._until: int | None = None
        self.port = 0

    def stop(self) -> None:
        """End soon."""
        self._stopping.set()

    async def run(self) -> None:
        """Serve. AgentError where the directory cannot be used, ReceiverShut where the address."""
        with owned(self._state):
            stores = Stores(self._state, self._damaged)
            try:
                worker = stores.worker(NAME, SCHEMA)
                self.incidents = await IncidentBook.open(worker, self._clock)
                tokens = ((each.name, each.token) for each in self._settings.tills)
                worker = stores.worker("heard", heard.SCHEMA)
                self.heard = await HeardBook.open(worker, tokens, self._clock.utc())
                await self._serve(self._world(stores))
            finally:
                await stores.close()

    async def _serve(self, agent: Agent) -> None:
        supervisor = Supervisor()
        methods = AgentMethods(
            self.incidents, self._clock.utc, lambda: self._settings.zone, partial(_waiting, agent)
        )
        work: dict[str, Work] = {
            "incidents": self.incidents.run,
            "silence": self._watch,
            "socket": Server(self._state / SOCKET, methods.service()).run,
            **dict(Mails(agent, self._settings, self.heard).tasks()),
        }
        server = await self._listen()
        async with server, asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(supervisor.supervised(name, each)) for name, each in work.items()
            ]
            tasks.append(group.create_task(keep_watchdog()))
            await self._stopping.wait()
            notify("STOPPING=1")
            for task in tasks:
                task.cancel()

    async def _listen(self) -> asyncio.Server:
        address, port = self._settings.address
        try:
            if self._settings.certificate:
                self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                self._take_certificate(self._tls)
            server = await HttpServer(self.answer).listen(str(address), port, self._tls)
        except OSError as error:  # an SSLError is one
            raise ReceiverShut(faults.RECEIVER_SHUT, f"{self._settings.listen}: {error}") from error
        self.port = server.sockets[0].getsockname()[1]
        log.info("hears %d boxes at %s, port %d", len(self._tills), address, self.port)
        return server

    def _take_certificate(self, tls: ssl.SSLContext) -> None:
        """Use the certificate as it is by now: authorities of today renew it every few weeks."""
        changed = Path(self._settings.certificate).stat().st_mtime_ns
        if changed != self._loaded:
            tls.load_cert_chain(self._settings.certificate, self._settings.key)
            self._until = end_of(Path(self._settings.certificate))
            self._loaded = changed

    async def answer(self, request: Request) -> HTTPStatus:
        """What a call is answered with; nothing is acknowledged before it is durable.

        Refused for a stranger, for what is no sign of life, and for a counter that goes back.
        """
        till = self._tills.get(hash_of(request.token))
        if till is None:
            raise Refused(HTTPStatus.UNAUTHORIZED)
        try:
            beat = msgspec.json.decode(request.body, type=Beat)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise Refused(HTTPStatus.BAD_REQUEST) from None
        if beat.terminal != till.number:
            log.warning("%s calls itself till %r", till.name, beat.terminal[:20])
            raise Refused(HTTPStatus.FORBIDDEN)
        try:
            async with self._writing:
                taken = await self.heard.take(till.name, beat, self._clock.utc())
        except Busy:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE) from None
        if taken is Taken.OLD:
            self.incidents.report(till.name, faults.OLD_COUNTER, str(beat.counter))
            raise Refused(HTTPStatus.CONFLICT)
        of_mail = [(fault, "") for fault in ABOUT_MAIL if fault.code in beat.incidents]
        self.incidents.found(till.name, of_mail)
        return HTTPStatus.NO_CONTENT

    async def _watch(self) -> NoReturn:
        while True:
            self.look()
            try:
                if self._tls:
                    self._take_certificate(self._tls)
            except OSError as error:  # half renewed: the last one is used until it is whole
                log.warning("%s: %s", self._settings.certificate, error)
            await asyncio.sleep(self._round)

    def look(self) -> None:
        """Report who should have called by now, and a certificate of its own that ends soon."""
        now, skew = self._clock.utc(), self._offset()
        if abs(skew - self._skew) > JUMP:
            log.warning("the clock was set: everybody has time to call anew")
            self._since = now
        self._skew = skew
        patience = self._settings.patience
        expected = []
        for till in self._settings.tills:
            last = self.heard[till.name]
            # While this was down, or its clock wrong, nobody could be heard.
            silent = now >= max(due(last.life, patience), self._since + patience.late)
            if is_expected(last.life, now):
                expected.append(silent)
            if silent:
                self.incidents.report(till.name, faults.BOX_SILENT, detail(last))
            else:
                self.incidents.recover(till.name, faults.BOX_SILENT)
        if nobody_calls(expected):
            deaf = f"{sum(expected)} / {len(expected)}"
            self.incidents.report(SUBJECT, faults.NOBODY_CALLS, deaf)
        else:
            self.incidents.recover(SUBJECT, faults.NOBODY_CALLS)
        certificates.judge(self.incidents, self._clock, SUBJECT, self._until)

    def _offset(self) -> int:
        return self._clock.utc() - round(self._clock.monotonic() * SECOND)

    def _world(self, stores: Stores) -> Agent:
        """What the mails live in: an agent's world whose till is never met."""
        given = Settings(
            shop=self._settings.name, store="", terminal="", language=self._settings.language,
            zone=self._settings.zone, services=[], tables=Raw(b"{}"),
        )  # fmt: skip
        till = TillClient(AsyncClient(self._state / "no-till"), self._clock)
        return Agent(
            "alerts", till=till, incidents=self.incidents, clock=self._clock, stores=stores,
            given=given, checks=tuple,
        )  # fmt: skip

    def _damaged(self, path: Path) -> None:
        self.incidents.report(SUBJECT, faults.AGENT_STORE, f"{path.name} was damaged: made anew")


async def _waiting(agent: Agent) -> dict[str, Waiting]:
    return {agent.name: await agent.outbox.waiting()}
