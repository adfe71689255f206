"""A terminal that speaks Caisse-AP over IP."""

import base64
import re

from pos_driver_sim.card.machine import Act, Deal, Machine
from pos_terminal.domain.authorisation import Scheme, Service

MANDATORY = ("CZ", "CJ", "CA", "CB", "CD", "CE")
SERVICES = {"0": Service.PURCHASE, "1": Service.REFUND, "2": Service.REVERSAL}
REASONS = {Act.REFUSE: "04", Act.ABANDON: "11", Act.NOBODY: "08", Act.BUSY: "06"}
APPLICATIONS = {
    Scheme.CB: ("001", "00B"), Scheme.AMEX: ("002", "00D"), Scheme.CONECS: ("00E", "10E"),
}  # fmt: skip
"""By scheme: with contact, and without."""

PAUSE = 0.05
"""Seconds after which a message that could be whole is taken for it."""


class CaisseApEnd(Machine):
    """`number_in_full`: it sends the whole number of the card, as old ones do."""

    driver = "caisse-ap"

    def __init__(self) -> None:
        super().__init__()
        self.number_in_full = True
        self.echoes = True
        self._come = ""
        self._asked: dict[str, str] = {}
        self._pauses = 0

    @property
    def table(self) -> dict[str, object]:
        """See `Machine.table`."""
        return {"slips": "both", "version": "0320"}

    def begin_line(self) -> None:
        """See `Machine.begin_line`."""
        self._come = ""

    def forget(self) -> None:
        """See `Machine.forget`."""
        self._come = ""

    def line_lost(self) -> None:
        """What has come could be all of it: then it is taken up, whoever has gone."""
        self._whole()

    def received(self, data: bytes) -> None:
        """See `Machine.received`."""
        self._come += data.decode("ascii")
        self._pauses += 1
        mine = self._pauses
        self.later(PAUSE, lambda: self._whole() if self._pauses == mine else None)

    def _whole(self) -> None:
        found: dict[str, str] = {}
        rest = self._come
        while match := re.match(r"([A-Z]{2})([0-9]{3})", rest):
            value = rest[5 : 5 + int(match[2])]
            if len(value) < int(match[2]):
                return
            found[match[1]] = value
            rest = rest[5 + len(value) :]
        if rest or any(tag not in found for tag in MANDATORY):
            return
        self._come = ""
        self._asked = found
        if self.busy_now():
            # What a terminal says that another till is at: it gives up at once.
            self._say([("AE", "01"), ("AF", REASONS[Act.BUSY])])
            return
        self.take(Deal(SERVICES[found["CD"]], int(found["CB"]), found.get("CF", "")))

    def ended(self, deal: Deal, *, told: bool) -> None:
        """See `Machine.ended`."""
        if told:
            self.answer(deal, self._answer)

    def _answer(self, deal: Deal) -> None:
        if not deal.cents:
            reason = REASONS.get(deal.act, "04")
            self._say([("AE", "01"), ("AF", reason)], amount=deal.act is not Act.ABANDON)
            return
        card = self.card.number if self.number_in_full else f"############{self.card.number[-4:]}"
        application = APPLICATIONS.get(self.card.scheme, ("00F", "00F"))[self.card.contactless]
        fields = [
            ("AE", "10"), ("CC", application), ("AA", card), ("AB", "2712"),
            ("AC", f"{deal.number:06}"), ("AI", "A0000000421010"), ("CG", "1999403"),
            ("CI", "2" if self.card.contactless else "1"),
        ]  # fmt: skip
        if self._asked.get("CK", "000")[:1] == "1":
            fields.append(("ZT", self._tickets(deal)))
        self._say(fields, cents=deal.cents, act=deal.act)

    def _tickets(self, deal: Deal) -> str:
        def slip(whose: str) -> str:
            amount = f"{deal.cents // 100},{deal.cents % 100:02} EUR"
            text = "\n".join(("CARTE BANCAIRE", self.card.number, "MONTANT", amount, whose))
            coded = base64.b64encode(text.encode("latin-1")).decode()
            return f"AK{len(coded):03}{coded}"

        return "CK003" + self._asked["CK"] + slip("TICKET CLIENT") + slip("TICKET COMMERCANT")

    def _say(
        self, fields: list[tuple[str, str]], *, cents: int = 0, amount: bool = True,
        act: Act = Act.APPROVE,
    ) -> None:  # fmt: skip
        echoed = {tag: self._asked[tag] for tag in ("CZ", "CJ", "CA", "CB", "CD", "CE")}
        if self.echoes and "CF" in self._asked:
            echoed["CF"] = self._asked["CF"]
        if cents:
            echoed["CB"] = f"{cents:02}"
        elif not amount:
            del echoed["CB"]
        if act is Act.OLDER:
            echoed["CF"] = "Z000000001"
        if act is Act.FOREIGN:
            echoed["CE"] = "840"
        text = "".join(f"{tag}{len(value):03}{value}" for tag, value in (*echoed.items(), *fields))
        if act is Act.GARBAGE:
            text = text.replace("AE00210", "AE01010")
        self._send(text.encode("ascii"))
        if act is Act.TWICE:
            self._send(text.encode("ascii"))
