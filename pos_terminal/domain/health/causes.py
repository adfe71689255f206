"""Root causes: which incidents follow from another, and are not told beside it.

A clerk who unplugs a hub loses scanner, scale and display at once; the technician who reads four
mails looks for four faults. So the cause is told, and says what it stands for.
"""

from pos_terminal.domain import faults
from pos_terminal.domain.faults import Fault

_TOLD_BY_THE_TILL = (
    "A-", "K-", "S-", "O-", "P-", "W-", "D-", "T-", "R-", "J-", "E-", "M-",
    faults.PAPERS_WAIT.code, faults.BACKUP_OLD.code, faults.TAIL_EXPOSED.code,
)  # fmt: skip

SILENCES: dict[str, tuple[str, ...]] = {
    # Whatever the till says of itself stays as it was when the till fell silent.
    faults.TILL_SILENT.code: _TOLD_BY_THE_TILL,
    faults.TILL_STOPPED.code: _TOLD_BY_THE_TILL,
    # Without a network nobody outside can be reached.
    faults.NO_NETWORK.code: tuple(
        fault.code
        for fault in (
            faults.MAIL_WAITS, faults.CALL_REFUSED, faults.BEAT_REFUSED, faults.WITNESS_SILENT,
        )
    ),
    # A receiver that hears nobody knows nothing of any of them.
    faults.NOBODY_CALLS.code: (faults.BOX_SILENT.code,),
    # Below 4.63 V a Pi cuts its USB ports' current, and what hangs on them comes and goes.
    faults.UNDER_VOLTAGE.code: tuple(
        fault.code
        for fault in (
            faults.PRINTER_OFFLINE,
            faults.SCALE_OFFLINE,
            faults.DISPLAY_OFFLINE,
            faults.SCANNER_OFFLINE,
            faults.KEYPAD_OFFLINE,
        )
    ),
}
"""By the cause's code: the codes that it silences, or what they begin with."""


def silences(cause: str, code: str) -> bool:
    """Whether an incident with that code is told by its cause's already."""
    return code.startswith(SILENCES.get(cause, ()))


def named(cause: Fault) -> tuple[str, ...]:
    """What an incident with this fault stands for, as the codes begin; empty for no root cause."""
    return SILENCES.get(cause.code, ())
