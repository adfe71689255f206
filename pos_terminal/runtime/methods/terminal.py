"""What the methods see of the terminal: its parts by what is asked of them, not how they are made.

So that an answer about the till needs nothing of the counter, and is understood without it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct

from pos_terminal.channel.interface import Closure, SigningKey
from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.counter.steps import AccessDecided, Input
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.faults import Fault, Tone
from pos_terminal.domain.receipt import PrinterRole, Receipt
from pos_terminal.domain.screen import Screen
from pos_terminal.journal.store import Journal
from pos_terminal.runtime.clock import Clock
from pos_terminal.runtime.lanes import ScaleLane
from pos_terminal.runtime.plugins import Plugins
from pos_terminal.runtime.port import Port
from pos_terminal.runtime.printing import PrinterLane
from pos_terminal.runtime.settings import Settings
from pos_terminal.runtime.strangers import Strangers
from pos_terminal.tasks.latest import Latest
from pos_terminal.tasks.observers import Observers
from pos_terminal.tasks.supervise import Supervisor


class Evidence(Struct, frozen=True):
    """What only files know: how much others have cosigned, the last closure, the last backup, the
    key that signs.
    """

    witnessed: int = 0
    closure: Closure | None = None
    backup: str | None = None
    key: SigningKey | None = None


class Selling(Protocol):
    """The till, while it sells."""

    @property
    def pending(self) -> int:
        """Records that are not durable yet."""

    @property
    def nobody_may(self) -> bool:
        """Whether its clerks cannot be known, so that nobody may sign on."""

    def stalled_for(self) -> float:
        """Seconds since the oldest record that is not durable yet; 0 where there is none."""

    def shelf_labels(self, plus: Sequence[str], families: Sequence[str]) -> tuple[Receipt, ...]:
        """The shelf labels of these articles and families, in the catalogue's order.

        KeyError for a PLU or family that there is not.
        """


    def show(self, message: Screen) -> bool:
        """Show it to the customers until anything else is shown. False while one is served."""

    def end_show(self, message: Screen) -> None:
        """Show again what it has replaced, where it is still there."""


class Outputs(Protocol):
    """What goes out to the customer and the clerk, newest first, and may be observed."""

    @property
    def screen(self) -> Latest[Screen]:
        """The customer display's."""

    @property
    def tone(self) -> Latest[Tone]:
        """The tone indicator's."""

    @property
    def printer(self) -> PrinterLane:
        """The receipt printer's queue."""

    @property
    def lanes(self) -> set[PrinterLane]:
        """The queues of all printers."""

    @property
    def scale(self) -> ScaleLane:
        """Who weighs."""

    def prints(self, role: PrinterRole) -> PrinterLane:
        """Who prints papers of this role."""

    @property
    def access(self) -> "asyncio.Queue[AccessDecided]":
        """What was decided at the counter about access for others."""


class Devices(Protocol):
    """The devices of the terminal."""

    @property
    def ports(self) -> Mapping[str, Port[Any]]:
        """By the name that the configuration gives each."""

    @property
    def strangers(self) -> Strangers:
        """Input devices that the configuration does not name."""

    @property
    def places(self) -> Mapping[str, tuple[str, ...]]:
        """The paths and addresses in each one's settings, by its name."""

    @property
    def outputs(self) -> Outputs:
        """What goes out to them."""


class Terminal(Struct, frozen=True):
    """One running terminal.

    `journal` and `till` are those in force, None while there is none; `trouble` is why nothing is
    sold then; `unwitnessed` is why the witness was not met last. `record` makes events durable,
    JournalError where it cannot. `inputs` hear whatever the till is given, before the till does.
    """

    settings: Settings
    plugins: Plugins
    equipment: Devices
    tasks: Supervisor
    clock: Clock
    identity: Identity
    state: Path
    vfs: str
    unwitnessed: Callable[[], str]
    journal: Callable[[], Journal | None]
    till: Callable[[], Selling | None]
    trouble: Callable[[], Fault | None]
    record: Callable[[Sequence[Event]], Awaitable[None]]
    reload: Callable[[], None]
    inputs: Observers[Input]

    @property
    def selling_now(self) -> bool:
        """Whether a sale is open or on hold."""
        journal = self.journal()
        return journal is not None and bool(journal.running.opened)
