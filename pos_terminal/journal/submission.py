"""What a till hands to witnesses on the network, and what it keeps of their answers.

By C2SP's tlog-witness: `add-checkpoint` takes the size that the witness knows, a consistency proof
from there (RFC 6962, 2.1.2) and the signed checkpoint; it answers with lines of cosignatures.
"""

from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from pos_terminal.domain import faults
from pos_terminal.domain.language import say
from pos_terminal.journal import checkpoint, keyring, note
from pos_terminal.journal.checkpoint import Checkpoint
from pos_terminal.journal.cosignature import NOTED, SeenNote, noted
from pos_terminal.journal.database import NAME, Reader, cosign, reading
from pos_terminal.journal.errors import Broken, JournalError
from pos_terminal.journal.merkle import growth
from pos_terminal.journal.note import Cosigned, Head, NoteKey
from pos_terminal.verifier.cosignatures import Attested

STRIDE = 1 << 16
"""Records from what a witness knows to what it is handed at most: their hashes are in memory. Who
was away for longer comes in several steps.
"""

BATCH = 10_000


class Submission(Struct, frozen=True, kw_only=True):
    """The body of an `add-checkpoint`.

    `size` is the checkpoint's, that of what is known where nothing is behind it; `last` the newest
    one's, `vkey` what the witness must know this log by.
    """

    size: int
    last: int
    vkey: str
    body: str


class Shown(NamedTuple):
    """A checkpoint as a signed note, with whatever cosignatures of it are kept."""

    size: int
    vkey: str
    note: str


def submission(directory: Path, known: int) -> Submission:
    """For a witness that knows the first `known` records of the journal in that state directory.

    JournalError where there is no checkpoint yet, or none of that size (J-111): then the witness
    knows another journal, or more of this one.
    """
    with reading(directory / NAME) as reader:
        newest = _newest(reader)
        if known > newest.size:
            detail = say(
                "un témoin connaît {known} écritures, et le dernier point de contrôle en a {size}",
                known=known, size=newest.size,
            )
            raise JournalError(faults.WITNESS_DISAGREES, detail)
        said = newest
        if known:
            _at(reader, known)
            seal = reader.seal(known + STRIDE)
            said = checkpoint.read(seal.body) if seal else newest
        shown = _signed(directory, reader, newest, said)
        proof = "".join(f"{b64encode(each).decode()}\n" for each in _proof(reader, known, said))
        body = f"old {known}\n{proof}\n{shown.note}"
        return Submission(size=said.size, last=newest.size, vkey=shown.vkey, body=body)


def signed_note(directory: Path) -> Shown:
    """The last checkpoint that a witness has cosigned, for whoever wants to see it.

    The last at all where none has: a till that has just been stopped ends with one that no witness
    has been shown. JournalError where there is none.
    """
    with reading(directory / NAME) as reader:
        newest = _newest(reader)
        rows = [row for row in reader.cosignatures() if row.body.startswith(NOTED)]
        cosigned = max((row.size for row in rows), default=0)
        shown = _signed(directory, reader, newest, _at(reader, cosigned) if cosigned else newest)
        seen = "".join(
            note.cosignature_line(note.cosigner(said.vkey), Cosigned(said.time, row.sig))
            for row in rows
            if row.size == shown.size
            for said in (noted(row.body, row.sig),)
        )
        return Shown(shown.size, shown.vkey, shown.note + seen)


def _newest(reader: Reader) -> Checkpoint:
    seal = reader.seal()
    if seal is None:
        raise JournalError(faults.JOURNAL_MISSING, say("pas encore de point de contrôle"))
    return checkpoint.read(seal.body)


def _signed(directory: Path, reader: Reader, newest: Checkpoint, said: Checkpoint) -> Shown:
    """A checkpoint as a note, signed by the key in force: a witness knows one key at a time."""
    origin = _origin(reader)
    signer = keyring.load(directory, newest.key)
    key = note.log_key(origin, signer.public.checkpoint)
    text = Head(origin, said.size, bytes.fromhex(said.root)).text
    return Shown(said.size, key.text, f"{text}\n{note.line(key, signer.close(text.encode()))}")


