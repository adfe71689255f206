"""Print debian/copyright: the program's licence, and each bundled package's, word for word."""

import re
import sys
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path

OURS = "pos-terminal"
SAID_ELSEWHERE = {"pyserial": "BSD-3-Clause"}
"""Packages without a licence file, whose metadata name a licence that Debian carries."""
HEAD = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: pos-terminal

Files: *
Copyright: the pos-terminal developers
License: Apache-2.0
 On Debian systems the full text is in /usr/share/common-licenses/Apache-2.0.
"""


def main(site: Path) -> None:
    """Every distribution below `site`. SystemExit where one says nowhere what its licence is."""
    print(HEAD)
    for folder in sorted(site.glob("*.dist-info")):
        metadata = HeaderParser().parsestr((folder / "METADATA").read_text())
        name = metadata["Name"]
        if name == OURS:
            continue
        texts = sorted(licence_files(folder))
        if not texts and name not in SAID_ELSEWHERE:
            raise SystemExit(f"{name}: no licence file")
        files = f"opt/pos-terminal/lib/*/site-packages/{folder.name.split('-')[0]}*"
        print(f"Files: {files}\nCopyright: {holders(texts) or 'the developers of ' + name}")
        print(f"License: {re.sub(r'[^A-Za-z0-9.+-]', '-', name)}-licence")
        print(f" {name} {metadata['Version']}, {said(metadata, name)}.")
        for text in texts:
            print(" .\n" + quoted(carried(text.read_text(errors="replace"))))
        print()


def licence_files(folder: Path) -> list[Path]:
    """The files of a distribution that say under which terms it may be used."""
    named = re.compile(r"(licen[cs]e|copying|notice|authors)", re.IGNORECASE)
    return [each for each in folder.rglob("*") if each.is_file() and named.match(each.name)]


def holders(texts: list[Path]) -> str:
    """The first line by which a licence names whose work it is."""
    for text in texts:
        found = re.search(r"^\W*Copyright.*\d{4}.*$", text.read_text(errors="replace"), re.M | re.I)
        if found:
            return found[0].strip()
    return ""


def said(metadata: Message, name: str) -> str:
    """The licence as the package's metadata name it."""
    classifiers = [each for each in metadata.get_all("Classifier", []) if "License" in each]
    named = (metadata["License-Expression"], SAID_ELSEWHERE.get(name), metadata["License"])
    short = next(filter(None, named), "")
    return (short.splitlines() or [""])[0] or "; ".join(classifiers) or "licence as below"


def carried(text: str) -> str:
    """A licence that Debian carries by where it lies there."""
    if re.search(r"Apache License\s+Version 2\.0, January 2004", text):
        return "The full text is in /usr/share/common-licenses/Apache-2.0."
    return text


def quoted(text: str) -> str:
    """A text as a paragraph of a control file: no line of it is empty."""
    return "\n".join(f" {line.rstrip()}" if line.strip() else " ." for line in text.splitlines())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
