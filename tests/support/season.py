"""A shop's season in a journal on disk, what an archive of it holds, and how it is forged."""

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

from pos_terminal.archive.verifier.bundle import source
from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.events.system import TillStarted
from pos_terminal.domain.events.values import PreviousEnd
from pos_terminal.journal.catalogs import NO_TEXT
from pos_terminal.journal.store import Journal
from tests.support.journaling import moment
from tests.support.sample_year import write, year

IDENTITY = Identity(store="boulangerie", terminal="2", software="0.1.0", simulated=False)
VERIFIER = source()
PATIENCE = 120

Files = dict[str, bytes]


async def lived(directory: Path, parts: Iterable[int], tickets: int) -> None:
    """A journal of so many days after one another; the keys change between two parts."""
    journal = Journal.open(directory, IDENTITY)
    started = TillStarted(
        version="0.1.0", after=PreviousEnd.FIRST, configuration=NO_TEXT, catalog=NO_TEXT
    )
    await journal.append([started], moment())
    opened = date(2026, 1, 1)
    for number, days in enumerate(parts):
        if number:
            await journal.rotate_keys(moment())
        running = journal.running
        steps = year(
            number + 1,
            opened=opened,
            days=days,
            tickets=tickets,
            book=running.book,
            last=running.seq,
            sales=running.counts.sale,
            numbers=running.counts.tickets,
        )
        await write(journal.append, steps)
        opened = date.fromordinal(opened.toordinal() + days)
    await journal.close()


def checked(archive: Path, *words: str, flags: tuple[str, ...] = ("-I",)) -> tuple[int, str]:
    """What verify.py says of an archive, run by itself: exit status and output."""
    call = [sys.executable, *flags, "-c", VERIFIER, str(archive), *words]
    done = subprocess.run(call, capture_output=True, timeout=PATIENCE, check=False)
    assert done.stderr == b""
    return done.returncode, done.stdout.decode()


def unpacked(archive: Path) -> Files:
    with zipfile.ZipFile(archive) as file:
        return {name: file.read(name) for name in file.namelist()}


def packed(files: Files, path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name in sorted(files):
            file.writestr(name, files[name])
    return path


def listed_again(files: Files) -> None:
    """Make the manifest name the files as they are now; it is not signed any more."""
    manifest = json.loads(files["manifest.json"])
    for entry in manifest["files"]:
        content = files[entry["name"]]
        entry["size"], entry["sha256"] = len(content), hashlib.sha256(content).hexdigest()
    lines = files["signatures.jsonl"].splitlines()
    manifest["head"] = json.loads(lines[-1])["hash"]
    manifest["last"] = manifest["first"] + len(lines) - 1
    files["manifest.json"] = json.dumps(manifest).encode()
    files.pop("manifest.sig", None)


def hashed_again(files: Files) -> None:
    """Make every hash of the records as they are now, as who has no key can."""
    said = []
    for rec, line in zip(records(files), files["signatures.jsonl"].splitlines(), strict=False):
        row = json.loads(line)
        row["seq"], row["hash"] = json.loads(rec)["seq"], leaf(rec)
        said.append(json.dumps(row).encode())
    files["signatures.jsonl"] = b"\n".join(said) + b"\n"


def chained_again(files: Files) -> None:
    """Make every number, link and hash anew, as who has no key can."""
    first = json.loads(records(files)[0])
    head, chained = first["prev"], []
    for seq, rec in enumerate(records(files), first["seq"]):
        record = {**json.loads(rec), "prev": head, "seq": seq}
        chained.append(canonical(record))
        head = leaf(chained[-1])
    files["records.jsonl"] = b"\n".join(chained) + b"\n"
    hashed_again(files)


def records(files: Files) -> list[bytes]:
    return files["records.jsonl"].splitlines()


def leaf(rec: bytes) -> str:
    return hashlib.sha256(b"\0" + rec).hexdigest()


def canonical(record: dict[str, Any]) -> bytes:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def first_of(files: Files, kind: str, after: int = 0) -> int:
    """The index of the first record of that kind behind index `after`."""
    marks = f'"kind":"{kind}"'.encode()
    return next(n for n, rec in enumerate(records(files)) if n > after and marks in rec)


def with_record(files: Files, index: int, change: Callable[[dict[str, Any]], None]) -> None:
    """Change what one record says; its bytes stay canonical."""
    lines = records(files)
    record = json.loads(lines[index])
    change(record)
    assert canonical(record) != lines[index]
    lines[index] = canonical(record)
    files["records.jsonl"] = b"\n".join(lines) + b"\n"


def table(content: bytes) -> list[list[str]]:
    """The rows of a French table."""
    text = io.StringIO(content.decode("utf-8-sig"), newline="")
    return [line.split(";") for line in text.read().split("\r\n") if line]