def take(path: Path, size: int, answer: str, trusted: Sequence[NoteKey]) -> list[str]:
    """Keep the cosignatures in an answer that are by these keys; the names of who cosigned.

    JournalError where there is no checkpoint of that size.
    """
    with reading(path) as reader:
        text, head = note_at(reader, size)
    names = []
    for each in note.lines(answer):
        for key in trusted:
            found = note.cosigned(text, each, key)
            if found:
                row = _row(size, text, key, found)
                if cosign(path, row, bytes.fromhex(head)):
                    names.append(key.name)
    return names


def note_at(reader: Reader, size: int) -> tuple[str, str]:
    """The text of the checkpoint of that size as a note, and its last record's hash in hex.

    JournalError where there is none.
    """
    said = _at(reader, size)
    return Head(_origin(reader), size, bytes.fromhex(said.root)).text, said.head


def known_witnesses(reader: Reader) -> list[NoteKey]:
    """Who has cosigned this journal over the network, by the cosignatures that are kept."""
    rows = [row for row in reader.cosignatures() if row.body.startswith(NOTED)]
    return [*{note.cosigner(noted(row.body, row.sig).vkey): None for row in rows}]


def monitored(reader: Reader) -> str:
    """Where a witness shows the last checkpoint that it cosigned of this log (tlog-witness)."""
    return f"/{sha256(_origin(reader).encode()).hexdigest()}/checkpoint"


def shown_size(reader: Reader, shown: str, trusted: Sequence[NoteKey]) -> int:
    """How many records the witness had seen whose last checkpoint this is, as a signed note.

    JournalError where none of these keys cosigned it (J-112), or where it is of another journal
    (J-111). What is longer than this journal nobody can compare with it.
    """
    text = shown.partition("\n\n")[0] + "\n"
    signed = any(note.cosigned(text, each, key) for each in note.lines(shown) for key in trusted)
    if not signed:
        detail = say("sa signature n'est d'aucune des clés de [witness]")
        raise JournalError(faults.WITNESS_MISSING, detail)
    said = Head.of(text)
    if said.origin != _origin(reader):
        detail = say("il est de {origin}", origin=said.origin)
        raise JournalError(faults.WITNESS_DISAGREES, detail)
    if said.size <= reader.last() and note_at(reader, said.size)[0] != text:
        detail = say("une autre racine pour {size} écritures", size=said.size)
        raise JournalError(faults.WITNESS_DISAGREES, detail)
    return said.size


def _row(size: int, text: str, key: NoteKey, found: Cosigned) -> Attested:
    seen = SeenNote(note=text, vkey=key.text, time=found.time)
    at = datetime.fromtimestamp(found.time, UTC).isoformat(timespec="seconds")
    return Attested(size, key.witness, seen.body, found.signature, at)


def _origin(reader: Reader) -> str:
    first = reader.record(1)
    said = first.envelope
    return note.origin_of(said.store, said.terminal, first.hash.hex())


def _at(reader: Reader, size: int) -> Checkpoint:
    seals = reader.seals(size - 1, 1)
    if not seals or seals[0].size != size:
        detail = say("aucun point de contrôle de {count} écritures", count=size)
        raise JournalError(faults.WITNESS_DISAGREES, detail)
    return checkpoint.read(seals[0].body)


def _proof(reader: Reader, known: int, said: Checkpoint) -> list[bytes]:
    if not known:
        return []
    leaves: list[bytes] = []
    while known + len(leaves) < said.size:
        done = known + len(leaves)
        more = reader.hashes(done, min(BATCH, said.size - done))
        if not more:
            raise Broken(done + 1, say("elle manque"))
        leaves += more
    return growth(_at(reader, known).tree, leaves)
