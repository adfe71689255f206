"""The check at start: the last checkpoint and the records behind it, however many are before.

Every journal has a checkpoint from its first commit on. What has records and none was written by
somebody who could not sign, and is not taken up.
"""

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.events.system import TillHandedOver
from pos_terminal.domain.events.vocabulary import KINDS, may_be_passed_over
from pos_terminal.domain.language import say
from pos_terminal.journal import checkpoint
from pos_terminal.journal.chain import Recount, follow
from pos_terminal.journal.checkpoint import Checkpoint, Seal
from pos_terminal.journal.codec import VERSION
from pos_terminal.journal.continuation import Continuation
from pos_terminal.journal.database import Reader, reading
from pos_terminal.journal.errors import Broken, JournalError
from pos_terminal.journal.keyring import Verifier
from pos_terminal.journal.merkle import Frontier
from pos_terminal.journal.record import Record, Running
from pos_terminal.journal.signatures import KeyInForce, keys_in_force, must_be_known, no_purge
from pos_terminal.journal.signer import Signer, Signers
from pos_terminal.journal.state_directory import Mark
from pos_terminal.journal.upcast import UPCASTS
from pos_terminal.verifier.chain import NOTHING, Chain


class Tail(Struct, frozen=True):
    """What the end of a journal tells: the state, the records from its base on, and the first.

    `signer` holds the key in force; None, as `first` is, where there is no record yet.
    """

    running: Running
    tree: Frontier
    recent: list[Record]
    first: Record | None
    signer: Signer | None


def read_tail(
    path: Path,
    vfs: str,
    identity: Identity,
    mark: Mark | None,
    signers: Signers,
    *,
    heir: Continuation | None = None,
) -> Tail:
    """The checked end of the journal at `path`; JournalError where it may not be sold upon.

    `heir`: the key in force is not here any more, and its key signs what follows; where it names
    none new ones are made.
    """
    with reading(path, vfs) as reader:
        try:
            with reader.dating():
                return _read(reader, path.parent, identity, mark, signers, heir=heir)
        except Broken as error:
            raise JournalError(faults.JOURNAL_DAMAGED, f"{path}: {error.detail}") from error
        except ValueError as error:
            raise JournalError(faults.JOURNAL_DAMAGED, f"{path}: {error}") from error


def _read(
    reader: Reader,
    directory: Path,
    identity: Identity,
    mark: Mark | None,
    signers: Signers,
    *,
    heir: Continuation | None,
) -> Tail:
    last = reader.last()
    # Whether this till ever sold is not to be told from a file without records (store.py).
    if last == 0:
        return Tail(Running(identity=identity), Frontier(), [], None, None)
    # Whose journal it is comes first: another's is named as such, and not as damaged.
    first = _first(reader, identity, mark)
    # Before anything is counted: a newer version's kinds are no damage either.
    _must_be_known(reader, last)
    seal = reader.seal()
    if seal is None:
        how = say("il n'y a pas de point de contrôle : ce qui n'est pas signé n'est pas cru")
        raise Broken(last, how)
    said = _checkpoint(reader, seal)
    # Before anything of the keys is touched: a lineage that does not end here is another's.
    keys = keys_in_force(reader)
    must_be_known(directory, reader, keys)
    if heir is None:
        _must_be_here(reader, last)
    signer = signers(directory, said.key) if heir is None else None
    _must_be_signed(seal, said, signer, keys)
    running, tree = _followed(reader, said, last, identity, keys)
    if reader.purged() > running.purged:
        raise Broken(reader.purged(), no_purge())
    recent = _records(reader, running.base - 1, last)
    signer = signer or signers(directory, heir.key if heir else "")  # once all else is right
    return Tail(replace(running, identity=identity), tree, recent, first, signer)


def _first(reader: Reader, identity: Identity, mark: Mark | None) -> Record:
    """The first record, once it is known to be of this place and of this till."""
    row = reader.rows(0, 1)[0]
    if row.seq != 1:
        raise Broken(1, say("elle manque ; l'écriture {seq} vient ensuite", seq=row.seq))
    # It brings the first keys, and so no purge takes it.
    first = _records(reader, 0, 1)[0]
    found = Mark.of(first)
    if mark and mark != found:
        how = say("ce n'est pas celle qui a été écrite ici : {first}...", first=mark.first[:12])
        raise Broken(1, how)
    if (found.store, found.terminal) != (identity.store, identity.terminal):
        detail = say(
            "il est du magasin {store}, caisse {terminal}",
            store=found.store, terminal=found.terminal,
        )
        raise JournalError(faults.JOURNAL_FOREIGN, detail)
    if found.simulated != identity.simulated:
        detail = (
            say("il a des ventes simulées")
            if found.simulated
            else say("il a de vraies ventes")
        )
        raise JournalError(faults.JOURNAL_FOREIGN, detail)
    return first


