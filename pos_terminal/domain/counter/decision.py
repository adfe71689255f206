"""An input that is being decided, and what was learnt for it: plain data, to be decided again.

A handler that lacks something (who allows it, what the past says, a weight) asks for it by raising
`Wait`. Once it is there, the counter decides the same input anew, from its beginning, with what was
learnt: nothing is kept of a handler that waits but this value.
"""

from msgspec import Struct
from msgspec.structs import replace

from pos_terminal.domain.counter.steps import Input, Pressed
from pos_terminal.domain.events.sale import Tender
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.lookup.questions import Answer, Wanted
from pos_terminal.domain.weight import Weight


class Decision(Struct, frozen=True):
    """An input, and what was learnt for it since it came.

    `authority` is who allowed it (0: nobody was asked), `rights` are those he lent that are noted
    in records; `found` is what the past answered, None for nothing; `weight` what the scale did.
    `slip` is what a card paid by the slip whose number the key ended.
    """

    given: Input
    authority: int = 0
    rights: tuple[Right, ...] = ()
    found: tuple[tuple[Wanted, Answer | None], ...] = ()
    weight: Weight | None = None
    slip: Tender | None = None

    def allowed(self, authority: int) -> "Decision":
        """Now that he has allowed it."""
        return replace(self, authority=authority)

    def lending(self, right: Right) -> "Decision":
        """Now that this right was lent for it."""
        return replace(self, rights=(*self.rights, right))

    def answered(self, wanted: Wanted, answer: Answer | None) -> "Decision":
        """Now that the past has answered this."""
        return replace(self, found=(*self.found, (wanted, answer)))

    def weighed(self, weight: Weight | None) -> "Decision":
        """Now that the scale has answered."""
        return replace(self, weight=weight)

    def by_slip(self, paid: Tender) -> "Decision":
        """Now that the key has ended the number of that slip."""
        return replace(self, slip=paid)


NOTHING = Decision(Pressed(None))
"""What a counter is deciding that was given nothing yet."""
