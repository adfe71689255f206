"""Tickets, closures and perpetual totals, counted again."""

from collections import Counter
from typing import Any

from pos_terminal.verifier.in_force import TRAINING, InForce
from pos_terminal.verifier.messages import Bad, Take
from pos_terminal.verifier.papers import Papers
from pos_terminal.verifier.periods import Periods
from pos_terminal.verifier.purges import Purges
from pos_terminal.verifier.returns import Returns
from pos_terminal.verifier.sales import Sales
from pos_terminal.verifier.vouchers import Vouchers


def add(sums: dict[str, int], **parts: int) -> None:
    """Add amounts up by name."""
    for name, amount in parts.items():
        sums[name] = sums.get(name, 0) + amount


def add_parts(sums: dict[str, int], body: dict[str, Any]) -> None:
    """Add the VAT and the tenders of a ticket, or of a closure."""
    for rate in body["vat"]:
        add(sums, **{f"{part} {rate['rate']}": rate[part] for part in ("gross", "net", "vat")})
    for paid in body["tenders"]:
        name, count = paid["tender"], paid.get("count", 1)
        add(sums, **{f"paid {name}": paid["amount"], f"times {name}": count})


def sums_of(lines: list[dict[str, Any]]) -> tuple[Counter[int], int, int]:
    """What lines come to at each rate, what is held without VAT, and the turnover.

    A line of an earlier version lacks what that version did not know: it has none of it.
    """
    rates: Counter[int] = Counter()
    held = turnover = 0
    for line in lines:
        if line["voided"]:
            continue
        ahead = line.get("issues") == "multi" or line.get("deposit") == "arrhes"
        untaxed = ahead or line.get("returnable") or bool(line.get("account"))
        turnover += 0 if untaxed or line.get("order") else line["gross"]
        held += line["gross"] if untaxed else 0
        rates[line["vat"]] += 0 if untaxed else line["gross"]
    return rates, held, turnover


def bought(line: dict[str, Any]) -> bool:
    """Whether the line is an article that somebody came for."""
    aside = ("voided", "voucher", "order", "returnable", "account")
    paid_ahead = line.get("issues") == "multi" or any(line.get(word) for word in aside)
    return line["quantity"] > 0 and not paid_ahead


COUNTED = (
    "tickets", "refunds", "net", "absolute", "cash", "voided", "voided_lines", "abandoned",
    "abandoned_sales", "duplicates", "drawer_openings", "counts",
)  # fmt: skip
"""A closure's sums that records make, beside VAT and means of payment."""


