"""asyncio without OpenSSL: 4.5 MiB less while the terminal runs. Import this before asyncio.

asyncio imports `ssl` only to be able to offer TLS on its streams, and does without where it is
missing (`try: import ssl`, asyncio/sslproto.py). The terminal's own process speaks TLS to nobody.
Whoever does may import `ssl` as always; only asyncio's streams go without it.
"""

import sys

if "asyncio" not in sys.modules and "ssl" not in sys.modules:
    sys.modules["ssl"] = None  # type: ignore[assignment]  # an import of it fails, as if missing
    try:
        import asyncio  # noqa: F401
    finally:
        del sys.modules["ssl"]
