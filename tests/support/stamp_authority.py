"""An authority that stamps times: OpenSSL's `ts` behind HTTPS on loopback, with a CA of its own."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which

from tests.needs import need
from tests.support.https_server import Got, https
from tests.support.mail_server import certificate

SETTINGS = """
[tsa]
extendedKeyUsage=critical,timeStamping
[stamps]
serial={folder}/serial
signer_cert={folder}/tsa.pem
signer_key={folder}/tsa.key
signer_digest=sha256
default_policy=1.2.3.4.1
digests=sha256
ess_cert_id_alg=sha256
"""


class Authority:
    """`ca` is the file that a shop's settings name, `answer` what a request gets."""

    def __init__(self, folder: Path) -> None:
        need(which("openssl") is not None, "openssl", "apt-get install openssl")
        folder.mkdir()
        self.folder = folder
        self.ca = folder / "ca.pem"
        self.pem = certificate(folder)
        self.port = 0
        (folder / "serial").write_text("01\n")
        (folder / "ts.cnf").write_text(SETTINGS.format(folder=folder))
        new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        root = ["-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=CA"]
        self._openssl("req", "-x509", *new, *root)
        self._openssl("req", *new, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=TSA")
        self._openssl(
            "x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
            "-CAcreateserial", "-out", "tsa.pem", "-extfile", "ts.cnf", "-extensions", "tsa",
        )  # fmt: skip

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}/tsr"

    def answer(self, request: bytes) -> bytes:
        (self.folder / "q").write_bytes(request)
        config = ["-config", "ts.cnf", "-section", "stamps"]
        self._openssl("ts", "-reply", *config, "-queryfile", "q", "-out", "r")
        return (self.folder / "r").read_bytes()

    def _openssl(self, *words: str) -> None:
        done = subprocess.run(
            ["openssl", *words], cwd=self.folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    @contextmanager
    def up(self) -> Iterator[None]:
        with https(self.pem, self._answer, self.port) as self.port:
            yield

    def _answer(self, got: Got) -> tuple[int, bytes]:
        right = got.headers["content-type"] == "application/timestamp-query"
        return (200, self.answer(got.body)) if right else (415, b"")
