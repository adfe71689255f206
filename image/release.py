"""`python -m image.release FOLDER --key K --certificate C`: sign what an image was made of.

FOLDER is what `python -m image` has left: boot.img, system.img, version. Run where the key is, a
machine without network; the tools are the system's own (rauc, squashfs-tools, openssl). What comes
out (a bundle, its manifest and the manifest's signature) goes to any web server: nobody need trust
that one. `--again` signs the manifest anew, with today's date, so that boxes see that it lives.
"""

import argparse
import hashlib
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec.structs import replace

from pos_terminal.update import release
from pos_terminal.update.release import MANIFEST, SIGNATURE, Manifest


def main() -> int:
    """Exit 0 with the three files."""
    arguments = _arguments()
    if arguments.again:
        manifest = release.parse((arguments.out / MANIFEST).read_bytes())
    else:
        manifest = bundle(arguments)
    sign(replace(manifest, signed=_now()), arguments)
    print(arguments.out / MANIFEST)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m image.release", description=__doc__)
    parser.add_argument("folder", type=Path, help="what python -m image has left")
    parser.add_argument("--key", type=Path, required=True, help="the release key, PEM")
    parser.add_argument("--certificate", type=Path, required=True, help="its certificate, PEM")
    parser.add_argument("--out", type=Path, required=True, help="the folder for the three files")
    parser.add_argument("--architecture", default="amd64", help="for which boards")
    parser.add_argument("--again", action="store_true", help="sign the manifest in --out anew")
    return parser.parse_args()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def bundle(given: argparse.Namespace) -> Manifest:
    """Make the bundle; CalledProcessError with what a tool said."""
    compatible = f"pos-terminal-{given.architecture}"
    version = (given.folder / "version").read_text().strip()
    content = given.out / "content"
    content.mkdir(parents=True)
    images = ("boot", "system")
    for each in images:
        # No link: --out may be a stick, and the folder is on another disk.
        shutil.copyfile(given.folder / f"{each}.img", content / f"{each}.img")
    described = f"[update]\ncompatible={compatible}\nversion={version}\n\n[bundle]\nformat=verity\n"
    described += "".join(f"\n[image.{each}]\nfilename={each}.img\n" for each in images)
    (content / "manifest.raucm").write_text(described)
    made = given.out / f"{compatible}-{version}.raucb"
    # Both images are compressed by themselves.
    command = ["rauc", "bundle", "--mksquashfs-args=-noI -noD -noF -noX"]
    command += [f"--cert={given.certificate}", f"--key={given.key}"]
    subprocess.run([*command, str(content), str(made)], stdout=subprocess.DEVNULL, check=True)
    shutil.rmtree(content)
    with made.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Manifest(compatible, version, _now(), made.name, made.stat().st_size, digest)


def sign(manifest: Manifest, given: argparse.Namespace) -> None:
    """Write the manifest and its signature: CMS (RFC 5652), as a bundle's own is."""
    place = given.out / MANIFEST
    place.write_bytes(msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")
    command = ["openssl", "cms", "-sign", "-binary", "-outform", "DER", "-nosmimecap", "-in", place]
    command += ["-signer", given.certificate, "-inkey", given.key, "-out", given.out / SIGNATURE]
    subprocess.run(command, check=True)


if __name__ == "__main__":
    sys.exit(main())
