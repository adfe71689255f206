"""Clerks, their rights, PINs and badges: each change is a record before it is in force."""

import asyncio
from dataclasses import replace
from typing import Annotated

import msgspec
from msgspec import Struct

from pos_terminal.acts.asked import Asked, given
from pos_terminal.acts.keeper import Keeper
from pos_terminal.channel.acts import Actor
from pos_terminal.channel.errors import ChannelError
from pos_terminal.domain import faults
from pos_terminal.domain.events.staff import ClerkChanged
from pos_terminal.domain.events.system import CommandGiven
from pos_terminal.domain.events.values import ClerkChange, Right
from pos_terminal.domain.language import say
from pos_terminal.domain.staff.clerks import HIGHEST, Clerk
from pos_terminal.persons import clerks_file, pins
from pos_terminal.persons.clerks_file import Pseudonym, Sha256, Staff

Number = Annotated[int, msgspec.Meta(ge=1, le=HIGHEST)]


class ClerkTold(Struct, frozen=True):
    """What may be said of a clerk: all but what checks PIN and badge."""

    number: int
    rights: list[str]
    badge: bool
    training: bool
    person: str

    @classmethod
    def of(cls, clerk: Clerk) -> "ClerkTold":
        """What may be said of this one."""
        rights = sorted(clerk.rights)
        return cls(clerk.number, [*rights], bool(clerk.badge), clerk.training, clerk.person)


class AddClerk(Asked, frozen=True, kw_only=True):
    """A new clerk; `pin` is what is kept of it."""

    number: Number
    pin: str
    rights: frozenset[Right]
    training: bool = False
    person: Pseudonym = ""


class SetRights(Asked, frozen=True, kw_only=True):
    """What a clerk may do from now on."""

    number: Number
    rights: frozenset[Right]


class SetPin(Asked, frozen=True, kw_only=True):
    """A new PIN: what is kept of it."""

    number: Number
    pin: str


class SetBadge(Asked, frozen=True, kw_only=True):
    """A new badge: the SHA-256 of its code, empty for none."""

    number: Number
    badge: Sha256


class RemoveClerk(Asked, frozen=True, kw_only=True):
    """A clerk who sells here no more."""

    number: Number


async def add(keeper: Keeper, asked: AddClerk, actor: Actor) -> ClerkTold:
    """Name a new clerk."""
    staff = clerks_file.read(keeper.state)
    if asked.number in staff.clerks:
        raise _refused(say("le vendeur {number} existe déjà"), asked.number)
    clerk = Clerk(
        asked.number, _kept(asked.pin), asked.rights, training=asked.training, person=asked.person
    )
    command = given("clerk add", asked, actor)
    return await _change(keeper, staff, clerk, ClerkChange.ADDED, command)


async def set_rights(keeper: Keeper, asked: SetRights, actor: Actor) -> ClerkTold:
    """Give other rights in place of those that there are."""
    staff = clerks_file.read(keeper.state)
    clerk = replace(_known(staff, asked.number), rights=asked.rights)
    command = given("clerk rights", asked, actor)
    return await _change(keeper, staff, clerk, ClerkChange.RIGHTS, command)


async def set_pin(keeper: Keeper, asked: SetPin, actor: Actor) -> ClerkTold:
    """Give a new PIN."""
    staff = clerks_file.read(keeper.state)
    clerk = replace(_known(staff, asked.number), pin=_kept(asked.pin))
    command = given("clerk pin", asked, actor)
    return await _change(keeper, staff, clerk, ClerkChange.PIN, command)


async def set_badge(keeper: Keeper, asked: SetBadge, actor: Actor) -> ClerkTold:
    """Give a new badge, or none."""
    staff = clerks_file.read(keeper.state)
    clerk = replace(_known(staff, asked.number), badge=asked.badge)
    command = given("clerk badge", asked, actor)
    return await _change(keeper, staff, clerk, ClerkChange.BADGE, command)


async def remove(keeper: Keeper, asked: RemoveClerk, actor: Actor) -> ClerkTold:
    """Name a clerk no more."""
    staff = clerks_file.read(keeper.state)
    clerk = _known(staff, asked.number)
    command = given("clerk remove", asked, actor)
    return await _change(keeper, staff, clerk, ClerkChange.REMOVED, command)


def _known(staff: Staff, number: int) -> Clerk:
    if number not in staff.clerks:
        raise _refused(say("aucun vendeur {number}"), number)
    return staff.clerks[number]


def _kept(pin: str) -> str:
    try:
        pins.check_kept(pin)
    except ValueError as error:
        raise ChannelError(faults.CLERK_REFUSED, str(error)) from error
    return pin


async def _change(
    keeper: Keeper, staff: Staff, clerk: Clerk, change: ClerkChange, command: CommandGiven
) -> ClerkTold:
    """Record it, then write the file, then have it taken over.

    Cut between record and file, the file is found to be another than the record's at the next
    start, and that is recorded: what is in force always stands in the journal.
    """
    clerks = {**staff.clerks, clerk.number: clerk}
    if change is ClerkChange.REMOVED:
        del clerks[clerk.number]
    told = ClerkTold.of(clerk)
    changed = ClerkChanged(
        operator=clerk.number,
        change=change,
        rights=() if change is ClerkChange.REMOVED else tuple(sorted(clerk.rights)),
        badge=told.badge,
        training=told.training,
        by=str(command),
        clerks=clerks_file.digest(clerks_file.render(clerks.values())),
    )
    with keeper.changing_clerks():
        await keeper.record([command, changed])
        await asyncio.to_thread(clerks_file.write, keeper.state, clerks.values())
    return told


def _refused(french: str, number: int) -> ChannelError:
    return ChannelError(faults.CLERK_REFUSED, french.format(number=number))
