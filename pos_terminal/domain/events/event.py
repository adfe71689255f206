"""What every event is, and the series of the numbers that events give."""

from typing import ClassVar

from msgspec import Struct

SERIES = "T"
"""The series of ordinary tickets; training and others have their own."""


class Event(Struct, frozen=True, kw_only=True):
    """Something that happened and stays. `kind` names it in the journal."""

    kind: ClassVar[str] = ""

INVOICES = "I"
"""The series of invoices, of its own and without a gap; `counts.tickets` has its last number."""

TRAINING_SERIES = "F"
"""Tickets of exercises («formation»): journaled and chained as all others, in no total."""
