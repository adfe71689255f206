"""A receipt as a device-independent document: blocks from top to bottom, laid out when printed."""

from dataclasses import dataclass
from enum import Enum


class Align(Enum):
    """Where a text block stands on the line."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; the printer wraps it at its own width."""

    text: str
    align: Align = Align.LEFT
    bold: bool = False
    tall: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One line: a text at the left, which wraps, and a figure at the right, which is never cut."""

    left: str
    right: str
    bold: bool = False
    tall: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the paper."""


@dataclass(frozen=True, slots=True)
class Logo:
    """The shop's logo, stored with the printer's settings; nothing where there is none."""


@dataclass(frozen=True, slots=True)
class Barcode:
    """A Code 128 barcode with its text below; `data` is printable ASCII."""

    data: str


@dataclass(frozen=True, slots=True)
class Qr:
    """A QR code of this text."""

    data: str


Block = Text | Row | Rule | Logo | Barcode | Qr


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is printed and then cut off. `title` names it in logs («ticket 2-000123»)."""

    title: str
    blocks: tuple[Block, ...]
