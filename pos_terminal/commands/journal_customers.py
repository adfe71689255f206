"""To whom an archive's invoices were made out: from the personal store, for `journal archive`."""

from dataclasses import dataclass, field
from pathlib import Path

from pos_terminal.archive.customers import SealedCustomer, key_file
from pos_terminal.domain.events.paper import InvoiceMade
from pos_terminal.persons.item import SealLabel
from pos_terminal.persons.repository import SealedItem
from pos_terminal.persons.store import exists, reading


@dataclass(slots=True)
class InvoiceCustomers:
    """What is held of customers because an invoice was made out to them, and its keys."""

    _held: dict[tuple[str, str], tuple[SealedItem, bytes]] = field(default_factory=dict)
    _asked: dict[int, tuple[SealLabel, bytes]] = field(default_factory=dict)

    @classmethod
    def of(cls, state: Path) -> "InvoiceCustomers":
        """Those of the till at `state`: all at once, as an archive takes minutes and a reader of
        the store keeps an erasure waiting. PersonsError, JournalError."""
        held = {}
        if exists(state):
            with reading(state) as repository:
                for item in repository.all():
                    if item.label.obliged:
                        place = item.label.person, item.label.name
                        held[place] = item, repository.key_of(item)
        return cls(held)

    def find(self, seq: int, made: InvoiceMade) -> SealedCustomer | None:
        """Whom the invoice of that record was made out to; None once nothing is held of him."""
        found = self._held.get((made.person, made.details))
        if found is None:
            return None
        item, key = found
        self._asked[seq] = item.label, key
        return SealedCustomer(item.label.as_bytes(), item.sealed)

    def keys(self, sha256: str) -> bytes:
        """The file of the keys of all that were asked for, beside the archive of that hash."""
        days = (label.kept_until for label, _ in self._asked.values())
        until = max((day.isoformat() for day in days if day), default="")
        return key_file(sha256, until, {place: key for place, (_, key) in self._asked.items()})
