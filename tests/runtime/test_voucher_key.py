"""The key of the vouchers: made once, missed where it is gone, never made anew in silence."""

import json
import re
import shutil
from pathlib import Path

import pytest

from pos_terminal.__main__ import main
from pos_terminal.archive import backup
from pos_terminal.archive.export import records
from pos_terminal.archive.restore import restore
from pos_terminal.domain import faults
from pos_terminal.domain.events.prepaid import VoucherMoved, VouchersKeyed
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.journal.database import NAME as JOURNAL
from pos_terminal.runtime.voucher_key import FOLDER, NAME, load
from pos_terminal.testing.running import run
from tests.support.shop import Shop, open_shop


def test_it_is_made_once_for_this_user_alone(tmp_path: Path) -> None:
    made = load(tmp_path, "")
    assert made.key and made.fault is None
    assert made.found == (VouchersKeyed(key=made.key.fingerprint),)
    path = tmp_path / FOLDER / NAME
    assert [each.stat().st_mode & 0o777 for each in (path.parent, path)] == [0o700, 0o600]
    again = load(tmp_path, made.key.fingerprint)
    assert (again.key, again.found, again.fault) == (made.key, (), None)
    assert path.read_bytes().hex() not in repr(again) and made.key.fingerprint not in path.name


@pytest.mark.parametrize("wrong", ["gone", "short", "open"])
def test_one_that_cannot_be_used_is_missed_and_not_made_anew(tmp_path: Path, wrong: str) -> None:
    made = load(tmp_path, "")
    path = tmp_path / FOLDER / NAME
    match wrong:
        case "gone":
            path.unlink()
        case "short":
            path.write_bytes(bytes(31))
        case "open":
            path.chmod(0o640)
    assert made.key
    found = load(tmp_path, made.key.fingerprint)
    assert (found.key, found.found, found.fault) == (None, (), faults.VOUCHER_KEY)
    assert path.exists() == (wrong != "gone")


def test_another_one_counts_and_is_said_once(tmp_path: Path) -> None:
    load(tmp_path, "")
    other = load(tmp_path, "ab" * 8)
    assert other.key and other.fault is faults.VOUCHER_KEY_OTHER
    assert load(tmp_path, other.found[0].key).fault is None


def test_another_is_begun_only_where_it_is_lost_and_on_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def sold() -> None:
        async with open_shop(tmp_path) as shop:
            await shop.type("3000 PRIX 90 PLU CARD")
            await shop.journaled(VoucherMoved)

    run(sold())
    state = tmp_path / "state"
    words = ("journal", "voucher-key", "--because", "carte morte", "--state", str(state), "--json")
    assert main([*words]) == 1 and "S-253" in capsys.readouterr().out
    (state / FOLDER / NAME).unlink()
    assert main([*words]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["unknown"], told["cents"]) == (1, 3000)
    keyed = [r.event for r in records(state) if isinstance(r.event, VouchersKeyed)]
    assert [(e.key == told["key"], e.reason) for e in keyed] == [(False, ""), (True, "carte morte")]
    loaded = load(state, told["key"])
    assert loaded.key and not loaded.fault


async def printed_code(shop: Shop) -> str:
    while True:
        text = "\n".join(line.text for line in (await shop.bench.printer.next_paper()).lines)
        found: list[str] = re.findall(r"\[(\$YB[^]]+)\]", text)
        if found:
            return found[0]


def test_a_till_put_back_with_its_keys_pays_and_without_that_key_says_so(tmp_path: Path) -> None:
    """The number is on paper alone, and neither in the journal nor in any file beside it."""

    async def body() -> str:
        async with open_shop(tmp_path / "shop") as shop:
            await shop.type("RF 5 PLU AVOIR")
            code = await printed_code(shop)
            await shop.journaled(VoucherMoved)
            await shop.type("BON")
            assert await printed_code(shop) == code
        return code

    async def used(folder: Path, code: str) -> None:
        async with open_shop(folder) as shop:
            await shop.type("5 PLU")
            await shop.shows("VIN ROUGE")
            await shop.bench.scanner.scan(code)
            assert (await shop.journaled(SaleClosed, 2))[1].tenders[0].tender == "AVOIR"

    async def refused(folder: Path, code: str) -> None:
        async with open_shop(folder) as shop:
            await shop.shows("S-250")
            await shop.type("5 PLU")
            await shop.bench.scanner.scan(code)
            await shop.shows("S-250")
            await shop.type("C CASH")
            assert await shop.journaled(SaleClosed, 2)

    code = run(body())
    state = tmp_path / "shop" / "state"
    number = code.removeprefix("$YB").encode()
    assert (state / JOURNAL).exists()
    for path in state.rglob("*"):
        if path.is_file():
            assert number not in path.read_bytes(), path
    made = backup.make(state, tmp_path / "b.zip")
    backup.make_keys(state, tmp_path / "k.zip", made.key)
    for name in ("with", "without"):
        (tmp_path / name).mkdir()
        restore([tmp_path / "b.zip"], tmp_path / name / "state", tmp_path / "k.zip")
    (tmp_path / "without" / "state" / FOLDER / NAME).unlink()
    shutil.rmtree(state)
    run(used(tmp_path / "with", code))
    run(refused(tmp_path / "without", code))
