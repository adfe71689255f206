"""The French signer: a till's own keys in `DIR/keys`, made there, readable by its user alone.

One file holds both: `<key id>.pem`, an ECDSA P-256 key for records and an Ed25519 key for
checkpoints, each as PKCS #8. Where the record key lies in a token (crypto/token.py), its public
half stands in its place. The key id is the SHA-256 of the record key's public DER. Which file
is in force is what the journal's last key.made or key.rotated says, never the folder. Until a
record that they signed is durable, new keys lie in `<key id>.new`: a `.pem` means that records of
it exist. What is not in force is set aside, and never removed: a journal that was slipped in must
not cost the till the key of the genuine one.
"""

from base64 import b64decode, encodebytes
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, Protocol

from pos_terminal.crypto.keys import P256, Ed25519
from pos_terminal.crypto.library import CryptoError
from pos_terminal.crypto.token import Token, TokenDown
from pos_terminal.domain import faults
from pos_terminal.domain.language import say
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.signer import PublicKeys, Sealed, SignerDown
from pos_terminal.storage.files import sync_directory, write_durably

FOLDER = "keys"
ASIDE = "set-aside"
"""The folder in it with the keys that are not in force."""

_USED, _NEW = ".pem", ".new"
_BEGIN_PUBLIC, _END_PUBLIC = b"-----BEGIN PUBLIC KEY-----\n", b"-----END PUBLIC KEY-----\n"
_END = b"-----END PRIVATE KEY-----\n"
_CHECK = b"pos-terminal self-check"


class RecordKey(Protocol):
    """The private key of records, wherever it lies."""

    @property
    def public(self) -> bytes:
        """The public key, DER SubjectPublicKeyInfo."""

    def sign(self, digest: bytes) -> bytes:
        """The signature, DER, of a SHA-256 digest. CryptoError where it cannot be made."""


class KeyInToken(NamedTuple):
    """A record key of which only the public half is here; without its token it signs nothing."""

    public: bytes
    token: Token | None

    def sign(self, digest: bytes) -> bytes:
        """The token's signature."""
        if self.token is None:
            raise TokenDown(say("la clé est dans un module, et il n'y en a pas ici"))
        return self.token.sign(self.public, digest)


class KeyringSigner:
    """Signs with the keys of one file: 20 to 100 microseconds a record, or what a token takes.

    `origin` says where the record key was made, in French; empty for one that lies on the card.
    """

    def __init__(
        self, record: RecordKey, checkpoint: Ed25519, path: Path, origin: str = ""
    ) -> None:
        self._record = record
        self._checkpoint = checkpoint
        self._path = path
        self.origin = origin
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
            raise SignerDown(say("sa propre signature d'une écriture ne tient pas"))
        if not keys.closed(_CHECK, self.close(_CHECK)):
            raise SignerDown(say("sa propre signature d'un point de contrôle ne tient pas"))

    @property
    def is_in_token(self) -> bool:
        """Whether the card alone signs no record."""
        return isinstance(self._record, KeyInToken)

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


