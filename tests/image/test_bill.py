"""The list of what an image is made of, over a small system laid out as dpkg and pip lay theirs."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from image import bill
from tests.needs import need

STATUS = """\
Package: libc6
Status: install ok installed
Architecture: amd64
Multi-Arch: same
Version: 2.41-12

Package: pos-terminal
Status: install ok installed
Architecture: amd64
Version: 0.1.0+deb13

Package: removed
Status: deinstall ok config-files
Architecture: amd64
Version: 1

Package: tzdata
Status: install ok installed
Architecture: all
Version: 2025b-4+deb13u1
"""
LISTS = """\
Package: libc6
Version: 2.41-11
SHA256: {old}

Package: libc6
Version: 2.41-12
SHA256: {new}
"""
TERMS = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\n\
License: LGPL-2.1+\n Text of it.\n\nFiles: a\nLicense: BSD-3-Clause\n"
METADATA = """\
Metadata-Version: 2.4
Name: Typing_Extensions
Version: 4.15.0
{licence}

A text that says License: everything
"""
OLD, NEW = "ab" * 32, "cd" * 32


@pytest.fixture
def system(tmp_path: Path) -> Path:
    need(shutil.which("dpkg-query") is not None, "dpkg-query", "apt-get install dpkg")
    system, site = tmp_path / "system", tmp_path / "system/opt/pos-terminal/lib/python3.13"
    for name, text in (
        ("var/lib/dpkg/status", STATUS),
        ("var/lib/apt/lists/mirror_dists_trixie_main_binary-amd64_Packages",
         LISTS.format(old=OLD, new=NEW)),
        ("usr/share/doc/libc6/copyright", TERMS),
        ("opt/pos-terminal/lib/python3.13/site-packages/typing_extensions-4.15.0.dist-info/METADATA",
         METADATA.format(licence="License-Expression: PSF-2.0")),
    ):  # fmt: skip
        (system / name).parent.mkdir(parents=True, exist_ok=True)
        (system / name).write_text(text)
    (next(site.glob("site-packages/*")) / "RECORD").write_text("a,b,c\n")
    (system / "var/lib/dpkg/info").mkdir()
    return system


@pytest.fixture
def parts(system: Path, tmp_path: Path) -> list[bill.Package]:
    (tmp_path / "own.deb").write_bytes(b"own")
    return bill.parts(system, tmp_path / "own.deb")


def test_each_package_stands_there_with_version_licence_and_hash(parts: list[bill.Package]) -> None:
    own = hashlib.sha256(b"own").hexdigest()
    told = [(each.name, each.version, each.sha256, each.licences) for each in parts[:3]]
    assert told == [
        ("libc6", "2.41-12", NEW, ("BSD-3-Clause", "LGPL-2.1+")),
        ("pos-terminal", "0.1.0+deb13", own, ()),
        ("tzdata", "2025b-4+deb13u1", "", ()),
    ], "what is removed is none, and an earlier version's hash is another's"
    bom = json.loads(bill.cyclonedx("image", "0.1.0", parts))
    assert (bom["bomFormat"], bom["specVersion"]) == ("CycloneDX", "1.5")
    library = bom["components"][-1]
    assert library["purl"] == "pkg:pypi/typing-extensions@4.15.0"
    assert library["licenses"] == [{"license": {"name": "PSF-2.0"}}]
    assert bom["components"][0]["hashes"] == [{"alg": "SHA-256", "content": NEW}]
    assert bill.cyclonedx("image", "0.1.0", parts) == bill.cyclonedx("image", "0.1.0", [*parts])


def test_what_the_mirror_has_no_more_is_said_by_name(parts: list[bill.Package]) -> None:
    lock = bill.manifest(bill.locked(parts))
    assert "pos-terminal" not in lock and list(bill.gone(lock, parts)) == []
    other = lock.replace(NEW, OLD).replace("2025b-4+deb13u1", "2025a-1") + "gone 1 all -\n"
    assert list(bill.gone(other, parts)) == [
        "libc6 2.41-12: the same version with other bytes",
        "tzdata 2025a-1: the mirror has 2025b-4+deb13u1",
        "gone 1: not in this image",
    ]
    assert list(bill.gone("", parts)) == [
        "libc6 2.41-12: not in the lock", "tzdata 2025b-4+deb13u1: not in the lock",
    ]  # fmt: skip
