"""`pos-terminal journal archive` and `journal export`: what they print, leave, and record."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from pos_terminal.__main__ import main
from pos_terminal.domain.audit import jet
from pos_terminal.domain.events.period import Archived
from pos_terminal.journal.state_directory import Lock
from tests.support import fec_checker
from tests.support.journaling import tamper
from tests.support.season import checked, unpacked


@pytest.fixture
def state(season: Path, tmp_path: Path) -> Path:
    """A copy of the season's journal, to be written to."""
    return Path(shutil.copytree(season, tmp_path / "state"))


def journal(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str]:
    status = main(["journal", *map(str, words)])
    return status, capsys.readouterr().out


def test_an_archive_is_made_signed_and_recorded(
    capsys: pytest.CaptureFixture[str], state: Path, tmp_path: Path
) -> None:
    out = tmp_path / "archive.zip"
    status, said = journal(capsys, "archive", "--state", state, "--out", out, "--json")
    answer = json.loads(said)
    assert (status, answer["recorded"], answer["broken"]) == (0, True, "")
    assert checked(out)[0] == 0
    assert "manifest.sig" in unpacked(out)
    _, shown = journal(capsys, "tail", "-n", 1, "--state", state, "--json")
    body = json.loads(shown)["record"]["body"]
    assert body == {
        "first": 1, "last": answer["last"], "sha256": answer["sha256"], "years": ["2026"]
    }  # fmt: skip
    assert journal(capsys, "verify", "--state", state)[0] == 0
    later = tmp_path / "later.zip"
    status, said = journal(
        capsys, "archive", "--state", state, "--out", later, "--first", answer["last"]
    )
    assert (status, "SHA-256 " in said) == (0, True)
    assert checked(later)[0] == 0
    assert f'"kind":"{Archived.kind}"'.encode() in unpacked(later)["records.jsonl"]


def test_an_archive_is_never_written_over(
    capsys: pytest.CaptureFixture[str], state: Path, tmp_path: Path
) -> None:
    out = tmp_path / "archive.zip"
    out.write_bytes(b"mine")
    status, said = journal(capsys, "archive", "--state", state, "--out", out, "--json")
    assert (status, json.loads(said)["code"]) == (1, "C-131")
    status, said = journal(
        capsys, "archive", "--state", state, "--out", tmp_path / "no" / "a.zip", "--json"
    )
    assert (status, json.loads(said)["code"]) == (1, "C-131")
    assert out.read_bytes() == b"mine"


def test_a_till_that_runs_is_not_archived_from_outside(
    capsys: pytest.CaptureFixture[str], state: Path, tmp_path: Path
) -> None:
    out = tmp_path / "archive.zip"
    lock = Lock(state)
    try:
        status, said = journal(capsys, "archive", "--state", state, "--out", out, "--json")
    finally:
        lock.release()
    assert (status, json.loads(said)["code"]) == (1, "J-103")
    assert not out.exists()


def test_a_broken_journal_is_archived_on_demand(
    capsys: pytest.CaptureFixture[str], state: Path, tmp_path: Path
) -> None:
    tamper(state, "UPDATE journal SET hash = x'00' WHERE seq = 50")
    call = ("archive", "--state", state, "--json", "--out", tmp_path / "archive.zip")
    status, said = journal(capsys, *call)
    assert (status, json.loads(said)["code"], json.loads(said)["record"]) == (1, "J-104", 50)
    assert not (tmp_path / "archive.zip").exists()
    status, said = journal(capsys, *call, "--even-if-broken")
    assert status == 0
    assert json.loads(said)["broken"].startswith("écriture 50 : ")
    assert checked(tmp_path / "archive.zip")[0] == 1


def test_a_journal_that_takes_no_more_is_still_archived(
    capsys: pytest.CaptureFixture[str], state: Path, tmp_path: Path
) -> None:
    last = "(SELECT max(seq) FROM journal)"
    tamper(state, f"UPDATE journal SET hash = x'00' WHERE seq = {last}")
    call = ("archive", "--state", state, "--json", "--out", tmp_path / "archive.zip")
    assert journal(capsys, *call)[0] == 1
    status, said = journal(capsys, *call, "--even-if-broken")
    assert (status, json.loads(said)["recorded"]) == (0, False)


