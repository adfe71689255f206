"""Ed25519 keys as OpenSSH keeps them, made where it is not installed: a box has none of its tools.

By <https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key> and RFC 8709.
"""

from base64 import b64encode
from textwrap import wrap

from pos_terminal.crypto.keys import Ed25519

_TYPE = b"ssh-ed25519"
_MAGIC = b"openssh-key-v1\0"
_NAME = "OPENSSH PRIVATE KEY"
_CHECK = bytes(8)
"""Two numbers that are alike show that a passphrase was right; without one they say nothing."""

_BLOCK = 8
"""Bytes of a block of the cipher «none»."""

_LINE = 70
"""Characters of a line, as ssh-keygen writes them."""


def new_pair(comment: str) -> tuple[str, str]:
    """A new key's private text, not encrypted, and its public line."""
    key = Ed25519.generate()
    raw = key.raw_public
    public = _text(_TYPE) + _text(raw)
    private = _CHECK + public + _text(key.raw + raw) + _text(comment.encode())
    private += bytes(range(1, 1 + -len(private) % _BLOCK))
    cipher, number = _text(b"none") + _text(b"none") + _text(b""), (1).to_bytes(4, "big")
    whole = _MAGIC + cipher + number + _text(public) + _text(private)
    lines = "\n".join(wrap(b64encode(whole).decode(), _LINE))
    return (
        f"-----BEGIN {_NAME}-----\n{lines}\n-----END {_NAME}-----\n",
        f"{_TYPE.decode()} {b64encode(public).decode()} {comment}\n",
    )


def _text(data: bytes) -> bytes:
    """RFC 4251, 5: its length, and it."""
    return len(data).to_bytes(4, "big") + data
