"""The till's channel: its methods behind one table, each with the right that it needs."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

from pos_terminal.channel import interface
from pos_terminal.channel.acts import Acts
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.exports import ExportAsked, ExportPart, ExportPartAsked, ExportTold
from pos_terminal.channel.interface import (
    DoAsked,
    Done,
    LabelsAsked,
    LevelAsked,
    Log,
    LogAsked,
    Nothing,
    ReloadAsked,
    ReopenAsked,
    TestAsked,
    Tested,
)
from pos_terminal.channel.server import Server
from pos_terminal.channel.service import Dispatcher, Peer
from pos_terminal.devices.classes import DeviceClass
from pos_terminal.domain import faults
from pos_terminal.domain.counter.steps import Input, Trouble
from pos_terminal.domain.events.values import GrantLevel
from pos_terminal.domain.health.advice import advice
from pos_terminal.domain.language import say
from pos_terminal.journal.errors import JournalError
from pos_terminal.runtime.catalogue import Catalogue
from pos_terminal.runtime.exports import EXPORT_MAKE, Exports
from pos_terminal.runtime.methods.act_lane import ActLane
from pos_terminal.runtime.methods.api import ApiMethods
from pos_terminal.runtime.methods.clerk_desk import ClerkDesk
from pos_terminal.runtime.methods.configuration import ConfigurationMethods
from pos_terminal.runtime.methods.console import ConsoleMethods
from pos_terminal.runtime.methods.decisions import Decisions, Doers
from pos_terminal.runtime.methods.devices import DeviceMethods
from pos_terminal.runtime.methods.grants import GrantMethods
from pos_terminal.runtime.methods.log import LogMethods, LogRing
from pos_terminal.runtime.methods.mirror import MirrorMethods
from pos_terminal.runtime.methods.records import RecordMethods
from pos_terminal.runtime.methods.reports import ReportMethods
from pos_terminal.runtime.methods.services import told
from pos_terminal.runtime.methods.status import StatusBoard
from pos_terminal.runtime.methods.support import SupportMethods
from pos_terminal.runtime.methods.terminal import Terminal
from pos_terminal.runtime.methods.witnesses import WitnessMethods
from pos_terminal.runtime.settings_acts import (
    SETTINGS_TRY,
    SETTINGS_TRY_OWN,
    SettingsTrial,
    named_in,
)

log = logging.getLogger(__name__)

OPENING = 5.0
"""Seconds that «ready» waits for the socket: a till that sells is not held by what asks of it."""

AGAIN = 30.0
"""Seconds until a socket that could not be had is tried again."""

EVIDENCE = 30.0
"""Seconds between two looks at what only the journal's file knows."""


