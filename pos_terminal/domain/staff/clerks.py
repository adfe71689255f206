"""Who may stand at the till and what each may do there. Pure: a PIN is checked elsewhere."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from types import MappingProxyType

from msgspec import Struct
from msgspec import field as struct_field

from pos_terminal.domain import faults
from pos_terminal.domain.codes.own import MARK, check_characters
from pos_terminal.domain.events.values import Right, SignOnMeans
from pos_terminal.domain.faults.refused import Refused

ORDINARY = frozenset({Right.VOID, Right.CANCEL})
"""What a badge alone may give, and what a clerk may who was given nothing else."""

SHORTEST_PIN, LONGEST_PIN = 4, 8
"""Digits of a PIN."""

HIGHEST = 999
"""The highest number of a clerk."""

BADGE = MARK * 2
"""How a badge's code begins: no article does (the catalogue refuses the mark), and no command."""

_BADGE = re.compile(f"{re.escape(BADGE)}([0-9A-Z]{{16,32}})([0-9A-Z]{{2}})")


@dataclass(frozen=True, slots=True)
class Pin:
    """Digits that nobody may read: they stand in no text that is made of it."""

    digits: str = field(default="", repr=False)

    def __len__(self) -> int:
        return len(self.digits)

    def __add__(self, digits: str) -> "Pin":
        return Pin(self.digits + digits)


@dataclass(frozen=True, slots=True)
class Clerk:
    """One clerk: in records a number. `pin` and `badge` are what checks them, never themselves.

    `name` is what the greeting says, from the personal store; empty where nothing is held there.
    """

    number: int
    pin: str = field(default="", repr=False)
    rights: frozenset[Right] = ORDINARY
    badge: str = field(default="", repr=False)
    training: bool = False
    person: str = ""
    name: str = field(default="", repr=False)


class SignedOn(Struct, frozen=True):
    """Since which local time somebody is signed on, and by what; `at` is empty where nobody is."""

    at: str = ""
    by: SignOnMeans = SignOnMeans.SETTINGS


class SignOnRules(Struct, frozen=True):
    """How clerks sign on: for each sale anew or for the shift; with the badge alone or PIN too."""

    each_sale: bool = False
    badge_and_pin: bool = False


class Clerks(Struct, frozen=True):
    """All clerks of a till by number. Where none was ever named, `alone` may do everything.

    `closed` is a till whose clerks cannot be known: then nobody may.
    """

    of: Mapping[int, Clerk] = struct_field(default_factory=lambda: MappingProxyType({}))
    rules: SignOnRules = struct_field(default_factory=SignOnRules)
    alone: int = 0
    closed: bool = False

    def __bool__(self) -> bool:
        return self.closed or bool(self.of)

    def known(self, number: int) -> bool:
        """Whether records of this operator are of somebody who sells here."""
        return number in self.of if self else number == self.alone

    def may(self, number: int, right: Right) -> bool:
        """Whether this operator has that right."""
        return number in self.of and right in self.of[number].rights if self else True

    def clerk(self, number: int) -> Clerk:
        """The clerk of that number. Raises Refused."""
        if number not in self.of:
            raise Refused(faults.CLERK_UNKNOWN)
        return self.of[number]

    def with_badge(self, code: str) -> Clerk:
        """The clerk whose badge was scanned. Raises Refused."""
        found = _BADGE.fullmatch(code)
        if not found or check_characters(found[1]) != found[2]:
            raise Refused(faults.BADGE_UNREADABLE)
        printed = badge_hash(code)
        for clerk in self.of.values():
            if clerk.badge == printed:
                return clerk
        raise Refused(faults.BADGE_UNKNOWN)

    def needs_pin(self, clerk: Clerk) -> bool:
        """Whether the badge alone does not sign this clerk on: by rule, or for what he may do."""
        return self.rules.badge_and_pin or bool(clerk.rights - ORDINARY)


def is_guessed(pin: Pin) -> bool:
    """Whether anybody would try it first: one digit alone, or digits in their order."""
    digits = pin.digits
    return len(set(digits)) == 1 or digits in "01234567890" or digits in "09876543210"


def is_badge(code: str) -> bool:
    """Whether a scanned code is a badge, right or damaged."""
    return code.startswith(BADGE)


def badge_code(secret: str) -> str:
    """The code of a badge with this secret: 16 to 32 capital letters and digits, of chance."""
    code = BADGE + secret + check_characters(secret)
    if not _BADGE.fullmatch(code):
        raise ValueError("a badge's secret has 16 to 32 capital letters and digits")
    return code


def badge_hash(code: str) -> str:
    """What is kept of a badge. It holds 80 bits of chance and more, so it needs no salt."""
    return sha256(code.encode(errors="replace")).hexdigest()
