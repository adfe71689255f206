"""A paper's blocks as text on a screen, as wide as a phone shows: laid out as a printer's."""

from collections.abc import Iterable

from pos_terminal.devices.paper_layout import Line, lay_out
from pos_terminal.domain.markup import Markup, tag
from pos_terminal.domain.receipt import Block, Receipt

WIDTH = 40
"""Columns."""


def drawn(blocks: Iterable[Block]) -> Markup:
    """They, on paper."""
    return tag("pre", text(blocks), class_="paper", tabindex="0")


def text(blocks: Iterable[Block]) -> str:
    """Their lines; codes and pictures are left out."""
    items = lay_out(Receipt("", tuple(blocks)), WIDTH, "utf-8")
    return "\n".join(each.text for each in items if isinstance(each, Line))
