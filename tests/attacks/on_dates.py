"""Attacks on what says when: stamps of something else, and of an authority of one's own."""

from pathlib import Path

from pos_terminal.journal import dating
from pos_terminal.journal.cosignature import Dated
from pos_terminal.journal.database import reading
from pos_terminal.journal.submission import note_at
from pos_terminal.journal.verify import verify
from pos_terminal.verifier.cosignatures import RFC3161
from tests.attacks.attack import Attacker, Found, attack, by_verify
from tests.attacks.on_archives import in_three_places
from tests.attacks.on_keys import SALES
from tests.conftest import run
from tests.support.journaling import SIGN_ON, database, kept, tamper
from tests.support.stamp_authority import Authority


def dated(state: Path, authority: Authority) -> None:
    """As the agent has it done."""
    asked = dating.question(state)
    answer = authority.answer(asked.request)
    dating.take(database(state), asked.size, answer, authority.ca.read_bytes())


@attack(Attacker.OWNER, "the time stamp of an earlier checkpoint, laid behind a later one")
def moved(place: Path) -> Found:
    """So that what was written tonight stood there last year; the stamp is genuine."""
    state, authority = place / "state", Authority(place / "authority")
    run(kept(state, SALES))
    dated(state, authority)
    run(kept(state, [SIGN_ON] * 300))
    with reading(database(state)) as reader:
        (row,) = reader.cosignatures()
        later = Dated(dated=note_at(reader, 256)[0]).body
    tamper(
        state,
        "DELETE FROM cosignature",
        f"INSERT INTO cosignature VALUES (256, '{RFC3161}', x'{later.hex()}', "
        f"x'{row.sig.hex()}', '{row.at}')",
    )
    return in_three_places(state)


@attack(Attacker.OWNER, "a journal dated by an authority of his own making, whose clock he sets")
def his_own_clock(place: Path) -> Found:
    """Anybody can stamp; who it is counts."""
    state, his = place / "state", Authority(place / "his")
    run(kept(state, SALES))
    dated(state, his)
    assert verify(database(state)).dated == 1
    return by_verify(state, authorities=Authority(place / "real").ca.read_bytes())
