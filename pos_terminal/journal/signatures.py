"""The signatures of a journal's records, by the keys that were in force. Reads alone."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import msgspec

from pos_terminal.crypto.keys import P256
from pos_terminal.domain.events.period import Purged
from pos_terminal.domain.events.system import KeyMade, KeyReplaced, KeyRotated
from pos_terminal.domain.language import say
from pos_terminal.journal import checkpoint
from pos_terminal.journal.chain import Row, broken
from pos_terminal.journal.checkpoint import Checkpoint, Seal
from pos_terminal.journal.database import Reader, reading
from pos_terminal.journal.errors import Broken
from pos_terminal.journal.keyring import Verifier, public_keys, used
from pos_terminal.journal.signer import PublicKeys
from pos_terminal.verifier.keys import Lineage
from pos_terminal.verifier.messages import Bad

BATCH = 1000
"""Records in memory at once."""

BRINGING = frozenset({KeyMade.kind, KeyRotated.kind, KeyReplaced.kind})


class KeyInForce(NamedTuple):
    """Public keys, the first record that they sign, and where the record key is said to lie.

    `replaced`: no earlier key agreed to them, since those were lost; somebody decided it. `brought`
    is the record that brought them.
    """

    first: int
    public: PublicKeys
    origin: str = ""
    replaced: bool = False
    brought: int = 0


def vouched(keys: Sequence[KeyInForce]) -> list[str]:
    """The ids of those keys that vouch for the journal's end, each by the one before it."""
    # As Lineage.vouching has it, of keys that were proven before.
    begin = max((at for at, key in enumerate(keys) if key.replaced), default=0)
    return [key.public.key for key in keys[begin:]]


class Wrong(NamedTuple):
    """A record whose signature is wrong, and how: Broken, as it passes between processes."""

    seq: int
    how: str


def keys_in_force(reader: Reader) -> list[KeyInForce]:
    """The journal's keys in their order, by the signed records that brought them.

    From record 1 on each names the one before, so that the table `keys`, which anybody may write
    into, only says where to look. Broken where one was not brought by those who had to, or where
    the table of kinds names a record that brings keys which this one leaves out.
    """
    if not reader.last():
        return []
    # First: what takes over meanwhile stands in both, or not yet in this one.
    bringing = {kind: seq for kind, seq in reader.kinds().items() if kind in BRINGING}
    found: list[KeyInForce] = []
    lineage = Lineage(_signed_by)
    for stored in reader.stored_keys():
        key = _brought(reader.row(stored.seq), lineage)
        if key.public != (stored.key, stored.record, stored.checkpoint):
            raise Broken(stored.seq, say("la table des clés dit une autre clé que cette écriture"))
        found.append(key)
    if not found:
        how = say("on ne connaît aucune clé qui l'ait signée : la table des clés est vide")
        raise Broken(1, how)
    brought = {key.brought for key in found}
    for seq in sorted(bringing.values()):
        if seq not in brought:
            raise Broken(seq, not_in_table())
    return found


def not_in_table() -> str:
    """What is wrong with a record whose keys were taken out of the table: a rotation undone, by
    whoever has the key of before.
    """
    return say("elle apporte des clés que la table des clés n'a pas")


def _brought(row: Row, lineage: Lineage) -> KeyInForce:
    """The keys that this record brought, if it is as it must be."""
    record = row.record()
    event = record.event
    if not isinstance(event, KeyMade | KeyRotated | KeyReplaced):
        raise Broken(row.seq, say("la table des clés la nomme, et elle n'apporte pas de clé"))
    sig = row.sig.hex() if row.sig else None
    try:
        body = msgspec.json.decode(record.envelope.body)
        lineage.follow(row.seq, record.kind, body, row.rec, sig)
        public = public_keys(bytes.fromhex(event.record_key), bytes.fromhex(event.checkpoint_key))
        Verifier(public)  # its checkpoint key has signed nothing so far
    except Bad as bad:
        raise broken(bad) from bad
    except ValueError as error:
        how = say("ce qu'elle apporte n'est pas une clé : {error}", error=error)
        raise Broken(row.seq, how) from error
    first, _ = lineage.history[-1]
    return KeyInForce(first, public, event.origin, _is_break(event), row.seq)


def _is_break(event: KeyMade | KeyRotated | KeyReplaced) -> bool:
    """Whether no earlier key agreed to these."""
    return isinstance(event, KeyReplaced) and not event.agreed


def _signed_by(public: str, signature: bytes, content: bytes) -> bool:
    """ValueError where it is no key."""
    key = P256.from_der(bytes.fromhex(public))
    return key.verifies(signature, sha256(content).digest())


