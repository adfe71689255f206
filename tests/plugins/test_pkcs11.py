"""Keys that are not the card's: made in a token, used by its process, and what happens without."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pos_plugin_pkcs11.token import Pkcs11Token
from pos_terminal.__main__ import main
from pos_terminal.crypto.token import TokenDown
from pos_terminal.domain import faults
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.system import KeyMade, KeyRotated, SignerDown
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.keyring import FOLDER, Keyring, has_token_key
from pos_terminal.journal.record import Record
from pos_terminal.journal.store import Journal, read_records
from pos_terminal.journal.verify import verify
from pos_terminal.runtime.plugins import Plugins
from tests.conftest import run
from tests.support.journaling import IDENTITY, SIGN_ON, database, moment, ticket
from tests.support.shop import open_shop
from tests.support.small_disk import ext4
from tests.support.tokens import Device, flush, softhsm, software_tpm

KINDS = {"SoftHSM": softhsm, "TPM": software_tpm}


@contextmanager
def used(device: Device) -> Iterator[Pkcs11Token]:
    token = device.token()
    try:
        yield token
    finally:
        token.release()


def records(state: Path) -> list[Record]:
    return read_records(database(state), "", 0, 1000)


async def sold(state: Path, keys: Keyring, *numbers: int) -> None:
    journal = Journal.open(state, IDENTITY, signers=keys)
    try:
        for number in numbers:
            await journal.append(ticket(number, number), moment(number))
    finally:
        await journal.close()


@pytest.mark.parametrize("kind", KINDS)
def test_records_are_signed_in_the_token_and_verify_with_openssl(
    tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "state"
    with KINDS[kind](tmp_path / "t") as device:
        with used(device) as token:
            run(sold(state, Keyring(token, in_token=True), 1, 2))
        if kind == "TPM":
            flush()
        with used(device) as token:  # another process, another day
            run(sold(state, Keyring(token, in_token=True), 3))
    found = verify(database(state))
    assert found.counts.sale == 3 and "jamais exportable" in found.origin
    first = records(state)[0]
    assert isinstance(first.event, KeyMade) and first.event.origin == found.origin
    (file,) = (state / FOLDER).glob("*.pem")
    assert file.read_text().count("PRIVATE KEY") == 2, "one begins and ends: the checkpoints'"
    last = records(state)[-1]
    for name, content in {"key": bytes.fromhex(first.event.record_key), "rec": last.rec}.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "sig").write_bytes(last.sig or b"")
    asked = ["openssl", "dgst", "-sha256", "-verify", "key", "-signature", "sig", "rec"]
    assert subprocess.run(asked, cwd=tmp_path, check=False, capture_output=True).returncode == 0
    assert main(["journal", "verify", "--state", str(state)]) == 0
    assert f"clé {found.key}, matérielle : {found.origin}" in capsys.readouterr().out


def test_a_copy_of_the_card_signs_nothing(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with softhsm(tmp_path / "t") as device, used(device) as token:
        run(sold(state, Keyring(token, in_token=True), 1))
    copy = shutil.copytree(state, tmp_path / "copy")
    with pytest.raises(JournalError) as without:
        Journal.open(copy, IDENTITY)
    assert without.value.fault is faults.NO_TOKEN
    with softhsm(tmp_path / "thief") as other, used(other) as token:
        with pytest.raises(JournalError, match="pas dans ce jeton") as elsewhere:
            Journal.open(copy, IDENTITY, signers=Keyring(token))
        assert elsewhere.value.fault is faults.SIGNER_DOWN
    assert verify(database(copy)).records == verify(database(state)).records


def test_keys_go_to_a_token_and_back_by_signed_links(tmp_path: Path) -> None:
    async def rotated(keys: Keyring) -> None:
        journal = Journal.open(tmp_path / "s", IDENTITY, signers=keys)
        try:
            await journal.rotate_keys(moment())
            await journal.append([SIGN_ON], moment())
        finally:
            await journal.close()

    run(sold(tmp_path / "s", Keyring(), 1))
    with softhsm(tmp_path / "t") as device, used(device) as token:
        run(rotated(Keyring(token, in_token=True)))
        assert "SoftHSM" in verify(database(tmp_path / "s")).origin
        assert has_token_key(tmp_path / "s")
        run(rotated(Keyring(token)))
    assert verify(database(tmp_path / "s")).origin == ""
    run(sold(tmp_path / "s", Keyring(), 2))
    links = [each.event for each in records(tmp_path / "s") if isinstance(each.event, KeyRotated)]
    assert [bool(each.origin) for each in links] == [True, False]


def test_a_token_that_does_not_answer_or_is_pulled_out_is_found_again(tmp_path: Path) -> None:
    with softhsm(tmp_path / "t") as device:
        hurried = device.token(patience=0.2)
        made = hurried.make()
        assert hurried._worker
        os.kill(hurried._worker.pid, signal.SIGSTOP)  # as a library that waits for its device
        with pytest.raises(TokenDown, match=r"pas de réponse en 0\.2 s"):
            hurried.sign(made.public, bytes(32))
        hurried.release()
        with used(device) as patient:
            assert patient.sign(made.public, bytes(32))
            patient.release()
            device.pull_out()
            with pytest.raises(TokenDown, match="jeton caisse"):
                patient.sign(made.public, bytes(32))
            device.put_back()
            assert patient.sign(made.public, bytes(32))


@pytest.mark.slow
def test_a_token_whose_driver_hangs_in_the_kernel_is_given_up_in_time(tmp_path: Path) -> None:
    """Nothing ends such a process before its device answers: here a disk that is frozen."""
    with ext4(tmp_path, 8) as disk, softhsm(disk / "t") as device, used(device) as token:
        made = token.make()
        subprocess.run(["fsfreeze", "--freeze", disk], check=True)
        try:
            with pytest.raises(TokenDown, match="pas de réponse"):
                token.make()
            with pytest.raises(TokenDown, match="son processus ne s'arrête pas"):
                token.sign(made.public, bytes(32))
        finally:
            subprocess.run(["fsfreeze", "--unfreeze", disk], check=True)
        assert token._dying
        token._dying.wait(60)
        assert token.sign(made.public, bytes(32)), "once it answers again it signs"
        token.release()


def test_a_wrong_pin_is_tried_once(tmp_path: Path) -> None:
    """A token counts them, and is lost after a few."""
    with softhsm(tmp_path / "t") as device:
        right = device.pin.read_text()
        device.pin.write_text("1234567")
        with used(device) as token:
            for _ in range(2):
                with pytest.raises(TokenDown, match="code du jeton refusé"):
                    token.make()
                device.pin.write_text(right)
        with used(device) as token:
            token.make()
            token.release()
            device.pin.chmod(0o644)
            with pytest.raises(TokenDown, match="chmod 600"):
                token.make()


def test_the_plugin_brings_its_token_by_the_hook_pos_token() -> None:
    plugins = Plugins(["pkcs11"])
    plugins.load()
    settings = plugins.tables["pkcs11"](module="/none.so", token="caisse")
    plugins.settings = {"pkcs11": settings}
    assert isinstance(plugins.token(), Pkcs11Token)
    with pytest.raises(ValueError, match="patience"):
        plugins.tables["pkcs11"](module="/none.so", token="caisse", patience=60)


def test_a_till_refuses_aloud_without_its_token_and_sells_on_with_it(tmp_path: Path) -> None:
    async def body(device: Device) -> None:
        more = device.settings()
        async with open_shop(tmp_path / "shop", plugins=["pkcs11"], more=more) as shop:
            await shop.type("1 PLU CASH")
            await shop.journaled(SaleClosed)
            device.pull_out()
            token = shop.app._keyring._token
            assert token
            token.release()  # SoftHSM keeps what it has open: the process is the token's slot
            await shop.type("1 PLU")
            await shop.shows("J-108")
            device.put_back()
            await shop.bench.display.wait_for(lambda screen: "J-108" not in str(screen))
            (down,) = await shop.journaled(SignerDown)
            assert "jeton caisse" in down.detail
            await shop.type("C 1 PLU CASH")
            await shop.journaled(SaleClosed, 2)

    with softhsm(tmp_path / "t") as device:
        run(body(device))
    assert verify(database(tmp_path / "shop" / "state")).counts.sale == 2
