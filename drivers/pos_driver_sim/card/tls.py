"""The wire of machines that are spoken to over TLS: a port on loopback, and a certificate.

async with TlsTerminal(NexoEnd(), folder) as end:
    ...  # a device with end.settings
"""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pos_driver_sim.card.http import HttpEnd
from pos_driver_sim.card.wires import Caller


class TlsTerminal:
    """A machine that listens, with the certificate of its `folder`, where its secrets lie as well.

    Several may call at once: an order has a line, and a question another.
    """

    def __init__(self, machine: HttpEnd, folder: Path) -> None:
        self.machine = machine
        self._folder = folder
        self._server: asyncio.Server | None = None
        self._port = 0
        self._callers: set[Caller] = set()
        self._last: Caller | None = None
        self.fingerprint = ""
        self.renew()
        for name, text in machine.secrets.items():
            path = folder / name
            path.write_text(text)
            path.chmod(0o600)

    @property
    def settings(self) -> dict[str, object]:
        """The configuration table with which the driver reaches it."""
        table = self.machine.table
        where = {"host": "127.0.0.1", "port": self._port, "fingerprint": self.fingerprint}
        named = {"nexo-passphrase": "passphrase", "cashdro-password": "password"}
        secrets = {named[name]: str(self._folder / name) for name in self.machine.secrets}
        return {"driver": self.machine.driver, **table, **where, **secrets}

    def renew(self) -> None:
        """A certificate of its own, for whoever calls from now on. Its dates are long past."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "terminal")])
        past = datetime(2001, 1, 1, tzinfo=UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(past)
            .not_valid_after(past + timedelta(days=1))
            .sign(key, hashes.SHA256())
        )
        der = made.public_bytes(serialization.Encoding.DER)
        self.fingerprint = sha256(der).hexdigest()
        text = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        both = self._folder / "terminal.pem"
        both.write_bytes(text + made.public_bytes(serialization.Encoding.PEM))
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(both)

    async def __aenter__(self) -> Self:
        await self.replug()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.unplug()
        self.machine.power_cycle()  # no timer of it outlives it

    async def unplug(self) -> None:
        """Cut all lines, and refuse callers."""
        if self._server is not None:
            server, self._server = self._server, None
            server.close()
            for caller in [*self._callers]:
                caller.abort()
            await server.wait_closed()

    async def replug(self) -> None:
        """Listen again, at the same place."""
        if self._server is None:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(
                lambda: Caller(self), "127.0.0.1", self._port, ssl=self._context
            )
            self._port = self._server.sockets[0].getsockname()[1]

    def called(self, caller: Caller) -> None:
        """A till has connected."""
        self._callers.add(caller)
        if self._server is None:
            caller.abort()

    def said(self, caller: Caller, data: bytes) -> None:
        """Bytes of one of them."""
        if self._last is not caller:
            self._last = caller
            self.machine.called(caller.send, caller.abort)
        self.machine.received(data)

    def left(self, caller: Caller) -> None:
        """It has hung up."""
        self._callers.discard(caller)
        if self._last is caller:
            self._last = None
            self.machine.lost()
