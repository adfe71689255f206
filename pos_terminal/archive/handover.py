"""A till passes from one box to another: what each does with the state that is its own.

The new box makes keys and waits (`begin`). In the old one the journal names that key as the only
one that may follow, and from there on it sells no more (runtime/maintenance.py); then its state is
copied (`pack`), as a backup is. The new one restores that copy as any backup (`take`), and goes on
under its key. A power cut anywhere leaves one box that may sell, or none: then the same command is
given again, and takes up where it was.
"""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from hashlib import file_digest
from pathlib import Path
from typing import IO

from msgspec import Struct

from pos_terminal.archive import backup, simulation
from pos_terminal.archive.restore import NoRestore, Restored, clear, restore
from pos_terminal.domain import faults
from pos_terminal.domain.events.system import KeyReplaced, TillHandedOver
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.language import say
from pos_terminal.journal import commissioning, handover, keyring, state_directory
from pos_terminal.journal.commissioning import HANDOVER
from pos_terminal.journal.database import NAME, reading
from pos_terminal.journal.errors import using
from pos_terminal.journal.handover import Luggage, NoHandover, Request, SettingsFile
from pos_terminal.journal.signatures import keys_in_force
from pos_terminal.journal.signer import Signer
from pos_terminal.journal.store import left_behind
from pos_terminal.storage import secret_file
from pos_terminal.storage.files import sync_directory, write_durably
from pos_terminal.storage.secret_file import SecretError

EXCHANGE = "exchange.key"
"""In the waiting box's folder, beside its keys: what the answer is sealed for."""

DRAFTS = 2
"""As much room as so many states a copy takes beside the state while it is made (`pack`)."""

_DRAFT = ".handover-"
_COPIED = 1 << 20


class Waiting(Struct, frozen=True):
    """A box that waits for a till: the key that it made, and its letter; none once it has that."""

    key: str
    letter: bytes = b""


class Taken(Struct, frozen=True):
    """What came: what the old key agreed to for this box's `key`, keys that sign nothing, settings.

    `restored` is None where the journal has gone on under this key already, before a power cut.
    """

    key: str
    agreed: str
    keys: dict[str, bytes]
    settings: tuple[SettingsFile, ...]
    restored: Restored | None


def begin(state: Path) -> Waiting:
    """Have the box wait for another's till, under keys that are made here and never leave.

    Done again it says the same. Failure (J-137) where a journal of its own was ever begun here.
    """
    folder = state / HANDOVER
    if commissioning.is_begun(state):
        if key := _taken_over(state):
            return Waiting(key)
        raise Failure(faults.COMMISSIONED, left_behind(state) or str(state))
    state_directory.make(state)
    with using(state):
        # A simulation until it has the journal, however it was installed.
        for made in (state / commissioning.FOLDER, folder):
            made.mkdir(mode=0o700, exist_ok=True)
        sync_directory(state)
        if not (folder / EXCHANGE).exists():
            # The one that signs first: a folder with both is one that may be asked from.
            shutil.rmtree(folder / keyring.FOLDER, ignore_errors=True)
            keyring.software(folder, "")
            write_durably(folder / EXCHANGE, handover.new_exchange(), mode=0o600)
    signer = keyring.waiting(folder)
    return Waiting(signer.public.key, handover.ask(signer, _exchange(state)))


def key_awaited(state: Path) -> str:
    """The id of the key under which a box waits for a till; empty where it waits for none."""
    folder = state / HANDOVER
    return keyring.waiting(folder).public.key if (folder / EXCHANGE).exists() else ""


def room_for(state: Path) -> int:
    """Bytes that a copy of the state takes at most."""
    return sum(path.stat().st_size for path in state.rglob("*") if path.is_file())


def handed_to(state: Path) -> TillHandedOver | None:
    """To whom the till was handed over, where that is the last that its journal says."""
    with reading(state / NAME) as reader:
        event = reader.record(reader.last()).event
    return event if isinstance(event, TillHandedOver) else None


def pack(
    state: Path,
    request: Request,
    signer: Signer,
    settings: Sequence[SettingsFile],
    into: IO[bytes],
) -> bytes:
    """Write a copy of the state, which was handed over, into a file; the letter that goes with it.

    `signer` has the old key. BadCopy, JournalError and OSError as for `backup.make`.
    """
    for left in state.glob(f"{_DRAFT}*"):  # what a power cut left of an attempt before
        shutil.rmtree(left)
    with tempfile.TemporaryDirectory(prefix=_DRAFT, dir=state) as folder:
        draft = Path(folder, "state.zip")
        made = backup.make(state, draft)
        with draft.open("rb") as source:
            shutil.copyfileobj(source, into, _COPIED)
        into.flush()
    luggage = Luggage(dict(_other_keys(state)), tuple(settings))
    return handover.answer(signer, request, (made.sha256, made.size), luggage)


