"""The signatures of a journal's records, by the keys that were in force. Reads alone."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from pos_terminal.domain.events.system import KeyMade, KeyRotated
from pos_terminal.journal.chain import Row
from pos_terminal.journal.database import Reader, reading
from pos_terminal.journal.errors import Broken
from pos_terminal.journal.keyring import Verifier, public_keys
from pos_terminal.journal.signer import PublicKeys

BATCH = 1000
"""Records in memory at once."""


class KeyInForce(NamedTuple):
    """Public keys, and the first record that they sign."""

    first: int
    public: PublicKeys


class Wrong(NamedTuple):
    """A record whose signature is wrong, and how: Broken, as it passes between processes."""

    seq: int
    how: str


def keys_in_force(reader: Reader) -> list[KeyInForce]:
    """The journal's keys in their order, by the records that brought them.

    Where such a record is purged, by the projection `keys`. Broken where a key is not what its id
    says, or a rotation was not signed by both.
    """
    found: list[KeyInForce] = []
    for stored in reader.stored_keys():
        public = public_keys(stored.record, stored.checkpoint)
        row = reader.row(stored.seq)
        if public.key != stored.key:
            raise Broken(stored.seq, "the table of keys says another key than its id")
        try:
            keys = Verifier(public)
        except ValueError as error:
            raise Broken(stored.seq, f"the table of keys has what is no key: {error}") from error
        # Its body is gone: the table alone says which key it was, and the chain that it was there.
        if stored.seq <= reader.purged():
            found.append(KeyInForce(stored.seq, public))
            continue
        found.append(_brought(row, keys, public, found))
    return found


def _brought(
    row: Row, keys: Verifier, public: PublicKeys, before: Sequence[KeyInForce]
) -> KeyInForce:
    """The keys that this record brought, if it is as it must be."""
    event = row.record().event
    if not isinstance(event, KeyMade | KeyRotated):
        raise Broken(row.seq, "the table of keys names it, and it brings no key")
    said = (event.key, event.record_key, event.checkpoint_key)
    if said != (public.key, public.record.hex(), public.checkpoint.hex()):
        raise Broken(row.seq, "it brings another key than the table of keys says")
    if isinstance(event, KeyMade):
        # The first keys sign the record that brings them: there are none before.
        return KeyInForce(row.seq, public)
    old = before[-1].public.key if before else ""
    try:
        agreed = keys.signed(f"{old}:{event.key}".encode(), bytes.fromhex(event.proof))
    except ValueError:  # no hex
        agreed = False
    if event.old != old or not agreed:
        raise Broken(row.seq, "the new key did not agree to take over from the old")
    # The old key signs the rotation, the new one what follows.
    return KeyInForce(row.seq + 1, public)


def first_wrong(
    rows: Sequence[Row], keys: Sequence[KeyInForce], verifiers: Sequence[Verifier]
) -> Wrong | None:
    """The first of these rows whose signature is not that of the key in force there."""
    for row in rows:
        # A till has a handful of keys in its life: there is nothing to search.
        number = sum(key.first <= row.seq for key in keys)
        if number == 0:
            if row.sig is not None:
                return Wrong(row.seq, "it is signed, and no key was in force")
        elif row.sig is None:
            return Wrong(row.seq, "it is not signed, and a key was in force")
        elif not verifiers[number - 1].signed(row.rec, row.sig):
            return Wrong(row.seq, "its signature is not that of the key in force")
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
