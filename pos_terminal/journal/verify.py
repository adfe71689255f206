"""The whole journal, checked: reads the file and lets chain.py judge."""

from collections.abc import Callable, Collection, Iterator
from contextlib import nullcontext
from enum import StrEnum
from functools import partial
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.language import say
from pos_terminal.journal import checkpoint
from pos_terminal.journal.chain import Recount, Row, follow
from pos_terminal.journal.checkpoint import Checkpoint, Seal
from pos_terminal.journal.codec import Counts, Totals
from pos_terminal.journal.cosignature import Witnessed, must_be_signed, witnessed
from pos_terminal.journal.database import Reader, reading
from pos_terminal.journal.dating import last_date
from pos_terminal.journal.errors import Broken
from pos_terminal.journal.merkle import Frontier
from pos_terminal.journal.parallel import Chunks, checking
from pos_terminal.journal.record import Record
from pos_terminal.journal.sealing import Sealing, emptied
from pos_terminal.journal.signatures import (
    KeyInForce,
    by_id,
    keys_in_force,
    must_be_known,
    must_be_recorded,
    no_purge,
    other_hashes,
    purged_by,
    sealed,
    vouched,
)
from pos_terminal.journal.state_directory import Mark, read_mark
from pos_terminal.verifier.chain import NOTHING, Chain
from pos_terminal.verifier.cosignatures import Attested

BATCH = 1000
"""Records in memory at once, however long the journal is."""

Progress = Callable[[int, int], None]
"""Called now and then with how many records are done, and how many there are."""


class Level(StrEnum):
    """How much is checked: each but TAIL from the first record on."""

    TAIL = "tail"
    """What a start checks: the last checkpoint and the records behind it, in every way."""
    CHAIN = "chain"
    """Numbers, hashes and links."""
    SIGNATURES = "signatures"
    """The chain, each signature, each checkpoint with its root."""
    TOTALS = "totals"
    """The chain, and every counter and total made again from the events."""
    ALL = "all"
    """All of it."""


COUNTED = (Level.TAIL, Level.TOTALS, Level.ALL)
SIGNED = (Level.TAIL, Level.SIGNATURES, Level.ALL)


class Verified(Struct, frozen=True):
    """A journal that is what was written: its length, head, and what it adds up to.

    `unknown` records are of kinds that a newer version wrote: chained, but not recounted. `key` is
    the id of the key in force, `origin` where that lies (key.made), `purged` the last record that
    was let go, `witnessed` the largest
    size that somebody outside has cosigned: what is behind it, `exposed` records, nobody but the
    till can tell to be all. `witnesses` are the ids of who did. `dated` records stood
    there at `dated_at` (UTC), by a time stamp.
    """

    records: int
    head: str
    counts: Counts
    total: Totals
    unknown: int
    level: Level = Level.ALL
    checked: int = 0
    checkpoints: int = 0
    key: str = ""
    origin: str = ""
    purged: int = 0
    witnessed: int = 0
    witnesses: tuple[str, ...] = ()
    dated: int = 0
    dated_at: str = ""

    @property
    def exposed(self) -> int:
        """Records that no witness has seen."""
        return self.records - self.witnessed


