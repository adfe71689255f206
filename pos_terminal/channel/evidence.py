"""What the till tells those who bear witness to its journal, and they it."""

from msgspec import Struct


class CheckpointAsked(Struct, frozen=True):
    """A checkpoint for a witness on the network that knows so many records."""

    known: int


class CheckpointOffered(Struct, frozen=True):
    """The body of an `add-checkpoint` (C2SP tlog-witness) of so many records; how many the last
    checkpoint has; the key that the witness must know this log by.
    """

    size: int
    last: int
    vkey: str
    body: str


class CosignedAsked(Struct, frozen=True):
    """What a witness answered to the checkpoint of that size."""

    size: int
    answer: str


class CosignedTaken(Struct, frozen=True):
    """The witnesses of the settings whose cosignatures were kept."""

    witnesses: list[str]


class StampQuestion(Struct, frozen=True):
    """A request for a time stamp (RFC 3161, DER) of the checkpoint of so many records; empty where
    it has one.
    """

    size: int
    request: bytes


class StampAnswer(Struct, frozen=True):
    """What the authority answered, DER."""

    size: int
    response: bytes


class StampTaken(Struct, frozen=True):
    """The stamp's time, UTC."""

    at: str
