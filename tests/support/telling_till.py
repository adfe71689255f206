"""A till that tells of itself what a test wants, and does nothing else."""

from pathlib import Path
from typing import Any

from pos_terminal.channel.client import Client
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import Head, Status
from pos_terminal.domain import faults

SHUT = Status(
    version="0.1.0", store="1", terminal="1", language="fr", simulated=False, since="today",
    now="2026-11-30T19:00:00+01:00", trust="ntp", selling=True, faults=[], head=Head(1, "ab"),
    last_ticket=None, last_closure=None, open_sales=0, operator=1, memory=0, devices=[], queues=[],
    plugins=[],
)  # fmt: skip
"""It sells, and has sold nothing since its day was closed."""


class TellingTill(Client):
    """A till that says this; None: it does not answer."""

    def __init__(self, status: Status | None = SHUT) -> None:
        super().__init__(Path("/nowhere"))
        self.status = status

    def call(self, method: Any, asks: Any) -> Any:
        if self.status is None:
            raise ChannelError(faults.TILL_SILENT)
        return self.status