def _must_be_known(reader: Reader, last: int) -> None:
    strange = set(reader.kinds()) - KINDS.keys() - UPCASTS.keys()
    newer = sorted(kind for kind in strange if not may_be_passed_over(kind))
    if newer:
        detail = say("genres inconnus : {kinds}", kinds=", ".join(newer))
        raise JournalError(faults.JOURNAL_NEWER, detail)
    # The last one tells: a version only ever appends.
    end = _records(reader, last - 1, last)[-1]
    if end.envelope.v > VERSION:
        detail = say("écritures au format {version}", version=end.envelope.v)
        raise JournalError(faults.JOURNAL_NEWER, detail)


def _must_be_here(reader: Reader, last: int) -> None:
    """JournalError (J-139) where the till was handed over, and nobody took it up."""
    event = reader.record(last).event
    if isinstance(event, TillHandedOver):
        detail = say("remise à la clé {key}, écriture {seq}", key=event.key[:12], seq=last)
        raise JournalError(faults.HANDED_OVER, detail)


def _checkpoint(reader: Reader, seal: Seal) -> Checkpoint:
    """The last checkpoint, once it is known to be of this journal's records."""
    said = checkpoint.read(seal.body)
    if not checkpoint.is_readable(said.v):
        detail = say("points de contrôle au format {version}", version=said.v)
        raise JournalError(faults.JOURNAL_NEWER, detail)
    rows = reader.rows(seal.size - 1, 1)
    if not rows or rows[0].seq != seal.size:
        raise Broken(seal.size, say("elle manque, et un point de contrôle est d'elle"))
    if (said.size, said.head) != (seal.size, rows[0].hash.hex()):
        raise Broken(seal.size, say("ce n'est pas celle du point de contrôle qui la suit"))
    return said


def _must_be_signed(
    seal: Seal, said: Checkpoint, signer: Signer | None, keys: Sequence[KeyInForce]
) -> None:
    public = signer.public if signer else keys[-1].public
    if public.key != said.key:
        detail = say(
            "la clé qui signe est {ours}, celle du journal {theirs}",
            ours=public.key[:12], theirs=said.key[:12],
        )
        raise JournalError(faults.KEY_MISSING, detail)
    if not Verifier(public).closed(seal.body, seal.sig):
        how = say("le point de contrôle qui la suit n'est pas signé par cette caisse")
        raise Broken(seal.size, how)
    if keys[-1].public != public:
        raise Broken(keys[-1].first, say("les clés ne mènent pas à celle qui signe"))


def _followed(
    reader: Reader, said: Checkpoint, last: int, identity: Identity, keys: Sequence[KeyInForce]
) -> tuple[Running, Frontier]:
    """The state after the last record, by the checkpoint and the signed records behind it."""
    recount, tree = Recount(said.running(identity)), said.tree
    verifier = Verifier(keys[-1].public)
    # One more than there should be: a flipped bit in a row's number, and others lie behind it.
    for row in reader.rows(said.size, last - said.size + 1):
        if row.seq > last:
            raise Broken(row.seq, say("le fichier dit finir par l'écriture {last}", last=last))
        recount.follow(row)
        # Behind the last checkpoint nothing else vouches for a record.
        if row.sig is None or not verifier.signed(row.rec, row.sig):
            raise Broken(row.seq, say("sa signature n'est pas celle de cette caisse"))
        tree = tree.append(row.hash)
    if recount.running is None or tree.size != last:
        raise Broken(tree.size + 1, say("elle manque"))
    return recount.running, tree


def _records(reader: Reader, after: int, last: int) -> list[Record]:
    """Records `after` + 1 to `last`, chained to one another and to the record before."""
    # With the record before, so that the first of these has what it must follow.
    start = max(after, 1)
    rows = reader.rows(start - 1, last - start + 1)
    before = rows.pop(0) if after else None
    chain = Chain(after, before.hash if before else NOTHING)
    for row in rows:
        follow(chain, row)
    if chain.seq != last:
        raise Broken(chain.seq + 1, say("elle manque"))
    return [row.record() for row in rows]