def must_be_known(directory: Path, reader: Reader, keys: Sequence[KeyInForce]) -> None:
    """Broken where a key that has signed here is none of this journal's: another was slipped in.

    It may also be an earlier copy, of before that key took over.
    """
    made = reader.record(1).event
    known = {key.public.key for key in keys}
    known.update(made.lost if isinstance(made, KeyMade) else ())
    try:
        for key in used(directory):
            if key not in known:
                how = say("la clé {key} a signé ici, et {why}", key=key[:12], why=not_known())
                raise Broken(reader.last(), how)
    except PermissionError:  # an inspector's own user may not look there
        return


def not_known() -> str:
    """What is wrong with a journal in which a key has signed that is none of its own."""
    return say("ce journal ne la connaît pas : il a été récrit, ou c'est une copie plus ancienne")


def last_checkpoint(reader: Reader, keys: Sequence[KeyInForce]) -> Checkpoint:
    """The last checkpoint, signed by the last of the keys; Broken where it is not."""
    seal = reader.seal()
    if seal is None:
        how = say("il n'y a pas de point de contrôle : ce qui n'est pas signé n'est pas cru")
        raise Broken(reader.last(), how)
    return sealed(seal, by_id(keys[-1:]))


def by_id(keys: Sequence[KeyInForce]) -> dict[str, Verifier]:
    """What checks the signatures of each key, by the key's id."""
    return {each.public.key: Verifier(each.public) for each in keys}


def sealed(seal: Seal, verifiers: Mapping[str, Verifier]) -> Checkpoint:
    """The checkpoint, once it is known to be signed by one of the keys; Broken where it is not."""
    try:
        said = checkpoint.read(seal.body)
        tree = said.tree
    except ValueError as error:
        raise Broken(seal.size, str(error)) from error
    key = verifiers.get(said.key)
    if tree.size != seal.size or key is None or not key.closed(seal.body, seal.sig):
        how = say("le point de contrôle qui la suit n'est pas signé par la clé en vigueur")
        raise Broken(seal.size, how)
    return said


def must_be_recorded(reader: Reader, keys: Sequence[KeyInForce]) -> int:
    """The last record that was purged, by the signed checkpoint behind the record of the purge.

    Broken where more was emptied than that record says: the guarded path is open to whoever can
    write into the file, and only who held the key can say that it was walked with consent.
    """
    emptied = reader.purged()
    if emptied and emptied > last_checkpoint(reader, keys).state.purged:
        raise Broken(emptied, no_purge())
    return emptied


def purged_by(row: Row) -> int:
    """The last record that a purge took by what this row says; 0 where it is of none."""
    event = row.record().event if row.kind == Purged.kind and row.rec else None
    return event.last if isinstance(event, Purged) else 0


def no_purge() -> str:
    """What is wrong with a record that was emptied without consent."""
    return say("elle a été vidée, et aucune écriture ne dit qu'elle a été purgée")


def other_hashes() -> str:
    """What is wrong with the checkpoint behind purged records, of which the hashes are left."""
    return say("les empreintes jusqu'à elle ne sont pas celles de son point de contrôle")


def first_wrong(
    rows: Sequence[Row], keys: Sequence[KeyInForce], verifiers: Sequence[Verifier]
) -> Wrong | None:
    """The first of these rows whose signature is not that of the key in force there."""
    begins, brought = [key.first for key in keys], {key.brought for key in keys}
    for row in rows:
        if row.kind in BRINGING and row.seq not in brought:
            return Wrong(row.seq, not_in_table())
        number = bisect_right(begins, row.seq)
        if row.sig is None or number == 0:
            return Wrong(row.seq, say("elle n'est pas signée"))
        if not verifiers[number - 1].signed(row.rec, row.sig):
            return Wrong(row.seq, say("sa signature n'est pas celle de la clé en vigueur"))
    return None


def check_chunk(
    path: Path, vfs: str, after: int, last: int, keys: Sequence[KeyInForce]
) -> Wrong | None:
    """The first wrong signature of records `after` + 1 to `last`; runs in a process of its own."""
    verifiers = [Verifier(key.public) for key in keys]
    with reading(path, vfs) as reader:
        for done in range(after, last, BATCH):
            try:
                rows = reader.rows(done, min(BATCH, last - done))
            except Broken as error:  # who walks meanwhile says where
                return Wrong(last, error.how)
            wrong = first_wrong(rows, keys, verifiers)
            if wrong:
                return wrong
    return None
