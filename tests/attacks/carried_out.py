"""All attacks, in the table's order."""

from tests.attacks import (
    on_archives,
    on_damage,
    on_dates,
    on_going_on,
    on_keys,
    on_ledgers,
    on_opened_files,
    on_periods,
    on_records,
    on_rights,
    on_signed_lies,
    on_the_guarded_path,
    on_witnesses,
)
from tests.attacks.attack import ATTACKS, Attack

MODULES = (
    on_keys,
    on_the_guarded_path,
    on_archives,
    on_going_on,
    on_damage,
    on_ledgers,
    on_records,
    on_rights,
    on_signed_lies,
    on_opened_files,
    on_periods,
    on_witnesses,
    on_dates,
)
"""Importing them fills the table."""


def attacks() -> list[Attack]:
    """Every row."""
    return ATTACKS
