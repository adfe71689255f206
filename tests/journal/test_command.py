"""`pos-terminal journal`: what it prints, and its exit status."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pos_terminal.__main__ import main
from pos_terminal.domain.events.event import SERIES
from pos_terminal.verifier.chain import leaf
from tests.conftest import run
from tests.support.journaling import SIGN_ON, database, every_kind, kept, tamper

PATIENCE = 30.0


def journal(capsys: pytest.CaptureFixture[str], directory: Path, *words: str) -> tuple[int, str]:
    status = main(["journal", *words, "--state", str(directory)])
    return status, capsys.readouterr().out


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    run(kept(tmp_path, every_kind()))
    return tmp_path


def test_show_prints_a_line_a_record(capsys: pytest.CaptureFixture[str], shop: Path) -> None:
    status, out = journal(capsys, shop, "show")
    lines = out.splitlines()
    assert status == 0
    kinds = ["key.made", *(event.kind for event in every_kind())]
    assert [line.split()[3] for line in lines] == kinds
    assert lines[6].split(maxsplit=1)[1] == (
        "2026-01-05 08:30:05 sale.closed        "
        "ticket T-1 de la vente 1 : 1 ligne, 1,30 € (cash 1,30 €, donné 2,00, rendu 0,70)"
    )
    sold = "ligne 1 : 1 x Tradition «à l'ancienne» [28] à 2,60 (au catalogue 1,30) = 2,60 €"
    assert sold in lines[11]
    assert "ligne 1 : correction [28] = -2,60 €" in lines[12]
    assert "ticket duplicata 1 de T-1 : refusé par l'imprimante P-103" in lines[15]
    assert [line for line in lines if re.search(r"[A-Z]\w+\(|=<|'", line.replace("l'", ""))] == []


def test_show_chooses(capsys: pytest.CaptureFixture[str], shop: Path) -> None:
    _, out = journal(capsys, shop, "show", "--after", "3", "--limit", "2")
    assert [int(line.split()[0]) for line in out.splitlines()] == [4, 5]
    _, out = journal(capsys, shop, "show", "--kind", "line.sold", "--kind", "line.voided")
    assert [int(line.split()[0]) for line in out.splitlines()] == [5, 12, 13]
    assert journal(capsys, shop, "show", "--kind", "no.such") == (0, "")


def test_json_is_the_record_as_it_is_kept(capsys: pytest.CaptureFixture[str], shop: Path) -> None:
    status, out = journal(capsys, shop, "show", "--json")
    assert status == 0
    for seq, line in enumerate(out.splitlines(), 1):
        said = json.loads(line)
        rec = line.partition('"record":')[2][:-1].encode()
        assert leaf(rec).hex() == said["hash"]
        assert said["record"]["seq"] == seq


def test_tail_prints_the_end(capsys: pytest.CaptureFixture[str], shop: Path) -> None:
    status, out = journal(capsys, shop, "tail", "-n", "2")
    assert status == 0
    assert [int(line.split()[0]) for line in out.splitlines()] == [16, 17]
    assert len(journal(capsys, shop, "tail")[1].splitlines()) == 10


def test_tail_follows_a_till_that_sells(shop: Path) -> None:
    command = [sys.executable, "-m", "pos_terminal", "journal", "tail", "-n", "1", "-f"]
    with subprocess.Popen(
        [*command, "--state", str(shop)], stdout=subprocess.PIPE, text=True
    ) as tail:
        try:
            assert tail.stdout
            assert tail.stdout.readline().split()[0] == "17"
            run(kept(shop, [SIGN_ON, SIGN_ON]))
            assert [tail.stdout.readline().split()[0] for _ in range(2)] == ["18", "19"]
            tail.send_signal(signal.SIGINT)
            assert tail.wait(PATIENCE) == 130
        finally:
            tail.kill()


def test_verify_says_good(capsys: pytest.CaptureFixture[str], shop: Path) -> None:
    status, out = journal(capsys, shop, "verify")
    assert status == 0
    assert "bon, 17 écritures, totaux 1,30 € nets" in out
    status, out = journal(capsys, shop, "verify", "--json")
    said = json.loads(out)
    assert (status, said["good"], said["records"], said["tickets"]) == (0, True, 17, {SERIES: 1})
    assert said["total_cents"] == {"net": 130, "abs": 130}


def test_verify_names_the_record_that_broke(
    capsys: pytest.CaptureFixture[str], shop: Path
) -> None:
    tamper(shop, "UPDATE journal SET kind = 'sale.abandoned' WHERE seq = 7")
    status, out = journal(capsys, shop, "verify", "--json")
    said = json.loads(out)
    assert (status, said["good"], said["record"], said["code"]) == (1, False, 7, "J-104")
    assert "la colonne dit sale.abandoned" in said["how"]
    assert main(["journal", "verify", "--state", str(shop)]) == 1
    told = capsys.readouterr().err
    assert "J-104 écriture 7 : la colonne dit" in told
    assert "celle d'avant est du 05/01/2026 08:30" in told, "since when"


def test_show_stops_at_what_is_no_record(capsys: pytest.CaptureFixture[str], shop: Path) -> None:
    tamper(shop, "UPDATE journal SET rec = x'7b7d' WHERE seq = 3")
    assert main(["journal", "show", "--state", str(shop)]) == 1
    printed = capsys.readouterr()
    assert len(printed.out.splitlines()) == 2
    assert "écriture 3 : ses octets ne sont pas" in printed.err


@pytest.mark.parametrize("action", ["show", "tail", "verify"])
def test_no_journal(capsys: pytest.CaptureFixture[str], tmp_path: Path, action: str) -> None:
    status, out = journal(capsys, tmp_path, action, "--json")
    assert (status, json.loads(out)["code"]) == (1, "J-107")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [
        ["show", "--limit", "-1"],
        ["show", "--after", "9" * 19],  # more than SQLite counts to
        ["verify", "--printed", f"{'9' * 19} 0123456789abcdef"],
        ["dance"],
        ["tail", "-n", "x"],
        [],
    ],
)
def test_wrong_usage(capsys: pytest.CaptureFixture[str], tmp_path: Path, words: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["journal", *words])
    assert caught.value.code == 2


def test_a_broken_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    database(tmp_path).write_bytes(b"rubbish " * 1000)
    status, out = journal(capsys, tmp_path, "verify", "--json")
    assert (status, json.loads(out)["code"]) == (1, "J-104")
