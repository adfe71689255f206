"""The certificate that is shown: made once, kept with the agent, made anew before it ends.

The interpreter's TLS takes certificates out of files alone; these never lie in one that has a name.
"""

import os
import ssl
from collections.abc import Sequence
from contextlib import closing
from hashlib import sha256

import apsw
import msgspec
from msgspec import Struct

from pos_service_console import child
from pos_terminal.storage.worker import Worker

SCHEMA = "CREATE TABLE certificate (names TEXT PRIMARY KEY, made BLOB NOT NULL) STRICT;"

MAKER = "pos_service_console.certificate"

RENEWED = 30 * 86_400_000_000
"""µs before its end at which a certificate is made anew."""

PATIENCE = 60.0
"""Seconds that a small board may take to make one."""


class Kept(Struct, frozen=True):
    """As certificate.Made: importing that module would load what it is kept apart for."""

    key: str
    leaf: str
    authority: str
    until: int

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the certificate, in hexadecimal, as browsers show it."""
        return sha256(ssl.PEM_cert_to_DER_cert(self.leaf)).hexdigest()


async def certificate(store: Worker, names: Sequence[str], now: int) -> Kept:
    """The one for these names, at so many µs UTC. OSError or ValueError where none can be made."""
    key = " ".join(names)
    found = await store.do(
        lambda db: db.execute("SELECT made FROM certificate WHERE names = ?", (key,)).get
    )
    if found is not None:
        kept = msgspec.json.decode(found, type=Kept)
        if now < kept.until - RENEWED:
            return kept
    made = await child.output(MAKER, *names, patience=PATIENCE)

    def keep(db: apsw.Connection) -> None:
        db.execute("INSERT OR REPLACE INTO certificate VALUES (?, ?)", (key, made))

    await store.do(keep)
    return msgspec.json.decode(made, type=Kept)


def context(kept: Kept) -> ssl.SSLContext:
    """TLS 1.3 or 1.2 with that certificate."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    file = os.memfd_create("certificate", os.MFD_CLOEXEC)
    with closing(os.fdopen(file, "wb")) as written:
        written.write(f"{kept.key}{kept.leaf}{kept.authority}".encode())
        written.flush()
        made.load_cert_chain(f"/proc/self/fd/{file}")
    return made
