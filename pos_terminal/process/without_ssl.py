"""asyncio without OpenSSL: 4.5 MiB less while the terminal runs. Import this before asyncio.

asyncio imports `ssl` only to be able to offer TLS on its streams, and does without where it is
missing (`try: import ssl`, asyncio/sslproto.py). The till speaks TLS to nobody, and the agent only
once a service does: whoever needs it imports `ssl` as always, and `give_back` lets asyncio have it.
"""

import sys
from importlib import reload

if "asyncio" not in sys.modules and "ssl" not in sys.modules:
    sys.modules["ssl"] = None  # type: ignore[assignment]  # an import of it fails, as if missing
    try:
        import asyncio  # noqa: F401
    finally:
        del sys.modules["ssl"]


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
