"""What is typed or scanned ahead of an answer that is on its way: kept, and decided behind it.

A clerk's next key comes within a tenth of a second; a scale, a look-up, the check of a PIN and the
books for X, Z or a count take longer. Nothing of it is lost, and nothing is taken out of its order:
what is kept is decided as if it had come once the answer was there.
"""

from pos_terminal.domain import faults
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.steps import Pressed, Scanned, Step
from pos_terminal.domain.keyboard.command_codes import encode
from pos_terminal.domain.keyboard.keys import Function, Key

MOST = 64
"""Keys and scans that are kept: three baskets' worth. Beyond, a hand rests on the keyboard."""

_CLEAR = Key(Function.CLEAR)
_CLEAR_TYPED = (Pressed(_CLEAR), Scanned(encode([_CLEAR])))


def keep(desk: Desk, given: Pressed | Scanned) -> Step | None:
    """Keep it for when the answer is there; None where none is on its way, or C gives that up.

    C takes away one thing at a time: first what was typed ahead, then what is waited for. A Z that
    was asked for is not given up: C is kept for what that may say.
    """
    if not desk.awaits_answer:
        return None
    if given in _CLEAR_TYPED:
        kept, desk.ahead = desk.ahead, ()
        if kept:
            return Step()
        if not desk.booking:
            return None
    if len(desk.ahead) == MOST:
        return desk.notify(faults.TYPED_TOO_FAR)
    desk.ahead = (*desk.ahead, given)
    return Step()


def following(desk: Desk) -> Pressed | Scanned | None:
    """What was typed ahead and is decided now, since nothing is on its way any more."""
    if desk.awaits_answer or not desk.ahead:
        return None
    first, *rest = desk.ahead
    desk.ahead = tuple(rest)
    return first
