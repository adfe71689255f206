"""Time stamps of every make: certificates by `cryptography`, signed by OpenSSL's `cms`.

OpenSSL's `ts` makes what is stamped. That alone signs as PKCS #7 knows it, without RSA-PSS.
"""

import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from shutil import which

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.needs import need

STAMPING = (ExtendedKeyUsageOID.TIME_STAMPING,)
SETTINGS = """
[stamps]
serial=serial
signer_digest=sha256
default_policy=1.2.3.4.1
digests=sha256
"""
TIME = b"\x18\x0f"
"""The tag and length of a GeneralizedTime with whole seconds (X.690)."""

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class Maker:
    """Certificates by their names, and stamps that they sign, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        need(which("openssl") is not None, "openssl", "apt-get install openssl")
        folder.mkdir()
        self._folder = folder
        self._keys: dict[str, Key] = {}
        (folder / "ts.cnf").write_text(SETTINGS)
        (folder / "serial").write_text("01\n")

    def pem(self, name: str) -> bytes:
        return (self._folder / f"{name}.pem").read_bytes()

    def certificate(
        self,
        name: str,
        by: str = "",
        *,
        key: Key | None = None,
        ca: bool = False,
        uses: Sequence[x509.ObjectIdentifier] = (),
        critical: bool = True,
        ends: int = 2040,
    ) -> None:
        """One that is signed by another, or by itself."""
        key = self._keys[name] = key or ec.generate_private_key(ec.SECP256R1())
        made = (
            x509.CertificateBuilder()
            .subject_name(_named(name))
            .issuer_name(_named(by or name))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
            .not_valid_after(datetime(ends, 1, 1, tzinfo=UTC))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        if uses:
            made = made.add_extension(x509.ExtendedKeyUsage(uses), critical=critical)
        signed = made.sign(self._keys[by or name], hashes.SHA256())
        (self._folder / f"{name}.pem").write_bytes(signed.public_bytes(Encoding.PEM))
        plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (self._folder / f"{name}.key").write_bytes(plain)

    def stamp(
        self,
        text: bytes,
        signer: str,
        chain: Sequence[str] = (),
        options: Sequence[str] = (),
        *,
        at: datetime | None = None,
        names_signer: bool = True,
        kind: str = "1.2.840.113549.1.9.16.1.4",
    ) -> bytes:
        """A token over that text, with these certificates beside the signer's."""
        (self._folder / "info").write_bytes(self._info(text, signer, at))
        (self._folder / "chain").write_bytes(b"".join(map(self.pem, chain)))
        beside = ["-certfile", "chain"] if chain else []
        names = ["-cades"] if names_signer else []
        return self._openssl(
            "cms", "-sign", "-binary", "-nodetach", "-in", "info", "-econtent_type", kind, *names,
            "-signer", f"{signer}.pem", "-inkey", f"{signer}.key", *beside, *options,
            "-outform", "DER",
        )  # fmt: skip

    def _info(self, text: bytes, signer: str, at: datetime | None) -> bytes:
        (self._folder / "text").write_bytes(text)
        self._openssl("ts", "-query", "-data", "text", "-sha256", "-cert", "-out", "q")
        self.certificate("any", key=self._keys[signer], uses=STAMPING)
        self._openssl(
            "ts", "-reply", "-config", "ts.cnf", "-section", "stamps", "-queryfile", "q",
            "-signer", "any.pem", "-inkey", f"{signer}.key", "-token_out", "-out", "token",
        )  # fmt: skip
        info = self._openssl("cms", "-verify", "-noverify", "-inform", "DER", "-in", "token")
        if at is None:
            return info
        place = info.index(TIME) + len(TIME)
        return info[:place] + at.strftime("%Y%m%d%H%M%SZ").encode() + info[place + 15 :]

    def accepted_by_openssl(self, stamp: bytes, authority: str, at: datetime) -> bool:
        """Whether OpenSSL's `cms`, asked for stamps, takes its signature."""
        (self._folder / "token").write_bytes(stamp)
        words = ["-inform", "DER", "-in", "token", "-CAfile", f"{authority}.pem"]
        when = ["-attime", str(int(at.timestamp())), "-purpose", "timestampsign", "-partial_chain"]
        done = subprocess.run(
            ["openssl", "cms", "-verify", *words, *when, "-out", "info"],
            cwd=self._folder, capture_output=True, check=False,
        )  # fmt: skip
        return done.returncode == 0

    def _openssl(self, *words: str) -> bytes:
        done = subprocess.run(
            ["openssl", *words], cwd=self._folder, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