class Channel:
    """What a running till answers, and to whom. `acts` are what `Do` can do."""

    def __init__(
        self,
        terminal: Terminal,
        path: Path,
        acts: Callable[[], Acts],
        put: Callable[[Input], None],
        catalogue: Callable[[], Catalogue],
        *,
        changes: SettingsTrial,
        exports: Exports,
    ) -> None:
        self.grants = GrantMethods(terminal, put)
        self.acts = ActLane(self.every_act)
        self._clerks = ClerkDesk(terminal, self.grants, acts, self.acts.do)
        self._terminal = terminal
        self._path = path
        self._known_acts = acts
        self._put = put
        self._exports = exports
        self._ring = LogRing(terminal.settings.zone)
        self._log = LogMethods(self._ring)
        self._records = RecordMethods(terminal)
        self._reports = ReportMethods(terminal)
        self._witnesses = WitnessMethods(
            terminal, terminal.settings.witnesses.keys, self._look_again
        )
        self._board = StatusBoard(terminal, self.grants.listed, self._reports.incidents)
        self._devices = DeviceMethods(terminal)
        self._support = SupportMethods(terminal, self.grants, put)
        self._console = ConsoleMethods(terminal, self.grants, catalogue)
        self._api = ApiMethods(terminal, self.grants)
        self._configuration = ConfigurationMethods(self.grants, changes)
        changes.selling, changes.tell = self._board.against_selling, self._tell_trial
        doers = Doers(
            self.grants.end_decided, self.grants.agree, self._support.admit, self._support.answer,
            changes.settle, self._console.print_place, self._clerks.keep,
        )  # fmt: skip
        self._decisions = Decisions(terminal, doers, put)
        self._mirror = MirrorMethods(terminal, self._board, self.grants)
        self._server = Server(path, self._service())
        self._done = asyncio.Event()  # an act: what files know has perhaps changed
        self._shut = False
        self._tried = asyncio.Event()

    async def opened(self) -> None:
        """Until it can be asked, or it is known that it cannot, or it has taken too long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(OPENING):
                await self._tried.wait()

    @contextmanager
    def log_kept(self) -> Iterator[None]:
        """Keep what is logged meanwhile; at the end loggers say as much as before."""
        root = logging.getLogger()
        root.addHandler(self._ring)
        try:
            yield
        finally:
            root.removeHandler(self._ring)
            self._log.close()

    def tasks(self) -> dict[str, Callable[[], Coroutine[Any, Any, NoReturn]]]:
        """What has to run for it, by name."""
        return {
            "channel": self.run,
            "acts": self.acts.run,
            "grants": self.grants.run,
            "access": self._decisions.run,
            "support": self._support.run,
            "support accounts": self._support.account_always,
            "evidence": self.keep_evidence,
            "exports": self._exports.run,
        }

    async def run(self) -> NoReturn:
        """Serve for ever; where the socket cannot be had, say so once, and try again."""
        while True:
            try:
                await self._server.run(self._tried.set)
            except ChannelError as error:
                if not self._shut:
                    log.error("%s", advice(error))
                    self._put(Trouble(error.fault))
                self._shut = True
                self._tried.set()
            await asyncio.sleep(AGAIN)

    async def keep_evidence(self) -> NoReturn:
        """Have the status say what only the journal's file knows, for ever."""
        while True:
            try:
                self._board.evidence = await self._records.evidence()
                journal = self._terminal.journal()
                if journal:
                    journal.witnessed = self._board.evidence.witnessed
            except JournalError as error:
                log.warning("what the journal's file says is not known: %s", error)
            with suppress(TimeoutError):
                async with asyncio.timeout(EVIDENCE):
                    await self._done.wait()
            self._done.clear()

    def _look_again(self) -> None:
        self._done.set()

    def _service(self) -> Dispatcher:
        service = Dispatcher("pos-terminal", self._terminal.identity.software)
        service.answer(interface.STATUS, self._board.answer)
        service.answer(interface.SETTINGS, lambda peer, asks: told(self._terminal.settings))
        service.answer(interface.WATCH, self._mirror.watch)
        service.answer(interface.RECORDS, self._records.records)
        service.answer(interface.LOG, self._follow_log)
        service.answer(interface.LEVEL, self._set_level)
        service.answer(interface.TEST, self._test)
        service.answer(interface.REOPEN, self._reopen)
        service.answer(interface.RELOAD, self._reload)
        service.answer(interface.DO, self._do)
        service.answer(interface.GRANT, self.grants.give)
        service.answer(interface.END_GRANT, self.grants.end)
        service.answer(interface.REPORT, self._reports.report)
        service.answer(interface.NOTICE, self._reports.notice)
        service.answer(interface.LABELS, self._labels)
        service.answer(interface.CHECKPOINT, self._witnesses.checkpoint)
        service.answer(interface.COSIGNED, self._witnesses.cosigned)
        service.answer(interface.STAMP, self._witnesses.stamp)
        service.answer(interface.STAMPED, self._witnesses.stamped)
        service.answer(interface.CONSENTS, self._support.consents)
        service.answer(interface.SESSION, self._support.session)
        service.answer(interface.COMMAND, self._support.command)
        service.answer(interface.END_SESSION, self._support.end_session)
        service.answer(interface.SUPPORT_TROUBLE, self._support.trouble)
        service.answer(interface.SIGN_IN, self._console.sign_in)
        service.answer(interface.CONSOLE, self._console.console)
        service.answer(interface.CATALOG, self._console.catalog)
        service.answer(interface.TOKEN, self._api.token)
        service.answer(interface.BEARER, self._api.bearer)
        service.answer(interface.PRINT, self._api.print)
        service.answer(interface.SHOW, self._api.show)
        service.answer(interface.WEIGH, self._api.weigh)
        service.answer(interface.CONFIGURATION, self._configuration.told)
        service.answer(interface.EXPORT, self._export)
        service.answer(interface.EXPORT_BYTES, self._export_bytes)
        return service

    def _tell_trial(self, going: bool) -> None:
        """Have the counter ask whether settings on trial are to be kept, again and again."""
        self.grants.trial = going
        self.grants.tell()
        if going:
            self.grants.tell_again()

    def _follow_log(self, peer: Peer, asks: LogAsked) -> AsyncGenerator[Log, None]:
        return self._log.log(asks)

    async def _set_level(self, peer: Peer, asks: LevelAsked) -> Nothing:
        level = self._log.level(asks)
        await self._diagnose(peer, asks.grant, f"Level {asks.logger} {asks.level}")
        return self._log.set_level(asks, level)

    async def _test(self, peer: Peer, asks: TestAsked) -> Tested:
        port = self._devices.found(asks.device)
        opens = port.device_class is DeviceClass.DRAWER
        level = GrantLevel.CONTROL if opens else GrantLevel.DIAGNOSE
        actor = await self.grants.allowed(peer, asks.grant, level, f"Test {port.name}")
        if opens:
            question = say("ouvrir le tiroir {name}", name=port.name)
            await self._support.agreed(actor.grant, question)
        return await self._devices.test(port)

    async def _reopen(self, peer: Peer, asks: ReopenAsked) -> Nothing:
        port = self._devices.found(asks.device)
        await self._diagnose(peer, asks.grant, f"Reopen {port.name}")
        port.reopen()
        return Nothing()

    async def _reload(self, peer: Peer, asks: ReloadAsked) -> Nothing:
        await self._diagnose(peer, asks.grant, "Reload")
        self._terminal.reload()
        return Nothing()

    async def _labels(self, peer: Peer, asks: LabelsAsked) -> Nothing:
        made = self._reports.labels(asks)
        await self._diagnose(peer, asks.grant, f"Labels {len(made)}")
        return self._reports.print_labels(made)

    async def _export(self, peer: Peer, asks: ExportAsked) -> ExportTold:
        self.grants.permitted(peer, asks.grant, GrantLevel.CONTROL, "Export", EXPORT_MAKE)
        return self._exports.told

    async def _export_bytes(self, peer: Peer, asks: ExportPartAsked) -> ExportPart:
        what = f"ExportBytes {asks.number} {asks.name[:40]}"
        # A file is fetched in parts: that it is fetched is on record once.
        look = self.grants.permitted(peer, asks.grant, GrantLevel.CONTROL, what, EXPORT_MAKE)
        found = await self._exports.part(asks)
        if not asks.offset and look.grant:
            await self.grants.allowed(peer, asks.grant, GrantLevel.CONTROL, what, EXPORT_MAKE)
        return found

    def every_act(self) -> Acts:
        """What `Do` can do."""
        return {**self._known_acts(), **self._clerks.acts()}

    async def _diagnose(self, peer: Peer, secret: str | None, what: str) -> None:
        await self.grants.allowed(peer, secret, GrantLevel.DIAGNOSE, what)

    async def _do(self, peer: Peer, asks: DoAsked) -> Done:
        if asks.act not in self.every_act():
            raise ChannelError(
                faults.OTHER_VERSION,
                say("cette caisse ne connaît pas l'acte {text!r}", text=asks.act[:60]),
            )
        level, what = GrantLevel.CONTROL, f"Do {asks.act}"
        actor = await self.grants.allowed(peer, asks.grant, level, what, asks.act)
        if asks.act in (SETTINGS_TRY, SETTINGS_TRY_OWN):
            what = named_in(asks.arguments)
            question = say("changer {what} et relancer la caisse", what=what)
            await self._support.agreed(actor.grant, question)
        try:
            return Done(await self.acts.do(asks.act, asks.arguments, actor))
        finally:
            self._done.set()
