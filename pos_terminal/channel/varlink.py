"""Varlink on the wire: JSON objects, each ended by a NUL (<https://varlink.org/Service>). Pure.

A client calls `method` with `parameters`. The service answers with replies; all but the last of a
call with `more` say `continues`; a `oneway` call has none. A reply with `error` names what failed.
What either side does not know in a message is passed over.
"""

from typing import TypeVar

import msgspec
from msgspec import Raw, Struct

LIMIT = 1 << 20
"""Bytes of one message at most, its NUL included: a catalogue of 10,000 articles has room."""

END = b"\0"
EMPTY = Raw(b"{}")

S = TypeVar("S")


class BadMessage(ValueError):
    """Bytes that are no message of Varlink, too many of them, or nested too deeply."""


class Call(Struct, frozen=True, omit_defaults=True):
    """What a client sends. `parameters` stay as they came until the method is known."""

    method: str
    parameters: Raw = EMPTY
    more: bool = False
    oneway: bool = False
    upgrade: bool = False


class Reply(Struct, frozen=True, omit_defaults=True):
    """What the service sends; with `error`, its name, and `parameters` are the error's."""

    parameters: Raw = EMPTY
    continues: bool = False
    error: str = ""


_ENCODER = msgspec.json.Encoder()
_CALL = msgspec.json.Decoder(Call)
_REPLY = msgspec.json.Decoder(Reply)


def message(content: Call | Reply) -> bytes:
    """The bytes that go over the wire; BadMessage where they are more than LIMIT."""
    encoded = _ENCODER.encode(content) + END
    if len(encoded) > LIMIT:
        raise BadMessage(f"{len(encoded)} bytes in one message; at most {LIMIT}")
    return encoded


def parameters(content: Struct) -> Raw:
    """A struct as the parameters of a message."""
    return Raw(_ENCODER.encode(content))


def read_call(received: bytes) -> Call:
    """The call in a message without its NUL; BadMessage where it is none."""
    return _read(received, _CALL)


def read_reply(received: bytes) -> Reply:
    """The reply in a message without its NUL; BadMessage where it is none."""
    return _read(received, _REPLY)


def read_parameters(given: Raw, decoder: "msgspec.json.Decoder[S]") -> S:
    """Parameters as what they should be; BadMessage says where they are not."""
    return _read(given, decoder)


def _read(received: bytes | Raw, decoder: "msgspec.json.Decoder[S]") -> S:
    try:
        return decoder.decode(received)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadMessage(str(error)) from error
    except RecursionError as error:  # msgspec stops where the interpreter does, some 1,000 deep
        raise BadMessage("nested too deeply") from error


class Inbox:
    """Makes messages of the bytes as they come. Holds LIMIT bytes and what came with the last."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._seen = 0

    def add(self, received: bytes) -> None:
        """Take bytes in. BadMessage where the message that is begun is longer than LIMIT."""
        self._bytes += received
        if len(self._bytes) > LIMIT and self._bytes.find(END, self._seen, LIMIT) < 0:
            raise BadMessage(f"a message of more than {LIMIT} bytes")

    def take(self) -> bytes | None:
        """The next whole message without its NUL; None where there is none yet."""
        end = self._bytes.find(END, self._seen)
        if end < 0:
            self._seen = len(self._bytes)
            return None
        taken = bytes(self._bytes[:end])
        del self._bytes[: end + 1]
        self._seen = 0
        return taken

    @property
    def whole(self) -> bool:
        """Whether a whole message waits."""
        return self._bytes.find(END, self._seen) >= 0

    def __len__(self) -> int:
        """The bytes that wait."""
        return len(self._bytes)
