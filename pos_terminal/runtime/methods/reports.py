"""Report, Notice and Labels: what others on the box say or have printed, within bounds."""

from collections import deque
from time import monotonic

from msgspec.structs import replace

from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import (
    MOST_LABELS,
    Incident,
    LabelsAsked,
    Nothing,
    NoticeAsked,
    ReportAsked,
)
from pos_terminal.channel.service import Peer
from pos_terminal.domain import faults
from pos_terminal.domain.language import say
from pos_terminal.domain.receipt import Align, PrinterRole, Qr, Receipt, Rule, Text
from pos_terminal.runtime.methods.terminal import Terminal
from pos_terminal.runtime.spool import Paper

KEPT = 32
"""Incidents at once: there are fewer causes on a box."""

AN_HOUR = 4
"""Notices that are printed in an hour: paper is the shop's, and so is the printer."""

LINES, CHARACTERS = 30, 100
"""Of a notice at most, and of each of its lines."""

WORD = 60
"""Characters of a subject, a code or a title."""


class ReportMethods:
    """Keeps what is reported until it has recovered, and prints what is to be read at the counter.

    Neither reaches the clerk's display: whoever may speak here without a grant disturbs no sale.
    """

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._incidents: dict[tuple[str, str], Incident] = {}
        self._printed: deque[float] = deque(maxlen=AN_HOUR)

    def incidents(self) -> list[Incident]:
        """Those that have not recovered, for the status."""
        return list(self._incidents.values())

    def report(self, peer: Peer, asks: ReportAsked) -> Nothing:
        """Keep an incident, count its repetition, or let it go."""
        _must_fit((asks.subject, asks.code), WORD)
        _must_fit((asks.detail or "-",), CHARACTERS)
        key = (asks.subject, asks.code)
        known = self._incidents.get(key)
        if asks.recovered:
            self._incidents.pop(key, None)
        elif known:
            detail = asks.detail or known.detail
            self._incidents[key] = replace(known, detail=detail, times=known.times + 1)
        elif len(self._incidents) >= KEPT:
            raise ChannelError(
                faults.BAD_REQUEST, say("{kept} incidents sont déjà ouverts", kept=KEPT)
            )
        else:
            at = self._terminal.clock.now().at
            self._incidents[key] = Incident(asks.subject, asks.code, asks.detail or "", at, 1)
        return Nothing()

    def notice(self, peer: Peer, asks: NoticeAsked) -> Nothing:
        """Have a paper printed that nobody takes for a ticket; a few an hour, and no more."""
        _must_fit((asks.title,), WORD)
        _must_fit(asks.lines, CHARACTERS)
        if len(asks.lines) > LINES:
            raise ChannelError(
                faults.BAD_REQUEST,
                say("{what} lignes, {lines} au plus", what=len(asks.lines), lines=LINES),
            )
        now = monotonic()
        if len(self._printed) == AN_HOUR and now - self._printed[0] < 3600:
            raise ChannelError(
                faults.BAD_REQUEST,
                say("{an_hour} avis en une heure sont imprimés", an_hour=AN_HOUR),
            )
        self._printed.append(now)
        reports = self._terminal.equipment.outputs.prints(PrinterRole.REPORT)
        reports.print(Paper(None, self._paper(asks)))
        return Nothing()

    def labels(self, asks: LabelsAsked) -> tuple[Receipt, ...]:
        """The shelf labels that are asked for, of this catalogue."""
        till = self._terminal.till()
        if till is None:
            raise ChannelError(self._terminal.trouble() or faults.TILL_SILENT)
        try:
            made = till.shelf_labels(asks.articles, asks.families)
        except KeyError as error:
            detail = say("pas dans le catalogue : {text!r}", text=str(error.args[0])[:WORD])
            raise ChannelError(faults.BAD_REQUEST, detail) from error
        if not 0 < len(made) <= MOST_LABELS:
            detail = say("{what} étiquettes, de 1 à {most}", what=len(made), most=MOST_LABELS)
            raise ChannelError(faults.BAD_REQUEST, detail)
        return made

    def print_labels(self, made: tuple[Receipt, ...]) -> Nothing:
        """Have them printed, as soon as the printer can."""
        lane = self._terminal.equipment.outputs.prints(PrinterRole.LABEL)
        for each in made:
            lane.print(Paper(None, each, patient=True))
        return Nothing()

    def _paper(self, asks: NoticeAsked) -> Receipt:
        head, page = say("AVIS DU POSTE"), self._terminal.identity.support.page
        # Its own settings' address, never the asker's: a code that somebody scans leads somewhere.
        code = (Text(page), Qr(page)) if asks.page and page else ()
        return Receipt(
            head,
            (
                Text(head, Align.CENTRE, bold=True),
                Text(say("CE N'EST PAS UN TICKET"), Align.CENTRE),
                Rule(),
                Text(asks.title, bold=True),
                *(Text(line) for line in asks.lines),
                *code,
                Rule(),
                Text(self._terminal.clock.now().at),
            ),
        )


def _must_fit(texts: tuple[str, ...] | list[str], most: int) -> None:
    for text in texts:
        if not text or len(text) > most or not text.isprintable():
            detail = say(
                "{text!r} n'est pas de 1 à {most} caractères imprimables", text=text[:20], most=most
            )
            raise ChannelError(faults.BAD_REQUEST, detail)
