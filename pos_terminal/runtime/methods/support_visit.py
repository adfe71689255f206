"""What the till keeps of one consent while it stands, and until its account is printed."""

import asyncio

from msgspec import Struct

from pos_terminal.channel.errors import ChannelError
from pos_terminal.domain import faults
from pos_terminal.domain.counter.steps import AnswerSupport
from pos_terminal.domain.events.grants import GrantGiven
from pos_terminal.domain.language import say
from pos_terminal.domain.redaction import redacted

LONGEST_LINE = 200
"""Characters of a command that are kept."""


class Visit(Struct):
    """A consent from its giving to its account.

    `secret` is empty where an earlier till gave it. `code_over` and `due` are its code's end and
    its own by the clock that nobody sets; without a secret `due` is until when it waits for one.
    `answered` is None where it ended meanwhile. `closing`: the recording's hash is on its way into
    the journal; `closed`: it is there.
    """

    given: GrantGiven
    secret: str
    principal: str
    code_over: float
    until: str
    due: float
    who: str = ""
    wrong: int = 0
    doing: str = ""
    asked: int = 0
    question: str = ""
    answered: "asyncio.Future[AnswerSupport | None] | None" = None
    told: set[str] = set()
    over: bool = False
    closing: bool = False
    closed: bool = False


def fitting(text: str) -> str:
    """What somebody else said, as it may stand in a record and on paper. ChannelError for none."""
    fits = "".join(each if each.isprintable() else "?" for each in text[:LONGEST_LINE])
    if not fits.strip():
        raise ChannelError(faults.BAD_REQUEST, say("rien"))
    return redacted(fits)


def shown_key(fingerprint: str) -> str:
    """A fingerprint without its algorithm, as far as it is printed."""
    return "".join(each for each in fingerprint.removeprefix("SHA256:") if each.isascii())
