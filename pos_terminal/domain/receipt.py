"""A receipt as a device-independent document: blocks from top to bottom, laid out when printed."""

from enum import StrEnum

from msgspec import Struct


class Align(StrEnum):
    """Where a text block stands on the line."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


class Text(Struct, frozen=True, tag=True):
    """A paragraph; the printer wraps it at its own width."""

    text: str
    align: Align = Align.LEFT
    bold: bool = False
    tall: bool = False


class Row(Struct, frozen=True, tag=True):
    """One line: a text at the left, which wraps, and a figure at the right, which is never cut."""

    left: str
    right: str
    bold: bool = False
    tall: bool = False


class Rule(Struct, frozen=True, tag=True):
    """A line across the paper."""


class Logo(Struct, frozen=True, tag=True):
    """The shop's logo, stored with the printer's settings; nothing where there is none."""


class Barcode(Struct, frozen=True, tag=True):
    """A Code 128 barcode with its text below; `data` is printable ASCII."""

    data: str


class Ean(Struct, frozen=True, tag=True):
    """An EAN-13 or EAN-8 barcode with its digits below, for goods; the check digit is right."""

    data: str


class Qr(Struct, frozen=True, tag=True):
    """A QR code of this text."""

    data: str


Block = Text | Row | Rule | Logo | Barcode | Ean | Qr


class PrinterRole(StrEnum):
    """What a printer is there for; what has no printer of its own comes out with the receipts.

    `report` is what the shop reads (X, Z, counts, lists, notices), `kitchen` what is to be made,
    `label` what goes on shelves and boxes, `invoice` invoices and credit notes.
    """

    RECEIPT = "receipt"
    REPORT = "report"
    KITCHEN = "kitchen"
    LABEL = "label"
    INVOICE = "invoice"


class Receipt(Struct, frozen=True):
    """What is printed and then cut off. `title` names it in logs («ticket 2-000123»)."""

    title: str
    blocks: tuple[Block, ...]


class Listing(Struct, frozen=True):
    """A list as blocks; the shop's name and the time come with the paper."""

    title: str
    blocks: tuple[Block, ...]
