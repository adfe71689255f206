"""A cash machine CashDro behind its web service: money is put in, and change comes out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from pos_driver_sim.card.http import HttpEnd, Line
from pos_driver_sim.card.machine import Act, Deal
from pos_terminal.domain.authorisation import Service

PASSWORD = "mille-feuille 42"
CHANGE = 766
"""Cents that the customer always puts in beyond what it costs, and gets back."""


@dataclass(slots=True)
class Kept:
    """An operation on its list. `hushed`: the next question about it has no answer."""

    cents: int
    reference: str
    service: Service
    deal: Deal | None = None
    ended: bool = False
    hushed: bool = False
    cut: bool = False
    imported: bool = False


class CashdroEnd(HttpEnd):
    """`plain`: it answers as index3.php does, with JSON in JSON, and not in a text."""

    driver = "cashdro"
    secrets: ClassVar[Mapping[str, str]] = {"cashdro-password": PASSWORD}

    def __init__(self) -> None:
        super().__init__()
        self.plain = False
        self.kept: dict[str, Kept] = {}

    @property
    def table(self) -> dict[str, object]:
        """See `Machine.table`."""
        return {"user": "admin", "poll": 10}

    def asked(self, line: Line, target: str, body: bytes) -> None:
        """See `HttpEnd.asked`."""
        words = {key: values[0] for key, values in parse_qs(urlsplit(target).query).items()}
        if (words.get("name"), words.get("password")) != ("admin", PASSWORD):
            self._say(line, -1, "")
        elif words["operation"] == "startOperation":
            self._start(line, words)
        elif (kept := self.kept.get(words["operationId"])) is None:
            self._say(line, -2, "")
        else:
            self._of(line, words, kept)

    def _start(self, line: Line, words: dict[str, str]) -> None:
        if self.busy_now():
            self._say(line, -3, "")
            return
        number = str(90210 + len(self.kept))
        cents = json.loads(words["parameters"])["amount"]
        service = {"4": Service.PURCHASE, "3": Service.REFUND}[words["type"]]
        self.kept[number] = Kept(cents, words["posuser"], service)
        self._say(line, 1, {"operation": {"operationId": number}} if self.plain else number)

    def _of(self, line: Line, words: dict[str, str], kept: Kept) -> None:
        match words["operation"]:
            case "acknowledgeOperationId":
                if kept.deal is None:
                    kept.deal = Deal(kept.service, kept.cents, kept.reference)
                    self.take(kept.deal)
                self._say(line, 1, "")
            case "askOperation":
                self._ask(line, words["operationId"], kept)
            case "finishOperation":
                self._say(line, 1, "")
                self.withdraw()
            case "setOperationImported":
                kept.imported = True
                self._say(line, 1, "")

    def _ask(self, line: Line, number: str, kept: Kept) -> None:
        deal = kept.deal
        if kept.hushed or kept.cut:
            if kept.cut:
                line.cut()
            kept.hushed = kept.cut = False
            return
        state = "F" if kept.ended else "E" if deal else "I"
        put, gone = _sums(kept)
        said: dict[str, Any] = {
            "operationid": number, "state": state, "total": str(kept.cents),
            "totalin": str(put), "totalout": str(-gone),
        }  # fmt: skip
        wrong = False
        if deal and kept.ended:
            if deal.act is Act.OLDER:
                said["operationid"] = "17"
            if deal.act is Act.GARBAGE:
                said["totalin"] = "all"
            wrong = deal.act is Act.FOREIGN  # of coins that it does not know
        whole = {"operation": said, "devices": [], "withError": str(wrong).lower()}
        content: object = {"operation": whole} if self.plain else json.dumps(whole)
        self._say(line, 1, content, twice=bool(deal and deal.act is Act.TWICE))

    def power_cycle(self) -> None:
        """See `Machine.power_cycle`: what was under way has ended, and the money is given back."""
        super().power_cycle()
        for kept in self.kept.values():
            if kept.deal and not kept.ended:
                kept.ended, kept.deal.act = True, Act.NOBODY

    def ended(self, deal: Deal, *, told: bool) -> None:
        """See `Machine.ended`."""
        kept = next(each for each in self.kept.values() if each.deal is deal)
        kept.ended = True
        kept.hushed = not told or deal.act is Act.LATE
        if deal.act is Act.LOSE_BEFORE:
            kept.hushed = False
        kept.cut = deal.act in (Act.LOSE_AFTER, Act.LOSE_DURING)

    def _say(self, line: Line, code: int, content: object, *, twice: bool = False) -> None:
        name = "response" if self.plain else "data"
        body = json.dumps({"code": code, name: content}).encode()
        line.say(body, chunked=code == 1)
        if twice:
            line.say(body)


def _sums(kept: Kept) -> tuple[int, int]:
    """What came in and what went out."""
    moved = kept.deal.cents if kept.deal and kept.ended else 0
    put = moved + CHANGE if moved and kept.service is Service.PURCHASE else 0
    return put, put - moved if put else moved
