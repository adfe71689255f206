"""Signatures and keys: made once, in force from a record on, never replaced in silence."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pos_terminal.__main__ import main
from pos_terminal.domain import faults
from pos_terminal.domain.events.system import KeyMade, KeyRotated, SignerDown
from pos_terminal.domain.faults import Fault
from pos_terminal.journal import checkpoint, keyring, signer, signer_outage
from pos_terminal.journal.checkpoint import EVERY
from pos_terminal.journal.database import reading
from pos_terminal.journal.errors import Broken, JournalError, JournalFailed
from pos_terminal.journal.keyring import (
    ASIDE,
    FOLDER,
    KeyringSigner,
    Verifier,
    public_keys,
    software,
)
from pos_terminal.journal.record import Record
from pos_terminal.journal.signer import Sealed
from pos_terminal.journal.store import Journal
from pos_terminal.journal.verify import Level, verify
from tests.conftest import run
from tests.support.journaling import (
    IDENTITY,
    SIGN_ON,
    database,
    every_kind,
    kept,
    moment,
    tamper,
    ticket,
)


def records(directory: Path) -> list[Record]:
    with reading(database(directory)) as reader:
        return [Record.read(row.rec, row.hash, row.sig) for row in reader.rows(0, 10_000)]


def keys_of(event: object) -> Verifier:
    assert isinstance(event, KeyMade | KeyRotated)
    record, closing = bytes.fromhex(event.record_key), bytes.fromhex(event.checkpoint_key)
    return Verifier(public_keys(record, closing))


def refused(directory: Path) -> Fault:
    with pytest.raises(JournalError) as caught:
        Journal.open(directory, IDENTITY)
    return caught.value.fault


def test_the_first_record_brings_the_key_that_signs_it_and_all_that_follow(tmp_path: Path) -> None:
    run(kept(tmp_path, every_kind()))
    made, *rest = records(tmp_path)
    keys = keys_of(made.event)
    for record in (made, *rest):
        assert record.envelope.alg == "ES256"
        assert record.sig is not None and keys.signed(record.rec, record.sig)
        assert not keys.signed(record.rec + b" ", record.sig)


def test_another_implementation_verifies_a_record_and_a_checkpoint(tmp_path: Path) -> None:
    """OpenSSL's own command line, from the bytes as they are kept."""
    openssl = shutil.which("openssl")
    assert openssl, "apt-get install openssl"
    run(kept(tmp_path, every_kind()))
    made = records(tmp_path)[0].event
    assert isinstance(made, KeyMade)
    record = records(tmp_path)[5]
    with reading(database(tmp_path)) as reader:
        seal = reader.seal()
    assert seal and record.sig
    for name, content in (
        ("rec", record.rec), ("rec.sig", record.sig), ("rec.der", bytes.fromhex(made.record_key)),
        ("seal", seal.body), ("seal.sig", seal.sig),
        ("seal.der", bytes.fromhex(made.checkpoint_key)),
    ):  # fmt: skip
        (tmp_path / name).write_bytes(content)
    for words in (
        "dgst -sha256 -verify rec.der -keyform DER -signature rec.sig rec",
        "pkeyutl -verify -rawin -pubin -inkey seal.der -keyform DER -sigfile seal.sig -in seal",
    ):
        subprocess.run([openssl, *words.split()], cwd=tmp_path, check=True, capture_output=True)


def test_keys_are_readable_by_their_user_alone(tmp_path: Path) -> None:
    run(kept(tmp_path, [SIGN_ON]))
    (key,) = (tmp_path / FOLDER).iterdir()
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.parent.stat().st_mode & 0o777 == 0o700


def _remove(folder: Path) -> None:
    shutil.rmtree(folder)


def _rubbish(folder: Path) -> None:
    (key,) = folder.iterdir()
    key.write_bytes(b"rubbish")


def _another(folder: Path) -> None:
    (key,) = folder.iterdir()
    other = folder / "other"
    other.mkdir(mode=0o700)
    made = software(other, "")
    made.adopt()
    (other / FOLDER / f"{made.public.key}.pem").replace(key)


def _open_file(folder: Path) -> None:
    (key,) = folder.iterdir()
    key.chmod(0o640)


def _open_folder(folder: Path) -> None:
    folder.chmod(0o755)


