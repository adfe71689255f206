"""What the till records of itself as it starts: that it did, after what, and what has changed."""

from collections.abc import Iterable, Iterator

from pos_terminal.domain.audit import jet
from pos_terminal.domain.audit.clock import doubtful
from pos_terminal.domain.audit.setup import Setup
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.system import TechnicalEvent
from pos_terminal.domain.moment import Moment
from pos_terminal.journal.record import Running
from pos_terminal.journal.store import Journal


def last_moment(journal: Journal) -> Moment | None:
    """When the journal's last record was decided; None in an empty one."""
    recent = journal.recent()
    return recent[-1].moment if recent else None


def at_start(
    running: Running,
    in_force: Setup,
    now: Moment,
    last: Moment | None,
    doubts: Iterable[str] = (),
) -> Iterator[Event]:
    """The events of a start at `now`, after a last record of `last`.

    `doubts` is what was found spoilt beside the journal.
    """
    yield from running.setup.started(in_force)
    doubt = doubtful(now, last)
    if doubt:
        yield TechnicalEvent(code=jet.CLOCK_DOUBTED, detail=doubt)
    for spoilt in doubts:
        yield TechnicalEvent(code=jet.INTEGRITY, detail=spoilt)
