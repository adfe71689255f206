"""A cosignature of the network's kind in an archive: verified there by the archive's own file."""

import json
from pathlib import Path

import pytest

from pos_terminal.__main__ import main
from pos_terminal.archive.make import make
from tests.attacks.on_archives import signed_again, signs
from tests.attacks.on_keys import SALES
from tests.attacks.on_witnesses import Cosigner
from tests.conftest import run
from tests.support.journaling import SIGN_ON, kept
from tests.support.season import packed, unpacked


@pytest.fixture
def state(tmp_path: Path) -> Path:
    run(kept(tmp_path / "state", [*SALES, *[SIGN_ON] * 256]))
    Cosigner("witness.example/w1").cosign(tmp_path / "state")
    return tmp_path / "state"


def verified(archive: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = main(["archive", "verify", str(archive)])
    return code, "".join(capsys.readouterr())


def test_it_is_checked_against_the_tree(
    state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make(state, tmp_path / "right.zip", sign=signs(state))
    code, said = verified(tmp_path / "right.zip", capsys)
    assert code == 0 and "Attesté jusqu'à l'écriture 256" in said


@pytest.mark.parametrize("change", ["time", "note", "vkey", "sig", "at"])
def test_one_that_was_changed_is_found(
    state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], change: str
) -> None:
    make(state, tmp_path / "right.zip", sign=signs(state))
    files = unpacked(tmp_path / "right.zip")
    row = json.loads(files["cosignatures.jsonl"])
    body = json.loads(row["body"])
    if change == "at":
        row["at"] = "2020-01-01T00:00:00+00:00"
    elif change == "sig":
        row["sig"] = "00" * 64
    elif change == "time":
        body["time"] += 1
    else:
        body[change] = body[change].replace("/", "-", 1)
    row["body"] = json.dumps(body, separators=(",", ":"), sort_keys=True)
    files["cosignatures.jsonl"] = json.dumps(row).encode() + b"\n"
    signed_again(files, signs(state))
    code, said = verified(packed(files, tmp_path / "wrong.zip"), capsys)
    assert code == 1 and "ÉCRITURE 256" in said
