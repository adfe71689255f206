"""What the methods see of the terminal."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pos_terminal.domain.counter.steps import Input
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.identity import Identity
from pos_terminal.journal.store import Journal
from pos_terminal.runtime.clock import Clock
from pos_terminal.runtime.equipment import Equipment
from pos_terminal.runtime.plugins import Plugins
from pos_terminal.runtime.settings import Settings
from pos_terminal.runtime.till import Till
from pos_terminal.tasks.observers import Observers
from pos_terminal.tasks.supervise import Supervisor


@dataclass(frozen=True, slots=True)
class Terminal:
    """One running terminal.

    `journal` and `till` are those in force, None while there is none; `trouble` is why nothing is
    sold then. `record` makes events durable, JournalError where it cannot. `inputs` hear whatever
    the till is given, before the till does.
    """

    settings: Settings
    plugins: Plugins
    equipment: Equipment
    tasks: Supervisor
    clock: Clock
    identity: Identity
    state: Path
    vfs: str
    journal: Callable[[], Journal | None]
    till: Callable[[], Till | None]
    trouble: Callable[[], Fault | None]
    record: Callable[[Sequence[Event]], Awaitable[None]]
    reload: Callable[[], None]
    inputs: Observers[Input]

    @property
    def selling_now(self) -> bool:
        """Whether a sale is open or on hold."""
        journal = self.journal()
        return journal is not None and bool(journal.running.opened)
