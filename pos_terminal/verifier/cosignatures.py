"""What others attested of records: witnesses in a folder and on the network, and time stamps."""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any, NamedTuple

from pos_terminal.verifier.core import SPOILT
from pos_terminal.verifier.messages import Bad

COSIGNER, RFC3161 = b"\4", "rfc3161"
"""A cosigner's type of key (tlog-cosignature, v1), and what a stamp has in a witness's place."""


class Attested(NamedTuple):
    """That somebody attested so many records, as stored: not a word of it is verified."""

    size: int
    witness: str
    body: bytes
    sig: bytes
    at: str


class Span(NamedTuple):
    """The records up to one: the hashes of the first and the last, their tree's root, and what the
    log is called among those of others."""

    size: int
    first: bytes
    head: bytes
    root: bytes
    origin: str

    @property
    def note(self) -> str:
        """What a checkpoint says of them in the words of transparency logs (tlog-checkpoint)."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


SeenBy = Callable[[str, bytes, bytes], bool]
"""Whether a witness's raw Ed25519 key (hex) made that signature of that content."""

Stamped = Callable[[bytes, bytes], "datetime | None"]
"""When a token stamped a text; None where nobody can look, and ValueError where it did not."""


def attest(row: Attested, said: Any, span: Span, seen_by: SeenBy, stamped: Stamped) -> bool:
    """Hold what somebody attested, and `said` in its body, to the records that it is to be of.

    False where nobody can look; Bad where it is nobody's, or not of these records.
    """
    try:
        if "dated" in said:
            return dated(row, said["dated"], span, stamped)
        public, at, content = (noted if "note" in said else in_a_folder)(said, span, row.body)
        whose = hashlib.sha256(bytes.fromhex(public)).hexdigest()
        right = public and (row.size, row.witness, row.at) == (span.size, whose, at)
        if right and seen_by(public, row.sig, content):
            return True
    except SPOILT as error:
        raise Bad("seen", seq=row.size) from error
    raise Bad("seen", seq=row.size)


Word = tuple[str, str, bytes]
"""A witness's raw key (hex), when it signed, and what; empty where it is of other records."""


def in_a_folder(said: "dict[str, Any]", span: Span, body: bytes) -> Word:
    """What a witness says that looks at records itself."""
    hashes = (each.hex() for each in (span.first, span.head, span.root))
    right = (said["size"], said["first"], said["head"], said["root"]) == (span.size, *hashes)
    return (said["public"], said["at"], body) if right else ("", "", b"")


def noted(said: "dict[str, Any]", span: Span, _: bytes) -> Word:
    """What one on the network says, which cosigns a checkpoint of this log (cosignature/v1)."""
    name, _, rest = said["vkey"].partition("+")
    key_id, _, coded = rest.partition("+")
    key = b64decode(coded, validate=True)
    named = hashlib.sha256(name.encode() + b"\n" + key).hexdigest()[:8]
    if said["note"] != span.note or key[:1] != COSIGNER or named != key_id:
        return "", "", b""
    at = datetime.fromtimestamp(said["time"], timezone.utc)  # noqa: UP017 (Python 3.10)
    content = f"cosignature/v1\ntime {said['time']}\n{span.note}".encode()
    return key[1:].hex(), at.isoformat(timespec="seconds"), content


def dated(row: Attested, text: str, span: Span, stamped: Stamped) -> bool:
    """The same of a time stamp; Bad where it is of something else."""
    try:
        at = stamped(row.sig, text.encode())
    except ValueError as error:
        raise Bad("stamp", error, seq=row.size) from error
    facts = (row.size, row.witness, text, row.at)
    then = at.isoformat(timespec="seconds") if at else row.at
    if facts != (span.size, RFC3161, span.note, then):
        raise Bad("stamp other", seq=row.size)
    return at is not None
