"""Delivers a mail by SMTP: encrypted, or not at all."""

import ssl
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from pos_service_alerts.oauth import LoginRefused, Tokens
from pos_service_alerts.settings import AlertsSettings, Login, Security, address_of
from pos_terminal.agent import certificates
from pos_terminal.agent.delivery import DeliveryRules, Message
from pos_terminal.agent.outbox import NotDelivered, Rejected
from pos_terminal.agent.world import Agent
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Fault

PATIENCE = 20.0
"""Seconds for each answer of the server. Who scans mails for viruses takes ten."""

RULES = DeliveryRules(patience=120)
"""An attempt has half a dozen answers to wait for."""

SUBJECT = "mail"

ABOUT_MAIL = (faults.MAIL_WAITS, faults.MAIL_CERTIFICATE, faults.MAIL_LOGIN)

NOT_YET_VALID, EXPIRED = 9, 10
"""OpenSSL's X509_V_ERR_CERT_NOT_YET_VALID and _HAS_EXPIRED (x509_vfy.h)."""


class Mailer:
    """Sends for all recipients; each attempt is a connection of its own."""

    def __init__(
        self,
        agent: Agent,
        settings: AlertsSettings,
        tokens: Tokens,
        patience: float = PATIENCE,
    ) -> None:
        self._agent = agent
        self._settings = settings
        self._tokens = tokens
        self._numbers = {each.address: n for n, each in enumerate(settings.recipients, 1)}
        self._patience = patience
        self._tls = ssl.create_default_context(cafile=settings.ca or None)

    async def send(self, message: Message) -> None:
        """Send it. NotDelivered: later; Rejected: the address is none, or the mail is not taken."""
        to = address_of(message.topic)
        # Of its own recipient: what another one's server takes says nothing of this address.
        whose = f"{SUBJECT} {self._numbers.get(to, 0)}"
        try:
            await self._send(to, message.body)
        except SMTPRecipientsRefused as error:
            raise self._refused(error.recipients[0], whose) from error
        except (SMTPAuthenticationError, LoginRefused) as error:
            raise self._later(faults.MAIL_LOGIN, error) from error
        except SMTPResponseException as error:
            if error.code >= 500:
                self._agent.incidents.report(whose, faults.MAIL_ADDRESS, self._said(error))
                raise Rejected(self._said(error)) from error
            raise self._later(faults.MAIL_WAITS, error) from error
        except NotDelivered as error:  # no token was given
            raise self._later(faults.MAIL_WAITS, error) from error
        except (SMTPException, OSError) as error:
            raise self._later(*self._why(error)) from error
        for fault in ABOUT_MAIL:
            self._agent.incidents.recover(SUBJECT, fault)
        self._agent.incidents.recover(whose, faults.MAIL_ADDRESS)

    async def _send(self, to: str, mail: bytes) -> None:
        settings = self._settings
        server = SMTP(
            hostname=settings.server,
            port=settings.port,
            use_tls=settings.security is Security.TLS,
            start_tls=settings.security is Security.STARTTLS,
            tls_context=self._tls,
            local_hostname=settings.domain,
            timeout=self._patience,
        )
        try:
            await server.connect()
            until = certificates.ends(server.get_transport_info("peercert"))
            certificates.judge(self._agent.incidents, self._agent.clock, SUBJECT, until)
            await self._sign_on(server)
            await server.sendmail(settings.sender, [to], mail)
            with suppress(SMTPException, OSError):  # it is delivered, however they part
                await server.quit()
        finally:
            # Not `async with`: that says goodbye after a cancellation, too, and may lose it.
            server.close()

    async def _sign_on(self, server: SMTP) -> None:
        """Show who it is, with a secret that is read anew each time: it may have been changed."""
        user = self._settings.user
        if self._settings.login is Login.PASSWORD:
            await server.login(user, self._agent.secret("alerts-password"))
        elif self._settings.login is Login.XOAUTH2:
            token = await self._tokens.access()
            try:
                await server.auth_xoauth2(user, token)
            except SMTPAuthenticationError:
                self._tokens.forget(token)
                raise

    def _refused(self, error: SMTPRecipientRefused, whose: str) -> Exception:
        """5xx: that address will never take a mail; 4xx: later (greylisting, a full mailbox)."""
        if error.code < 500:
            return self._later(faults.MAIL_WAITS, error)
        self._agent.incidents.report(whose, faults.MAIL_ADDRESS, self._said(error))
        return Rejected(self._said(error))

    def _why(self, error: BaseException) -> tuple[Fault, object]:
        """Which fault it is, and what is to be said of it."""
        bad = next((each for each in _causes(error) if isinstance(each, ssl.SSLError)), None)
        if not isinstance(bad, ssl.SSLCertVerificationError):
            return faults.MAIL_WAITS, bad or error
        if bad.verify_code in (NOT_YET_VALID, EXPIRED):
            now = datetime.fromtimestamp(self._agent.clock.utc() / 1e6, UTC)
            return faults.MAIL_CERTIFICATE, f"{bad.verify_message}, {now:%Y-%m-%d %H:%M} UTC"
        return faults.MAIL_CERTIFICATE, bad.verify_message

    def _later(self, fault: Fault, error: object) -> NotDelivered:
        """Say that mails wait, and why: one cause at a time."""
        said = self._said(error)
        for each in ABOUT_MAIL:
            if each is not fault:
                self._agent.incidents.recover(SUBJECT, each)
        self._agent.incidents.report(SUBJECT, fault, said)
        return NotDelivered(said)

    def _said(self, error: object) -> str:
        """One line without secrets: a server may repeat what it was sent."""
        if isinstance(error, SMTPResponseException):
            error = f"{error.code} {error.message}"
        words = " ".join(str(error).split()) or type(error).__name__
        return self._agent.redacted(self._tokens.scrubbed(words))[:200]


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
