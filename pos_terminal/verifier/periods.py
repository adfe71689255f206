"""Months and years: each is closed once, or again because somebody decided it."""

from datetime import datetime, timedelta
from typing import Any

from pos_terminal.verifier.messages import Bad


class Periods:
    """Follows what is closed, when, and at whose command."""

    def __init__(self) -> None:
        self._asked, self._opened, self._closed = "", dict[str, str](), dict[str, bool]()
        self._earliest = dict.fromkeys(("day", "month", "year"), "9")

    def take(self, record: "dict[str, Any]", partial: "set[str]") -> None:
        """Any record; Bad where it closes what it may not. `partial` began before these records."""
        if record["kind"] == "command.given":
            self._asked = record["body"]["command"]
        for period, day in self._earliest.items():
            self._earliest[period] = min(day, record["at"][:10])
        if record["kind"] == "period.closed":
            self._closure(record["seq"], record["at"], record["body"], partial)

    def _closure(self, seq: int, at: str, body: "dict[str, Any]", partial: "set[str]") -> None:
        name, label, begins = body["period"], body["label"], body.get("year_begins", 1)
        opened, earliest = self._opened.pop(name, label), self._earliest[name]
        self._earliest[name] = at[:10]
        if name != "year":
            self._opened.setdefault("month" if name == "day" else "year", opened)
        if name == "day" or name in partial:
            return
        # Over even in the farthest east, or it was decided: its own days may close it anew, or days
        # of a clock that went back.
        utc = datetime.fromisoformat(at) - (datetime.fromisoformat(at).utcoffset() or timedelta())
        over = called(name, (utc + timedelta(hours=14)).isoformat(), begins) > label
        right = over or self._asked.startswith(f"close {name}, avant sa fin : ")
        before = self._closed.get(label)
        anew = before is None or (before and called(name, earliest, begins) <= label)
        if not anew or label != called(name, opened, begins):
            raise Bad("again", label, seq=seq)
        self._closed[label], self._asked = right, ""


def called(name: str, day: str, begins: int) -> str:
    """What a month is called, or a fiscal year that begins with that month, by a day in it."""
    return day[:7] if name == "month" else f"{int(day[:4]) - (int(day[5:7]) < begins):04d}"
