"""A cash machine behind Cashlogy's Connector: coins are thrown in, and change comes out."""

import re

from pos_driver_sim.card.machine import Act, Deal, Machine
from pos_terminal.domain.authorisation import Service

FORMS = {
    "I": r"#I#",
    "!": r"#!#",
    "C": r"#C#([^#]+)#[^#]+#(\d+)#(?:\d+#){8}",
    "P": r"#P#(\d+)#\d#\d#\d#",
}


class CashlogyEnd(Machine):
    """The customer always pays with more than it costs, and gets the rest back."""

    driver = "cashlogy"

    def __init__(self) -> None:
        super().__init__()
        self._come = ""
        self._working = False

    @property
    def table(self) -> dict[str, object]:
        """See `Machine.table`."""
        return {}

    def begin_line(self) -> None:
        """See `Machine.begin_line`."""
        self._come = ""

    def forget(self) -> None:
        """See `Machine.forget`."""
        self._come, self._working = "", False

    def received(self, data: bytes) -> None:
        """See `Machine.received`."""
        self._come += data.decode("ascii")
        while True:
            found = [(name, re.match(form, self._come)) for name, form in FORMS.items()]
            match = next(((name, each) for name, each in found if each), None)
            if match is None:
                return
            name, groups = match
            self._come = self._come[groups.end() :]
            self._obey(name, groups)

    def _obey(self, name: str, groups: re.Match[str]) -> None:
        if name == "!":
            self._send(b"#0#")
            self.withdraw()
        elif self._working or (name in "CP" and self.busy_now()):
            self._send(b"#ER:BUSY#")
        elif name == "I":
            self._send(b"#0#2.5#")
        else:
            self._working = True
            if name == "C":
                self.take(Deal(Service.PURCHASE, int(groups[2]), groups[1]))
            else:
                self.take(Deal(Service.REFUND, int(groups[1])))

    def ended(self, deal: Deal, *, told: bool) -> None:
        """See `Machine.ended`."""
        self._working = False
        if told:
            self.answer(deal, self._answer)

    def _answer(self, deal: Deal) -> None:
        if deal.act in (Act.GARBAGE, Act.OLDER, Act.FOREIGN):
            self._send(b"#ER:GENERIC#0#0#0#0#")
        elif deal.service is Service.REFUND:
            self._send(f"#0#{deal.cents}#".encode())
        elif deal.cents:
            given = deal.cents + 766
            self._send(f"#WR:LEVEL#{given}#{given - deal.cents}#0#0#".encode())
        else:
            self._send(b"#WR:CANCEL#1800#1800#0#0#")
        if deal.act is Act.TWICE:
            self._send(f"#0#{deal.cents}#0#0#0#".encode())
