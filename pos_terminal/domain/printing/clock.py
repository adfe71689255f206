"""What a paper says of its own time, where nothing vouches for the clock that gave it."""

from collections.abc import Iterator

from pos_terminal.domain.language import say
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.receipt import Align, Block, Text


def unverified(moment: Moment) -> Iterator[Block]:
    """The remark below a paper's time, as its record has it: a duplicate says what the first did.

    Which of two papers is the older, their numbers tell then (docs/decisions.md).
    """
    if not moment.trust.vouched:
        yield Text(say("Heure non vérifiée"), Align.CENTRE)
