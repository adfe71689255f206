"""Whoever publishes releases, for the tests of the image: a key, releases to try, a server."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pos_terminal.update import release
from tests.support.https_server import Got, https

ROOT = Path(__file__).parents[2]
BUILT = ROOT / "build/image"
KEYS = BUILT / "keys"
"""The key of the images under test: `make test-image` makes it."""

HOST = "10.0.2.2"
"""Where a guest of QEMU's finds this machine."""


def told(image: Path | str, change: str, to: str) -> None:
    """Change what the kernel of a boot partition is told, in its file or on a card (`card@@place`):
    each place that matches.
    """
    boot = "::/boot.cfg"
    command = ["mtype", "-i", image, boot]
    before = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    after = re.sub(change, to, before)
    assert after != before, before
    command = ["mcopy", "-o", "-i", image, "-", boot]
    subprocess.run(command, input=after.encode(), check=True)


class Publisher:
    """Signs releases with a key, and serves them by TLS; see `serving`."""

    def __init__(self, folder: Path) -> None:
        self._work, self._signed, self._served = (
            folder, folder / "signed", folder / "served",
        )  # fmt: skip
        self._served.mkdir(parents=True)

    def publish(self, version: str, options: str) -> None:
        """Publish the build as that version, whose kernel is told these options, too."""
        built = self._built(version)
        boot = built / "boot.img"
        shutil.copy(BUILT / "boot.img", boot)
        told(boot, r'pos\.version=[^" ]+', f"pos.version={version} {options}")
        (built / "system.img").symlink_to(BUILT / "system.img")
        self._sign(built, KEYS)
        self.serve()

    def small(self, version: str, *more: str, keys: Path = KEYS) -> Path:
        """Sign one that is nothing to start, for `serve`; its bundle."""
        built = self._built(version)
        for name in ("boot.img", "system.img"):
            # RAUC makes no bundle of less than a page, and zeros take no room in one.
            (built / name).write_bytes(os.urandom(65536))
        self._sign(built, keys, *more)
        return next(self._signed.glob("*.raucb"))

    def again(self) -> None:
        """Sign the manifest anew, with the time that it is now, for `serve`."""
        manifest = self._signed / release.MANIFEST
        if not manifest.exists():
            shutil.copy(self._served / release.MANIFEST, manifest)
        self._sign(self._work, KEYS, "--again")

    def serve(self) -> None:
        """Serve what was signed, the manifest last: whoever has read it finds the rest."""
        for pattern in ("*.raucb", release.SIGNATURE, release.MANIFEST):
            for file in self._signed.glob(pattern):
                file.replace(self._served / file.name)

    def _sign(self, built: Path, keys: Path, *more: str) -> None:
        subprocess.run(
            [sys.executable, "-m", "image.release", built, "--key", keys / "ca.key",
             "--certificate", keys / "ca.pem", "--out", self._signed, *more],
            cwd=ROOT, check=True,
        )  # fmt: skip

    @contextmanager
    def serving(self) -> Iterator[str]:
        """The manifest's address for a guest."""

        def answer(got: Got) -> tuple[int, bytes]:
            file = self._served / got.path.strip("/")
            return (200, file.read_bytes()) if file.is_file() else (404, b"")

        with https(self._certificate(), answer) as port:
            yield f"https://{HOST}:{port}/manifest.json"

    def _built(self, version: str) -> Path:
        built = self._work / f"built-{version}"
        built.mkdir()
        (built / "version").write_text(version)
        return built

    def _certificate(self) -> Path:
        """One by the keyring's authority: the only one that a box's agent can read."""
        key, asked, given = (self._work / f"tls.{each}" for each in ("key", "csr", "pem"))
        about = self._work / "tls.ext"
        about.write_text(
            f"subjectAltName=IP:{HOST}\nauthorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n"
            "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
        )
        commands: list[list[str | Path]] = [
            ["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
             "-subj", f"/CN={HOST}", "-keyout", key, "-out", asked],
            ["openssl", "x509", "-req", "-in", asked, "-CA", KEYS / "ca.pem", "-CAkey",
             KEYS / "ca.key", "-days", "365", "-extfile", about, "-out", given],
        ]  # fmt: skip
        for command in commands:
            subprocess.run(command, capture_output=True, check=True)
        both = self._work / "tls.both"
        both.write_bytes(key.read_bytes() + given.read_bytes())
        return both
