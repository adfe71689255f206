"""A real mail server on loopback, with TLS and a login, that a test has refuse, hang or drop."""

import asyncio
import base64
import ssl
import warnings
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

OWNER = "patron@example.org"
USER, PASSWORD = "caisse@example.org", "hunter2-soleil"


def certificate(folder: Path, *, valid_from: int = 2020, until: int = 2120) -> Path:
    """A certificate for 127.0.0.1 and smtp.example.org that vouches for itself between those years;
    with its key.
    """
    path = folder / f"{valid_from}-{until}.pem"
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example.org")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(valid_from, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(until, 1, 1, tzinfo=UTC))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.IPAddress(ip_address("127.0.0.1")), x509.DNSName("smtp.example.org")]
            ),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(plain + made.public_bytes(pem))
    return path


class MailServer:
    """What it received, in order. `answers` are taken first, one for each mail: a reply of SMTP,
    or None to drop the line once the mail was taken.
    """

    def __init__(self, pem: Path, *, starttls: bool = False) -> None:
        self.port = 0
        self.pem = pem
        self.starttls = starttls
        self.password = PASSWORD
        self.token = ""
        self.raw: list[bytes] = []
        self.ids: Counter[str] = Counter()
        self.to: list[str] = []
        self.answers: list[str | None] = []
        self.refuses: dict[str, str] = {}
        self.thinks = 0.0  # seconds over a mail, before it says that it has it
        self.news = asyncio.Event()
        self._links: set[asyncio.Transport] = set()

    @property
    def mails(self) -> list[EmailMessage]:
        """What it has taken, read."""
        return [message_from_bytes(each, policy=POLICY) for each in self.raw]

    @property
    def subjects(self) -> list[str]:
        return [str(mail["Subject"]) for mail in self.mails]

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        right = isinstance(data, LoginPassword) and data.password.decode() == self.password
        return AuthResult(success=right, handled=right)

    @asynccontextmanager
    async def up(self) -> AsyncIterator[None]:
        """While it listens; at the end every connection is cut."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.pem)
        loop = asyncio.get_running_loop()
        made: list[SMTP] = []

        def session() -> SMTP:
            more: dict[str, Any] = {"tls_context": context, "require_starttls": True}
            with warnings.catch_warnings():
                # It warns of a login without STARTTLS, and does not see the TLS below it.
                warnings.simplefilter("ignore")
                server = SMTP(
                    _Handler(self), hostname="mail.example.org", auth_required=True,
                    auth_require_tls=self.starttls, authenticator=self.authenticate, loop=loop,
                    **(more if self.starttls else {}),
                )  # fmt: skip
            made.append(server)
            return server

        tls = None if self.starttls else context
        server = await loop.create_server(session, "127.0.0.1", self.port, ssl=tls)
        self.port = server.sockets[0].getsockname()[1]
        try:
            async with server:
                yield
        finally:
            for each in made:
                _abort(each)
                task = each._handler_coroutine
                if task:
                    task.cancel()
                    await asyncio.gather(task, return_exceptions=True)

    async def until(self, wanted: Callable[["MailServer"], object], patience: float = 30) -> None:
        """Once it has what is wanted."""
        async with asyncio.timeout(patience):
            while not wanted(self):
                self.news.clear()
                try:
                    async with asyncio.timeout(0.2):
                        await self.news.wait()
                except TimeoutError:
                    continue


class _Handler:
    """What aiosmtpd asks. It looks at each attribute of this for every connection, so the server's
    own, which read all mails, stay apart.
    """

    def __init__(self, owner: MailServer) -> None:
        self._owner = owner

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        """Google's and Microsoft's way: a token in place of a password."""
        shown = base64.b64decode(args[1]).decode()
        right = shown == f"user={USER}\x01auth=Bearer {self._owner.token}\x01\x01"
        return AuthResult(success=right, handled=right)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        if address in self._owner.refuses:
            return self._owner.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self._owner.answers.pop(0) if self._owner.answers else "250 taken"
        await asyncio.sleep(self._owner.thinks)
        if answer is None or answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self._owner.raw.append(envelope.content)
            id = envelope.content.partition(b"\r\nMessage-ID: ")[2].split()[0]
            self._owner.ids[id.decode()] += 1
            self._owner.to += envelope.rcpt_tos
            self._owner.news.set()
        if answer is None:
            _abort(server)
            return "250 nobody hears it"
        return answer


def table(server: MailServer, *recipients: dict[str, Any], **more: object) -> dict[str, Any]:
    """`[service.alerts]` for that server; one recipient, who hears of everything, by default."""
    return {
        "server": "127.0.0.1", "port": server.port, "user": USER, "sender": USER,
        "ca": str(server.pem), "security": "starttls" if server.starttls else "tls",
        "recipients": list(recipients) or [{"address": OWNER}], "digest": "", **more,
    }  # fmt: skip


def _abort(server: SMTP) -> None:
    if isinstance(server.transport, asyncio.Transport):
        server.transport.abort()


def parts(mail: EmailMessage) -> tuple[str, str]:
    """The text and the HTML of a mail."""
    found = [mail.get_body(("plain",)), mail.get_body(("html",))]
    text, html = (part.get_content() if part else "" for part in found)
    return text, html
