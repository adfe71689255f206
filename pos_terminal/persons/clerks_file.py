"""The clerks' file `clerks.toml` in the state directory: numbers, rights, and what checks PINs.

No PIN, badge or name stands in it: PINs as scrypt makes them, badges as their SHA-256, and the
names are in the personal store, under the pseudonym that stands here.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Struct
from msgspec import field as struct_field

from pos_terminal.domain import faults
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.faults import Failure, Fault
from pos_terminal.domain.health.advice import advice
from pos_terminal.domain.language import labelled, say
from pos_terminal.domain.staff.clerks import HIGHEST, Clerk
from pos_terminal.persons import pins
from pos_terminal.persons.errors import PersonsError
from pos_terminal.persons.store import exists, reading
from pos_terminal.storage import toml
from pos_terminal.storage.files import write_durably

log = logging.getLogger(__name__)

NAME = "clerks.toml"
PURPOSE = "operator"
"""Why the personal store holds a clerk's name."""

HEADER = "# Written by «pos-terminal clerk». Numbers, rights, and what checks PINs and badges.\n"


class BadClerks(Failure):
    """The clerks' file cannot be used, or cannot be written; `fault` for the clerk."""

    def __init__(self, file: Path, detail: str, fault: Fault = faults.BAD_CLERKS) -> None:
        super().__init__(fault, labelled(file, detail))


Sha256 = Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?$")]
Pseudonym = Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{32})?$")]


class _Row(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    # A line that is missing, or misspelt, gives nobody the ordinary rights.
    number: Annotated[int, msgspec.Meta(ge=1, le=HIGHEST)]
    pin: str
    rights: tuple[Right, ...]
    badge: Sha256 = ""
    training: bool = False
    person: Pseudonym = ""


class Staff(Struct, frozen=True):
    """The clerks by number, and the SHA-256 of the file that names them; empty where none does."""

    clerks: dict[int, Clerk] = struct_field(default_factory=dict)
    sha256: str = ""


def read(state: Path) -> Staff:
    """The clerks in the file; none where there is no file. Raises BadClerks."""
    file = state / NAME
    try:
        source = file.read_bytes()
        tables: dict[str, Any] = toml.tables(source.decode())
    except FileNotFoundError:
        return Staff()
    except (OSError, ValueError) as error:
        raise BadClerks(file, str(error)) from error
    try:
        if tables.keys() - {"clerk"}:
            raise ValueError(say("seules des tables [[clerk]] sont connues"))
        rows = msgspec.convert(tables.get("clerk", []), tuple[_Row, ...])
        clerks = {row.number: _clerk(row) for row in rows}
    except ValueError as error:  # msgspec's too; neither says what the PIN's row holds
        raise BadClerks(file, str(error)) from error
    badges = [row.badge for row in rows if row.badge]
    if len(clerks) < len(rows) or len(set(badges)) < len(badges):
        raise BadClerks(file, say("deux vendeurs ont un même numéro, ou un même badge"))
    return Staff(clerks, digest(source))


def _clerk(row: _Row) -> Clerk:
    pins.check_kept(row.pin)
    return Clerk(row.number, row.pin, frozenset(row.rights), row.badge, row.training, row.person)


def render(clerks: Iterable[Clerk]) -> bytes:
    """The file that names these clerks."""
    tables = map(_table, sorted(clerks, key=lambda clerk: clerk.number))
    return (HEADER + "".join(tables)).encode()


def digest(source: bytes) -> str:
    """By what records know a clerks' file: its SHA-256. The salts of PINs keep it from telling."""
    return sha256(source).hexdigest()


def write(state: Path, clerks: Iterable[Clerk]) -> None:
    """Put the file in place, readable to its owner alone. Raises BadClerks."""
    try:
        write_durably(state / NAME, render(clerks), mode=0o600)
    except OSError as error:
        raise BadClerks(state / NAME, str(error), faults.FILE_UNWRITABLE) from error


def _table(clerk: Clerk) -> str:
    values: dict[str, object] = {
        "number": clerk.number,
        "pin": clerk.pin,
        "rights": sorted(clerk.rights),
        "badge": clerk.badge,
        "training": clerk.training,
        "person": clerk.person,
    }
    lines = (f"{key} = {toml.written(value)}\n" for key, value in values.items())
    return f"\n[[clerk]]\n{''.join(lines)}"


def with_names(clerks: Mapping[int, Clerk], state: Path) -> dict[int, Clerk]:
    """The clerks with the names that the personal store holds of them; it may hold none."""
    named = dict(clerks)
    try:
        if exists(state):
            with reading(state) as repository:
                for clerk in clerks.values():
                    if clerk.person and repository.holds(clerk.person):
                        items = map(repository.open, repository.items_of(clerk.person))
                        names = [each.data.name for each in items if each.purpose == PURPOSE]
                        named[clerk.number] = replace(clerk, name=(names[0] or "") if names else "")
    except PersonsError as error:  # the greeting says the number then
        log.warning("%s", advice(error))
    return named