def verify(
    path: Path,
    progress: Progress | None = None,
    *,
    level: Level = Level.ALL,
    key: str = "",
    vfs: str = "",
    quorum: int = 1,
    among: Collection[str] = (),
    authorities: bytes = b"",
) -> Verified:
    """Check every record up to the last one there now; Broken names the first that is wrong.

    `key` is the id of a key that must be among the journal's, for one who knows it from elsewhere;
    `quorum` how many witnesses it takes for a record to count as seen, `among` who of them counts:
    with any named, nobody having seen it is Broken. `authorities` (PEM): it must have a time stamp
    that leads to one of them.
    JournalError where the file cannot be read. Memory grows by some forty bytes a ticket, of which
    something may come back.
    """
    mark = read_mark(path.parent)
    with reading(path, vfs) as reader, reader.dating():
        last = reader.last()
        if last == 0:
            if mark:
                raise Broken(1, say("elle manque : un journal était tenu ici"))
            return Verified(0, NOTHING.hex(), Counts(), Totals(), 0, level)
        keys = keys_in_force(reader)
        if key and key not in vouched(keys):
            known = key in {each.public.key for each in keys}
            strange = say("aucune clé de ce journal n'est {key}", key=key)
            raise Broken(last, _lost_key() if known else strange)
        must_be_known(path.parent, reader, keys)
        walk = _Walk(reader, level, keys, mark)
        start = walk.seq
        signatures = (
            checking(path, vfs, start, last, keys) if level in SIGNED else nullcontext(Chunks([]))
        )
        with signatures as chunks:
            _together(walk, chunks, start, last, progress)
        if level is not Level.TAIL:
            reader.must_hold(last)
        walk.must_have_been_purged()
        walk.must_know_kinds()
        if level in SIGNED:
            must_be_signed(reader, _attested(reader))
        seen = witnessed(reader, quorum, among)
        date = last_date(reader, authorities)
        if authorities and not date.size:
            raise Broken(last, say("aucun horodatage ne mène aux autorités nommées"))
        if among and not seen.size:
            raise Broken(last, say("moins de témoins l'ont vue que ceux qui ont été nommés"))
        found = _verified(reader, walk, keys, seen, last - start)
        at = date.at.isoformat(timespec="seconds") if date.at else ""
        return replace(found, dated=date.size, dated_at=at)


def _lost_key() -> str:
    """Why a key that was replaced by a decision vouches for nothing."""
    return say("cette clé a été perdue et remplacée par une décision : en nommer une plus récente")


def verify_chain(path: Path, progress: Progress | None = None, *, vfs: str = "") -> int:
    """Check numbers, hashes and links alone, several times faster; how many records there are."""
    return verify(path, progress, level=Level.CHAIN, vfs=vfs).records


