"""What the till keeps of one consent while it stands, and until its account is printed."""

import asyncio

from msgspec import Struct

from pos_terminal.domain.counter.steps import AnswerSupport
from pos_terminal.domain.events.grants import GrantGiven


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
