"""What a publisher's machine signs is what a box believes, and RAUC too."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from pos_terminal.domain.faults import Failure
from pos_terminal.update import offer
from tests.needs import need

KEYS = Path(__file__).with_name("keys")
VERSION = "0.2.0.202611300941"


def made_keys(folder: Path) -> tuple[Path, Path]:
    """A key and its certificate, as `make test-image` has them."""
    subprocess.run([KEYS, folder], check=True)
    return folder / "ca.key", folder / "ca.pem"


@pytest.mark.deep  # RAUC comes with `make test-image`
def test_a_release_is_signed_by_one_and_believed_by_the_other(tmp_path: Path) -> None:
    for tool, package in (("rauc", "rauc"), ("mksquashfs", "squashfs-tools")):
        need(shutil.which(tool) is not None, tool, f"apt-get install {package}")
    built, out, own = (tmp_path / name for name in ("built", "out", "own"))
    for folder in (built, out, own):
        folder.mkdir()
    for name in ("boot.img", "system.img"):
        (built / name).write_bytes(name.encode() * 4096)
    (built / "version").write_text(f"{VERSION}\n")
    key, certificate = made_keys(tmp_path / "keys")

    def released(*more: str) -> None:
        command = [sys.executable, "-m", "image.release", str(built), "--key", str(key),
                   "--certificate", str(certificate), "--out", str(out), *more]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True)

    released()
    manifest = offer.verified(out, own, certificate)
    assert (manifest.version, manifest.compatible) == (VERSION, "pos-terminal-amd64")
    assert {path.name for path in out.iterdir()} == {
        manifest.bundle, "manifest.json", "manifest.json.sig",
    }  # fmt: skip
    bundle = offer.bundle(out, own, manifest)
    ask = ["rauc", "info", f"--keyring={certificate}", "--output-format=json", str(bundle)]
    told = json.loads(subprocess.run(ask, check=True, capture_output=True).stdout)
    assert (told["version"], told["compatible"]) == (VERSION, "pos-terminal-amd64")
    assert sorted(name for image in told["images"] for name in image) == ["boot", "system"]

    released("--again")
    again = offer.verified(out, own, certificate)
    assert again == replace(manifest, signed=again.signed) and again.signed >= manifest.signed
    foreign = made_keys(tmp_path / "foreign")[1]
    with pytest.raises(Failure) as error:
        offer.verified(out, own, foreign)
    assert error.value.fault.code == "B-171"
