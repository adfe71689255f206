"""The configuration table of a Star printer: see docs/drivers/star.md."""

from collections.abc import Iterator
from typing import Literal

from pos_driver_star.picture import LogoError, read_logo
from pos_terminal.devices.settings import within
from pos_terminal.links.printer_settings import PrinterSettings

CODE_PAGES = {"cp1252": 32, "cp858": 4, "cp437": 1}
"""The n of ESC GS t by Python's codec («Character code table», Star Line Mode specification)."""

DOTS = 12
"""From one character of the 12 x 24 font to the next."""


class StarSettings(PrinterSettings, frozen=True, kw_only=True):
    """What it is, beside where it is. Times in seconds."""

    language: Literal["starprnt", "star-line"] = "starprnt"
    """How it draws pictures: mC-Print, mPOP, TSP100IV by StarPRNT; TSP650II, TSP700II, TSP800II in
    Star Line Mode."""
    paper: Literal[58, 80] = 80
    """Millimetres."""
    encoding: Literal["cp1252", "cp858", "cp437"] = "cp1252"
    cut: Literal["partial", "full", "none"] = "partial"
    logo: str = ""
    """A picture's path, at most as wide as what is printed: 576 dots on 80 mm, 384 on 58."""
    pulse_on: float = 0.2
    pulse_off: float = 0.2

    def __post_init__(self) -> None:
        self.check()
        within(self, pulse_on=(0.01, 1.27), pulse_off=(0.01, 1.27))

    @property
    def columns(self) -> int:
        """Characters across the paper."""
        return self.dots // DOTS

    @property
    def dots(self) -> int:
        """Dots across what is printed, at 203 to the inch."""
        return 576 if self.paper == 80 else 384

    def problems(self) -> Iterator[tuple[str, str]]:
        """See `Checked.problems`: a logo that cannot be printed."""
        if self.logo:
            try:
                read_logo(self.logo, self.dots)
            except LogoError as error:
                yield "logo", str(error)