@pytest.mark.parametrize(
    ("harm", "fault"),
    [
        (_remove, faults.KEY_MISSING), (_rubbish, faults.KEY_MISSING),
        (_another, faults.KEY_MISSING), (_open_file, faults.KEY_OPEN),
        (_open_folder, faults.KEY_OPEN),
    ],
)  # fmt: skip
def test_without_its_key_a_journal_is_not_sold_upon_and_no_other_is_made(
    tmp_path: Path, harm: Callable[[Path], None], fault: Fault
) -> None:
    run(kept(tmp_path, every_kind()))
    harm(tmp_path / FOLDER)
    before = sorted((tmp_path / FOLDER).glob("*.pem"))
    for _ in range(2):
        assert refused(tmp_path) is fault
    assert sorted((tmp_path / FOLDER).glob("*.pem")) == before
    assert verify(database(tmp_path), level=Level.TOTALS).records == 17


def test_keys_that_a_cut_left_behind_before_the_first_record_are_set_aside(tmp_path: Path) -> None:
    left = software(tmp_path, "")
    run(kept(tmp_path, [SIGN_ON]))
    run(kept(tmp_path, [SIGN_ON]))
    (key,) = (tmp_path / FOLDER).glob("*.pem")
    assert key.stem != left.public.key
    assert verify(database(tmp_path)).key == key.stem
    assert aside(tmp_path) == [f"{left.public.key}.new"]


def test_keys_that_a_cut_left_behind_their_first_record_are_in_force(tmp_path: Path) -> None:
    run(kept(tmp_path, [SIGN_ON]))
    (key,) = (tmp_path / FOLDER).iterdir()
    key.rename(key.with_suffix(".new"))
    run(kept(tmp_path, [SIGN_ON]))
    assert list((tmp_path / FOLDER).iterdir()) == [key]


def aside(directory: Path) -> list[str]:
    return sorted(path.name for path in (directory / FOLDER / ASIDE).iterdir())


def test_rotation_is_signed_by_both_keys_and_ends_the_old_one(tmp_path: Path) -> None:
    async def body() -> None:
        journal = Journal.open(tmp_path, IDENTITY)
        await journal.append([SIGN_ON], moment())
        old = journal.running.key
        rotated = await journal.rotate_keys(moment(1))
        await journal.append([SIGN_ON], moment(2))
        await journal.rotate_keys(moment(3))
        await journal.append([SIGN_ON], moment(4))
        await journal.close()
        assert isinstance(rotated.event, KeyRotated) and rotated.event.old == old
        (key,) = (tmp_path / FOLDER).glob("*.pem")
        assert key.stem == journal.running.key != rotated.event.key != old
        assert aside(tmp_path) == sorted([f"{old}.pem", f"{rotated.event.key}.pem"])

    run(body())
    made, _, first, between, second, last = records(tmp_path)
    one, two, three = keys_of(made.event), keys_of(first.event), keys_of(second.event)
    for keys, record in ((one, first), (two, between), (two, second), (three, last)):
        assert record.sig and keys.signed(record.rec, record.sig)
    found = verify(database(tmp_path))
    assert (found.records, found.checkpoints) == (6, 3)
    run(kept(tmp_path, [SIGN_ON]))
    assert verify(database(tmp_path), key=one.key).records == 7


def test_a_rotation_cut_before_its_record_leaves_the_old_key_in_force(tmp_path: Path) -> None:
    run(kept(tmp_path, [SIGN_ON]))
    key = verify(database(tmp_path)).key
    software(tmp_path, "")
    run(kept(tmp_path, [SIGN_ON]))
    assert [path.stem for path in (tmp_path / FOLDER).glob("*.*")] == [key]


