"""What an image is made of: every package with version, licence and hash, as CycloneDX has it.

Debian's hashes are those of its signed package lists, Python's those of the files that each package
brought (its RECORD). The lock is what was built with last: whoever builds later is told by name
what the mirror has no more.
"""

import gzip
import hashlib
import json
import re
import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.parser import HeaderParser
from pathlib import Path
from urllib.parse import quote

LICENCE = re.compile(r"^License:[ \t]*(\S.*)$", re.MULTILINE)
"""The short names in a machine-readable debian/copyright (DEP 5)."""


@dataclass(frozen=True, slots=True, order=True)
class Package:
    """One that is in the image; `sha256` of its file, empty for one that no list names."""

    name: str
    version: str
    architecture: str
    sha256: str
    licences: tuple[str, ...]
    kind: str = "deb"

    @property
    def purl(self) -> str:
        """Its name everywhere (package-url)."""
        if self.kind == "pypi":
            return f"pkg:pypi/{self.name}@{quote(self.version)}"
        version = quote(self.version, safe=".+-~")
        return f"pkg:deb/debian/{self.name}@{version}?arch={self.architecture}"


OWN = "pos-terminal"
"""The package that is built here, which no list of Debian's names."""


def parts(system: Path, package: Path) -> list[Package]:
    """All that a system is made of; `package` is the file of the program's own."""
    own = hashlib.sha256(package.read_bytes()).hexdigest()
    made = [replace(each, sha256=own) if each.name == OWN else each for each in debian(system)]
    (site,) = (system / "opt/pos-terminal/lib").glob("python3*/site-packages")
    return made + python(site)


def locked(packages: list[Package]) -> list[Package]:
    """Those that the lock is about: Python's have one of their own (requirements.lock)."""
    return [each for each in packages if each.kind == "deb" and each.name != OWN]


def debian(system: Path) -> list[Package]:
    """Debian's packages of a system, whose package lists are still there."""
    hashes = dict(_listed(system / "var/lib/apt/lists"))
    form = "${db:Status-Status} ${binary:Package} ${Version} ${Architecture}\n"
    command = ["dpkg-query", f"--admindir={system}/var/lib/dpkg", "--show", f"--showformat={form}"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = []
    for line in shown.splitlines():
        status, binary, version, architecture = line.split()
        if status != "installed":  # removed, and its settings left
            continue
        name = binary.partition(":")[0]
        terms = system / "usr/share/doc" / name / "copyright"
        found.append(
            Package(name, version, architecture, hashes.get((name, version), ""), _terms(terms))
        )
    return sorted(found)


def unpacked(root: Path, name: str) -> Package:
    """A package whose files alone lie there, with the package lists beside: dpkg knows none."""
    documents = root / "usr/share/doc" / name
    with gzip.open(documents / "changelog.Debian.gz", "rt", encoding="utf-8") as changes:
        version = re.findall(r"\((\S+)\)", changes.readline())[0]
    hashes = dict(_listed(root / "var/lib/apt/lists"))
    terms = _terms(documents / "copyright")
    return Package(name, version, "all", hashes.get((name, version), ""), terms)


def python(site: Path) -> list[Package]:
    """The Python packages below a folder, by what each says of itself."""
    found = []
    for folder in site.glob("*.dist-info"):
        said = HeaderParser().parsestr((folder / "METADATA").read_text(encoding="utf-8"))
        classifiers = [
            each.rpartition(" :: ")[2]
            for each in said.get_all("Classifier", [])
            if each.startswith("License :: ")
        ]
        named = said["License-Expression"] or (said["License"] or "").partition("\n")[0]
        licences = (named,) if named else tuple(classifiers)
        record = folder / "RECORD"  # none beside what is compiled here
        digest = hashlib.sha256(record.read_bytes()).hexdigest() if record.exists() else ""
        name = re.sub(r"[-_.]+", "-", said["Name"]).lower()  # as PEP 503 has it
        found.append(Package(name, said["Version"], "all", digest, licences, kind="pypi"))
    return sorted(found)


def manifest(packages: list[Package]) -> str:
    """A package a line: name, version, architecture, SHA-256."""
    return "".join(
        f"{each.name} {each.version} {each.architecture} {each.sha256 or '-'}\n"
        for each in packages
    )


def cyclonedx(name: str, version: str, packages: list[Package]) -> str:
    """The bill of materials (CycloneDX 1.5, JSON): the same packages give the same text."""
    components = [
        {
            "type": "library",
            "bom-ref": each.purl,
            "name": each.name,
            "version": each.version,
            "purl": each.purl,
            "licenses": [{"license": {"name": licence}} for licence in each.licences],
            **({"hashes": [{"alg": "SHA-256", "content": each.sha256}]} if each.sha256 else {}),
        }
        for each in packages
    ]
    serial = uuid.uuid5(uuid.NAMESPACE_URL, manifest(packages))
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {"component": {"type": "firmware", "name": name, "version": version}},
        "components": components,
    }
    return json.dumps(bill, indent=1, ensure_ascii=False) + "\n"


def gone(lock: str, packages: list[Package]) -> Iterator[str]:
    """What the lock names and this image has otherwise: the mirror has it no more, or moved on."""
    now = {each.name: each for each in locked(packages)}
    before = set()
    for line in lock.splitlines():
        name, version, _, sha256 = line.split()
        before.add(name)
        found = now.get(name)
        if found is None:
            yield f"{name} {version}: not in this image"
        elif found.version != version:
            yield f"{name} {version}: the mirror has {found.version}"
        elif sha256 not in (found.sha256, "-"):
            yield f"{name} {version}: the same version with other bytes"
    for name in sorted(now.keys() - before):
        yield f"{name} {now[name].version}: not in the lock"


def _terms(file: Path) -> tuple[str, ...]:
    """The licences that a package's copyright file names, each once; none where it is prose."""
    if not file.is_file():
        return ()
    text = file.read_text(encoding="utf-8", errors="replace")
    return tuple(sorted({each.strip() for each in LICENCE.findall(text)}))


def _listed(folder: Path) -> Iterator[tuple[tuple[str, str], str]]:
    """Name and version of each package of the lists, and its file's SHA-256."""
    for path in sorted(folder.glob("*_Packages")):
        name = version = ""
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                word, _, value = line.rstrip("\n").partition(": ")
                match word:
                    case "Package":
                        name = value
                    case "Version":
                        version = value
                    case "SHA256":
                        yield (name, version), value
