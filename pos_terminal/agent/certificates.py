"""Certificates of whom the agent calls: said before they end, while there is time to renew them."""

import ssl
from collections.abc import Mapping
from datetime import UTC, datetime

from pos_terminal.agent.clock import Clock
from pos_terminal.agent.incidents import IncidentBook
from pos_terminal.domain import faults

SECOND = 1_000_000
DAY = 86_400 * SECOND

SOON = 14 * DAY
"""Those of today's authorities are renewed by a program 30 days before their end: where it has not
been by now, that program fails."""


def ends(certificate: Mapping[str, object] | None) -> int | None:
    """The end (µs UTC) of a certificate as ssl.SSLSocket.getpeercert() gives it; None of none."""
    end = (certificate or {}).get("notAfter")
    return None if end is None else ssl.cert_time_to_seconds(str(end)) * SECOND


def judge(incidents: IncidentBook, clock: Clock, subject: str, until: int | None) -> None:
    """Report one that ends soon, or take it back; neither by a clock that nothing has verified."""
    if until is None or not clock.trusted():
        return
    left = until - clock.utc()
    if left >= SOON:
        incidents.recover(subject, faults.CERTIFICATE_ENDS)
        return
    day = datetime.fromtimestamp(until / SECOND, UTC).date()
    incidents.report(subject, faults.CERTIFICATE_ENDS, f"{day}, {left // DAY} j")
