"""HTTP/1.1 (RFC 9112), as much of it as two machines on one wire need to exchange JSON.

An answer says how long it is, by Content-Length or in chunks; one that ends with its line is taken
for broken off, since nobody could tell whether it is whole.
"""

import re
from dataclasses import dataclass, field

LONGEST_HEAD = 16 * 1024
LONGEST = 256 * 1024
"""Bytes of an answer; a card's receipts are a few thousand."""

_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})(?: [^\r\n]*)?")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,6})(?:;[^\r\n]*)?\r\n")
_MARK = b"\r\n"


class FrameError(ValueError):
    """The bytes are no answer. It says where, and shows none of them."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, whole. `size` is how many bytes it took."""

    status: int
    body: bytes
    size: int = field(compare=False, default=0)


def request(method: str, host: str, target: str, body: bytes = b"") -> bytes:
    """A request's bytes."""
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", "Accept: application/json"]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join((*lines, "", "")).encode("ascii") + body


def response(data: bytes) -> Answer | None:
    """The answer that `data` begins with; None as long as more of it has to come."""
    head, mark, rest = data.partition(2 * _MARK)
    if not mark:
        if len(data) > LONGEST_HEAD or not _could_begin(data):
            raise FrameError("what came is no answer in HTTP")
        return None
    first, *lines = head.split(_MARK)
    status = _STATUS.fullmatch(first)
    if status is None:
        raise FrameError("what came is no answer in HTTP")
    found = _body(_fields(lines), rest)
    if found is None:
        if len(data) > LONGEST:
            raise FrameError(f"an answer of more than {LONGEST} bytes")
        return None
    body, size = found
    return Answer(int(status[1]), body, len(head) + len(mark) + size)


def _could_begin(data: bytes) -> bool:
    return data[:7] == b"HTTP/1."[: len(data)]


def _fields(lines: list[bytes]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon or not name or name != name.strip():
            raise FrameError("a header field that is none")
        name = name.lower()
        if name in found and name in ("content-length", "transfer-encoding"):
            # Two lengths are two answers: RFC 9112, 6.3, has such a message refused.
            raise FrameError("an answer of two lengths")
        found[name] = value.strip()
    return found


def _body(fields: dict[str, str], rest: bytes) -> tuple[bytes, int] | None:
    """The body and its size on the wire; None as long as it is not whole."""
    coding, length = fields.get("transfer-encoding"), fields.get("content-length")
    if coding is not None:
        if coding.lower() != "chunked" or length is not None:
            raise FrameError("an answer in a coding that was not asked for")
        return _chunks(rest)
    if length is None or not re.fullmatch(r"[0-9]{1,6}", length):
        raise FrameError("an answer that does not say how long it is")
    size = int(length)
    return (rest[:size], size) if len(rest) >= size else None


def _chunks(rest: bytes) -> tuple[bytes, int] | None:
    body, at = b"", 0
    while True:
        line = _CHUNK.match(rest, at)
        if line is None:
            if b"\n" in rest[at:] or len(rest) - at > 64:
                raise FrameError("a chunk without a length")
            return None
        size, at = int(line[1], 16), line.end()
        if len(rest) < at + size + len(_MARK):
            return None
        if rest[at + size : at + size + len(_MARK)] != _MARK:
            raise FrameError("a chunk that is longer than it says")
        body, at = body + rest[at : at + size], at + size + len(_MARK)
        if not size:
            return body, at
