"""Settings changed while the till runs: checked, tried, and then kept or given back.

A change names what it was made from and which keys it changes. The till's own checker looks at the
whole first, in a process of its own. What passes is tried: the till starts anew with it, and goes
back to the last good settings by itself unless, within a time, somebody says to keep them while it
is ready to sell. Who sells, at which rates, by which clock and before which witnesses, what program
runs and who may come in is changed at the box alone. The owner changes how she sells, from her
console; support from afar how the box is wired as well.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import NoReturn

import msgspec
from msgspec import Raw, Struct

from pos_terminal.acts.asked import Asked, given
from pos_terminal.channel.acts import Act, Actor, Acts
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import Fault
from pos_terminal.domain import faults
from pos_terminal.domain.audit import jet
from pos_terminal.domain.counter.steps import Input, SettleTrial, Trouble
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.system import TechnicalEvent
from pos_terminal.domain.health.advice import advice
from pos_terminal.domain.language import say
from pos_terminal.journal import catalogs
from pos_terminal.journal.errors import JournalError
from pos_terminal.runtime.child_command import CommandFailed, run_command
from pos_terminal.runtime.settings import Settings
from pos_terminal.runtime.shop_settings import ShopSettings
from pos_terminal.runtime.toml_edit import edited, value_of
from pos_terminal.storage import toml
from pos_terminal.storage.files import write_durably
from pos_terminal.tasks.groups import forever, to_the_end

log = logging.getLogger(__name__)

SETTINGS_CHECK = "settings.check"
SETTINGS_CHECK_OWN = "settings.check-own"
SETTINGS_TRY = "settings.try"
SETTINGS_TRY_OWN = "settings.try-own"
SETTINGS_KEEP = "settings.keep"
SETTINGS_RETURN = "settings.return"

FROM_AFAR = (
    "closing", "devices", "display", "labels", "papers", "selftest", "shop.footer", "shop.hours",
    "terminal.keymap", "terminal.language", "terminal.others",
)  # fmt: skip
"""Tables and keys that may be changed so; no other may."""

OWNERS = (
    "accounts.limit", "clerks.each_sale", "closing.automatic", "closing.day_ends",
    "closing.print_automatic", "closing.services", "closing.stays", "display.running_total",
    "papers.card_slip", "papers.note", "refunds.cash_limit", "refunds.reasons",
    "sales.discount_reasons", "sales.expired", "sales.loss_reasons", "sales.weight_reasons",
    "selftest.at_start", "shop.footer", "shop.hours", "support.phone", "tenders.cash_in",
    "tenders.cash_out", "tenders.change_limit", "tenders.count_first", "tenders.donation_most",
    "tenders.donations_to", "tenders.no_sale", "terminal.language",
)  # fmt: skip
"""Keys that the owner changes by the acts on her own: nothing of the wiring, the taxes, the rates,
and nothing that a console in other hands could break the till's evidence by.
"""

SHORTEST, USUAL, LONGEST = 60, 300, 1800
"""Seconds of a trial: so long that the till starts anew, and somebody looks at it."""

CHECKING = 60.0
"""Seconds that the checker may take on a slow card."""

FAREWELL = 0.5
"""Seconds until the till starts anew: whoever asked has its answer by then."""

LOOK = 1.0
"""Seconds between two showings of the question at the counter."""

SHOWN = 100
"""Characters of the keys that whoever is asked is told."""

Record = Callable[[Sequence[Event]], Awaitable[object]]


class Change(Struct, frozen=True):
    """A key by its dotted path, and its value as TOML has it, or a bare word; without one it goes.
    """

    path: str
    value: str | None = None


class ChangeSettings(Asked, frozen=True, kw_only=True):
    """Changes of the settings with the SHA-256 `base`; to be kept within so many `seconds`."""

    base: str
    changes: tuple[Change, ...]
    seconds: int = USUAL


class _Named(Struct, frozen=True):
    changes: tuple[Change, ...]


class SettingsChanged(Struct, frozen=True):
    """The SHA-256 of the settings that were checked, or are tried, kept or given back."""

    sha256: str


class SettingsTrial:
    """Those of one till. `trial` is for how many seconds they are on trial, 0 once they are not;
    `returned` why others came to nothing just now.

    `selling` says what stands against selling; `restart` has the till start anew; `tell` has the
    counter know whether there is a trial.
    """

    def __init__(
        self, settings: Settings, state: Path, trial: int, returned: str, *,
        record: Record, put: Callable[[Input], None], opened: Callable[[], bool],
        restart: Callable[[], None],
    ) -> None:  # fmt: skip
        self.trial = trial
        self.selling: Callable[[], Sequence[Fault]] = tuple
        self.tell: Callable[[bool], None] = lambda _: None
        self._settings = settings
        self._state = state
        self._shops = ShopSettings(state)
        self._returned = returned
        self._record = record
        self._put = put
        self._opened = opened
        self._restart = restart
        self._until = time.monotonic() + trial
        self._keeping = False
        self.leaving = False  # these settings, for others: the till is about to start anew

    def acts(self) -> Acts:
        """What may be done with them."""
        return {
            SETTINGS_CHECK: Act(ChangeSettings, partial(self._check, FROM_AFAR)),
            SETTINGS_CHECK_OWN: Act(ChangeSettings, partial(self._check, OWNERS)),
            SETTINGS_TRY: Act(ChangeSettings, partial(self._try, FROM_AFAR)),
            SETTINGS_TRY_OWN: Act(ChangeSettings, partial(self._try, OWNERS)),
            SETTINGS_KEEP: Act(Asked, self._keep),
            SETTINGS_RETURN: Act(Asked, self._return),
        }

    @property
    def name(self) -> str:
        """The SHA-256 of the settings in force."""
        return self._settings.source

    @property
    def source(self) -> bytes:
        """The text in force. JournalError."""
        return catalogs.load(self._state, self._settings.source)

    def earlier(self) -> list[str]:
        """The SHA-256 of the good ones of before, newest first. JournalError."""
        found = self._shops.earlier()
        return [each for each in reversed(found) if each != self._settings.source]

    def source_of(self, name: str) -> bytes:
        """The text of one of those. JournalError; ChannelError where it is none."""
        if name not in self.earlier():
            raise ChannelError(faults.BAD_REQUEST, say("aucun réglage de ce nom"))
        return catalogs.load(self._state, name)

    async def run(self) -> NoReturn:
        """Tell of a trial that came to nothing, and end one that nobody keeps in time."""
        if self._returned:
            why = say("essai de réglages rendu : {why}", why=self._returned)
            await self._record((TechnicalEvent(code=jet.SETTINGS, detail=why),))
            await to_the_end(self._shops.told)
            self._put(Trouble(faults.SETTINGS_RETURNED))
            self._returned = ""
        while self.trial:
            self.tell(bool(self.trial))
            if time.monotonic() >= self._until and not self._keeping:
                await self._give_back(say("personne ne les a gardés à temps"))
            await asyncio.sleep(LOOK)
        await forever()

    @property
    def left(self) -> int:
        """Seconds that are left of a trial; 0 where there is none."""
        return max(1, round(self._until - time.monotonic())) if self.trial else 0

    async def settle(self, answer: SettleTrial) -> None:
        """What somebody at the counter said to a trial. ChannelError where there is none."""
        done = say("gardés") if answer.keep else say("rendus")
        why = say("réglages à l'essai {done}, opérateur {by}", done=done, by=answer.by)
        event = TechnicalEvent(code=jet.SETTINGS, detail=why)
        await (self._kept(event) if answer.keep else self._returned_by(event, why))

    async def _check(
        self, may: Sequence[str], asked: ChangeSettings, actor: Actor
    ) -> SettingsChanged:
        """Whether a till would run with them. ChannelError with what is wrong."""
        return SettingsChanged(sha256(await self._checked(asked, may)).hexdigest())

    async def _try(
        self, may: Sequence[str], asked: ChangeSettings, actor: Actor
    ) -> SettingsChanged:
        """Start anew with them, on trial. ChannelError where they do not serve, or one is open."""
        if not SHORTEST <= asked.seconds <= LONGEST:
            detail = say("un essai dure de {least} à {most} s", least=SHORTEST, most=LONGEST)
            raise ChannelError(faults.BAD_REQUEST, detail)
        source = await self._checked(asked, may)
        if self._opened():
            raise ChannelError(faults.SETTINGS_WAIT, say("une vente est ouverte ou en attente"))
        name = sha256(source).hexdigest()
        paths = " ".join(each.path for each in asked.changes)
        try:
            command = f"settings try {name} ({asked.seconds} s) : {paths}"
            await self._record([given(command, asked, actor)])
            displaced = await to_the_end(self._settings.file.read_bytes)
            await to_the_end(partial(self._shops.put, source, displaced, asked.seconds))
        except (JournalError, OSError) as error:
            raise _told(error) from error
        self._again()
        return SettingsChanged(name)

    async def _keep(self, asked: Asked, actor: Actor) -> SettingsChanged:
        return await self._kept(given(f"settings keep {self._settings.source}", asked, actor))

    async def _return(self, asked: Asked, actor: Actor) -> SettingsChanged:
        command = given(f"settings return {self._settings.source}", asked, actor)
        return await self._returned_by(command, say("rendus par qui les essayait"))

    async def _kept(self, event: Event) -> SettingsChanged:
        """They are the good ones. ChannelError while the till cannot sell with them."""
        self._must_be_trial()
        for fault in self.selling():
            raise ChannelError(faults.SETTINGS_WAIT, f"{fault.code} {fault.text} {fault.detail}")
        self._keeping = True  # its time may be up while this is on its way to the disk
        try:
            await self._record([event])
            await to_the_end(self._shops.keep)
        except JournalError as error:
            raise _told(error) from error
        finally:
            self._keeping = False
        self.trial = 0
        self.tell(False)
        return SettingsChanged(self._settings.source)

    async def _returned_by(self, event: Event, why: str) -> SettingsChanged:
        self._must_be_trial()
        try:
            await self._record([event])
        except JournalError as error:  # they are given back all the same: that is the safe side
            log.error("%s", advice(error))
        await self._give_back(why)
        return SettingsChanged(self._settings.source)

    async def _give_back(self, why: str) -> None:
        """Start anew with the last good ones, whatever the disk says: a trial holds one start."""
        self.trial = 0
        self.tell(bool(self.trial))
        try:
            await to_the_end(partial(self._shops.give_back, why))
        except JournalError as error:
            log.error("%s", advice(error))
        self._again()

    def _again(self) -> None:
        self.leaving = True
        asyncio.get_running_loop().call_later(FAREWELL, self._restart)

    def _must_be_trial(self) -> None:
        if not self.trial or self._keeping:
            raise ChannelError(faults.BAD_REQUEST, say("aucun réglage n'est à l'essai"))

    async def _checked(self, asked: ChangeSettings, may: Sequence[str]) -> bytes:
        """The text with the changes, all of what `may` be changed, which the checker found right.
        ChannelError.
        """
        if self.trial or asked.base != self._settings.source:
            raise ChannelError(faults.SETTINGS_MOVED)
        if not asked.changes:
            raise ChannelError(faults.BAD_REQUEST, say("rien à changer"))
        fixed = ", ".join(each.path for each in asked.changes if not is_among(each.path, may))
        if fixed:
            raise ChannelError(faults.SETTINGS_FIXED, fixed)
        try:
            text = (await to_the_end(lambda: self.source)).decode()
            for each in asked.changes:
                value = None if each.value is None else value_of(each.value)
                _must_be_place(each.path, value)
                text = edited(text, each.path, value)
        except (JournalError, OSError) as error:
            raise _told(error) from error
        except ValueError as error:
            raise ChannelError(faults.BAD_REQUEST, str(error)) from error
        await self._must_pass(text.encode())
        return text.encode()

    async def _must_pass(self, source: bytes) -> None:
        candidate = self._shops.candidate
        try:
            candidate.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            await to_the_end(partial(write_durably, candidate, source, 0o600))
            await run_command(
                "config", "check", "--config", str(self._settings.file), "--text", str(candidate),
                longest=CHECKING,
            )  # fmt: skip
        except CommandFailed as error:
            raise ChannelError(faults.BAD_CONFIGURATION, _found(error)) from error
        except OSError as error:
            raise _told(error) from error
        finally:
            candidate.unlink(missing_ok=True)


def named_in(arguments: Raw) -> str:
    """The keys that somebody wants to change, for who is asked. ChannelError where he says none."""
    try:
        changes = msgspec.json.decode(arguments, type=_Named).changes
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ChannelError(faults.BAD_REQUEST, str(error)) from error
    paths = " ".join(each.path for each in changes)
    return paths if len(paths) <= SHOWN else f"{paths[:SHOWN]}..."


def is_among(path: str, may: Sequence[str]) -> bool:
    """Whether that key is one of those, or in one of those tables."""
    names = path.split(".")
    return bool({names[0], ".".join(names[:2])} & set(may))


def _must_be_place(path: str, value: str | None) -> None:
    """A driver writes to whatever its settings name: from afar that is a device's own node, and
    never another file of the box's. ChannelError.
    """
    if value is None or path.split(".", maxsplit=1)[0] != "devices":
        return
    for text in toml.texts(toml.tables(f"x = {value}")):
        if ".." in text or ("/" in text and not text.startswith("/dev/")):
            raise ChannelError(faults.SETTINGS_FIXED, f"{path} : {text[:80]!r}")


def _found(error: CommandFailed) -> str:
    """What the checker found, without the code and the remedy that it says with it."""
    lines = error.said.splitlines()[:-1] or [str(error)]
    return "\n".join(lines).removeprefix(f"{faults.BAD_CONFIGURATION.code} ")


def _told(error: JournalError | OSError) -> ChannelError:
    if isinstance(error, JournalError):
        return ChannelError(error.fault, error.detail)
    return ChannelError(faults.FILE_UNWRITABLE, str(error))
