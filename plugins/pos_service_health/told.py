"""What a till's status says is wrong: with each device, and with the till itself. Pure."""

from collections.abc import Iterator
from datetime import datetime

from pos_service_health.settings import HealthSettings
from pos_terminal.channel import interface
from pos_terminal.channel.interface import Status
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Fault, by_code

Bad = list[tuple[Fault, str]]

TILL, PAPERS, BACKUP, JOURNAL = "till", "papers", "backup", "journal"

DAY = 86_400


def wrong(status: Status, given: HealthSettings, papers_waited: float) -> dict[str, Bad]:
    """All that is wrong, by subject; a subject without anything wrong is there, too.

    `papers_waited` is for how many seconds on end some paper has waited for the printer.
    """
    devices = {device.name: [*_known(device.fault)] for device in status.devices}
    of_devices = {fault.code for bad in devices.values() for fault, _ in bad}
    own = [each for told in status.faults for each in _known(told)]
    return {
        **devices,
        # The clock is the box's own business: health looks at it, whether or not there is a till.
        TILL: [each for each in own
               if each[0].code not in of_devices and each[0] is not faults.CLOCK_DOUBTED],
        PAPERS: [*_papers(status, papers_waited, given.papers_wait)],
        BACKUP: [*_backup(status, given.backup_days)],
        JOURNAL: [*_journal(status, given.exposed)],
    }  # fmt: skip


def papers(status: Status) -> int:
    """How many papers wait for the printer."""
    return sum(queue.waiting for queue in status.queues if queue.name == "papers")


def _known(told: interface.Fault | None) -> Iterator[tuple[Fault, str]]:
    """A fault that a till tells of, as this program knows it; nothing for one of a later version,
    which the till says by itself.
    """
    try:
        if told:
            yield by_code(told.code), told.detail or ""
    except KeyError:
        return


def _papers(status: Status, waited: float, limit: int) -> Iterator[tuple[Fault, str]]:
    if papers(status) and waited >= limit:
        yield faults.PAPERS_WAIT, str(papers(status))


def _backup(status: Status, days: int) -> Iterator[tuple[Fault, str]]:
    """Only a till that has closed a day has something to lose that nobody could type again."""
    if not days or not status.last_closure:
        return
    if status.last_backup is None:
        yield faults.BACKUP_OLD, ""
        return
    age = datetime.fromisoformat(status.now) - datetime.fromisoformat(status.last_backup)
    # A day ahead or more: a clock that was wrong dated it, and how old it is nobody knows.
    if not -DAY <= age.total_seconds() <= days * DAY:
        yield faults.BACKUP_OLD, f"{age.days} j, {status.last_backup[:10]}"


def _journal(status: Status, limit: int) -> Iterator[tuple[Fault, str]]:
    head = status.head
    if limit and head and head.exposed is not None and head.exposed > limit:
        yield faults.TAIL_EXPOSED, str(head.exposed)
