"""Clerks for whoever runs the shop from a page: a new one, a PIN, a badge; no secret to the page.

A PIN is asked for by digits that the page shows, and typed at the counter; a badge is made of
chance here and printed here. Who asked is known by his grant, which must stand still by then.
"""

import asyncio
from collections.abc import Awaitable, Callable
from string import ascii_uppercase, digits
from typing import Annotated

import msgspec
from msgspec import Raw, Struct

from pos_terminal.acts.asked import Asked
from pos_terminal.acts.clerks import AddClerk, ClerkTold, Number, SetBadge, SetPin
from pos_terminal.acts.persons import Added, AddPerson
from pos_terminal.channel.acts import Act, Actor, Acts
from pos_terminal.channel.errors import ChannelError
from pos_terminal.domain import faults
from pos_terminal.domain.counter.steps import KeepPin
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.language import say
from pos_terminal.domain.printing.badge import badge_paper
from pos_terminal.domain.receipt import PrinterRole
from pos_terminal.domain.staff.clerks import ORDINARY, Clerk, badge_code, badge_hash
from pos_terminal.domain.staff.console import CODE_LENGTH, PinAsked
from pos_terminal.persons import clerks_file, pins
from pos_terminal.persons.clerks_file import PURPOSE, BadClerks
from pos_terminal.persons.item import Details, Ground, PersonalItem
from pos_terminal.runtime.entropy import random_below
from pos_terminal.runtime.methods.grants import GrantMethods
from pos_terminal.runtime.methods.terminal import Terminal
from pos_terminal.runtime.spool import Paper

CLERK_ADD, CLERK_PIN, CLERK_BADGE = "clerk.add", "clerk.pin", "clerk.badge"
PERSON_ADD = "person.add"
"""The keeper's acts (acts/table.py)."""

CLERK_LIST, CLERK_ENROL, CLERK_RENEW = "clerk.list", "clerk.enrol", "clerk.renew"
CLERK_BADGE_PRINT = "clerk.badge-print"

SECONDS = 600.0
"""For how long the digits of a page may be typed: the clerk is fetched from the back."""

AT_ONCE = 8
"""PINs that may be asked for at once."""

SECRET = 20
"""Characters of a badge's secret: 103 bits of chance."""

_LEAST = 10 ** (CODE_LENGTH - 1)

Do = Callable[[str, Raw, Actor], Awaitable[Raw]]


class Enrol(Asked, frozen=True, kw_only=True):
    """A new clerk, whose PIN is to be typed at the counter; `name` is what the greeting says."""

    number: Number
    rights: frozenset[Right] = ORDINARY
    training: bool = False
    name: Annotated[str, msgspec.Meta(max_length=60)] = ""


class OfClerk(Asked, frozen=True, kw_only=True):
    """A clerk who is known: a new PIN to be typed, or a new badge to be printed."""

    number: Number


class Known(Struct, frozen=True):
    """A clerk, and the name that is held of him, empty for none."""

    clerk: ClerkTold
    name: str


class ClerksKnown(Struct, frozen=True):
    """All of them, by their numbers, and whose PINs are asked for."""

    clerks: list[Known]
    asked: list[int]


class PinCode(Struct, frozen=True):
    """The digits to be typed at the counter, and for how many seconds they hold."""

    code: str
    seconds: int


class _Waiting(Struct, frozen=True):
    asked: PinAsked
    actor: Actor
    until: float
    new: Enrol | None = None


