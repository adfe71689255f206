"""Means of payment, and what each may do."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TenderKind:
    """A means of payment. `name` stands in records, `label` on the display and on paper."""

    name: str
    label: str
    gives_change: bool = False
    opens_drawer: bool = False


CASH = TenderKind("CASH", "ESPECES", gives_change=True, opens_drawer=True)
CARD = TenderKind("CARD", "CARTE")

TENDERS = {kind.name: kind for kind in (CASH, CARD)}
"""The tenders that have a key. A pay-out is in cash."""
