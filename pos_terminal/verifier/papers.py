"""Papers: none without its request, and each copy under the next number."""

from typing import Any

from pos_terminal.verifier.messages import Bad, Take

Place = tuple[str, bool]
"""A series, and whether it is of its gift receipts, which count by themselves."""

BLOCK = 1024
"""Tickets whose copies are counted together."""


class Papers:
    """Holds requests and papers of tickets, invoices and closures to each other.

    A ticket takes a byte, whose bits are its copies: one that was refused put nothing into
    anybody's hand, and its number is free again. Bytes come by the thousand, for numbers that were
    given: what a lost card may have given leaves a gap. What has more than eight is in `_many`.
    """

    def __init__(self, numbers: "dict[str, int]", *, whole: bool) -> None:
        self._numbers, self._earlier, self._whole = numbers, dict(numbers), whole
        self._bits: dict[tuple[Place, int], bytearray] = {}
        self._many: dict[tuple[Place, int], int] = {}
        self._invoices: dict[tuple[str, int], int] = {}
        self._closures: dict[tuple[str, int], int] = {}
        self.takes: dict[str, Take] = {
            "receipt.requested": self._requested, "receipt.printed": self._printed,
            "invoice.made": self._invoiced, "period.copied": self._closure,
        }  # fmt: skip

    def _requested(self, seq: int, body: "dict[str, Any]") -> None:
        """A paper is asked for: the number of the copy is the next."""
        place, number, copy = self._place(seq, body), body["number"], body["copy"]
        bits = self._copies(place, number)
        if bits is None:
            return
        following = bits.bit_length()
        invoice = self._invoices.get((place[0], number))
        if invoice and not place[1] and self._copies(("I", False), invoice):
            following = max(following, 1)  # an invoice on paper is the sale's original
        if copy != following:
            raise Bad("copy", f"{place[0]}-{number}", copy, following, seq=seq)
        self._put(place, number, bits | 1 << copy)

    def _printed(self, seq: int, body: "dict[str, Any]") -> None:
        place, number, copy = self._place(seq, body), body["number"], body["copy"]
        bits = self._copies(place, number)
        if bits is None:
            return
        # Nothing is shifted by what a record says alone: it may be any number.
        asked = copy < bits.bit_length() and bits >> copy & 1
        if body["outcome"] != "refused" and not asked:
            raise Bad("unasked", f"{place[0]}-{number}", copy, seq=seq)
        if body["outcome"] == "refused" and asked:
            self._put(place, number, bits & ~(1 << copy))

    def _invoiced(self, _: int, body: "dict[str, Any]") -> None:
        several = [(each["series"], each["number"]) for each in body.get("tickets", ())]
        for place in several or [(body["ticket_series"], body["ticket_number"])]:
            self._invoices[place] = body["number"]

    def _closure(self, seq: int, body: "dict[str, Any]") -> None:
        place, copy = (body["period"], body["number"]), body["copy"]
        following = self._closures.get(place, 0 if self._whole else copy - 1) + 1
        if copy != following:
            raise Bad("copy", "Z {} {}".format(*place), copy, following, seq=seq)
        self._closures[place] = copy

    def _place(self, seq: int, body: "dict[str, Any]") -> Place:
        series, number = body["series"], body["number"]
        if not 1 <= number <= self._numbers.get(series, 0):
            raise Bad("no paper", f"{series}-{number}", seq=seq)
        return series, body.get("form") == "gift"

    def _copies(self, place: Place, number: int) -> "int | None":
        """The copies that there are of it; None where it is of before these records."""
        if number <= self._earlier.get(place[0], 0):
            return None
        bits = self._bits.get((place, number // BLOCK))
        return self._many.get((place, number), bits[number % BLOCK] if bits else 0)

    def _put(self, place: Place, number: int, copies: int) -> None:
        bits = self._bits.setdefault((place, number // BLOCK), bytearray(BLOCK))
        bits[number % BLOCK] = copies & 255
        if copies > 255 or (place, number) in self._many:
            self._many[place, number] = copies
