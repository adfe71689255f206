"""What the clerk sees on the customer display, and how long to look for it.

Screens are read as a person reads them, token by token, not by the code that made them: what
the customer sees is checked from the display's own bytes.
"""

import asyncio
import re
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from pos_terminal.domain.keyboard.keys import Function, Key
from pos_terminal.domain.notation import euros, thousandths
from pos_terminal.domain.quantity import ONE, Unit
from pos_terminal.domain.screen import WIDTH, Screen
from pos_terminal.replay.keystrokes import before
from pos_terminal.replay.plan import Planned

PATIENCE = 120.0
"""Seconds after which what was waited for will not come: the slowest SD card syncs in a few."""

_ERROR = re.compile(r"([A-Z]-\d{3}) +TAPER C *")
# Printer, display and drawer; settings, catalogue and plugins: no answer to what was keyed.
_TROUBLE = re.compile(r"[PDT]-|C-10[123]")
_OUT_OF_ORDER = re.compile(r"J-")


class ReplayStopped(Exception):
    """The terminal did what no terminal should, or stopped selling; the text says which."""


@dataclass(frozen=True, slots=True)
class ShownError:
    """An error on the display: its code and its words."""

    code: str
    text: str

    def __str__(self) -> str:
        return f"{self.code} {self.text}"

    @property
    def is_trouble(self) -> bool:
        """Whether it is news of something else than what was keyed, such as the printer."""
        return bool(_TROUBLE.match(self.code))


def error_on(screen: Screen) -> ShownError | None:
    """The error that the screen shows, if it shows one."""
    match = _ERROR.fullmatch(screen.line2)
    return ShownError(match[1], screen.line1.strip()) if match else None


def shows_line(screen: Screen, plan: Planned) -> bool:
    """Whether the screen shows this line: its name, quantity, unit price and amount."""
    if plan.asks:
        return shows_question(screen, plan.asks)
    price, gross = euros(plan.price.cents), euros(plan.gross)
    if plan.digit or plan.follows:
        return shows_option(screen, plan.item.name, gross)
    split = "" if plan.price.per == ONE else f"/{thousandths(plan.price.per)}"
    if plan.item.unit is Unit.KG:
        weight = f"{thousandths(plan.row.quantity, places=3)}kg"
        name, _, amount = screen.line2.rpartition(" ")
        prices = {f"{weight} x {price}{per}"[:WIDTH].ljust(WIDTH) for per in ("", split)}
        figures = screen.line1 in prices and amount == gross
    else:
        name, _, count = screen.line1.rpartition(" ")
        figures = count == f"x{thousandths(plan.row.quantity)}"
        figures = figures and screen.line2.split() in ([price, gross], [price + split, gross])
    return figures and _is_start_of(name.strip(), plan.item.name)


def shows_question(screen: Screen, group: str) -> bool:
    """Whether the screen asks for a choice of this group."""
    shown, _, numbers = screen.line1.strip().rpartition("? ")
    return numbers.startswith("1-") and _is_start_of(shown, group)


def shows_option(screen: Screen, name: str, gross: str) -> bool:
    """Whether the screen shows this option and its amount."""
    shown = screen.line1.strip()
    return (
        shown.startswith("+ ")
        and screen.line2.strip() == gross
        and _is_start_of(shown[2:].strip(), name)
    )


def shows_prefix(screen: Screen, plan: Planned) -> bool:
    """Whether the screen shows the return and the quantity that wait for an article."""
    wanted = ["RETOUR"] if plan.row.quantity < 0 else []
    if Key(Function.TIMES) in before(plan):
        wanted += [thousandths(abs(plan.row.quantity)), "x"]
    return screen.line1.split() == wanted and not screen.line2.strip()


def shows_paid(screen: Screen, total: int) -> bool:
    """Whether the screen says that the sale is closed with this total, in cents."""
    word = "RENDU" if total < 0 else "TOTAL"
    return screen.line1.split() == [word, euros(abs(total))]


def _is_start_of(shown: str, name: str) -> bool:
    """The name as a display shows it: cut, a letter that it lacks replaced by a look-alike."""
    alike = zip(_plain(shown), _plain(name), strict=False)
    return 0 < len(shown) <= len(name) and all(a == b or not b.isascii() for a, b in alike)


def _plain(text: str) -> list[str]:
    return [unicodedata.normalize("NFD", character)[0] for character in text]


class DisplayReader:
    """Looks at the display's far end, and waits for what is to come."""

    def __init__(self) -> None:
        self.screen = Screen()
        self.frames = 0
        self.seen_at: float | None = None
        self._wanted: Callable[[Screen], bool] = lambda _: False
        self._news = asyncio.Event()

    def on_screen(self, screen: Screen) -> None:
        """Take in a screen that has just arrived."""
        self.screen = screen
        self.frames += 1
        if self.seen_at is None and self._wanted(screen):
            self.seen_at = time.monotonic()
        self._news.set()

    def wake(self) -> None:
        """Look again: something else has changed that somebody may wait for."""
        self._news.set()

    def look_for(self, wanted: Callable[[Screen], bool]) -> None:
        """From now on note when such a screen arrives, in `seen_at`."""
        self._wanted, self.seen_at = wanted, None

    @property
    def error(self) -> ShownError | None:
        """The error on the display now."""
        return error_on(self.screen)

    async def until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait until it holds. ReplayStopped, with `what` was waited for, when it never does."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not holds():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            lines = f"«{self.screen.line1}» «{self.screen.line2}»"
            raise ReplayStopped(f"{what} did not come; the display shows {lines}") from None

    async def frame_after(self, frames: int, what: str) -> None:
        """Wait until more than so many frames have come."""
        await self.until(lambda: self.frames > frames, what)

    def must_be_selling(self) -> None:
        """ReplayStopped when the display says that the till is out of order."""
        error = self.error
        if error and _OUT_OF_ORDER.match(error.code):
            raise ReplayStopped(str(error))
