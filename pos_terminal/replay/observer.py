"""Whoever looks on while tickets are sold: a progress bar, a live view, or nobody."""

from pos_terminal.domain.screen import Screen
from pos_terminal.journal.record import Record


class Observer:
    """Hears of everything as it happens. This one does not care."""

    def on_begin(self, tickets: int, sold: int) -> None:
        """So many tickets are in the file, and so many of them were sold by earlier runs."""

    def on_ticket(self) -> None:
        """One more ticket of the file is done."""

    def on_keys(self, what: str) -> None:
        """The clerk keys or scans this."""

    def on_screen(self, screen: Screen) -> None:
        """The customer display shows this."""

    def on_print(self, event: object) -> None:
        """The printer's far end printed a line, cut a paper or pulsed the drawer (far_ends.py)."""

    def on_record(self, record: Record) -> None:
        """A record has become durable."""

    def warn(self, text: str) -> None:
        """Something that a person has to know of."""

    async def pause(self) -> None:
        """Called between a clerk's actions: waits for as long as people need to look on."""
