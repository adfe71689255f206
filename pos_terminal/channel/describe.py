"""The interface in Varlink's own words, made of the types that it is spoken with."""

import inspect
import textwrap
from collections.abc import Iterator, Sequence
from enum import Enum
from types import NoneType, UnionType
from typing import Any, get_args, get_origin

import msgspec
from msgspec import Raw, Struct

from pos_terminal.channel.interface import ERRORS, INTERFACE, METHODS, Fault, Method

_PLAIN = {str: "string", int: "int", bool: "bool", float: "float", bytes: "string", Raw: "object"}


def described(
    interface: str = INTERFACE, methods: Sequence[Method[Any, Any]] = METHODS
) -> str:
    """The text that GetInterfaceDescription answers (<https://varlink.org/Interface-Definition>).

    What has a default in Python may be left out, which is `?` in Varlink.
    """
    types = list(dict.fromkeys(each for method in methods for each in _used(method)))
    whose = interface.rpartition(".")[2].lower()
    parts = [f"# The {whose}'s socket.\ninterface {interface}"]
    parts += [_type(each) for each in types]
    for method in methods:
        name = method.name.removeprefix(f"{interface}.")
        note = _note(method.asks)
        parts.append(f"{note}method {name}{_fields(method.asks)} -> {_fields(method.answers)}")
    parts += [f"error {error.rpartition('.')[2]} (fault: Fault)" for error in ERRORS]
    return "\n\n".join(parts) + "\n"


def _used(method: Method[Any, Any]) -> Iterator[type]:
    """The named types within a method's parameters and reply, the innermost first."""
    yield from _within(Fault, whole=True)
    for struct in (method.asks, method.answers):
        yield from _within(struct)


def _within(found: Any, *, whole: bool = False) -> Iterator[type]:
    if isinstance(found, type) and issubclass(found, Enum):
        yield found
    elif isinstance(found, type) and issubclass(found, Struct):
        for field in msgspec.structs.fields(found):
            yield from _within(field.type, whole=True)
        if whole:
            yield found
    else:
        for part in get_args(found):
            yield from _within(part, whole=True)


def _type(named: type) -> str:
    if issubclass(named, Enum):
        return f"{_note(named)}type {named.__name__} ({', '.join(each.value for each in named)})"
    return f"{_note(named)}type {named.__name__} {_fields(named)}"


def _note(named: type) -> str:
    """The type's docstring as comments; what asks for nothing has none."""
    lines = textwrap.wrap(inspect.getdoc(named) or "", 98) if named.__name__ != "Nothing" else []
    return "".join(f"# {line}\n" for line in lines)


def _fields(struct: type) -> str:
    fields = [f"{field.name}: {_of(field)}" for field in msgspec.structs.fields(struct)]
    line = f"({', '.join(fields)})"
    return line if len(line) < 80 else "(\n" + ",\n".join(f"  {each}" for each in fields) + "\n)"


def _of(field: msgspec.structs.FieldInfo) -> str:
    optional = not field.required and NoneType not in get_args(field.type)
    return f"?{_in_varlink(field.type)}" if optional else _in_varlink(field.type)


def _in_varlink(found: Any) -> str:
    if get_origin(found) is UnionType:
        (inner,) = (each for each in get_args(found) if each is not NoneType)
        return f"?{_in_varlink(inner)}"
    if get_origin(found) is list:
        return f"[]{_in_varlink(get_args(found)[0])}"
    return _PLAIN.get(found) or str(found.__name__)
