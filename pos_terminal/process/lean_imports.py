"""asyncio without OpenSSL, msgspec without typing_extensions: 5 MiB less while the terminal runs.

Import this before either. asyncio imports `ssl` only to be able to offer TLS on its streams, and
does without where it is missing (`try: import ssl`, asyncio/sslproto.py). The till speaks TLS to
nobody, and the agent only once a service does: whoever needs it imports `ssl` as always, and
`give_back` lets asyncio have it. msgspec prefers the names of `typing_extensions`, where somebody
has installed it, to the same ones of `typing` (msgspec/_utils.py).
"""

import sys
from importlib import import_module, reload


def _import_without(dear: str, name: str) -> None:
    """Import a module that tries for a dear one: the try fails, as where that is missing."""
    if name in sys.modules or dear in sys.modules:
        return
    sys.modules[dear] = None  # type: ignore[assignment]
    try:
        import_module(name)
    finally:
        del sys.modules[dear]


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
