"""A journal whose keys are lost goes on under new ones: by somebody's decision, on record. Pure.

Who holds the records alone (an archive, a backup without its keys) cannot sign what follows, and no
key of then can agree to those that will. So the record that brings them says who decided it, what
was known to be lost, and from where on numbers go.
"""

from collections.abc import Mapping

from msgspec import Struct

from pos_terminal.domain.events.event import SERIES
from pos_terminal.domain.events.system import KeyReplaced, LastNumber
from pos_terminal.domain.period.book import Book
from pos_terminal.journal.checkpoint import EVERY, Checkpoint
from pos_terminal.journal.codec import Counts
from pos_terminal.journal.record import Running
from pos_terminal.journal.signer import Signer

MARGIN = EVERY
"""Numbers that are left out behind the last one known: so many records lie at most behind what a
witness saw last, and none of them gives two."""


class Continuation(Struct, frozen=True, kw_only=True):
    """Why it goes on, and what is known beside the records: what a witness saw, what paper says.

    `cosigned` is how many records a witness on the network had seen, which knows no more of them.
    `last_ticket` and `last_z` are the highest numbers on paper, 0 where none is higher. `key` is
    the id of a key that was made for it, empty for one that is still to be; `agreed` what the old
    key said to it, where the till was handed over: then no record is lost, and no number left out.
    """

    because: str
    seen: Checkpoint | None = None
    cosigned: int = 0
    last_ticket: int = 0
    last_z: int = 0
    key: str = ""
    agreed: str = ""

    def event(self, running: Running, signer: Signer) -> KeyReplaced:
        """The record that goes on from `running` under these keys."""
        public = signer.public
        counts, book = (
            (self.seen.state.counts, self.seen.state.book) if self.seen else (Counts(), Book())
        )
        paper = {SERIES: self.last_ticket} if self.last_ticket else {}
        # Of what only a note tells, each record may have given one number of each kind.
        unknown = max(self.cosigned - max(running.seq, self.seen.size if self.seen else 0), 0)
        gap = unknown + (0 if self.agreed else MARGIN)
        tickets = _highest(running.counts.tickets, counts.tickets, paper)
        return KeyReplaced(
            old=running.key,
            key=public.key,
            record_key=public.record.hex(),
            checkpoint_key=public.checkpoint.hex(),
            because=self.because,
            after=running.seq,
            sale=max(running.counts.sale, counts.sale) + gap,
            tickets=tuple(
                LastNumber(series, number + gap) for series, number in sorted(tickets.items())
            ),
            # A witness takes the checkpoint behind each closure: it has seen the last one.
            days=max(running.book.days, book.days, self.last_z),
            months=max(running.book.months, book.months),
            years=max(running.book.years, book.years),
            seen=max(self.seen.size if self.seen else 0, self.cosigned),
            seen_head=self.seen.head if self.seen else "",
            seen_net=book.net,
            seen_absolute=book.absolute,
            origin=signer.origin,
            agreed=self.agreed,
        )


def _highest(*numbers: Mapping[str, int]) -> dict[str, int]:
    """The highest number of each series."""
    highest: dict[str, int] = {}
    for each in numbers:
        for series, number in each.items():
            highest[series] = max(number, highest.get(series, 0))
    return highest
