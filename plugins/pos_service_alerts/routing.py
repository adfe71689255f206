"""Who is told of which change. Pure."""

from fnmatch import fnmatchcase

from pos_service_alerts.settings import Recipient, Severity
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Fault, Tone
from pos_terminal.domain.health.incidents import Incident

NEVER_MAILED = {
    fault.code
    for fault in (
        faults.TILL_STOPPED,
        faults.MAIL_WAITS,
        faults.MAIL_CERTIFICATE,
        faults.MAIL_LOGIN,
        faults.MAIL_ADDRESS,
        faults.MAIL_FULL,
    )
}
"""That mail does not go is told by the till's status: a mail about it would come when it is over.
That somebody stopped the till he knows himself."""


def severity_of(fault: Fault) -> Severity:
    """The same for a failure and its recovery, so that whoever heard of one hears of the other."""
    grave = fault.tone is Tone.ALARM or fault is faults.TILL_SILENT
    return Severity.ALARM if grave else Severity.WARNING


def wants(recipient: Recipient, incident: Incident) -> bool:
    """Whether that recipient is to hear of that incident."""
    if incident.code == faults.ALERT_TEST.code:
        return True
    if incident.code in NEVER_MAILED:
        return False
    if recipient.severity is Severity.ALARM and severity_of(incident.fault) is Severity.WARNING:
        return False
    return any(fnmatchcase(incident.subject, pattern) for pattern in recipient.subjects)
