"""What the agent and its SSH process tell each other: one JSON object a line, each way."""

import msgspec
from msgspec import Struct
from msgspec.json import Decoder

LONGEST = 64 << 10
"""Bytes of a message: a page of output, or a supporter's line."""


class Words(Struct, frozen=True):
    """What the process itself says, in the till's language."""

    busy: str
    expired: str
    lost: str
    left: str
    too_long: str
    screens: str


class Begin(Struct, frozen=True, tag=True):
    """Dial that relay, and serve there. `name` is the terminal's («pos-1-2»); keys are OpenSSH's
    texts; `commands` are words to complete, by command.
    """

    relay: str
    port: int
    user: str
    relay_key: str
    key: str
    host_key: str
    ca: str
    listen: int
    name: str
    greeting: str
    words: Words
    commands: dict[str, list[str]]


class Admitted(Struct, frozen=True, tag=True):
    """The answer to `Enter` of that visitor: whether he may stay, and a text for him."""

    visitor: int
    may: bool
    text: str


class Output(Struct, frozen=True, tag=True):
    """Text of the command of that number."""

    run: int
    text: str


class Done(Struct, frozen=True, tag=True):
    """The command of that number is done, with that exit status."""

    run: int
    status: int


class Said(Struct, frozen=True, tag=True):
    """A text for whoever is in."""

    text: str


class Finish(Struct, frozen=True, tag=True):
    """It is over: say why, and end."""

    why: str


ToChild = Begin | Admitted | Output | Done | Said | Finish


class Linked(Struct, frozen=True, tag=True):
    """The relay was reached, and listens."""


class Trouble(Struct, frozen=True, tag=True):
    """Why nobody comes, by a fault's code."""

    code: str
    detail: str


class Enter(Struct, frozen=True, tag=True):
    """Somebody whose certificate the authority signed, and what else it signed of him."""

    visitor: int
    principal: str
    who: str
    key: str


class Run(Struct, frozen=True, tag=True):
    """He has typed a command."""

    run: int
    line: str


class Stop(Struct, frozen=True, tag=True):
    """He has typed Ctrl-C while it was done."""

    run: int


class Typed(Struct, frozen=True, tag=True):
    """He typed that line at his prompt, so many seconds after he came in."""

    at: float
    text: str


class Shown(Struct, frozen=True, tag=True):
    """His screen got this, so many seconds after he came in, on a screen of that size."""

    at: float
    text: str
    width: int
    height: int


class Left(Struct, frozen=True, tag=True):
    """He has gone, or his line has, which is `lost`."""

    why: str
    lost: bool


FromChild = Linked | Trouble | Enter | Run | Stop | Typed | Shown | Left

TO_CHILD: Decoder[ToChild] = Decoder(ToChild)
"""Reads what the agent said; msgspec.DecodeError for anything else."""

FROM_CHILD: Decoder[FromChild] = Decoder(FromChild)
"""Reads what the SSH process said, which is not trusted; msgspec.DecodeError for anything else."""


def line(message: Struct) -> bytes:
    """A message as it is sent."""
    return msgspec.json.encode(message) + b"\n"
