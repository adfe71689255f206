"""Debian's postfix as an instance of its own on loopback: it touches nothing of the machine's."""

import asyncio
import os
import pwd
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from tests.needs import need

POSTFIX = "/usr/sbin/postfix"

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = mail.example.org
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mydestination =
virtual_mailbox_domains = example.org
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = inline:{{ patron@example.org=patron/ }}
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
smtpd_relay_restrictions = permit_mynetworks reject
smtpd_recipient_restrictions = reject_unlisted_recipient permit
smtpd_tls_chain_files = {pem}
smtpd_tls_session_cache_database =
"""
MASTER = """
127.0.0.1:{port} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """The instance in that folder. Its mailboxes are Maildirs."""

    def __init__(self, folder: Path, pem: Path) -> None:
        need(os.geteuid() == 0, "root, who may start postfix,", "sudo make test")
        need(shutil.which(POSTFIX) is not None, POSTFIX, "apt-get install postfix")
        self._folder, user = folder, pwd.getpwnam("postfix")
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        for name in ("etc", "spool", "data", "mail"):
            (folder / name).mkdir()
        for name in ("data", "mail"):
            os.chown(folder / name, user.pw_uid, user.pw_gid)
        facts = {"folder": folder, "pem": pem, "uid": user.pw_uid, "gid": user.pw_gid}
        (folder / "etc" / "main.cf").write_text(MAIN.format(**facts))
        (folder / "etc" / "master.cf").write_text(MASTER.format(port=self.port))

    async def _call(self, *words: str) -> None:
        called = await asyncio.create_subprocess_exec(
            POSTFIX, "-c", self._folder / "etc", *words,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        said, _ = await called.communicate()
        log = self._folder / "log"
        told = log.read_text() if log.exists() else ""
        assert called.returncode == 0, f"{said.decode()}\n{told}"

    @asynccontextmanager
    async def up(self) -> AsyncIterator[None]:
        """While it runs."""
        await self._call("start")
        try:
            yield
        finally:
            await self._call("stop")

    def mails(self, name: str = "patron") -> list[EmailMessage]:
        """What lies in that mailbox, the oldest first."""
        files = (self._folder / "mail" / name / "new").glob("*")
        found = sorted(files, key=lambda file: file.stat().st_mtime_ns)
        return [message_from_bytes(file.read_bytes(), policy=SMTP) for file in found]
