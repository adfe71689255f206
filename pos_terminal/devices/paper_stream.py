"""A receipt as the bytes of a printer that takes texts and pictures in one stream. Pure."""

from collections.abc import Callable, Iterator
from typing import Protocol

from pos_terminal.devices.paper_layout import Line, lay_out
from pos_terminal.devices.paper_text import representable, to_bytes, wrap
from pos_terminal.domain.receipt import Align, Barcode, Ean, Logo, Qr, Receipt

Drawn = Logo | Barcode | Ean | Qr
"""What is no text."""


class Commands(Protocol):
    """The printer's language, as far as it is needed between texts."""

    def style(self, *, bold: bool, tall: bool) -> bytes:
        """How what follows looks."""

    def align(self, to: Align) -> bytes:
        """Where what follows stands; given at the start of a line."""


def body_of(
    receipt: Receipt, columns: int, codec: str, commands: Commands, draw: Callable[[Drawn], bytes]
) -> Iterator[bytes]:
    """The receipt in parts, none of which may be parted any further: a line, a picture.

    `draw` gives nothing for what this printer cannot draw: a code stands there as text then.
    """
    now = (False, False)
    for item in _items(receipt, columns, codec, draw):
        if isinstance(item, bytes):
            # Pictures alone are aligned by the printer: texts are, by blanks, as wide as we know it
            # to be.
            yield commands.align(Align.CENTRE) + item + commands.align(Align.LEFT)
            continue
        style = b""
        # Only where it changes: on a slow line every byte is time.
        if now != (item.bold, item.tall):
            now = (item.bold, item.tall)
            style = commands.style(bold=item.bold, tall=item.tall)
        yield style + to_bytes(item.text, codec) + b"\n"


def _items(
    receipt: Receipt, columns: int, codec: str, draw: Callable[[Drawn], bytes]
) -> Iterator[Line | bytes]:
    for item in lay_out(receipt, columns, codec):
        if isinstance(item, Line):
            yield item
        elif drawn := draw(item):
            yield drawn
        elif not isinstance(item, Logo):
            for line in wrap(representable(item.data, codec), columns):
                yield Line(line)
