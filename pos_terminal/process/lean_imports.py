"""What the standard library and msgspec load and the terminal never uses: 6 MiB less while it runs.

Import this before anything else; `__main__` does, for every command.

asyncio imports `ssl` only to be able to offer TLS on its streams, and does without where it is
missing (`try: import ssl`, asyncio/sslproto.py). The till speaks TLS to nobody, and the agent only
once a service does: whoever needs it imports `ssl` as always, and `give_back` lets asyncio have it.
msgspec prefers the names of `typing_extensions`, where somebody has installed it, to the same ones
of `typing` (msgspec/_utils.py).

Two modules of the standard library import a third one for a function or two that hardly anybody
calls: `inspect` needs `ast` to find a class in its source, `urllib.parse` (and so `pathlib`) needs
`ipaddress` to check an address in brackets. They get it when they come to it.
"""

import sys
from importlib import import_module, reload
from types import ModuleType


def _import_without(dear: str, name: str) -> None:
    """Import a module that tries for a dear one: the try fails, as where that is missing."""
    if name in sys.modules or dear in sys.modules:
        return
    sys.modules[dear] = None  # type: ignore[assignment]
    try:
        import_module(name)
    finally:
        del sys.modules[dear]


def _import_before(dear: str, name: str, **parts: object) -> None:
    """Import a module that needs a dear one later, if ever: until then another stands for it.

    Its `parts` are what the module needs at once. Everybody else who imports the dear one gets it
    itself.
    """
    if name in sys.modules or dear in sys.modules:
        return
    sys.modules[dear] = stand_in = ModuleType(dear)
    vars(stand_in).update(parts, __getattr__=lambda asked: getattr(import_module(dear), asked))
    try:
        import_module(name)
    finally:
        del sys.modules[dear]


class _NodeVisitor:
    """`ast.NodeVisitor`, of which `inspect` up to Python 3.12 makes a class as it is loaded."""

    def visit(self, node: object) -> object:
        return import_module("ast").NodeVisitor.visit(self, node)

    def generic_visit(self, node: object) -> object:
        return import_module("ast").NodeVisitor.generic_visit(self, node)


# These first: asyncio and msgspec import `inspect` and `pathlib`, and would be too early for both.
_import_before("ast", "inspect", NodeVisitor=_NodeVisitor)
_import_before("ipaddress", "urllib.parse")
_import_without("ssl", "asyncio")
_import_without("typing_extensions", "msgspec")


def give_back() -> None:
    """Let asyncio's streams offer TLS after all, where somebody has imported `ssl` meanwhile.

    Three of its modules hold the name, one of them makes more of it while it is loaded.
    """
    found, held = sys.modules.get("ssl"), sys.modules["asyncio.sslproto"]
    if found is None or getattr(held, "ssl", None) is found:
        return
    for name in ("asyncio.base_events", "asyncio.selector_events"):
        vars(sys.modules[name])["ssl"] = found
    reload(held)