def test_the_fec_is_written(
    capsys: pytest.CaptureFixture[str], state: Path, tmp_path: Path
) -> None:
    call = ("export", "fec", "--state", state, "--out", tmp_path, "--siren", "732829320")
    status, said = journal(capsys, *call, "--year", 2026, "--json")
    answer = json.loads(said)
    assert status == 0
    assert fec_checker.faults(Path(answer["file"])) == []
    assert answer["debit_cents"] == answer["credit_cents"] > 0
    assert answer["unclosed_tickets"] == answer["unknown_records"] == 0
    days = ("--from", "2026-01-05", "--to", "2026-01-31", "--by", "ticket")
    assert journal(capsys, *call, *days)[0] == 0
    assert (tmp_path / "732829320FEC20260131.txt").exists()
    year = ("--year", 2025, "--year-begins", 10, "--json")
    assert json.loads(journal(capsys, *call, *year)[1])["file"].endswith("FEC20260930.txt")
    table = tmp_path / "accounts.toml"
    table.write_text("[comptes]\ncaisse = ['531000', 'Caisse 2']\n")
    _, said = journal(capsys, *call, "--year", 2026, "--accounts", table, "--json")
    assert json.loads(said)["code"] == "C-131", "what is there is not written over"
    again = (*call, "--year", 2026, "--json", "--out", tmp_path / "again", "--accounts")
    assert "531000" in json.loads(journal(capsys, *again, table)[1])["accounts_cents"]
    nowhere = (*again, tmp_path / "nowhere")
    assert json.loads(journal(capsys, *nowhere)[1])["code"] == "C-134"


def test_tables_are_written(
    capsys: pytest.CaptureFixture[str], state: Path, tmp_path: Path
) -> None:
    out = tmp_path / "tables"
    status, said = journal(capsys, "export", "csv", "--state", state, "--out", out, "--json")
    assert (status, json.loads(said)["rows"]["tickets.csv"] > 150) == (0, True)
    again = ("export", "csv", "--state", state, "--plain", "--year", 2026, "--out")
    assert json.loads(journal(capsys, *again, out, "--json")[1])["code"] == "C-131"
    assert not (out / "tickets.csv").read_bytes().startswith(b"enregistrement,")
    out = tmp_path / "again"
    status, said = journal(capsys, *again, out)
    assert (status, len(said.splitlines())) == (0, len(list(out.iterdir())))
    assert (out / "tickets.csv").read_bytes().startswith(b"enregistrement,")


def test_an_export_is_recorded_or_ends_badly(
    capsys: pytest.CaptureFixture[str], state: Path, tmp_path: Path
) -> None:
    fec = ("export", "fec", "--siren", "732829320", "--year", 2026, "--out", tmp_path)
    status, said = journal(capsys, *fec, "--state", state, "--json")
    answer = json.loads(said)
    assert (status, answer["recorded"]) == (0, True)
    digest = hashlib.sha256(Path(answer["file"]).read_bytes()).hexdigest()
    assert technical(capsys, state) == f"FEC du 2026-01-01 au 2026-12-31, SHA-256 {digest}"

    lock = Lock(state)
    csv = ("export", "csv", "--out", tmp_path / "tables.zip", "--state", state)
    status, said = journal(capsys, *csv, "--json")
    assert (status, json.loads(said)["recorded"]) == (1, False)
    lock.release()


def technical(capsys: pytest.CaptureFixture[str], state: Path, back: int = 1) -> str:
    """What the last technical event says, so many records from the end."""
    _, shown = journal(capsys, "tail", "-n", back, "--state", state, "--json")
    body = json.loads(shown.splitlines()[0])["record"]["body"]
    assert body["code"] == jet.EXPORT
    detail: str = body["detail"]
    return detail


@pytest.mark.parametrize(
    "words",
    [
        ("export", "fec", "--siren", "732829320"),
        ("export", "fec", "--siren", "732829320", "--from", "2026-01-01"),
        ("export", "fec", "--siren", "732829320", "--year", "2026", "--to", "2026-12-31"),
        ("export", "csv", "--from", "2026-02-01", "--to", "2026-01-01"),
    ],
)
def test_days_that_are_named_wrongly_are_refused(
    capsys: pytest.CaptureFixture[str], season: Path, words: tuple[str, ...]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(["journal", *words, "--state", str(season)])
    assert end.value.code == 2


@pytest.mark.parametrize(
    "words",
    [
        ("archive",),
        ("export",),
        ("export", "pdf"),
        ("export", "fec", "--year", "2026"),
        ("export", "fec", "--year", "2026", "--siren", "732829321"),
        ("export", "csv", "--from", "yesterday"),
    ],
)
def test_what_cannot_be_understood_is_usage(words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["journal", *words])
    assert end.value.code == 2


def test_without_a_journal_nothing_is_written(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for words in (
        ("archive", "--out", tmp_path / "a.zip"),
        ("export", "fec", "--siren", "732829320", "--year", 2026, "--out", tmp_path),
        ("export", "csv", "--out", tmp_path),
    ):
        status, said = journal(capsys, *words, "--state", tmp_path / "none", "--json")
        assert (status, json.loads(said)["code"]) == (1, "J-107")
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_is_said(
    capsys: pytest.CaptureFixture[str], state: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"")
    for words in (("fec", "--siren", "732829320", "--year", 2026), ("csv",)):
        out = tmp_path / "file" / "folder"
        status, said = journal(capsys, "export", *words, "--state", state, "--out", out, "--json")
        assert (status, json.loads(said)["code"]) == (1, "C-131")
