"""A progress bar on standard error, where somebody watches: tickets done, rate, time left."""

import sys
import time

from pos_terminal.replay.observer import Observer

WIDTH = 30
EVERY = 0.2
"""Seconds between two looks of the bar."""


class Bar(Observer):
    """Draws itself over and over on one line; only its warnings where nobody watches."""

    def __init__(self) -> None:
        self._watched = sys.stderr.isatty()
        self._total = self._done = self._before = 0
        self._began = self._drawn = time.monotonic()

    def on_begin(self, tickets: int, sold: int) -> None:
        """Draw the first bar."""
        self._total, self._done, self._before = tickets, sold, sold
        self._began = time.monotonic()
        self._draw()

    def on_ticket(self) -> None:
        """One more."""
        self._done += 1
        if self._done == self._total or time.monotonic() - self._drawn >= EVERY:
            self._draw()

    def warn(self, text: str) -> None:
        """On a line of its own, above the bar."""
        clear = "\r\x1b[K" if self._watched else ""
        print(f"{clear}{text}", file=sys.stderr, flush=True)

    def close(self) -> None:
        """Leave the bar as it stands."""
        if self._watched and self._total:
            self._draw()
            print(file=sys.stderr)

    def _draw(self) -> None:
        if not self._watched or not self._total:
            return
        self._drawn = time.monotonic()
        filled = WIDTH * self._done // self._total
        rate = (self._done - self._before) / max(self._drawn - self._began, 0.001)
        left = f", {_clock((self._total - self._done) / rate)} left" if rate else ""
        bar = "#" * filled + "." * (WIDTH - filled)
        print(
            f"\r[{bar}] {self._done} of {self._total} tickets, {rate:.0f}/s{left}\x1b[K",
            end="",
            file=sys.stderr,
            flush=True,
        )


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
