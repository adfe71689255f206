"""What a shop decides about its display: `[display]` in the configuration."""

from msgspec import Struct


class DisplayRules(Struct, frozen=True):
    """`running_total` shows with each article what the sale comes to so far."""

    running_total: bool = False


ORDINARY_DISPLAY = DisplayRules()
"""A till that was told nothing else."""
