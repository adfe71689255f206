"""Alerts on the box, set up as their page says, and the mails that come of a dead till."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path

from tests.qemu.machine import PATIENCE
from tests.support.mail_server import PASSWORD, MailServer, certificate
from tests.systemd.box import Box
from tests.systemd.readme import ROOT, blocks

PAGE = ROOT / "docs/plugins/alerts.md"
TITLE = "# alerts: failures by email"
RECIPIENTS = ("patron@example.org", "technicien@example.org")
TO_HOST = "/run/systemd/system/smtps"


@asynccontextmanager
async def smtp(box: Box) -> AsyncIterator[MailServer]:
    """The page's smtp.example.org: on the box's loopback, port 465, with TLS.

    Who listens there is systemd itself, which hands each connection on to this process.
    """
    with tempfile.TemporaryDirectory() as folder:
        server = MailServer(certificate(Path(folder)))
        public = server.pem.read_text().partition("-----END PRIVATE KEY-----\n")[2]
        async with server.up():
            listens = "[Socket]\nListenStream=127.0.0.1:465\n"
            hands_on = "/lib/systemd/systemd-socket-proxyd 10.0.2.2"
            serves = f"[Service]\nExecStart={hands_on}:{server.port}\n"
            for path, text in {
                "/etc/ssl/certs/ca-certificates.crt": public,
                f"{TO_HOST}.socket": listens,
                f"{TO_HOST}.service": serves,
            }.items():
                await box.sh(f"mkdir -p $(dirname {path}); cat >{path} <<'END'\n{text}END\n")
            await box.sh("echo 127.0.0.1 smtp.example.org >>/etc/hosts")
            await box.sh("systemctl daemon-reload && systemctl start smtps.socket")
            yield server


async def set_up(box: Box) -> None:
    """Type the page's settings and commands; the password is what its first command waits for."""
    settings = blocks(PAGE, TITLE, "toml")[0]
    file = "/etc/pos-terminal/terminal.toml"
    await box.sh(f"sed -i '/^\\[agent]/,/^services/d' {file}")
    await box.sh(f"cat >>{file} <<'END'\n\n{settings}END\n")
    (commands,) = blocks(PAGE, TITLE, "sh")
    printed = await box.technician(f"{{\n{commands}}} <<<'{PASSWORD}'")
    assert "l'essai est parti" in printed, printed


async def of_the_till(server: MailServer, mark: str) -> dict[str, EmailMessage]:
    """The one mail on the till with that mark, for each who is to have it; AssertionError if it is
    not the only one.

    A server that took a mail whose sender died before it knew may get it again, by the same id.
    """

    def found() -> dict[str, dict[str, EmailMessage]]:
        mails = [each for each in server.mails if f"[{mark} C-141]" in str(each["Subject"])]
        return {
            who: {str(each["Message-ID"]): each for each in mails if each["To"] == who}
            for who in RECIPIENTS
        }

    await server.until(lambda _: all(found().values()), PATIENCE)
    assert all(len(each) == 1 for each in found().values()), server.subjects
    return {who: next(iter(each.values())) for who, each in found().items()}
