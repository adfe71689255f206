"""A flashed box on scratch files, and whoever signs releases for it with openssl."""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pos_terminal.domain import faults
from pos_terminal.domain.faults import Failure
from pos_terminal.update import choice
from pos_terminal.update.box import Box
from pos_terminal.update.choice import Choice
from tests.needs import need


class Flashed(Box):
    """A box on scratch files, whose slots are files, and which `start` starts."""

    def __init__(self, root: Path, loader: str = "grub") -> None:
        super().__init__(root)
        self.root = root
        self._told_by = loader
        self.restarted = 0
        self.worn = self.cut = False
        self.slots = {"a": "1.0", "b": "1.0"}
        for each in (self.config, self.own, self.news, self.request, self.keyring.parent):
            each.mkdir(parents=True)
        (root / "etc/rauc/system.conf").write_text("[system]\ncompatible=pos-terminal-amd64\n")
        for folder in ("proc", "run/pos-boot"):
            (root / folder).mkdir(parents=True)
        self.starts("a")
        self.loader.overwrite(self.choice, Choice("a"))

    @property
    def chosen(self) -> Choice:
        """What the loader is told."""
        return self.loader.read(self.choice)

    def starts(self, slot: str) -> None:
        """What loader and initrd leave of a start of that slot."""
        (self.root / "proc/cmdline").write_text(f"quiet pos.version={self.slots[slot]}\n")
        told = f"SLOT={slot}\nLOADER={self._told_by}\n"
        (self.root / "run/pos-boot/started").write_text(told)

    def start(self) -> None:
        """As they do it: a trial once, then what is known."""
        known = self.chosen
        self.loader.overwrite(self.choice, Choice(known.slot))
        self.starts(known.trial or known.slot)

    @contextmanager
    def writable(self) -> Iterator[None]:
        if self.cut:
            raise KeyboardInterrupt
        yield

    def install(self, bundle: Path) -> None:
        if self.worn:
            raise Failure(faults.UPDATE_FAILED, "rauc: input/output error")
        self.slots[choice.other(self.slot)] = bundle.read_text()

    def restart(self) -> None:
        self.restarted += 1


class Publisher:
    """Whoever has a key, and signs releases with it."""

    def __init__(self, folder: Path) -> None:
        need(shutil.which("openssl") is not None, "openssl", "apt-get install openssl")
        folder.mkdir()
        self.key, self.certificate = folder / "key.pem", folder / "certificate.pem"
        self._run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                  "-subj", "/CN=releases", "-keyout", self.key,
                  "-out", self.certificate)  # fmt: skip

    def publish(self, folder: Path, version: str, **other: object) -> None:
        """Put a release of that version into a folder."""
        (folder / "it.raucb").write_text(version)
        told: dict[str, object] = {
            "compatible": "pos-terminal-amd64", "version": version, "bundle": "it.raucb",
            "signed": "2026-11-30T10:00:00+00:00", "size": len(version),
            "sha256": hashlib.sha256(version.encode()).hexdigest(),
        }  # fmt: skip
        manifest = folder / "manifest.json"
        manifest.write_text(json.dumps(told | other))
        self._run("cms", "-sign", "-binary", "-outform", "DER", "-in", manifest, "-signer",
                  self.certificate, "-inkey", self.key,
                  "-out", folder / "manifest.json.sig")  # fmt: skip

    def _run(self, *words: str | Path) -> None:
        subprocess.run(["openssl", *words], capture_output=True, check=True)
