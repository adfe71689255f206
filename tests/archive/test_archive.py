"""An archive: the same everywhere, whole or not there, and right to whoever checks it alone."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from pos_terminal.archive.export import records as journal_records
from pos_terminal.archive.make import ArchiveMade, make
from pos_terminal.archive.source import BATCH
from pos_terminal.domain.events.event import SERIES, TRAINING_SERIES
from pos_terminal.domain.events.period import PeriodClosed, Purged
from pos_terminal.journal.database import NAME
from pos_terminal.journal.errors import Broken, JournalError
from pos_terminal.journal.keyring import software
from pos_terminal.journal.purge import purge
from pos_terminal.journal.store import Journal
from tests.conftest import run
from tests.support.journaling import moment, tamper
from tests.support.season import (
    IDENTITY,
    VERIFIER,
    Files,
    checked,
    lived,
    packed,
    records,
    unpacked,
)


def test_a_good_archive_is_found_right(made: ArchiveMade) -> None:
    status, said = checked(made.path)
    assert (status, said.splitlines()[-1]) == (0, "ARCHIVE CONFORME")
    assert made.head in said
    status, said = checked(made.path, "--lang", "en")
    assert (status, said.splitlines()[-1]) == (0, "THE ARCHIVE IS RIGHT")
    assert said.count("in force from record") == 2


def test_its_folder_is_as_good_and_verify_finds_the_one_that_it_lies_in(
    made: ArchiveMade, tmp_path: Path
) -> None:
    with zipfile.ZipFile(made.path) as file:
        file.extractall(tmp_path / "unpacked")
    assert checked(tmp_path / "unpacked")[0] == 0
    call = [sys.executable, "-I", str(tmp_path / "unpacked" / "verify.py")]
    assert subprocess.run(call, capture_output=True, check=False).returncode == 0


def test_the_verifier_in_it_is_the_one_of_the_package(files: Files) -> None:
    assert files["verify.py"].decode() == VERIFIER
    assert "pos_terminal" not in VERIFIER
    ast.parse(VERIFIER, feature_version=(3, 9))


def test_what_is_recorded_stands_in_it_as_it_was_signed(made: ArchiveMade, files: Files) -> None:
    lines = records(files)
    assert (json.loads(lines[0])["seq"], len(lines)) == (1, made.last)
    signatures = [json.loads(line) for line in files["signatures.jsonl"].splitlines()]
    assert [row["hash"] for row in signatures] == [sha256(b"\0" + r).hexdigest() for r in lines]
    assert all(row["sig"] for row in signatures)
    assert signatures[-1]["hash"] == made.head


def test_every_file_is_explained(files: Files) -> None:
    notice = files["LISEZMOI.txt"].decode()
    names = {re.sub("^text-[0-9a-f]{64}$", "text-SHA256", name) for name in files}
    assert [name for name in names if f"\n{name} " not in notice] == []
    assert f"tickets : {SERIES}, les ventes ; {TRAINING_SERIES}, la formation" in notice


ELSEWHERE = """
import os, sys
from pathlib import Path
from pos_terminal.archive.make import make
os.umask(0o077)
make(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def test_the_same_journal_gives_the_same_bytes_anywhere(season: Path, tmp_path: Path) -> None:
    here, there = tmp_path / "here.zip", tmp_path / "there.zip"
    make(season, here)
    environment = {**os.environ, "TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONHASHSEED": "7"}
    call = [sys.executable, "-c", ELSEWHERE, str(season), str(there)]
    subprocess.run(call, check=True, env=environment)
    assert here.read_bytes() == there.read_bytes()
    for info in zipfile.ZipFile(here).infolist():
        assert (info.extra, info.date_time[0]) == (b"", 2026)
    assert [*unpacked(here)] == sorted(unpacked(here))


def signer(directory: Path) -> Callable[[bytes], bytes]:
    (key,) = (directory / "keys").glob("*.pem")
    return software(directory, key.stem).close


@pytest.mark.slow
def test_a_span_is_checked_from_what_stood_before_it(season: Path, tmp_path: Path) -> None:
    for first, last in ((2, 500), (333, 1201), (1025, 1025), (700, None)):
        out = tmp_path / f"{first}.zip"
        made = make(season, out, first=first, last=last, sign=signer(season))
        assert checked(out)[0] == 0
        assert json.loads(unpacked(out)["manifest.json"])["first"] == made.first == first
    with pytest.raises(JournalError, match="it holds records 1 to"):
        make(season, tmp_path / "no.zip", first=10**6)


def test_a_forged_beginning_of_a_span_is_found(season: Path, tmp_path: Path) -> None:
    make(season, tmp_path / "span.zip", first=333, last=1201)
    files = unpacked(tmp_path / "span.zip")
    manifest = json.loads(files["manifest.json"])
    before = json.loads(manifest["opening"]["record"])
    before["total"]["net"] += 100
    manifest["opening"]["record"] = json.dumps(
        before, ensure_ascii=False, separators=(",", ":"), sort_keys=True
    )
    files["manifest.json"] = json.dumps(manifest).encode()
    status, said = checked(packed(files, tmp_path / "forged.zip"))
    assert (status, said.splitlines()[0][:12]) == (1, "ÉCRITURE 333")
    manifest["opening"]["record"] = json.loads(unpacked(tmp_path / "span.zip")["manifest.json"])[
        "opening"
    ]["record"]
    manifest["opening"]["peaks"][0] = "00" * 32
    files["manifest.json"] = json.dumps(manifest).encode()
    status, said = checked(packed(files, tmp_path / "peaks.zip"))
    assert status == 1
    assert "un point de contrôle dit autre chose" in said


def test_without_the_library_the_signatures_are_loudly_unchecked(made: ArchiveMade) -> None:
    status, said = checked(made.path, flags=("-I", "-S"))
    assert status == 3
    assert said.splitlines()[-1].startswith("SIGNATURES NON VÉRIFIÉES : python3 -m pip install")


def test_nothing_is_written_over_and_nothing_is_left_behind(season: Path, tmp_path: Path) -> None:
    out = tmp_path / "archive.zip"
    out.write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        make(season, out)
    assert out.read_bytes() == b"mine"
    with pytest.raises(FileNotFoundError):
        make(season, tmp_path / "nowhere" / "archive.zip")
    with pytest.raises(JournalError):
        make(season, tmp_path / "other.zip", first=10**6)
    assert [path.name for path in tmp_path.iterdir()] == ["archive.zip"]


def test_a_journal_that_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match=r"J-107 .* n.existe pas"):
        make(tmp_path, tmp_path / "archive.zip")


