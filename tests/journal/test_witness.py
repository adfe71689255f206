"""The witness takes what goes on from what it saw, and nothing else; its word comes back."""

import json
import shutil
import sqlite3
from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from pos_terminal.__main__ import main
from pos_terminal.domain import faults
from pos_terminal.journal import consistency_proof
from pos_terminal.journal.consistency_proof import Extension
from pos_terminal.journal.database import NAME, reading
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.keyring import FOLDER
from pos_terminal.journal.state_directory import MARK, read_mark, witness_path
from pos_terminal.journal.store import Journal
from pos_terminal.journal.verify import verify
from pos_terminal.journal.witness import KEY, Cosignature, Refused, Witness, compare, head_qr, take
from pos_terminal.runtime.boot import boot
from tests.conftest import run
from tests.support.journaling import IDENTITY, SIGN_ON, database, kept, moment, ticket

NOW = datetime(2026, 1, 5, 20, 0)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    run(kept(tmp_path / "state", [*ticket(1, 1), *[SIGN_ON] * 260]))
    return tmp_path / "state"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "witness").mkdir()
    return tmp_path / "witness"


def exported(state: Path, after: int | None = None) -> Extension:
    return consistency_proof.export(database(state), after)


async def _rotated(state: Path) -> None:
    journal = Journal.open(state, IDENTITY)
    await journal.rotate_keys(moment())
    await journal.append([SIGN_ON], moment())
    await journal.close()


def test_a_journal_that_goes_on_is_cosigned_again_and_again(shop: Path, place: Path) -> None:
    witness = Witness(place)
    sizes = []
    for more in (0, 300, 0, 700):
        run(kept(shop, [SIGN_ON] * more))
        sizes.append(take(database(shop), witness.cosign(exported(shop), NOW)))
    assert sizes == [256, 512, 512, 1024]
    found = verify(database(shop))
    assert (found.witnessed, found.exposed) == (1024, found.records - 1024)
    assert (place / KEY).stat().st_mode & 0o777 == 0o600


def test_what_is_handed_out_is_what_is_new(shop: Path, place: Path) -> None:
    assert len(exported(shop).leaves) == 256 * 32
    take(database(shop), Witness(place).cosign(exported(shop), NOW))
    run(kept(shop, [SIGN_ON] * 300))
    assert len(exported(shop).leaves) == 256 * 32
    assert len(exported(shop, 0).leaves) == 512 * 32


def test_a_gap_is_refused_and_more_than_is_new_is_taken(shop: Path, place: Path) -> None:
    run(kept(shop, [SIGN_ON] * 300))
    with pytest.raises(Refused, match="commence après l'écriture 256"):
        Witness(place).cosign(exported(shop, 256), NOW)
    Witness(place).cosign(exported(shop, 0), NOW)
    run(kept(shop, [SIGN_ON] * 300))
    Witness(place).cosign(exported(shop, 256), NOW)


def test_keys_that_took_over_are_followed(shop: Path, place: Path) -> None:
    witness = Witness(place)
    witness.cosign(exported(shop), NOW)
    run(_rotated(shop))
    run(_rotated(shop))
    handed = exported(shop, 256)
    assert len(handed.rotations) == 2
    for rotations in ((), handed.rotations[1:], handed.rotations[::-1]):
        with pytest.raises(Refused, match="pas pris la suite"):
            witness.cosign(msgspec.structs.replace(handed, rotations=rotations), NOW)
    first = handed.rotations[0]
    forged = msgspec.structs.replace(first, sig=handed.rotations[1].sig)
    with pytest.raises(Refused, match="l'ancienne clé n'a pas signé"):
        witness.cosign(msgspec.structs.replace(handed, rotations=(forged,)), NOW)
    witness.cosign(handed, NOW)


def test_a_checkpoint_that_is_not_signed_is_refused(shop: Path, place: Path) -> None:
    handed = exported(shop)
    body = handed.checkpoint.body.replace(b'"size":256', b'"size":255')
    forged = msgspec.structs.replace(handed.checkpoint, body=body)
    with pytest.raises(Refused, match="pas signé"):
        Witness(place).cosign(msgspec.structs.replace(handed, checkpoint=forged), NOW)


def test_leaves_that_do_not_make_the_root_are_refused(shop: Path, place: Path) -> None:
    handed = exported(shop)
    leaves = bytes(32) + handed.leaves[32:]
    with pytest.raises(Refused, match="ne fait pas suite"):
        Witness(place).cosign(msgspec.structs.replace(handed, leaves=leaves), NOW)


