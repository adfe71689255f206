"""Tells the till what is wrong on the box, so that its status and display know of it, too."""

import asyncio
import logging
from typing import NoReturn

from pos_terminal.agent.incidents import IncidentBook
from pos_terminal.agent.till import Contact, TillClient
from pos_terminal.channel import interface
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import ReportAsked
from pos_terminal.domain import faults
from pos_terminal.domain.health.incidents import Incident

log = logging.getLogger(__name__)

ABOUT_THE_TILL = (faults.TILL_SILENT.code, faults.OTHER_VERSION.code, faults.NOT_GRANTED.code)
"""What a till that hears it would know to be over."""

ROUND = 2.0

WORD, CHARACTERS = 60, 100
"""What the till takes of a subject and of a detail."""


class Reporter:
    """Reports what was told to people, and takes it back once it is over."""

    def __init__(self, till: TillClient, incidents: IncidentBook) -> None:
        self._till = till
        self._incidents = incidents
        self._reported: dict[tuple[str, str], int] = {}

    async def run(self) -> NoReturn:
        """Report for ever; anew to a till that was started again, which has forgotten."""
        begun = ""
        while True:
            await asyncio.sleep(ROUND)
            link = self._till.link
            if link.contact is not Contact.THERE or link.status is None:
                continue
            if link.status.since != begun:
                self._reported.clear()
                begun = link.status.since
            try:
                await self._report()
            except ChannelError as error:
                log.debug("not reported: %s", error)

    async def _report(self) -> None:
        there = {(row.subject, row.code): row for row in self._incidents if _to_tell(row)}
        # What is over goes first: the till has room for so many, and no more.
        for subject, code in self._reported.keys() - there.keys():
            asks = ReportAsked(_plain(subject, WORD), code, recovered=True)
            await self._till.call(interface.REPORT, asks)
            del self._reported[subject, code]
        for key, row in there.items():
            if self._reported.get(key) != row.tellings:
                detail = _plain(row.detail, CHARACTERS) or None
                asks = ReportAsked(_plain(row.subject, WORD), row.code, detail)
                await self._till.call(interface.REPORT, asks)
                self._reported[key] = row.tellings


def _plain(text: str, most: int) -> str:
    return "".join(each for each in text if each.isprintable())[:most]


def _to_tell(row: Incident) -> bool:
    return row.tellings > 0 and not row.cause and row.code not in ABOUT_THE_TILL