def put_back(state: Path, copy: IO[bytes], letter: bytes) -> Taken:
    """Put the state that was handed over to this box in place, ready for its key (`held`).

    NoHandover with the reason, and then the box waits as before. JournalError where the disk
    refuses.
    """
    key = key_awaited(state)
    with using(state):
        if _is_ours(state, key):  # a cut came right behind the record
            return _opened(state, letter, None)
        return _put_back(state, copy, letter, key)


def finish(state: Path) -> None:
    """End the waiting of a box that has gone on under its key, and what was tried on it before."""
    with simulation.held(state), using(state):
        simulation.forget(state)
        # In one step: as long as it is there all beside it may be thrown away and put back again,
        # and of half of it the box would make other keys, for which the till was never meant.
        (state / HANDOVER).rename(state / commissioning.FOLDER / HANDOVER)
        sync_directory(state)
        simulation.forget(state)


def _taken_over(state: Path) -> str:
    """The key in force, where it came by a handover; else empty."""
    if not (state / NAME).exists():
        return ""
    with reading(state / NAME) as reader:
        keys = reader.stored_keys()
        brought = reader.record(keys[-1].seq).event if keys else None
    return brought.key if isinstance(brought, KeyReplaced) and brought.agreed else ""


def _is_ours(state: Path, key: str) -> bool:
    """Whether the journal is there, and the key in force is this box's."""
    if not (state / NAME).exists():
        return False
    try:
        with reading(state / NAME) as reader:
            keys = reader.stored_keys()
    except Failure:
        return False
    return bool(keys) and keys[-1].key == key


def _put_back(state: Path, copy: IO[bytes], letter: bytes, key: str) -> Taken:
    told = handover.peek(letter)
    if told.key != key:
        wrong = say("c'est remis à la clé {other}, et ce boîtier attend sous {key}")
        raise NoHandover(wrong.format(other=told.key[:12], key=key[:12]))
    clear(state)
    # Its own copy, and nobody else's: what was read once may be another when it is read again.
    mine = state / HANDOVER / "state.zip"
    with mine.open("w+b") as draft:
        while chunk := _of_the_stick(copy):
            draft.write(chunk)
        draft.seek(0)
        if file_digest(draft, "sha256").hexdigest() != told.sha256:
            raise NoHandover(say("la copie n'est pas celle que dit la lettre : clé USB abîmée"))
    try:
        restored = restore([mine], state)
    except NoRestore as error:
        raise NoHandover(str(error)) from error
    try:
        taken = _opened(state, letter, restored)
        if not taken.agreed:
            raise _others()
    except NoHandover:
        clear(state)
        raise
    here, name = state / keyring.FOLDER, f"{key}.new"
    here.mkdir(mode=0o700, exist_ok=True)
    # Its name tells that it has signed only once it has.
    own = state / HANDOVER / keyring.FOLDER / name
    for other, content in (*taken.keys.items(), (name, own.read_bytes())):
        write_durably(here / Path(other).name, content, mode=0o600)
    return taken


def _opened(state: Path, letter: bytes, restored: Restored | None) -> Taken:
    """What came sealed, by the journal that was put back, whose old key must have written it."""
    key = key_awaited(state)
    with reading(state / NAME) as reader:
        old = [each.public for each in keys_in_force(reader) if each.public.key != key]
        if not old:
            raise _others()
        last = reader.record(reader.last()).event
    luggage = handover.answered(letter, old[-1], _exchange(state))
    agreed = last.agreed if isinstance(last, TillHandedOver) and last.key == key else ""
    return Taken(key, agreed, luggage.keys, luggage.settings, restored)


def _other_keys(state: Path) -> Iterator[tuple[str, bytes]]:
    """The keys that sign nothing: of personal data, of vouchers."""
    for path in sorted((state / keyring.FOLDER).iterdir()):
        if path.is_file() and path.suffix not in (".pem", ".new"):
            yield path.name, path.read_bytes()


def _of_the_stick(copy: IO[bytes]) -> bytes:
    """Some bytes of it; NoHandover where it gives none: that is no fault of the box's own disk."""
    try:
        return copy.read(_COPIED)
    except OSError as error:
        raise NoHandover(str(error)) from error


def _others() -> NoHandover:
    return NoHandover(say("ce journal n'est pas remis à ce boîtier"))


def _exchange(state: Path) -> bytes:
    try:
        return secret_file.read(state / HANDOVER / EXCHANGE, handover.EXCHANGE)
    except SecretError as error:
        raise NoHandover(str(error)) from error
