"""Attacks on who may do what at the till: rights in a file that anybody may write (E11)."""

from pathlib import Path

from pos_terminal.domain.audit.jet import jet_line
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.staff.clerks import Clerk, Pin, SignOnRules
from pos_terminal.persons import pins
from pos_terminal.persons.clerks_file import NAME, read, write
from pos_terminal.runtime.staff import StaffFile
from tests.attacks.attack import Attacker, Found, attack


@attack(Attacker.OWNER, "every right given to a clerk in the clerks' file, by hand")
def promoted(place: Path) -> Found:
    """What he then does at the till is done by who may."""
    write(place, [Clerk(12, pins.keep(Pin("4821")), frozenset())])
    recorded = read(place).sha256  # by clerk.changed
    files = StaffFile(place, SignOnRules(), alone=1)
    assert not files.load().found(recorded)
    text = (place / NAME).read_text()
    every = ", ".join(f'"{right}"' for right in Right)
    (place / NAME).write_text(text.replace("rights = []", f"rights = [{every}]"))
    loaded = files.load()
    assert read(place).clerks[12].rights == frozenset(Right), "the till lets him"
    (event,) = loaded.found(recorded)
    line = jet_line(event)
    assert line
    return Found("till", "at the next start", f"JET {line.code} {line.detail}")
