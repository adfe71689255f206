"""Purges: whole closed days, once an archive holds them, with what is carried on from them."""

from typing import Any

from pos_terminal.verifier.messages import Bad, Take


class Purges:
    """Holds archives and purges to what they say is there; `first` is the first record here."""

    def __init__(self, first: int) -> None:
        self._first, self._carried, self._last = first, 0, 0
        self._days, self._years = set[int](), set[str]()
        self.archives: dict[str, tuple[int, int]] = {}
        self.takes: dict[str, Take] = {
            "period.closed": self._closed, "archive.made": self._archived,
            "balances.opened": self._carry, "archive.purged": self._purged,
        }  # fmt: skip

    def _closed(self, seq: int, body: "dict[str, Any]") -> None:
        if body["period"] == "day":
            self._days.add(seq)
        elif body["period"] == "year":
            self._years.add(body["label"])

    def _archived(self, seq: int, body: "dict[str, Any]") -> None:
        first, last = body["first"], body["last"]
        # A year that was closed before these records may be in an archive that is made now.
        unknown = set(body.get("years", ())) - self._years if self._first == 1 else ()
        if not 0 < first <= last < seq or unknown:
            raise Bad("archive", first, last, seq=seq)
        self.archives[body["sha256"]] = first, last

    def _carry(self, _: int, body: "dict[str, Any]") -> None:
        self._carried = body["through"]

    def _purged(self, seq: int, body: "dict[str, Any]") -> None:
        last, copies, sha256 = body["last"], body["copies"], body["sha256"]
        if last < self._first:
            return  # it took what is not here
        first, until = self.archives.get(sha256, (seq, 0))
        held = first <= max(self._last + 1, self._first) and last <= until
        right = held and sha256 in copies and len(copies) > 1
        if not right or last not in self._days or self._carried != last or last <= self._last:
            raise Bad("purge", last, seq=seq)
        self._last, self._days = last, {day for day in self._days if day > last}
