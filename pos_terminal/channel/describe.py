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
    called = {method.name.removeprefix(f"{interface}."): method for method in methods}
    written = _Written(frozenset(called))
    parts = [f"# The {whose}'s socket.\ninterface {interface}"]
    parts += [written.definition(each) for each in types]
    for name, method in called.items():
        asks, answers = written.fields(method.asks), written.fields(method.answers)
        parts.append(f"{_note(method.asks)}method {name}{asks} -> {answers}")
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


def _note(named: type) -> str:
    """The type's docstring as comments; what asks for nothing has none."""
    lines = textwrap.wrap(inspect.getdoc(named) or "", 98) if named.__name__ != "Nothing" else []
    return "".join(f"# {line}\n" for line in lines)


class _Written:
    """Types in Varlink's words. systemd's `varlinkctl` refuses an interface in which a method and a
    type have one name: such a type is given another.
    """

    def __init__(self, methods: frozenset[str]) -> None:
        self._methods = methods

    def definition(self, named: type) -> str:
        """The definition of a named type."""
        head = f"{_note(named)}type {self._name(named)}"
        if issubclass(named, Enum):
            return f"{head} ({', '.join(each.value for each in named)})"
        return f"{head} {self.fields(named)}"

    def fields(self, struct: type) -> str:
        """A struct's fields, in brackets."""
        fields = [f"{each.name}: {self._of(each)}" for each in msgspec.structs.fields(struct)]
        line = f"({', '.join(fields)})"
        if len(line) < 80:
            return line
        return "(\n" + ",\n".join(f"  {each}" for each in fields) + "\n)"

    def _of(self, field: msgspec.structs.FieldInfo) -> str:
        optional = not field.required and NoneType not in get_args(field.type)
        return f"?{self._used(field.type)}" if optional else self._used(field.type)

    def _used(self, found: Any) -> str:
        if get_origin(found) is UnionType:
            (inner,) = (each for each in get_args(found) if each is not NoneType)
            return f"?{self._used(inner)}"
        if get_origin(found) is list:
            return f"[]{self._used(get_args(found)[0])}"
        return _PLAIN.get(found) or self._name(found)

    def _name(self, named: type) -> str:
        name = named.__name__
        return f"{name}Value" if name in self._methods else name