class Keyring:
    """Gives the signer of a state directory. New keys are made in `token` where `in_token` says so,
    and on the card else; a journal's own are found where they are.
    """

    def __init__(self, token: Token | None = None, *, in_token: bool = False) -> None:
        self._token = token
        self._in_token = in_token

    def __call__(self, directory: Path, key: str) -> KeyringSigner:
        """The signer of the state `directory` with that key id; with no id, one with new keys.

        JournalError where its file is missing, another's, readable by others, or needs a token
        that nobody has; SignerDown where the token makes no key. OSError where the disk does not
        let new keys be made: they are durable before the signer is there.
        """
        folder = directory / FOLDER
        if not key:
            return self._make(folder)
        path = folder / f"{key}{_USED}"
        new = path.with_suffix(_NEW)
        if new.exists() and not path.exists():  # cut off behind the first record that they signed
            _renamed(new, path)
        signer = _load(path, key, self._token)
        if self._token is None and signer.is_in_token:
            raise JournalError(faults.NO_TOKEN, f"{path}: {key[:12]}")
        for other in (*folder.glob(f"*{_USED}"), *folder.glob(f"*{_NEW}")):
            if other != path:
                _set_aside(other)
        return signer

    def release(self) -> None:
        """Let the token go."""
        if self._token:
            self._token.release()

    def _make(self, folder: Path) -> KeyringSigner:
        folder.mkdir(mode=0o700, exist_ok=True)
        sync_directory(folder.parent)
        # Before a key is made: one that others could read for a moment is known to them.
        _must_be_closed(folder)
        record, pem, origin = self._made()
        checkpoint = Ed25519.generate()
        path = folder / f"{sha256(record.public).hexdigest()}{_NEW}"
        # Durable before the first record that needs it: a journal whose key is lost cannot go on.
        write_durably(path, pem + checkpoint.pem, mode=0o600)
        return KeyringSigner(record, checkpoint, path, origin)

    def _made(self) -> tuple[RecordKey, bytes, str]:
        """A new record key, what its file holds of it, and its origin."""
        if not self._in_token:
            made = P256.generate()
            return made, made.pem, ""
        if self._token is None:
            detail = say("de nouvelles clés sont à faire dans un module")
            raise JournalError(faults.NO_TOKEN, detail)
        try:
            public, origin = self._token.make()
            # What signs elsewhere must be of the one kind that every verifier knows.
            P256.from_der(public)
        except CryptoError as error:
            raise SignerDown(str(error)) from error
        pem = _BEGIN_PUBLIC + encodebytes(public) + _END_PUBLIC
        return KeyInToken(public, self._token), pem, origin


software = Keyring()
"""Keys on the card."""


def waiting(directory: Path) -> KeyringSigner:
    """The keys that were made there and have signed no record yet. JournalError without any."""
    found = sorted((directory / FOLDER).glob(f"*{_NEW}"))
    path = found[0] if found else directory / FOLDER
    return _load(path, path.stem, None)


def used(directory: Path) -> Iterator[str]:
    """The ids of all keys that ever signed a record here, in force or set aside."""
    for folder in (directory / FOLDER, directory / FOLDER / ASIDE):
        for path in sorted(folder.glob(f"*{_USED}")):
            yield path.stem


def has_token_key(directory: Path) -> bool:
    """Whether a key that signed here, or was made to, lies in a token."""
    return any(
        path.read_bytes().startswith(_BEGIN_PUBLIC) for path in (directory / FOLDER).glob("*.*")
    )


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


def load(directory: Path, key: str) -> KeyringSigner:
    """The signer with that key id, beside a till that signs with it: nothing is tidied away.

    It signs checkpoints and archives, and records only where their key lies on the card.
    """
    return _load(directory / FOLDER / f"{key}{_USED}", key, None)


def _load(path: Path, key: str, token: Token | None) -> KeyringSigner:
    try:
        pem = path.read_bytes()
    except FileNotFoundError as error:
        detail = say("{path} manque, et les écritures de ce journal sont signées avec", path=path)
        raise JournalError(faults.KEY_MISSING, detail) from error
    except OSError as error:
        raise SignerDown(f"{path}: {error}") from error
    # The folder too: who may write there may put another file in this one's place.
    for each in (path.parent, path):
        _must_be_closed(each)
    try:
        record, rest = _record_key(pem, token)
        checkpoint = Ed25519.from_pem(rest)
    except ValueError as error:  # CryptoError is one
        detail = say("{path} n'a pas de clés : {error}", path=path, error=error)
        raise JournalError(faults.KEY_MISSING, detail) from error
    signer = KeyringSigner(record, checkpoint, path)
    # A key from a backup of another till would sign what nobody could verify.
    if signer.public.key != key:
        detail = say("{path} a les clés d'une autre caisse", path=path)
        raise JournalError(faults.KEY_MISSING, detail)
    return signer


def _record_key(pem: bytes, token: Token | None) -> tuple[RecordKey, bytes]:
    """The record key of a file, and what follows it; ValueError where there is none."""
    if pem.startswith(_BEGIN_PUBLIC):
        public, _, rest = pem.removeprefix(_BEGIN_PUBLIC).partition(_END_PUBLIC)
        return KeyInToken(b64decode(public), token), rest
    first, end, rest = pem.partition(_END)
    return P256.from_pem(first + end), rest


def _must_be_closed(path: Path) -> None:
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        detail = say("{path} est en mode {mode:o} : d'autres peuvent le lire", path=path, mode=mode)
        raise JournalError(faults.KEY_OPEN, detail)