def test_the_command_rotates(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(kept(tmp_path, every_kind()))
    before = verify(database(tmp_path)).key
    assert main(["journal", "rotate-key", "--state", str(tmp_path), "--json"]) == 0
    key = json.loads(capsys.readouterr().out)["key"]
    assert key == verify(database(tmp_path)).key != before
    words = ["journal", "verify", "--json", "--state", str(tmp_path), "--key"]
    assert main([*words, before]) == 0
    assert main([*words, "00" * 32]) == 1


class Failing(KeyringSigner):
    """A signer that can be made to fail: stands for a secure element that does not answer."""

    broken = False

    def seal(self, rec: bytes) -> Sealed:
        if self.broken:
            raise signer.SignerDown("no answer within 2 s")
        return super().seal(rec)


def failing(directory: Path, key: str) -> Failing:
    plain = software(directory, key)
    return Failing(plain._record, plain._checkpoint, plain._path)


def test_a_signer_that_is_down_stops_selling_and_the_first_record_then_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def body() -> None:
        journal = Journal.open(tmp_path, IDENTITY, signers=failing)
        await journal.append([SIGN_ON], moment())
        monkeypatch.setattr(Failing, "broken", True)
        with pytest.raises(JournalFailed) as caught:
            await journal.append(ticket(1, 1), moment(5))
        assert caught.value.fault is faults.SIGNER_DOWN
        await journal.close()
        for _ in range(2):  # it stays so over restarts
            with pytest.raises(JournalError) as again:
                Journal.open(tmp_path, IDENTITY, signers=failing)
            assert again.value.fault is faults.SIGNER_DOWN
        monkeypatch.setattr(Failing, "broken", False)
        journal = Journal.open(tmp_path, IDENTITY, signers=failing)
        await journal.append(ticket(1, 1), moment(60))
        await journal.close()
        assert signer_outage.noted(tmp_path) is None

    run(body())
    said = records(tmp_path)[2]
    assert said.event == SignerDown(
        signer=verify(database(tmp_path)).key, since=moment(5).at, detail="no answer within 2 s"
    )
    assert [record.seq for record in records(tmp_path) if record.kind == "signer.down"] == [3]


def test_checkpoints_stand_where_they_must_and_lead_on(tmp_path: Path) -> None:
    run(kept(tmp_path, [SIGN_ON] * (2 * EVERY + 7)))
    with reading(database(tmp_path)) as reader:
        seals = reader.seals(0, 10)
        last = reader.last()
    assert [seal.size for seal in seals] == [1, EVERY, 2 * EVERY]
    for seal in seals:
        said = checkpoint.read(seal.body)
        assert said.tree.root.hex() == said.root
        assert said.running(IDENTITY).seq == seal.size
    found = verify(database(tmp_path), level=Level.TAIL)
    assert (found.records, found.checked) == (last, last - 2 * EVERY)


CHANGES = [
    ("UPDATE checkpoint SET body = CAST(replace(body, '\"net\":130', '\"net\":131') AS BLOB)",
     "signé"),
    (f"DELETE FROM checkpoint WHERE size = {EVERY}", "manque"),
    (f"UPDATE checkpoint SET sig = zeroblob(64) WHERE size = {EVERY}", "signé"),
    (f"UPDATE checkpoint SET size = {EVERY + 1} WHERE size = {EVERY}", "manque"),
    ("UPDATE journal SET sig = zeroblob(70) WHERE seq = 200", "signature"),
    ("UPDATE journal SET sig = NULL WHERE seq = 200", "signé"),
    ("UPDATE keys SET public = x'00' WHERE alg = 'ES256'", "clé"),
    ("DELETE FROM keys", "clé"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "how"), CHANGES)
@pytest.mark.parametrize("level", [Level.SIGNATURES, Level.ALL])
def test_evidence_that_was_tampered_with_is_found(
    tmp_path: Path, change: str, how: str, level: Level
) -> None:
    run(kept(tmp_path, [*ticket(1, 1), *[SIGN_ON] * 300]))
    assert verify(database(tmp_path), level=level).checkpoints == 2
    tamper(tmp_path, change)
    with pytest.raises(Broken, match=how):
        verify(database(tmp_path), level=level)


def test_rotations_asked_for_at_once_follow_one_another(tmp_path: Path) -> None:
    async def body() -> None:
        journal = Journal.open(tmp_path, IDENTITY)
        await journal.append([SIGN_ON], moment())
        await asyncio.gather(*(journal.rotate_keys(moment()) for _ in range(3)))
        await journal.close()

    run(body())
    run(kept(tmp_path, [SIGN_ON]))
    assert verify(database(tmp_path)).records == 6
    assert len(list((tmp_path / FOLDER).glob("*.pem"))) == 1


def test_keys_of_another_kind_are_refused() -> None:
    ours = keyring.public_keys(b"", b"")
    with pytest.raises(ValueError):
        Verifier(ours)


def test_the_keys_of_a_signer_are_exported(tmp_path: Path) -> None:
    made = software(tmp_path, "")
    files = dict(made.export())
    assert files[f"{made.public.key}.record.der"] == made.public.record
    assert files[f"{made.public.key}.checkpoint.der"] == made.public.checkpoint
    assert [path.stem for path in (tmp_path / FOLDER).iterdir()] == [made.public.key]
