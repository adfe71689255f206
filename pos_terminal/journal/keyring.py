"""The French signer: a till's own keys in `DIR/keys`, made there, readable by its user alone.

One file holds both: `<key id>.pem`, an ECDSA P-256 key for records and an Ed25519 key for
checkpoints, each as PKCS #8. The key id is the SHA-256 of the record key's public DER. Which file
is in force is what the journal's last key.made or key.rotated says, never the folder. Until a
record that they signed is durable, new keys lie in `<key id>.new`: a `.pem` means that records of
it exist. What is not in force is set aside, and never removed: a journal that was slipped in must
not cost the till the key of the genuine one.
"""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from pos_terminal.crypto.keys import P256, Ed25519
from pos_terminal.crypto.library import CryptoError
from pos_terminal.domain import faults
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.signer import PublicKeys, Sealed, SignerDown
from pos_terminal.storage.files import sync_directory, write_durably

FOLDER = "keys"
ASIDE = "set-aside"
"""The folder in it with the keys that are not in force."""

_USED, _NEW = ".pem", ".new"
_END = b"-----END PRIVATE KEY-----\n"
_CHECK = b"pos-terminal self-check"


class SoftwareSigner:
    """Signs with keys in memory; 20 to 100 microseconds a record."""

    def __init__(self, record: P256, checkpoint: Ed25519, path: Path) -> None:
        self._record = record
        self._checkpoint = checkpoint
        self._path = path
        self.public = public_keys(record.public, checkpoint.public)

    def begin(self, sale: int) -> None:
        """Nothing: French law wants each record signed, and no transaction announced."""

    def seal(self, rec: bytes) -> Sealed:
        """The record's ECDSA signature, DER. Nothing of it is printed."""
        try:
            return Sealed(self._record.sign(sha256(rec).digest()))
        except CryptoError as error:
            raise SignerDown(str(error)) from error

    def close(self, checkpoint: bytes) -> bytes:
        """The checkpoint's Ed25519 signature."""
        try:
            return self._checkpoint.sign(checkpoint)
        except CryptoError as error:
            raise SignerDown(str(error)) from error

    def export(self) -> tuple[tuple[str, bytes], ...]:
        """Both public keys, DER."""
        return (
            (f"{self.public.key}.record.der", self.public.record),
            (f"{self.public.key}.checkpoint.der", self.public.checkpoint),
        )

    def self_check(self) -> None:
        """Sign with both keys, and verify."""
        keys = Verifier(self.public)
        if not keys.signed(_CHECK, self.seal(_CHECK).signature):
            raise SignerDown("its own signature of a record does not verify")
        if not keys.closed(_CHECK, self.close(_CHECK)):
            raise SignerDown("its own signature of a checkpoint does not verify")

    def adopt(self) -> None:
        """Give the file the name of keys that have signed, durably."""
        if self._path.suffix == _NEW:
            self._path = _renamed(self._path, self._path.with_suffix(_USED))

    def retire(self) -> None:
        """Set the file aside, durably."""
        self._path = _set_aside(self._path)


class Verifier:
    """Checks signatures by public keys. ValueError where these are no such keys."""

    def __init__(self, public: PublicKeys) -> None:
        self.key = public.key
        self._record = P256.from_der(public.record)
        self._checkpoint = Ed25519.from_der(public.checkpoint)

    def signed(self, rec: bytes, signature: bytes) -> bool:
        """Did the record key sign these bytes?"""
        return self._record.verifies(signature, sha256(rec).digest())

    def closed(self, checkpoint: bytes, signature: bytes) -> bool:
        """Did the checkpoint key sign these bytes?"""
        return self._checkpoint.verifies(signature, checkpoint)


def public_keys(record: bytes, checkpoint: bytes) -> PublicKeys:
    """Both public keys with their id."""
    return PublicKeys(sha256(record).hexdigest(), record, checkpoint)


def software(directory: Path, key: str) -> SoftwareSigner:
    """The signer of the state `directory` with that key id; with no id, one with new keys.

    JournalError where its file is missing, another's, or readable by others. OSError where the
    disk does not let new keys be made: they are durable before the signer is there.
    """
    folder = directory / FOLDER
    if not key:
        return _make(folder)
    path = folder / f"{key}{_USED}"
    new = path.with_suffix(_NEW)
    if new.exists() and not path.exists():  # cut off behind the first record that they signed
        _renamed(new, path)
    signer = _load(path, key)
    for other in (*folder.glob(f"*{_USED}"), *folder.glob(f"*{_NEW}")):
        if other != path:
            _set_aside(other)
    return signer


def used(directory: Path) -> Iterator[str]:
    """The ids of all keys that ever signed a record here, in force or set aside."""
    for folder in (directory / FOLDER, directory / FOLDER / ASIDE):
        for path in sorted(folder.glob(f"*{_USED}")):
            yield path.stem


def _set_aside(path: Path) -> Path:
    folder = path.parent / ASIDE
    folder.mkdir(mode=0o700, exist_ok=True)
    sync_directory(path.parent)
    return _renamed(path, folder / path.name)


def _renamed(old: Path, new: Path) -> Path:
    if old.exists():  # else it was moved by a call that was cut short
        old.replace(new)
    for folder in {old.parent, new.parent}:
        sync_directory(folder)
    return new


def load(directory: Path, key: str) -> SoftwareSigner:
    """The signer with that key id, beside a till that signs with it: nothing is tidied away."""
    return _load(directory / FOLDER / f"{key}{_USED}", key)


def _make(folder: Path) -> SoftwareSigner:
    folder.mkdir(mode=0o700, exist_ok=True)
    sync_directory(folder.parent)
    # Before a key is made: one that others could read for a moment is known to them.
    _must_be_closed(folder)
    record, checkpoint = P256.generate(), Ed25519.generate()
    key = sha256(record.public).hexdigest()
    path = folder / f"{key}{_NEW}"
    # Durable before the first record that needs it: a journal whose key is lost cannot go on.
    write_durably(path, record.pem + checkpoint.pem, mode=0o600)
    return SoftwareSigner(record, checkpoint, path)


def _load(path: Path, key: str) -> SoftwareSigner:
    try:
        pem = path.read_bytes()
    except FileNotFoundError as error:
        detail = f"{path} is missing, and this journal's records are signed with it"
        raise JournalError(faults.KEY_MISSING, detail) from error
    except OSError as error:
        raise SignerDown(f"{path}: {error}") from error
    # The folder too: who may write there may put another file in this one's place.
    for each in (path.parent, path):
        _must_be_closed(each)
    first, end, second = pem.partition(_END)
    try:
        record, checkpoint = P256.from_pem(first + end), Ed25519.from_pem(second)
    except CryptoError as error:
        raise JournalError(faults.KEY_MISSING, f"{path} holds no keys: {error}") from error
    signer = SoftwareSigner(record, checkpoint, path)
    # A key from a backup of another till would sign what nobody could verify.
    if signer.public.key != key:
        raise JournalError(faults.KEY_MISSING, f"{path} holds another till's keys")
    return signer


def _must_be_closed(path: Path) -> None:
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        raise JournalError(faults.KEY_OPEN, f"{path} has mode {mode:o}: others can read it")
