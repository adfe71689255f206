"""The scrub: the whole journal, checked again and again while the till has nothing else to do.

Each pass gives every record to the verifier's core from the first on, and checks its signature, a
few at a time, so that neither a sale nor the disk notices.
"""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.language import say
from pos_terminal.journal.chain import Judge, Row
from pos_terminal.journal.cosignature import must_be_signed
from pos_terminal.journal.database import Reader, reading
from pos_terminal.journal.errors import Broken
from pos_terminal.journal.keyring import Verifier
from pos_terminal.journal.merkle import Frontier
from pos_terminal.journal.sealing import Sealing, emptied
from pos_terminal.journal.signatures import (
    KeyInForce,
    by_id,
    first_wrong,
    keys_in_force,
    must_be_recorded,
    no_purge,
    other_hashes,
    purged_by,
    sealed,
)

SLICE = 50
"""Records at a time: some milliseconds of work."""

HASHES = 1000
"""Purged records at a time: as long."""

REST = 0.25
"""Seconds between two slices: 200 records a second at most, a million in an hour and a half."""

REMEMBERED = 20_000
"""Tickets, a shop's months, to which a round holds what comes back of them: a megabyte. `verify`
remembers all.
"""

BETWEEN = 3600.0
"""Seconds from the end of a pass to the next."""


class Pass:
    """One walk from the first record to the last; each step blocks for some milliseconds."""

    def __init__(self, path: Path, vfs: str = "", written: Callable[[], int] = lambda: 0) -> None:
        """`written`: the last record of which whoever writes knows that it is durable."""
        self._path = path
        self._vfs = vfs
        self._written = written
        with reading(path, vfs) as reader, reader.dating():
            # Purged bodies cannot be hashed again; the walk starts at the first that is whole.
            keys = keys_in_force(reader)
            purged = must_be_recorded(reader, keys)
            tree, self._judge = Frontier(), Judge(tickets=REMEMBERED)
            if purged:
                tree, self._judge = _behind(reader, purged, keys)
        self._sealing = Sealing(tree)
        self._emptied, self._root = Frontier(), tree
        self._attested = (0, "")
        self._purged, self._recorded = purged, 0

    @property
    def done(self) -> int:
        """The last record that was found right."""
        return self._judge.chain.seq

    def step(self) -> bool:
        """Check the next slice; False at the end. Broken for the first record that is wrong."""
        with reading(self._path, self._vfs) as reader, reader.dating():
            # Before the rows are read: what is written meanwhile is for the next step.
            there = max(self._written(), reader.last())
            rows = reader.rows(self.done, SLICE)
            # Anew at each step, and behind the rows: new keys may take over at any time.
            keys = keys_in_force(reader)
            if must_be_recorded(reader, keys) > self.done:
                return False  # purged meanwhile: the next pass begins behind it
            if self._emptied.size < self._root.size:
                return self._hash_emptied(reader)
            more = self._step(reader, rows, keys)
            if not more:
                self._must_be_all(reader, there)
            return more

    def _hash_emptied(self, reader: Reader) -> bool:
        """Take in the next purged records, whose hashes are to make their checkpoint's root."""
        size = self._root.size
        self._emptied = emptied(reader, self._emptied, size, HASHES)
        if self._emptied.size == size and self._emptied.root != self._root.root:
            raise Broken(size, other_hashes())
        return True

    def _step(self, reader: Reader, rows: Sequence[Row], keys: Sequence[KeyInForce]) -> bool:
        # Each of these rows may have a checkpoint behind it, and no more.
        self._sealing.coming(reader.seals(self.done, SLICE), by_id(keys))
        for row in rows:
            self._judge.follow(row)
            self._sealing.follow(row)
            self._recorded = max(self._recorded, purged_by(row))
        wrong = first_wrong(rows, keys, [Verifier(key.public) for key in keys])
        if wrong:
            raise Broken(wrong.seq, wrong.how)
        return self._seen(reader) or len(rows) == SLICE

    def _seen(self, reader: Reader) -> bool:
        """Check the next cosignatures of what was found right; whether there may be more."""
        rows = [row for row in reader.attested(*self._attested, SLICE) if row.size <= self.done]
        must_be_signed(reader, rows)
        if rows:
            self._attested = rows[-1].size, rows[-1].witness
        return len(rows) == SLICE

    def _must_be_all(self, reader: Reader, there: int) -> None:
        """At the end: what was emptied was purged, and no row is missing that was ever counted."""
        # Its record stands behind what it took, so by now it was met: a checkpoint that says as
        # much is signed by whoever has the key on the card.
        if self._purged > self._recorded:
            raise Broken(self._purged, no_purge())
        # A flipped bit in the tree hides what lies behind it, and the rest fits in itself.
        if self.done < there:
            raise Broken(self.done + 1, say("elle manque ; {last} sont écrites", last=there))
        beyond, last = reader.attested(*self._attested, 1), reader.last()
        must_be_signed(reader, [row for row in beyond if row.size > last])
        if last < self.done:
            raise Broken(self.done, say("le fichier dit finir par l'écriture {last}", last=last))


def _behind(
    reader: Reader, purged: int, keys: Sequence[KeyInForce]
) -> tuple[Frontier, Judge]:
    """To go on behind the last record that was purged, by the signed checkpoint that is of it."""
    seal = reader.seal(purged)
    if seal is None or seal.size < purged:
        raise Broken(purged, say("elle est vidée, et aucun point de contrôle n'est d'elle"))
    said = sealed(seal, by_id(keys))
    head = reader.hashes(purged - 1, 1)[0]
    if head.hex() != said.head:
        raise Broken(purged, say("ce n'est pas celle du point de contrôle qui la suit"))
    whose = reader.record(1).envelope
    running = said.running(Identity(whose.store, whose.terminal, "", whose.sim))
    return said.tree, Judge(running, REMEMBERED)


async def scrub(
    path: Path,
    is_idle: Callable[[], bool],
    written: Callable[[], int],
    *,
    vfs: str = "",
    rest: float = REST,
) -> Broken:
    """Make passes whenever the till is idle, until one finds something; then, what it found.

    `written` is the last record that is durable by the word of whoever writes.
    JournalError where the journal cannot be read.
    """
    try:
        while True:
            walk = await asyncio.to_thread(Pass, path, vfs, written)
            more = True
            while more:
                # Before each slice, and whatever it finds: a card that is read without a pause
                # answers late.
                await asyncio.sleep(rest)
                if is_idle():
                    more = await asyncio.to_thread(walk.step)
            await asyncio.sleep(BETWEEN)
    except Broken as broken:
        return broken