def test_a_cosignature_that_was_changed_or_is_anothers_is_refused(
    shop: Path, place: Path, tmp_path: Path
) -> None:
    answer = Witness(place).cosign(exported(shop), NOW)
    changed = answer.body.replace(b'"size":256', b'"size":260')
    with pytest.raises(Refused, match="a été changée"):
        take(database(shop), Cosignature(body=changed, sig=answer.sig))
    run(kept(tmp_path / "other", [SIGN_ON] * 300))
    with pytest.raises(Refused, match="pas celle qui a été vue"):
        take(database(tmp_path / "other"), answer)
    run(kept(tmp_path / "short", [SIGN_ON]))
    with pytest.raises(Refused, match="pas celle qui a été vue"):
        take(database(tmp_path / "short"), answer)


def test_cosignatures_are_kept_for_good(shop: Path, place: Path) -> None:
    take(database(shop), Witness(place).cosign(exported(shop), NOW))
    db = sqlite3.connect(database(shop))
    for statement in ("DELETE FROM cosignature", "UPDATE cosignature SET size = 1"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            db.execute(statement)
    db.close()


def test_without_a_checkpoint_there_is_nothing_to_witness(tmp_path: Path) -> None:
    with pytest.raises(JournalError) as caught:
        exported(tmp_path)
    assert caught.value.fault is faults.JOURNAL_MISSING


def test_a_medium_that_is_not_there_or_spoilt_is_said(shop: Path, place: Path) -> None:
    mark = read_mark(shop)
    assert mark
    with reading(database(shop)) as reader:
        compare(reader, place, mark.store, mark.terminal)
        with pytest.raises(JournalError) as gone:
            compare(reader, place / "gone", mark.store, mark.terminal)
        assert gone.value.fault is faults.WITNESS_MISSING
        Witness(place).cosign(exported(shop), NOW)
        (seen,) = place.glob("*.seen")
        seen.write_bytes(b"{}")
        with pytest.raises(JournalError) as spoilt:
            compare(reader, place, mark.store, mark.terminal)
        assert spoilt.value.fault is faults.WITNESS_MISSING


def test_a_till_sells_on_without_the_medium(shop: Path, place: Path) -> None:
    journal = Journal.open(shop, IDENTITY, witness=place / "gone")
    run(journal.close())


def test_two_terminals_by_exchanged_files(
    tmp_path: Path, shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(*words: str) -> tuple[int, dict[str, object]]:
        status = main(["journal", *words, "--json", "--state", str(shop)])
        return status, json.loads(capsys.readouterr().out)

    out, back = str(tmp_path / "out"), str(tmp_path / "back")
    assert said("witness", "--to", out) == (0, {"size": 256})
    status, answer = said("cosign", "--witness", str(tmp_path / "second"), "--out", back, out)
    assert (status, answer["size"]) == (0, 256)
    assert said("witness", "--take", back) == (0, {"witnessed": 256})
    status, found = said("verify")
    assert (status, found["witnessed"], found["exposed"]) == (0, 256, 9)
    (tmp_path / "out").write_text("rubbish")
    assert said("cosign", "--witness", str(tmp_path / "second"), "--out", back, out)[0] == 1


def test_the_text_of_a_head_says_which_journal_it_is_of() -> None:
    assert head_qr(bytes(32), 4711, "2026-01-05T20:00:00.000+01:00", "ab" * 32) == (
        f"POSJ1 4711 {'00' * 32} 2026-01-05T20:00:00.000+01:00 abababababababab"
    )


def test_a_command_on_a_stopped_till_knows_the_witness_of_its_configuration(
    shop: Path, place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Named relative to a folder that the command has never heard of."""
    earlier = shutil.copytree(shop, tmp_path / "earlier")
    run(kept(shop, [SIGN_ON] * 300))
    Witness(place).cosign(exported(shop), NOW)
    config = tmp_path / "etc" / "till.toml"
    config.parent.mkdir()
    text = '[shop]\nname = "F"\n[terminal]\ncatalog = "goods.csv"\n'
    text += '[witness]\ndirectory = "../witness"\n'
    config.write_text(text)
    boot(config, earlier)
    assert main(["close", "day", "--state", str(earlier), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["code"] == "J-111"
    config.write_text(text.partition("[witness]")[0])
    boot(config, earlier)
    assert witness_path(earlier) is None, "it has none any more"


@pytest.mark.parametrize("gone", [[MARK], [MARK, NAME, FOLDER]])
def test_where_there_is_a_witness_it_is_asked_whatever_was_deleted(
    shop: Path, place: Path, tmp_path: Path, gone: list[str]
) -> None:
    """Yesterday's copy, and a place wiped: without a witness both are sold upon."""
    copy = shutil.copytree(shop, tmp_path / "copy")
    run(kept(shop, [SIGN_ON] * 600))
    Witness(place).cosign(exported(shop, 0), NOW)
    for name in gone:
        shutil.rmtree(copy / name) if name == FOLDER else (copy / name).unlink()
    with pytest.raises(JournalError) as refused:
        Journal.open(copy, IDENTITY, witness=place)
    assert refused.value.fault is faults.WITNESS_DISAGREES
    assert not (copy / MARK).exists(), "nothing was taken for this place's by the question"
    run(kept(copy, [SIGN_ON]))
