"""What an attack is here: it succeeds where nothing protects, and then somebody finds it.

Each attack is a function over an empty place. It makes a till's state there, does what the attacker
does, asserts that whoever only reads is deceived, and then asks the till's own guards. What it
returns is what they said. `docs/journal.md` has the same table; a test holds the two together.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from pos_terminal.domain.audit.identity import Identity
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.scrub import Pass
from pos_terminal.journal.store import Journal
from pos_terminal.journal.verify import Level, verify
from tests.conftest import run
from tests.support.journaling import IDENTITY, database


class Attacker(StrEnum):
    """Who does it, in ascending order of what he may touch."""

    CLERK = "clerk"
    TECHNICIAN = "technician"
    OWNER = "owner"
    OUTSIDER = "outsider"


class Found(NamedTuple):
    """Who finds it, after how long, and with which words."""

    by: str
    after: str
    words: str


@dataclass(frozen=True)
class Attack:
    """A row of the table."""

    attacker: Attacker
    what: str
    carry_out: Callable[[Path], Found]


ATTACKS: list[Attack] = []
"""In the order of the table."""


def attack(
    attacker: Attacker, what: str
) -> Callable[[Callable[[Path], Found]], Callable[[Path], Found]]:
    """Put a function into the table."""

    def put(carry_out: Callable[[Path], Found]) -> Callable[[Path], Found]:
        ATTACKS.append(Attack(attacker, what, carry_out))
        return carry_out

    return put


def at_start(state: Path, *, witness: Path | None = None, identity: Identity = IDENTITY) -> Found:
    """What a start says, which must not sell."""
    return Found("start", "at the next start", refused(lambda: _started(state, witness, identity)))


def _started(state: Path, witness: Path | None, identity: Identity) -> None:
    run(Journal.open(state, identity, witness=witness).close())


def in_rounds(state: Path) -> Found:
    """What the rounds say of a journal beside a till that sells."""

    def rounds() -> None:
        walk = Pass(database(state))
        while walk.step():
            pass

    return Found("rounds", "within a round", refused(rounds))


def by_verify(
    state: Path,
    level: Level = Level.ALL,
    *,
    key: str = "",
    quorum: int = 1,
    among: Sequence[str] = (),
    authorities: bytes = b"",
) -> Found:
    """What `journal verify` says."""
    words = refused(
        lambda: verify(
            database(state),
            level=level,
            key=key,
            quorum=quorum,
            among=among,
            authorities=authorities,
        )
    )
    asked = "verify" + " --key …" * bool(key) + " --witness …" * len(among)
    asked += f" --quorum {quorum}" * (quorum > 1) + " --tsa …" * bool(authorities)
    return Found(asked, "when asked", words)


def in_both(state: Path) -> Found:
    """What the rounds say; `journal verify`, when asked, has the same words for it."""
    told = in_rounds(state)
    assert by_verify(state).words == told.words
    return told


def refused(guard: Callable[[], object]) -> str:
    """What a guard says that must not let it pass."""
    try:
        guard()
    except JournalError as error:
        return said(f"{error.fault.code} {error.detail}")
    raise AssertionError("nobody found it")


def said(words: str) -> str:
    """The words without what differs from run to run: paths, hashes, counts, since when."""
    words, _, _ = words.partition(" ; celle d'avant est du ")
    words, _, _ = words.partition("; the one before it is of ")
    words = re.sub(r"(/[\w.-]+)+/", "", words).replace("journal.db: ", "")
    words = re.sub(r"\b[0-9a-f]{12,}\b", "…", words)
    return re.sub(r"\s+", " ", words)
