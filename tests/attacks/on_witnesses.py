"""Attacks on what stands outside the till: its witnesses (E2, E6), and the key that was stolen."""

import shutil
from base64 import b64encode
from pathlib import Path

from pos_terminal.crypto.keys import Ed25519
from pos_terminal.domain.printing.ticket import SHOWN_OF_HASH
from pos_terminal.journal import printed
from pos_terminal.journal.consistency_proof import export
from pos_terminal.journal.database import NAME, reading
from pos_terminal.journal.note import COSIGNER, DASH, NoteKey
from pos_terminal.journal.submission import signed_note, take
from pos_terminal.journal.verify import verify
from pos_terminal.journal.witness import Witness
from pos_terminal.journal.witness import take as take_file
from tests.attacks.attack import Attacker, Found, at_start, attack, by_verify, refused
from tests.attacks.on_archives import in_three_places
from tests.attacks.on_keys import SALES, turnover
from tests.conftest import run
from tests.support.journaling import SIGN_ON, database, kept, moment, tamper

TIME = 1_767_600_000


class Cosigner:
    """A witness of transparency logs that signs whatever it is handed."""

    def __init__(self, name: str) -> None:
        self._key = Ed25519.generate()
        self.key = NoteKey(name, COSIGNER, self._key.raw_public)

    def answer(self, note: str) -> str:
        text = note.partition("\n\n")[0] + "\n"
        sig = self._key.sign(f"cosignature/v1\ntime {TIME}\n{text}".encode())
        whole = self.key.key_id + TIME.to_bytes(8, "big") + sig
        return f"{DASH}{self.key.name} {b64encode(whole).decode()}\n"

    def cosign(self, state: Path) -> None:
        """As the agent has it done."""
        shown = signed_note(state)
        answered = self.answer(shown.note)
        assert take(database(state), shown.size, answered, [self.key]) == [self.key.name]


def cut(state: Path) -> None:
    """What was sold behind record 300 never was: with the chain, and the till's own signatures."""
    tamper(state, "DELETE FROM journal WHERE seq > 300", "DELETE FROM cosignature")


@attack(Attacker.OWNER, "the key stolen from the card, and the journal written anew with it")
def stolen(place: Path) -> Found:
    """Chain, signatures and lineage fit, being the till's own; a key in a token stays away."""
    state, other, medium = place / "state", place / "other", place / "medium"
    medium.mkdir()
    run(kept(state, [*SALES[:12], *[SIGN_ON] * 300]))
    take_file(database(state), Witness(medium).cosign(export(database(state), 0), moment().local))
    before = turnover(state)
    thief = shutil.copytree(state, other)
    rewritten_with_its_key(thief)
    for name in (NAME, "journal.mark"):
        (thief / name).replace(state / name)
    assert turnover(state) < before
    assert verify(database(state)).records, "nothing in the file tells"
    return at_start(state, witness=medium)


def rewritten_with_its_key(state: Path) -> None:
    """The same first record, and fewer sales behind it: the till's own program, card and key."""
    with reading(database(state)) as reader:
        last = reader.last()
    tamper(
        state,
        "DELETE FROM cosignature",
        "DELETE FROM journal WHERE seq > 1",
        "DELETE FROM checkpoint WHERE size > 1",
        "DELETE FROM kind WHERE since > 1",
    )
    run(kept(state, [*SALES[:4], *[SIGN_ON] * last]))


@attack(Attacker.OWNER, "a journal written anew with its own key, while a customer has a ticket")
def against_paper(place: Path) -> Found:
    """No witness, no Z at hand: the code at the foot of one ticket."""
    state = place / "state"
    before = run(kept(state, [*SALES[:12], *[SIGN_ON] * 20]))
    (ticket,) = [each for each in before if each.kind == "sale.closed" and each.seq > 8][:1]
    code = printed.code(ticket.anchor[: len(str(ticket.seq)) + 1 + SHOWN_OF_HASH])
    with reading(database(state)) as reader:
        assert printed.must_be_here(reader, code) == "2-000002, 1,30 €"
    rewritten_with_its_key(state)
    assert verify(database(state)).records, "nothing in the file tells"
    return Found("verify --printed …", "when asked", refused(lambda: names(state, code)))


def names(state: Path, code: printed.Code) -> None:
    """What `journal verify --printed` asks."""
    with reading(database(state)) as reader:
        printed.must_be_here(reader, code)


@attack(Attacker.OWNER, "a second till under the same number, in a state directory of its own")
def beside_it(place: Path) -> Found:
    """Its turnover is in no Z of the first; without a witness that knows the number nobody asks."""
    state, second, medium = place / "state", place / "second", place / "medium"
    medium.mkdir()
    for each in (state, second):
        run(kept(each, SALES))
        assert verify(database(each)).records == len(SALES) + 1, "each is right in itself"
    take_file(database(state), Witness(medium).cosign(export(database(state), 0), moment().local))
    return at_start(second, witness=medium)


@attack(Attacker.OWNER, "a cosignature that a witness gave to another till, laid into this journal")
def replayed(place: Path) -> Found:
    """It is genuine, and says the right size."""
    state, other = place / "state", place / "other"
    for each in (state, other):
        run(kept(each, [*SALES, *[SIGN_ON] * 256]))
    Cosigner("witness.example/w1").cosign(other)
    with reading(database(other)) as reader:
        (row,) = reader.cosignatures()
    values = f"{row.size}, '{row.witness}', x'{row.body.hex()}', x'{row.sig.hex()}', '{row.at}'"
    tamper(state, f"INSERT INTO cosignature VALUES ({values})")
    return in_three_places(state)


@attack(Attacker.OWNER, "a witness of his own making cosigns a journal whose end was cut off")
def his_own(place: Path) -> Found:
    """Its signature is right: that it is nobody's, only who knows the real one can tell."""
    state, real = place / "state", Cosigner("witness.example/w1")
    run(kept(state, [*SALES, *[SIGN_ON] * 400]))
    real.cosign(state)
    cut(state)
    Cosigner("witness.example/w1").cosign(state)
    assert verify(database(state)).witnessed == 256, "whoever counts rows is content"
    return by_verify(state, among=[real.key.witness])


@attack(Attacker.OWNER, "one of two witnesses cosigns a journal whose end was cut off")
def bribed(place: Path) -> Found:
    """A witness that lies is one voice."""
    state, honest = place / "state", Cosigner("witness.example/w1")
    bought = Cosigner("witness.example/w2")
    run(kept(state, [*SALES, *[SIGN_ON] * 400]))
    for each in (honest, bought):
        each.cosign(state)
    cut(state)
    bought.cosign(state)
    known = [each.key.witness for each in (honest, bought)]
    assert verify(database(state), among=known).witnessed == 256
    return by_verify(state, quorum=2, among=known)
