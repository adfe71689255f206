"""What tickets sold, and what came back of them: never more than was paid for it."""

from array import array
from typing import Any

from pos_terminal.verifier.in_force import TRAINING
from pos_terminal.verifier.messages import Bad, Take

ASIDE = ("voucher", "order", "account", "issues")
"""A line that has one of these is no goods that may come back."""

Sold = tuple[int, int, int, int]
"""A line of a ticket: its number, which article, the quantity, the cents."""


class Shelf:
    """The lines of a series' tickets in a row, packed: some forty bytes of memory a ticket.

    `first` is the number before the first ticket here. With a `most`, so many tickets at least are
    remembered, and less than twice as many.
    """

    def __init__(self, first: int, most: int) -> None:
        self.first, self._most = first, most
        self._text, self._ends, self._dropped = bytearray(), array("Q"), 0

    @property
    def next(self) -> int:
        """The number of the ticket that goes here next."""
        return self.first + len(self._ends) + 1

    def put(self, lines: "list[Sold]") -> None:
        """Keep what the next ticket sold."""
        self._text += b";".join(b"%d,%d,%d,%d" % line for line in lines)
        self._ends.append(self._dropped + len(self._text))
        if self._most and len(self._ends) >= 2 * self._most:
            end = self._ends[self._most - 1]
            del self._text[: end - self._dropped], self._ends[: self._most]
            self._dropped, self.first = end, self.first + self._most

    def lines(self, number: int) -> "list[list[int]] | None":
        """What it sold, nothing where there is no such ticket; None where it is of before."""
        at = number - self.first - 1
        if number > 0 > at:
            return None
        if not 0 <= at < len(self._ends):
            return []
        begin = self._ends[at - 1] if at else self._dropped
        text = self._text[begin - self._dropped : self._ends[at] - self._dropped]
        return [[int(each) for each in line.split(b",")] for line in text.split(b";") if line]


class Returns:
    """Holds what comes back to what its ticket sold, article by article, in pieces and in cents.

    `most`: so many tickets are remembered, 0 for all; what comes back of another is not held.
    """

    def __init__(self, earlier: "dict[str, int]", most: int) -> None:
        self._earlier, self._most = dict(earlier), most
        self._shelves: dict[str, list[Shelf]] = {}
        self._articles: dict[str, int] = {}
        self._back: dict[tuple[str, int], dict[int, tuple[int, int]]] = {}
        self.takes: dict[str, Take] = {"refund.opened": self._opened, "sale.closed": self._ticket}

    def _opened(self, seq: int, body: "dict[str, Any]") -> None:
        """A refund begins: it says what had come back of its ticket before."""
        place = body["series"], body["number"]
        before = sum(cents for _, cents in self._back.get(place, {}).values())
        if self._sold(seq, place) is not None and body["before"] != before:
            raise Bad("before", "{}-{}".format(*place), seq=seq)

    def _ticket(self, seq: int, body: "dict[str, Any]") -> None:
        """What it takes back, and what may come back of it."""
        if body["series"] == TRAINING:
            return
        lines = []
        for line in body["lines"]:
            if line["voided"] or any(line.get(word) for word in ASIDE):
                continue
            if line.get("of"):
                self._take_back(seq, line)
            else:
                article = self._articles.setdefault(line["plu"], len(self._articles))
                lines.append((line["line"], article, line["quantity"], line["gross"]))
        self._keep(body["series"], body["number"], lines)

    def _take_back(self, seq: int, line: "dict[str, Any]") -> None:
        of, article = line["of"], self._articles.get(line["plu"], -1)
        place = of["series"], of["number"]
        sold = self._sold(seq, place)
        if sold is None:
            return
        alike = [each for each in sold if each[1] == article]
        if line["quantity"] >= 0 or of["line"] not in (each[0] for each in alike if each[2] > 0):
            raise Bad("never sold", "{}-{}".format(*place), seq=seq)
        ticket = self._back.setdefault(place, {})
        pieces, cents = ticket.get(article, (0, 0))
        ticket[article] = pieces, cents = pieces - line["quantity"], cents - line["gross"]
        # What came back in the same sale, without naming a ticket, is among them as a minus.
        most, paid = sum(each[2] for each in alike), sum(each[3] for each in alike)
        if pieces > max(most, 0) or cents > max(paid, 0):
            raise Bad("too much", "{}-{}".format(*place), seq=seq)

    def _sold(self, seq: int, place: "tuple[str, int]") -> "list[list[int]] | None":
        """What a ticket sold; None where it is of before these records."""
        series, number = place
        shelves = self._row(series)
        shelf = next((each for each in reversed(shelves) if each.first < number), shelves[0])
        lines = shelf.lines(number)
        if lines == []:
            raise Bad("never sold", f"{series}-{number}", seq=seq)
        return lines

    def _keep(self, series: str, number: int, lines: "list[Sold]") -> None:
        shelves = self._row(series)
        # Numbers that a lost card may have given are of nothing that can come back.
        if shelves[-1].next != number:
            shelves.append(Shelf(number - 1, self._most))
        shelves[-1].put(lines)

    def _row(self, series: str) -> "list[Shelf]":
        if series not in self._shelves:
            self._shelves[series] = [Shelf(self._earlier.get(series, 0), self._most)]
        return self._shelves[series]