def test_a_broken_journal_is_archived_only_on_demand_and_says_so(
    season: Path, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    shutil.copytree(season, state)
    newest = "SELECT max(seq) FROM journal WHERE kind = 'line.sold'"
    other = 'CAST(replace(CAST(rec AS TEXT), \'"name":"\', \'"name":"x\') AS BLOB)'
    tamper(state, f"UPDATE journal SET rec = {other} WHERE seq = ({newest})")
    with pytest.raises(Broken) as found:
        make(state, tmp_path / "no.zip")
    assert not (tmp_path / "no.zip").exists()
    made = make(state, tmp_path / "broken.zip", even_if_broken=True)
    assert made.broken == found.value.detail
    assert json.loads(unpacked(made.path)["manifest.json"])["broken"] == made.broken
    status, said = checked(made.path)
    assert status == 1
    assert said.startswith(f"ÉCRITURE {found.value.seq} : ")


@pytest.mark.slow
def test_memory_does_not_grow_with_the_journal(tmp_path: Path) -> None:
    small, large = tmp_path / "small", tmp_path / "large"
    run(lived(small, (26,), tickets=8))
    run(lived(large, (56,), tickets=8))
    peaks, counts = [], []
    for state in (small, large):
        out = tmp_path / f"{state.name}.zip"
        counts.append(make(state, out.with_name("warm-" + out.name)).last)
        tracemalloc.start()
        make(state, out)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert counts[1] > 2 * counts[0] > 2 * BATCH
    assert peaks[1] < 1.5 * peaks[0]


async def said_so(state: Path, last: int) -> None:
    """The record without which nothing may be missing."""
    journal = Journal.open(state, IDENTITY)
    await journal.append([Purged(last=last, sha256="00" * 32, copies=("00" * 32,))], moment())
    await journal.close()


def test_what_is_left_after_a_purge_is_proven_by_the_checkpoint_before_it(
    season: Path, tmp_path: Path
) -> None:
    state = Path(shutil.copytree(season, tmp_path / "state"))
    days = [r.seq for r in journal_records(state) if isinstance(r.event, PeriodClosed)]
    for last in (days[20], days[-5]):  # before the keys are changed, and after
        run(said_so(state, last))
        purge(state / NAME, last)
        made = make(state, tmp_path / f"{last}.zip", sign=signer(state))
        assert made.first == last + 1
        status, said = checked(made.path)
        assert (status, said.splitlines()[-1]) == (0, "ARCHIVE CONFORME")
        files = unpacked(made.path)
        manifest = json.loads(files["manifest.json"])
        assert manifest["opening"]["record"] == ""
        body = manifest["opening"]["checkpoint"]
        manifest["opening"]["checkpoint"] = body.replace('"net":', '"net":1', 1)
        files["manifest.json"] = json.dumps(manifest).encode()
        del files["manifest.sig"]
        status, said = checked(packed(files, tmp_path / "forged.zip"))
        assert (status, said.splitlines()[0]) == (
            1, f"ÉCRITURE {last} : un point de contrôle est mal signé"
        )  # fmt: skip
    with pytest.raises(JournalError, match="it holds records"):
        make(state, tmp_path / "purged.zip", first=1)