class Books:
    """Counts tickets and totals again, and holds what records say to those before them.

    `before` has the totals and numbers in front of record `first`, None where that is record 1;
    `tickets` is how many tickets are remembered for what comes back of them, 0 for all.
    """

    def __init__(self, before: dict[str, Any] | None, first: int = 1, tickets: int = 0) -> None:
        counts: dict[str, Any] = before["counts"] if before else {"tickets": {}, "sale": 0}
        self.numbers: dict[str, int] = dict(counts["tickets"])
        self.total: dict[str, int] = dict(before["total"]) if before else {"net": 0, "abs": 0}
        self.periods: dict[str, dict[str, int]] = {"day": {}, "month": {}, "year": {}}
        self.partial = set(self.periods) if before else set()  # began before this archive
        self.closed: dict[str, int] = {} if before else dict.fromkeys(self.periods, 0)
        self.tickets = self.closures = 0
        whole = before is None
        self._sales, self._force = Sales(counts["sale"]), InForce(whole=whole)
        self._periods, self.purges = Periods(), Purges(first)
        parts = (
            self._sales, self._force, Returns(self.numbers, tickets),
            Papers(self.numbers, whole=whole), self.purges, Vouchers(whole=whole),
        )  # fmt: skip
        # Its own first: what the others are told of has its number by then.
        self._takes: dict[str, list[Take]] = {
            "sale.closed": [self._ticket],
            "sale.abandoned": [self._abandoned],
            "line.voided": [self._voided],
            "invoice.made": [self._number],
            "receipt.printed": [self._printed],
            "payment.changed": [self._changed],
            "drawer.opened": [lambda *_: self._count(drawer_openings=1)],
            "cash.counted": [lambda *_: self._count(counts=1)],
            "cash.moved": [lambda _, body: self._count(cash=body["amount"])],
            "period.closed": [self._closure],
            "key.replaced": [self._goes_on],
        }
        for part in parts:
            for kind, take in part.takes.items():
                self._takes.setdefault(kind, []).append(take)

    def take(self, seq: int, record: dict[str, Any]) -> None:
        """The next record; Bad where a number, a sum or a total is not right."""
        kind, body = record["kind"], record["body"]
        self._force.take(seq, kind, body)
        self._periods.take(record, self.partial)
        for take in self._takes.get(kind, ()):
            take(seq, body)
        if record["total"] != self.total:
            raise Bad("total", seq=seq)

    def _count(self, **parts: int) -> None:
        add(self.periods["day"], **parts)

    def _voided(self, _: int, body: dict[str, Any]) -> None:
        if not self._force.training:
            self._count(voided=-body["gross"], voided_lines=1)

    def _abandoned(self, _: int, body: dict[str, Any]) -> None:
        if not self._force.training:
            self._count(abandoned=body["total"], abandoned_sales=1)

    def _printed(self, _: int, body: dict[str, Any]) -> None:
        if body["series"] != TRAINING:
            self._count(duplicates=int(body["copy"] > 0 and body["outcome"] != "refused"))

    def _changed(self, _: int, body: dict[str, Any]) -> None:
        """A payment that was changed behind its ticket: the day's means of payment, no total."""
        if body["series"] != TRAINING:
            for name, sign in ((body["from_tender"], -1), (body["to_tender"], 1)):
                sums = {f"paid {name}": sign * body["amount"], f"times {name}": sign}
                add(self.periods["day"], **sums)

    def _goes_on(self, seq: int, body: dict[str, Any]) -> None:
        """Numbers that a lost card may have given are left out; none ever goes back."""
        numbers = {each["series"]: each["number"] for each in body["tickets"]}
        periods = {"day": body["days"], "month": body["months"], "year": body["years"]}
        for mine, said in ((self.numbers, numbers), (self.closed, periods)):
            for name, number in mine.items():
                if said.get(name, 0) < number:
                    raise Bad("number", f"{name}-{number}", seq=seq)
            mine.update(said)
        self._sales.last = body["sale"]

    def _number(self, seq: int, body: dict[str, Any]) -> str:
        """The number of a ticket or an invoice, which must be the next of its series."""
        series, number = body["series"], body["number"]
        name = f"{series}-{number}"
        if number != self.numbers.get(series, 0) + 1:
            raise Bad("number", name, seq=seq)
        self.numbers[series] = number
        return name

    def _ticket(self, seq: int, body: dict[str, Any]) -> None:
        series, total, name = body["series"], body["total"], self._number(seq, body)
        rates, held, turnover = sums_of(body["lines"])
        taxed = {rate["rate"]: rate["gross"] for rate in body["vat"]}
        split = all(rate["net"] + rate["vat"] == rate["gross"] for rate in body["vat"])
        if not split or any(rates[rate] != taxed.get(rate, 0) for rate in {*rates, *taxed}):
            raise Bad("rates", name, seq=seq)
        paid = sum(paid["amount"] for paid in body["tenders"])
        if not sum(rates.values()) + held == total == paid or turnover != body["turnover"]:
            raise Bad("paid", name, seq=seq)
        self.tickets += 1
        if series != TRAINING:
            add(self.total, net=turnover, abs=abs(turnover))
            day = self.periods["day"]
            add(day, tickets=1, refunds=int(turnover < 0), net=turnover, absolute=abs(turnover))
            add(day, baskets=int(any(map(bought, body["lines"]))))
            add_parts(day, body)

    def _closure(self, seq: int, body: dict[str, Any]) -> None:
        name, number, said = body["period"], body["number"], dict[str, int]()
        if self.closed.get(name, number - 1) != number - 1:
            raise Bad("closure", seq=seq)
        self.closed[name], self.closures = number, self.closures + 1
        add(said, **{word: body["totals"][word] for word in COUNTED})
        add_parts(said, body["totals"])
        sums, parts = self.periods[name], body["totals"].get("parts")
        # A version that counted no parts said nothing of baskets.
        add(said, baskets=parts["baskets"] if parts else sums.get("baskets", 0))
        right = all(said.get(part, 0) == sums.get(part, 0) for part in {*said, *sums})
        ever = {"net": body["net_ever"], "abs": body["absolute_ever"]}
        if (ever, body["last"]) != (self.total, seq) or not (right or name in self.partial):
            raise Bad("sums", seq=seq)
        longer = {"day": "month", "month": "year"}.get(name)
        if longer:
            add(self.periods[longer], **said)
        self.periods[name] = {}
        # Not before it is known whether this began in training, in which nothing counts.
        if self._force.training is not None:
            self.partial.discard(name)
