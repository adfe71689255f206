"""A till's status as one screen of 80 columns, the answer to «does it sell?» first."""

from collections.abc import Iterator

from pos_terminal.channel.interface import Device, Fault, Status
from pos_terminal.domain.audit.key_worth import worth
from pos_terminal.domain.language import say
from pos_terminal.domain.moment import Trust
from pos_terminal.domain.notation import day_and_hour, hour, short_day_and_hour

WIDTH = 80
LABEL = 18
"""Columns of a line's label, and of a device's name."""


def screen(status: Status) -> Iterator[str]:
    """The lines, in the language that is set."""
    yield whether_it_sells(status)
    yield ""
    yield from _facts(status)
    yield ""
    yield from (_device(device, status.now) for device in status.devices)
    for name, lines in (
        (say("A voir"), [line for fault in status.faults for line in _fault(fault)]),
        (say("Tâches"), _tasks(status)),
        (say("Accès"), _grants(status)),
        (say("Signalé"), _incidents(status)),
    ):
        if lines:
            yield ""
            yield name
            yield from (f"  {_cut(line)}" for line in lines)


def whether_it_sells(status: Status) -> str:
    """The first line."""
    sells = say("VEND") if status.selling else say("NE VEND PAS")
    simulated = f"  {say('*** SIMULATION ***')}" if status.simulated else ""
    return f"{say('CAISSE')} {status.terminal} ({status.store})  {sells}{simulated}"


def _facts(status: Status) -> Iterator[str]:
    trusted = status.trust != Trust.UNVERIFIED.value
    clock = say("vérifiée") if trusted else say("non vérifiée")
    since = f"{say('depuis')} {_when(status.since, status.now)}"
    yield _line(say("Version"), f"{status.version}, {since}")
    yield _line(say("Horloge"), f"{day_and_hour(status.now)}, {clock}")
    ticket, closure, head = status.last_ticket, status.last_closure, status.head
    last = f"{ticket.number}, {_when(ticket.at, status.now)}" if ticket else say("aucun")
    waiting = f", {say('en cours')} {status.open_sales}" if status.open_sales else ""
    yield _line(say("Dernier ticket"), last + waiting)
    made = say("aucun")
    if closure:
        made = f"{closure.label} n° {closure.number}, {_when(closure.at, status.now)}"
    yield _line(say("Dernier Z"), made)
    backup = status.last_backup
    yield _line(say("Sauvegarde"), _when(backup, status.now) if backup else say("aucune"))
    if head:
        alone = "" if head.exposed is None else f", {say('sans témoin')} {head.exposed}"
        yield _line(say("Journal"), f"{head.seq}{alone}, {head.hash[:16]}")
    if status.key:
        yield _line(say("Clé"), _cut(f"{status.key.id[:16]}, {worth(status.key.origin)}", LABEL))
    names = {"records": say("écritures"), "papers": say("papiers")}
    queues = ", ".join(f"{names.get(q.name, q.name)} {q.waiting}" for q in status.queues)
    yield _line(say("En attente"), queues)
    yield _line(say("Mémoire"), f"{status.memory / (1 << 20):.0f} {say('Mio')}")
    stopped = [f"{plugin.name} : {plugin.why}" for plugin in status.plugins if plugin.why]
    plugins = ", ".join(plugin.name for plugin in status.plugins if not plugin.why)
    yield _line(say("Modules"), plugins or say("aucun"))
    yield from (_line("", each) for each in stopped)


def _device(device: Device, now: str) -> str:
    """Its name, its state and since when, which one it is; or its fault and when it last worked."""
    states = {"idle": say("prêt"), "closed": say("absent"), "error": say("en erreur")}
    state = states.get(device.state, device.state)
    line = f"{device.name[:LABEL - 1]:<{LABEL}}{state:<10}{_when(device.since, now):<12}"
    if not device.fault:
        return line + device.identity
    good = f" ({say('bon')} {_when(device.good, now)})" if device.good else ""
    return f"{line}{device.fault.code} {device.fault.text}{good}"


def _fault(fault: Fault) -> Iterator[str]:
    detail = f" : {fault.detail}" if fault.detail else ""
    yield f"{fault.code} {fault.text}{detail}"
    yield f"      {fault.remedy}"


def _tasks(status: Status) -> list[str]:
    """Those that have failed, whether or not they run again."""
    return [
        f"{task.name} : {task.state}, {_when(task.since, status.now)}, "
        f"{task.restarts}x, {task.error}"
        for task in status.tasks
        if task.error or task.state != "running"
    ]


def _grants(status: Status) -> list[str]:
    return [
        f"{grant.number} {grant.purpose}, {grant.level} {' '.join(grant.scope)}, "
        f"{say('fin')} {_when(grant.until, status.now)}"
        for grant in status.grants
    ]


def _incidents(status: Status) -> list[str]:
    return [
        f"{each.code} {each.subject}, {_when(each.since, status.now)}, {each.times}x"
        + (f" : {each.detail}" if each.detail else "")
        for each in status.incidents
    ]


def _cut(line: str, before: int = 2) -> str:
    """What does not fit behind so many columns is in --json, and in the log."""
    room = WIDTH - before
    return line if len(line) <= room else f"{line[: room - 1]}…"


def _line(label: str, text: str) -> str:
    return f"{label:<{LABEL}}{text}"


def _when(at: str, now: str) -> str:
    """The hour of today; another day's with its date."""
    return hour(at) if at[:10] == now[:10] else short_day_and_hour(at)