def _together(
    walk: "_Walk", chunks: Chunks, start: int, last: int, progress: Progress | None
) -> None:
    """Walk while other processes check signatures; Broken for the first record that is wrong."""
    if progress is None:
        progress = _unseen
    try:
        for done in walk.steps(last):
            others = min(start + chunks.done(), last)
            progress((done + others) // 2 if chunks.shared else done, last)
    except Broken as broken:
        for _ in chunks.collect(broken.seq):
            pass
        raise
    for _ in chunks.collect():
        if chunks.shared:
            progress((last + min(start + chunks.done(), last)) // 2, last)


def _unseen(done: int, last: int) -> None:
    """Nobody watches."""


def _verified(
    reader: Reader, walk: "_Walk", keys: list[KeyInForce], seen: Witnessed, checked: int
) -> Verified:
    last = walk.seq
    end = reader.record(last).envelope
    return Verified(
        records=last,
        head=walk.head.hex(),
        counts=end.counts,
        total=end.total,
        unknown=walk.unknown,
        level=walk.level,
        checked=checked,
        checkpoints=walk.checkpoints,
        key=keys[-1].public.key,
        origin=keys[-1].origin,
        purged=reader.purged(),
        witnessed=seen.size,
        witnesses=seen.witnesses,
    )


class _Walk:
    """Follows the rows of one level, from where it begins: the first, or a checkpoint."""

    def __init__(
        self, reader: Reader, level: Level, keys: list[KeyInForce], mark: Mark | None
    ) -> None:
        self.level = level
        self._reader = reader
        self._verifiers = by_id(keys)
        self._mark = mark
        self._purged = purged = must_be_recorded(reader, keys)
        self._recorded = 0
        origin = reader.seal() if level is Level.TAIL else reader.seal(purged)
        if purged and (origin is None or origin.size < purged):
            raise Broken(purged, say("elle est vidée, et aucun point de contrôle n'est d'elle"))
        self._recount = Recount()
        self._chain = Chain()
        self._first: dict[str, int] = {}
        self._began = origin.size if origin else 0
        self._sealing = Sealing(self._begin_at(origin) if origin else Frontier())
        self._sealing.coming(_seals(reader, self._began), self._verifiers)

    def _begin_at(self, origin: Seal) -> Frontier:
        said = sealed(origin, self._verifiers)
        if self.level is not Level.TAIL:
            tree = Frontier()
            while tree.size < origin.size:
                tree = emptied(self._reader, tree, origin.size, BATCH)
            if tree.root.hex() != said.root:
                raise Broken(origin.size, other_hashes())
        head = self._reader.hashes(origin.size - 1, 1)[0]
        if head.hex() != said.head:
            raise Broken(origin.size, say("ce n'est pas celle du point de contrôle qui la suit"))
        self._chain = Chain(origin.size, head)
        self._recount = Recount(said.running(self._identity()))
        return said.tree

    def _identity(self) -> Identity:
        """Whose journal it is: the first record says so, which no purge takes."""
        first = self._reader.record(1)
        self._must_be_here(first)
        said = first.envelope
        return Identity(said.store, said.terminal, "", said.sim)

    def _must_be_here(self, first: Record) -> None:
        if self._mark and self._mark != Mark.of(first):
            how = say("ce n'est pas celle qui a été écrite ici, {first}", first=self._mark.first)
            raise Broken(1, how)

    @property
    def seq(self) -> int:
        """The last record that was followed."""
        running = self._recount.running
        return running.seq if running and self.level in COUNTED else self._chain.seq

    @property
    def head(self) -> bytes:
        """Its hash."""
        running = self._recount.running
        return running.head if running and self.level in COUNTED else self._chain.head

    @property
    def checkpoints(self) -> int:
        """Checkpoints that were found right."""
        return self._sealing.count

    @property
    def unknown(self) -> int:
        """Records of kinds that this version does not know."""
        return self._recount.unknown

    def steps(self, last: int) -> Iterator[int]:
        """Follow all up to `last`; yields how far it is."""
        chain_alone = partial(follow, self._chain)
        take = chain_alone if self.level is Level.CHAIN else self._follow
        done = self.seq
        while done < last:
            rows = self._reader.rows(done, min(BATCH, last - done))
            for row in rows:
                take(row)
                self._recorded = max(self._recorded, purged_by(row))
            done = rows[-1].seq
            yield done

    def must_have_been_purged(self) -> None:
        """A signed record says of each that was emptied that it was purged.

        A checkpoint that does is not enough: whoever has the key on the card signs one.
        """
        if self.level is not Level.TAIL and self._purged > self._recorded:
            raise Broken(self._purged, no_purge())

    def must_know_kinds(self) -> None:
        """The table of kinds is a projection: by it a start looks for what is new to it."""
        told = self._reader.kinds()
        if self.level is Level.CHAIN:
            return
        for kind, since in told.items():
            if not 0 < since <= self._began and since != self._first.get(kind):
                how = say("la table des genres dit que {kind!r} commence ici", kind=kind)
                raise Broken(max(1, since), how)
        for kind, since in self._first.items():
            if kind not in told:
                raise Broken(since, say("la table des genres n'a pas {kind}", kind=kind))

    def _follow(self, row: Row) -> None:
        self._first.setdefault(row.kind, row.seq)
        if self.level in COUNTED:
            record = self._recount.follow(row)
            if record.seq == 1:
                self._must_be_here(record)
        else:
            follow(self._chain, row)
        found = self._sealing.follow(row)
        if found:
            self._must_say(*found)

    def _must_say(self, seal: Seal, said: Checkpoint) -> None:
        """A checkpoint has the state that its records make."""
        running = self._recount.running if self.level in COUNTED and not self.unknown else None
        if running and not checkpoint.says(seal.body, running):
            raise Broken(seal.size, say("le point de contrôle qui la suit a un autre état"))
        if running and said.v < checkpoint.VERSION:  # whoever wrote on began with what it lacks
            self._recount = Recount(said.running(running.identity))


def _attested(reader: Reader) -> Iterator[Attested]:
    place = 0, ""
    while rows := reader.attested(*place, BATCH):
        yield from rows
        place = rows[-1].size, rows[-1].witness


def _seals(reader: Reader, after: int) -> Iterator[Seal]:
    while seals := reader.seals(after, BATCH):
        yield from seals
        after = seals[-1].size
