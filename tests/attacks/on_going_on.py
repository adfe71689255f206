"""Attacks by going on: the record that lets a till whose key is lost sell on (E3, E4)."""

import shutil
from datetime import datetime
from pathlib import Path

from pos_terminal.archive.make import make
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.system import TillHandedOver
from pos_terminal.journal import consistency_proof
from pos_terminal.journal.checkpoint import Checkpoint
from pos_terminal.journal.continuation import Continuation
from pos_terminal.journal.keyring import FOLDER
from pos_terminal.journal.store import Journal
from pos_terminal.journal.verify import verify
from pos_terminal.journal.witness import Witness
from tests.attacks.attack import Attacker, Found, at_start, attack, by_verify
from tests.attacks.on_archives import by_archive, found, signs
from tests.attacks.on_keys import SALES, turnover
from tests.conftest import run
from tests.support.journaling import IDENTITY, SIGN_ON, database, kept, moment, ticket


async def went_on(state: Path, because: Continuation, events: list[Event]) -> None:
    """Go on as the command does, without its questions: whoever has root asks nobody."""
    shutil.rmtree(state / FOLDER)
    journal = Journal.open(state, IDENTITY, continuation=because)
    await journal.append(events, moment())
    await journal.close()


def witnessed_and_put_back(place: Path) -> tuple[Path, Path, Checkpoint]:
    """A state of before most of its sales, a witness of all of them, and what that one saw."""
    state, medium = place / "state", place / "medium"
    medium.mkdir()
    run(kept(state, SALES[:4]))
    early = shutil.copytree(state, place / "early")
    run(kept(state, [*SALES[4:], *[SIGN_ON] * 256]))
    Witness(medium).cosign(consistency_proof.export(database(state)), datetime(2026, 1, 5))
    seen = Witness(medium).seen(IDENTITY.store, IDENTITY.terminal)
    assert seen and turnover(early) < turnover(state)
    return early, medium, seen


@attack(Attacker.OWNER, "an earlier copy that goes on under new keys, as if nothing were lost")
def hidden(place: Path) -> Found:
    """Whoever has an archive of this morning can go on from it, and sell this evening's day."""
    early, medium, _ = witnessed_and_put_back(place)
    run(went_on(early, Continuation(because="carte morte"), [SIGN_ON] * 300))
    assert verify(database(early)).records, "all fits, and every signature"
    return at_start(early, witness=medium)


@attack(Attacker.OWNER, "an earlier copy that goes on, and belittles what is lost")
def belittled(place: Path) -> Found:
    """A record that says how much is lost is believed where it says exactly what was seen."""
    early, medium, seen = witnessed_and_put_back(place)
    less = Checkpoint(
        at=seen.at, frontier=seen.frontier, head="ab" * 32, key=seen.key, root=seen.root,
        size=seen.size - 200, state=seen.state, v=seen.v,
    )  # fmt: skip
    run(went_on(early, Continuation(because="carte morte", seen=less), [SIGN_ON] * 300))
    assert verify(database(early)).records
    return at_start(early, witness=medium)


@attack(Attacker.OUTSIDER, "a journal gone on with by an outsider, beside the genuine key on paper")
def usurped(place: Path) -> Found:
    """What he has of the till is its records; the genuine key stands in them, and so on its Zs."""
    state = place / "state"
    run(kept(state, SALES))
    genuine = verify(database(state)).key
    run(went_on(state, Continuation(because="carte morte"), [SIGN_ON]))
    archive = place / "archive.zip"
    make(state, archive, sign=signs(state))
    status, _ = by_archive(archive)
    assert status == 0, "in itself it is right: it says that a key was lost"
    return found(archive, "--key", genuine)


async def handed_over(state: Path, then: list[Event]) -> str:
    """Hand the till over and go on: his program refuses nothing. What the old key agreed to."""
    journal = Journal.open(state, IDENTITY)
    before = journal._failure
    heir = "ab" * 32
    handed = await journal.hand_over(heir, moment())
    journal._failure = before
    await journal.append(then, moment())
    await journal.close()
    assert isinstance(handed.event, TillHandedOver)
    return handed.event.agreed


@attack(Attacker.OWNER, "the old box sells on after the till was handed over, by another program")
def sold_on(place: Path) -> Found:
    """His key is genuine, and signs what he likes; two boxes would sell under one number."""
    state = place / "state"
    run(kept(state, SALES))
    before = turnover(state)
    run(handed_over(state, ticket(6, 6)))
    assert turnover(state) > before
    return by_verify(state)


@attack(Attacker.TECHNICIAN, "a second box takes a till over that was handed to another")
def taken_twice(place: Path) -> Found:
    """The stick is copied, and so is what the old key said to the first box."""
    state = place / "state"
    run(kept(state, SALES))
    agreed = run(handed_over(state, []))
    run(went_on(state, Continuation(because="remise", agreed=agreed), ticket(6, 6)))
    return at_start(state)
