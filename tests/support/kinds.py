"""What each kind of record says, field by field: what a release writes down and later ones keep."""

import types
import typing
from enum import Enum
from typing import Any

from msgspec import NODEFAULT, Struct
from msgspec.structs import fields

from pos_terminal.domain.events.vocabulary import KINDS

Schema = dict[str, dict[str, dict[str, Any]]]
"""By kind, and by the name of a part, its fields: type, the values of a closed list, default."""


def schema() -> Schema:
    """That of this version."""
    made: Schema = {}
    for kind, event in sorted(KINDS.items()):
        _take(made, kind, event)
    return made


def _take(made: Schema, name: str, struct: type[Struct]) -> None:
    hints = typing.get_type_hints(struct)
    made[name] = {}
    for field in fields(struct):
        told: dict[str, Any] = {"type": _said(hints[field.name], made)}
        if values := _values(hints[field.name]):
            told["values"] = values
        told["default"] = (field.default, field.default_factory) != (NODEFAULT, NODEFAULT)
        made[name][field.name] = told


def _said(hint: Any, made: Schema) -> str:
    inner = typing.get_args(hint)
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        return " or ".join(sorted(_said(part, made) for part in inner))
    if typing.get_origin(hint) is tuple:
        return f"list of {_said(inner[0], made)}"
    if issubclass(hint, Struct) and hint.__name__ not in made:
        _take(made, hint.__name__, hint)
    return "text" if issubclass(hint, Enum) else str(hint.__name__)


def _values(hint: Any) -> list[str]:
    """The values of a closed list, whether it stands alone or in a list of its own."""
    for each in (hint, *typing.get_args(hint)):
        if isinstance(each, type) and issubclass(each, Enum):
            return sorted(str(member.value) for member in each)
    return []


def changed(released: Schema, now: Schema, read_otherwise: frozenset[str]) -> list[str]:
    """What is no addition: gone, of another type, with fewer values, or new without a default."""
    found = []
    for name, before in released.items():
        if name in read_otherwise:
            continue
        after = now.get(name)
        if after is None:
            found.append(f"{name} is gone")
            continue
        for field, told in before.items():
            there = after.get(field)
            if there is None:
                found.append(f"{name}.{field} is gone")
            elif there["type"] != told["type"]:
                found.append(f"{name}.{field} was {told['type']}, and is {there['type']}")
            elif not {*told.get("values", ())} <= {*there.get("values", ())}:
                found.append(f"{name}.{field} has fewer values")
            elif told["default"] and not there["default"]:
                found.append(f"{name}.{field} has no default any more")
        for field in after.keys() - before.keys():
            if not after[field]["default"]:
                found.append(f"{name}.{field} is new, and has no default")
    return found