class ClerkDesk:
    """One till's. `acts` are those of the keeper, `do` has one done in its turn."""

    def __init__(
        self, terminal: Terminal, grants: GrantMethods, acts: Callable[[], Acts], do: Do
    ) -> None:
        self._terminal = terminal
        self._grants = grants
        self._acts = acts
        self._do = do
        self._waiting: dict[str, _Waiting] = {}

    def acts(self) -> Acts:
        """What may be done from a page."""
        return {
            CLERK_LIST: Act(Asked, self._list),
            CLERK_ENROL: Act(Enrol, self._enrol),
            CLERK_RENEW: Act(OfClerk, self._renew),
            CLERK_BADGE_PRINT: Act(OfClerk, self._badge),
        }

    async def keep(self, typed: KeepPin) -> None:
        """Keep what was typed at the counter. ChannelError where nobody waits for it any more."""
        waits = self._waiting.pop(typed.asked.code, None)
        self._tell()
        if waits is None or not self._grants.holds(waits.actor.grant):
            raise ChannelError(faults.NO_ACCESS, say("personne ne le demande plus"))
        kept = await asyncio.to_thread(pins.keep, typed.pin)
        number, new = waits.asked.clerk, waits.new
        if new is None:
            await self._done(CLERK_PIN, SetPin(number=number, pin=kept), waits.actor)
            return
        person = await self._named(new.name, waits.actor) if new.name else ""
        clerk = AddClerk(
            number=number, pin=kept, rights=new.rights, training=new.training, person=person
        )
        await self._done(CLERK_ADD, clerk, waits.actor)

    async def _named(self, name: str, actor: Actor) -> str:
        item = PersonalItem(
            name="nom", purpose=PURPOSE, ground=Ground.CONTRACT, data=Details(name=name)
        )
        done = await self._done(PERSON_ADD, AddPerson(items=(item,)), actor)
        return msgspec.json.decode(done, type=Added).person

    async def _done(self, act: str, asked: Asked, actor: Actor) -> Raw:
        return await self._do(act, Raw(msgspec.json.encode(asked)), actor)

    async def _list(self, asked: Asked, actor: Actor) -> ClerksKnown:
        state = self._terminal.state
        clerks = (await asyncio.to_thread(self._read)).values()
        named = await asyncio.to_thread(
            clerks_file.with_names, {each.number: each for each in clerks}, state
        )
        told = [Known(ClerkTold.of(named[number]), named[number].name) for number in sorted(named)]
        self._forget()
        return ClerksKnown(told, sorted(each.asked.clerk for each in self._waiting.values()))

    async def _enrol(self, asked: Enrol, actor: Actor) -> PinCode:
        if asked.number in await asyncio.to_thread(self._read):
            detail = say("le vendeur {number} existe déjà")
            raise ChannelError(faults.CLERK_REFUSED, detail.format(number=asked.number))
        return self._ask(asked.number, actor, asked)

    async def _renew(self, asked: OfClerk, actor: Actor) -> PinCode:
        await self._must_be_known(asked.number)
        return self._ask(asked.number, actor)

    async def _badge(self, asked: OfClerk, actor: Actor) -> ClerkTold:
        """Make one of chance and print it: nobody but the paper has its code."""
        await self._must_be_known(asked.number)
        chars = ascii_uppercase + digits
        code = badge_code("".join(chars[random_below(len(chars))] for _ in range(SECRET)))
        badge = SetBadge(number=asked.number, badge=badge_hash(code))
        told: ClerkTold = await self._acts()[CLERK_BADGE].do(badge, actor)
        paper = badge_paper(asked.number, code)
        self._terminal.equipment.outputs.prints(PrinterRole.REPORT).print(Paper(None, paper))
        return told

    def _ask(self, number: int, actor: Actor, new: Enrol | None = None) -> PinCode:
        self._forget()
        for code in [c for c, each in self._waiting.items() if each.asked.clerk == number]:
            del self._waiting[code]
        taken = {*self._waiting, *(each.code for each in self._grants.coded)}
        if len(self._waiting) >= AT_ONCE:
            raise ChannelError(faults.BAD_REQUEST, say("trop de codes sont attendus à la caisse"))
        code = str(_LEAST + random_below(9 * _LEAST))
        while code in taken:
            code = str(_LEAST + random_below(9 * _LEAST))
        until = asyncio.get_running_loop().time() + SECONDS
        self._waiting[code] = _Waiting(PinAsked(code, number), actor, until, new)
        self._tell()
        return PinCode(code, int(SECONDS))

    def _forget(self) -> None:
        """What nobody typed in time."""
        now = asyncio.get_running_loop().time()
        self._waiting = {code: each for code, each in self._waiting.items() if each.until > now}
        self._tell()

    def _tell(self) -> None:
        self._grants.pins = tuple(each.asked for each in self._waiting.values())
        self._grants.tell()

    async def _must_be_known(self, number: int) -> None:
        if number not in await asyncio.to_thread(self._read):
            raise ChannelError(faults.CLERK_REFUSED, say("aucun vendeur {number}", number=number))

    def _read(self) -> dict[int, Clerk]:
        try:
            return clerks_file.read(self._terminal.state).clerks
        except BadClerks as error:
            raise ChannelError(error.fault, error.detail) from error
