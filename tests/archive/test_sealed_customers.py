"""To whom invoices were made out, in the archive: sealed, and opened by keys kept apart."""

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pos_terminal.persons.store import Persons
from tests.support.invoiced_day import SELLER, sold
from tests.support.journaled import Line
from tests.support.people import Told
from tests.support.season import Files, checked, listed_again, packed, unpacked

NAMES = ("Café des Halles", "Zoé Martin")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sold(tmp_path_factory.mktemp("invoiced") / "shop", SELLER)


@pytest.fixture
def state(shop: Path, tmp_path: Path) -> Path:
    return shutil.copytree(shop, tmp_path / "state")


def archived(line: Line, folder: Path) -> tuple[Path, Path]:
    out, keys = folder / "2026.zip", folder / "clients.json"
    assert line("journal", "archive", "--out", out, "--customers", keys)[0] == 0
    return out, keys


def test_they_are_read_with_the_keys_alone_when_the_till_is_gone(
    state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, keys = archived(Line(state, capsys), tmp_path)
    shutil.rmtree(state)
    whole = b"".join(unpacked(out).values())
    assert not any(name.encode() in whole for name in NAMES)
    assert (keys.stat().st_mode & 0o777, json.loads(keys.read_bytes())["until"]) == (
        0o600, f"{date.today().year + 10}-12-31",
    )  # fmt: skip
    status, said = checked(out)
    assert (status, "Clients de factures : 2 scellés, 0 plus tenus" in said) == (0, True)
    assert not any(name in said for name in NAMES)
    status, said = checked(out, "--customers", str(keys), flags=())
    assert status == 0
    first, second = (each for each in said.splitlines() if each.startswith("Facture "))
    assert first.startswith("Facture I 1, écriture ") and NAMES[0] in first
    assert "12345678200010" in first and NAMES[1] in second


def test_once_the_ten_years_are_over_a_till_says_that_nothing_is_held(
    state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    persons = Persons.open(state, Told())
    assert len(persons.due(date(date.today().year + 11, 1, 1))) == 2
    persons.close()
    out, keys = archived(Line(state, capsys), tmp_path)
    assert json.loads(keys.read_bytes())["keys"] == {}
    status, said = checked(out, "--customers", str(keys), flags=())
    assert (status, "Clients de factures : 0 scellés, 2 plus tenus" in said) == (0, True)


def lines(files: Files) -> list[dict[str, Any]]:
    return [json.loads(each) for each in files["customers.jsonl"].splitlines()]


def exchanged(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each invoice made out to the other's customer, label and all."""
    one, other = rows
    part = {name: one[name] for name in ("label", "sealed")}
    return [{**one, "label": other["label"], "sealed": other["sealed"]}, {**other, **part}]


def test_one_that_is_missing_exchanged_or_spoilt_is_found(
    state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, keys = archived(Line(state, capsys), tmp_path)
    files = unpacked(out)
    rows = lines(files)
    spoilt = [{**rows[0], "sealed": rows[1]["sealed"]}, rows[1]]
    for number, (forged, found) in enumerate((
        (rows[:1], "le client scellé n'est pas celui de la facture"),
        (exchanged(rows), "le client scellé n'est pas celui de la facture"),
        ([*rows, rows[1]], "customers.jsonl a des lignes en trop"),
        (spoilt, "la clé donnée n'ouvre pas son client"),
    )):
        files["customers.jsonl"] = b"".join(json.dumps(row).encode() + b"\n" for row in forged)
        listed_again(files)
        archive = packed(files, tmp_path / f"{number}.zip")
        status, said = checked(archive, "--customers", str(keys), flags=())
        assert (status, found in said) == (1, True), said
