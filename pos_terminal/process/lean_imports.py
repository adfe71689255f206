"""What the standard library and msgspec load and the terminal never uses: 8 MiB less while it runs.

Import this before anything else; `__main__` does, for every command.

asyncio imports `ssl` only to be able to offer TLS on its streams, and does without where it is
missing (`try: import ssl`, asyncio/sslproto.py). The till speaks TLS to nobody, and the agent only
once a service does: whoever needs it imports `ssl` as always, and `give_back` lets asyncio have it.
msgspec prefers the names of `typing_extensions`, where somebody has installed it, to the same ones
of `typing` (msgspec/_utils.py).

Other modules import a dear one for a function or two that hardly anybody calls, or for one answer
while they are loaded. They get it when they come to it.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType


@contextmanager
def _missing(dear: str) -> Iterator[None]:
    """Have whoever tries for a dear module in here fail, as where that is missing."""
    if dear in sys.modules:
        yield
        return
    sys.modules[dear] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[dear]


@contextmanager
def _later(dear: str, **parts: object) -> Iterator[None]:
    """Let another stand for a dear module in here: whoever imports it gets it when it is used.

    Its `parts` are what is asked of it at once; for any other it is loaded after all. Everybody
    else who imports the dear one gets it itself.
    """
    stand_in = _put_off(dear, **parts)
    try:
        yield
    finally:
        if stand_in and sys.modules.get(dear) is stand_in:
            del sys.modules[dear]


def _put_off(dear: str, **parts: object) -> ModuleType | None:
    """The same for everybody from here on; what stands for it, None where it was loaded before."""
    if dear in sys.modules:
        return None
    stand_in = ModuleType(dear)

    def itself(asked: str) -> object:
        if asked.startswith("__"):  # Python asks each module whether it is a package
            raise AttributeError(asked)
        if sys.modules.get(dear) is stand_in:
            del sys.modules[dear]
        return getattr(import_module(dear), asked)

    vars(stand_in).update(parts, __getattr__=itself)
    sys.modules[dear] = stand_in
    return stand_in


def _without_its_python(name: str) -> None:
    """Load the part of a module that is in C alone, where Python up to 3.11 would do it over.

    `datetime` makes all of its classes in Python, and then has those of C take their names: 3 ms,
    and a fifth of a MiB that only a search for garbage gives back.
    """
    if name not in sys.modules and sys.version_info < (3, 12):
        found = vars(import_module(f"_{name}"))
        module = sys.modules[name] = ModuleType(name, found["__doc__"])
        public = {each: found[each] for each in found if not each.startswith("_")}
        vars(module).update(public, __all__=(*public,))


class _NodeVisitor:
    """`ast.NodeVisitor`, of which `inspect` up to Python 3.12 makes a class as it is loaded."""

    def visit(self, node: object) -> object:
        return import_module("ast").NodeVisitor.visit(self, node)

    def generic_visit(self, node: object) -> object:
        return import_module("ast").NodeVisitor.generic_visit(self, node)


def _schema(*given: object, **named: object) -> object:
    return import_module("msgspec._json_schema").schema(*given, **named)


def _schema_components(*given: object, **named: object) -> object:
    return import_module("msgspec._json_schema").schema_components(*given, **named)


def _quote_from_bytes(*given: object, **named: object) -> object:
    return import_module("urllib.parse").quote_from_bytes(*given, **named)


_FLAGS = {
    1: "OPTIMIZED", 2: "NEWLOCALS", 4: "VARARGS", 8: "VARKEYWORDS", 16: "NESTED", 32: "GENERATOR",
    64: "NOFREE", 128: "COROUTINE", 256: "ITERABLE_COROUTINE", 512: "ASYNC_GENERATOR",
}  # fmt: skip
"""`dis.COMPILER_FLAG_NAMES`, which `inspect` has a constant of for each."""

_ZONES = "/usr/share/zoneinfo:/usr/lib/zoneinfo:/usr/share/lib/zoneinfo:/etc/zoneinfo"
"""`sysconfig`'s TZPATH on Linux: one of the thousand answers of a Python's makefile."""

_without_its_python("datetime")
# The order matters: whoever imports a module of these first has made it heavy for all. asyncio and
# msgspec import `inspect` and `pathlib`, and `subprocess` is asyncio's.
with _later("ast", NodeVisitor=_NodeVisitor), _later("tokenize"), _later(
    "dis", COMPILER_FLAG_NAMES=_FLAGS
):  # to find a class in its source, to show a frame's place  # fmt: skip
    import_module("inspect")
with _later("locale"):  # for a child's output as text in the encoding of an old locale
    import_module("subprocess")
with _later("urllib.parse", quote_from_bytes=_quote_from_bytes):  # for a path as an address
    import_module("pathlib")
with _missing("ssl"), _later("asyncio.sslproto"):
    import_module("asyncio")
# uuid, to know systems whose identifiers differ, and evdev, to know where its devices lie.
_put_off("platform", system=lambda: "Linux")
with _missing("_uuid"):  # a C library for identifiers from an address and the time: none is made
    import_module("uuid")
with (
    _missing("typing_extensions"),
    _later("msgspec._json_schema", schema=_schema, schema_components=_schema_components),
    _later("msgspec.inspect"),  # both to describe types to others
):
    import_module("msgspec")
# argparse's words are said by process/usage.py; each of them would be looked for on the disk.
with _later("gettext", gettext=str, ngettext=lambda one, more, n: one if n == 1 else more):
    import_module("argparse")
_put_off("gettext")  # for a till in another language than the code's
_put_off("ipaddress")  # for a flashed box whose settings name its own
_put_off("zlib")  # for a catalogue on its way from or to the owner's console
with _later("sysconfig", get_config_var={"TZPATH": _ZONES}.get):
    import_module("zoneinfo")


def give_back() -> None:
    """Let asyncio's streams offer TLS after all, where somebody has imported `ssl` meanwhile.

    Two of its modules hold the name; the third, which makes more of it, is loaded when TLS begins.
    """
    found = sys.modules.get("ssl")
    for name in ("asyncio.base_events", "asyncio.selector_events") if found else ():
        vars(sys.modules[name])["ssl"] = found
