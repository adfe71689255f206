"""To whom an archive's invoices were made out: sealed as the till keeps it, each by its own key.

What the law obliges to keep for ten years is so in the archive too, and readable by whoever has the
keys, which are in no archive. Once they are over and the keys destroyed, no copy can be read.
"""

from collections.abc import Callable

from msgspec import Struct

from pos_terminal.archive.evidence import as_line, as_page
from pos_terminal.domain.events.paper import InvoiceMade
from pos_terminal.journal.record import Record

FILE = "customers.jsonl"

FORMAT, VERSION = "pos-terminal-customers", 1


class SealedCustomer(Struct, frozen=True):
    """What the personal store has of one: the label that is bound to the seal, and the seal."""

    label: bytes
    sealed: bytes


Customers = Callable[[int, InvoiceMade], SealedCustomer | None]
"""Of whom the invoice of that record was made out to; None once nothing is held of him any more."""


def nobody(seq: int, made: InvoiceMade) -> None:
    """Where no personal store is: nothing is held of anybody."""


def line(record: Record, find: Customers) -> str:
    """What a record has in the file: a line for an invoice, nothing for any other."""
    made = record.event
    if not isinstance(made, InvoiceMade):
        return ""
    found = find(record.seq, made)
    label, sealed = (found.label.decode(), found.sealed.hex()) if found else ("", "")
    said = {"seq": record.seq, "person": made.person, "details": made.details}
    return as_line({**said, "label": label, "sealed": sealed})


def key_file(sha256: str, until: str, keys: dict[int, bytes]) -> bytes:
    """The file of keys beside an archive: by record, the key of whom its invoice was made out to.

    `until` is the last day of the last of the ten years: then it has to be destroyed.
    """
    opened = {str(seq): key.hex() for seq, key in keys.items()}
    head = {"format": FORMAT, "v": VERSION, "archive": sha256, "until": until}
    return as_page({**head, "keys": opened})
