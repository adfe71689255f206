"""What a technician reads of a box that has no screen, with any computer, on its first partition.

Nothing in it changes while nothing is wrong: it is written to a card, and only where it is new.
"""

import platform
from collections.abc import Iterator

import pos_terminal
from pos_terminal.channel.interface import Status
from pos_terminal.commands.selftest import address
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.language import labelled, say


def note(told: Status | Failure) -> Iterator[str]:
    """The lines: does it sell, what is wrong, and what to do about it."""
    match told:
        case Status():
            sells = say("VEND") if told.selling else say("NE VEND PAS")
            simulated = f"  {say('*** SIMULATION ***')}" if told.simulated else ""
            yield f"{say('CAISSE')} {told.terminal} ({told.store})  {sells}{simulated}"
        case Failure():
            yield f"{say('CAISSE')} {platform.node()}  {say('NE VEND PAS')}"
    where = address() or say("aucun réseau")
    yield f"{say('Version')} {pos_terminal.__version__}, IP {where}"
    if isinstance(told, Failure):
        yield from _fault(str(told.fault), told.detail, say(told.fault.remedy))
    else:
        for each in told.faults:
            yield from _fault(f"{each.code} {each.text}", each.detail, each.remedy)
        for device in told.devices:
            if fault := device.fault:
                what = f"{device.name} : {fault.code} {fault.text}"
                yield from _fault(what, fault.detail, fault.remedy)
        for incident in told.incidents:
            yield from _fault(f"{incident.code} {incident.subject}", incident.detail, "")

def _fault(what: str, detail: str, remedy: str) -> Iterator[str]:
    yield ""
    first, *more = detail.splitlines() or [""]
    yield labelled(what, first) if first else what
    yield from (f"    {line}" for line in more)
    if remedy:
        yield f"    -> {remedy}"
