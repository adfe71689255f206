"""The configuration table of a printer: see docs/drivers/escpos.md."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Literal

from pos_driver_escpos.profile import CHILD, LOADING_TIME, from_json
from pos_terminal.domain.language import say
from pos_terminal.links.printer_settings import PrinterSettings

UNPACED = 1024
"""Bytes that any printer's buffer holds: those of Epson's language have 4 KB (TM-T20II Technical
Reference Guide, «Receive buffer»), unless a switch is set to 45 bytes, where nothing helps."""


class EscposSettings(PrinterSettings, frozen=True, kw_only=True):
    """What it is, beside where it is. Times in seconds."""

    shared: bool = False
    """Of a printer on the network that other tills use too: connected for each receipt, and let go
    behind it. Most printers talk with one program at a time."""
    profile: str = "TM-T20II"
    """The model's name in python-escpos."""
    columns: int | None = None
    """Characters per line in font A, where the profile is wrong."""
    code_page: int | None = None
    """The n of ESC t for `encoding`, where the profile is wrong."""
    encoding: Literal["cp1252", "cp858", "iso8859-15", "cp850", "cp437"] | None = None
    cancel_kanji: bool = False
    """For printers that start in two-byte (Chinese) mode and spoil accents."""
    logo: str = ""
    """A picture's path, at most as wide as the paper: 576 dots on 80 mm."""
    profile_wait: float = 2.0
    """How long the first receipt waits for the profile."""

    acknowledge: Literal["gs-r", "none"] = "gs-r"
    """«none» for printers that never answer GS r: what a return of `print` then means is less."""

    pulse_on: float = 0.1
    pulse_off: float = 0.1
    pulse: Literal["in-order", "at-once"] = "in-order"
    """«at-once» opens the drawer also while the paper is out, on printers that know DLE DC4."""

    @property
    def most_at_once(self) -> int | None:
        """Bytes that may be sent before the printer has worked through those before.

        None where it can say itself that it takes no more; on a serial line without flow control
        it cannot, and what is sent into a full buffer is gone without a trace.
        """
        return UNPACED if self.serial is not None and self.serial.flow == "none" else None

    def problems(self) -> Iterator[tuple[str, str]]:
        """See `Checked.problems`: a model that nobody knows, a logo that cannot be printed."""
        command = (sys.executable, "-m", CHILD, self.profile, self.logo, str(self.columns or ""))
        try:
            done = subprocess.run(
                command, capture_output=True, encoding="utf-8", errors="replace", check=False,
                timeout=LOADING_TIME,
            )
        except subprocess.TimeoutExpired:  # a box at its limit: nothing is known of either
            yield "profile", f"no answer within {LOADING_TIME} s"
            return
        if done.returncode:
            yield "profile", done.stderr.strip()
            return
        for problem in from_json(done.stdout.encode()).problems:
            yield "logo" if problem.startswith("logo ") else "profile", problem

    def __post_init__(self) -> None:
        self.check()
        if self.shared and not self.host:
            raise ValueError(say("shared : pour une imprimante qui a un host"))
        if self.columns is not None and self.columns < 16:
            raise ValueError(say("columns : 16 au moins"))
