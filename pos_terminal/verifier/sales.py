"""Open sales: a ticket says what was sold and paid by the records before it, and nothing else."""

from typing import Any

from pos_terminal.verifier.messages import Bad, Take

SOLD = ("plu", "name", "quantity", "price", "per")
"""What a line of a ticket repeats of the record that sold it."""


class Sale:
    """One that is open: its lines by number, those taken back, its means of payment."""

    def __init__(self) -> None:
        self.lines: dict[int, dict[str, Any]] = {}
        self.voided: set[int] = set()
        self.paid: list[tuple[Any, ...]] = []

    def says(self, line: "dict[str, Any]") -> bool:
        """Whether it sold what that line of its ticket says."""
        number, voided = line["line"], line["voided"]
        plus = self.lines.get(number)
        if not plus or voided != (number in self.voided):
            return False
        # One that was taken back stands as it was sold: what is taken off it went with it.
        cents = line["gross"] + (0 if voided else line.get("discount", 0))
        return cents == plus["gross"] and all(line[word] == plus[word] for word in SOLD)


class Sales:
    """Holds each ticket to the records of its sale; `earlier` sales may have begun before these."""

    def __init__(self, earlier: int) -> None:
        self.last = self._earlier = earlier
        self._open: dict[int, Sale] = {}
        self.takes: dict[str, Take] = {
            "sale.opened": self._begin, "line.sold": self._sold, "line.voided": self._void,
            "tender.taken": self._pay, "tender.returned": self._give_back,
            "sale.closed": self._end, "sale.abandoned": self._end,
        }  # fmt: skip

    def _begin(self, seq: int, body: "dict[str, Any]") -> None:
        if body["sale"] != self.last + 1:
            raise Bad("sale", body["sale"], seq=seq)
        self.last += 1
        self._open[self.last] = Sale()

    def _at(self, seq: int, body: "dict[str, Any]") -> "Sale | None":
        """The sale that a record is of; None for one that was opened before these records."""
        found = self._open.get(body["sale"])
        if not found and body["sale"] > self._earlier:
            raise Bad("sale", body["sale"], seq=seq)
        return found

    def _sold(self, seq: int, body: "dict[str, Any]") -> None:
        sale = self._at(seq, body)
        if sale:
            sale.lines[body["line"]] = body

    def _void(self, seq: int, body: "dict[str, Any]") -> None:
        sale, line = self._at(seq, body), body["line"]
        if not sale:
            return
        plus = sale.lines.get(line)
        if not plus or line in sale.voided or body["quantity"] != -plus["quantity"]:
            raise Bad("sold", body["sale"], seq=seq)
        sale.voided.add(line)

    def _pay(self, seq: int, body: "dict[str, Any]") -> None:
        sale = self._at(seq, body)
        if sale:
            sale.paid.append(means(body))

    def _give_back(self, seq: int, body: "dict[str, Any]") -> None:
        sale = self._at(seq, body)
        name, *sums = means(body)
        if sale and (not sale.paid or sale.paid.pop() != (name, *(-each for each in sums))):
            raise Bad("sold", body["sale"], seq=seq)

    def _end(self, seq: int, body: "dict[str, Any]") -> None:
        sale, lines = self._at(seq, body), body["lines"]
        if not sale:
            return
        del self._open[body["sale"]]
        same = len(lines) == len(sale.lines) and all(map(sale.says, lines))
        if not same or sale.paid != [means(each) for each in body.get("tenders", ())]:
            raise Bad("sold", body["sale"], seq=seq)


def means(body: "dict[str, Any]") -> "tuple[Any, ...]":
    """A payment's name and sums."""
    return body["tender"], body["amount"], body["given"], body["change"]
