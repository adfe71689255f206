"""`CONTROLE` at a till that sells: the books on a stick, recorded, on paper; what is missing."""

import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pytest

from pos_terminal.domain import faults
from pos_terminal.domain.audit import jet
from pos_terminal.domain.audit.inspection import EvidenceFile, EvidenceWritten, InspectionRules
from pos_terminal.domain.counter.steps import PrintReport, WriteEvidence
from pos_terminal.domain.events.period import Archived
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.staff import AuthorityGiven
from pos_terminal.domain.events.system import TechnicalEvent
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.receipt import Row, Text
from pos_terminal.testing.running import run
from tests.support.bench import bench
from tests.support.media import on_another
from tests.support.printed import papers
from tests.support.shop import open_shop
from tests.support.staff import BOSS, SAM, staffed

SELLER = '\n[seller]\nsiret = "732 829 320 00074"\n'


@pytest.fixture
def stick(tmp_path: Path) -> Iterator[Path]:
    with on_another(tmp_path) as folder:
        yield folder


def test_an_inspector_is_handed_the_books_while_the_till_sells(
    tmp_path: Path, stick: Path
) -> None:
    async def body() -> None:
        more = f'{SELLER}\n[inspection]\ndirectory = "{stick}"\n'
        async with open_shop(tmp_path, more=more) as shop:
            await shop.type("1 PLU CASH")
            await shop.journaled(SaleClosed)
            await shop.type("CONTROLE")
            await shop.shows("ECRITURE EN COURS")
            await shop.type("2 PLU CASH")
            await shop.journaled(SaleClosed, 2)
            await papers(shop, "CONTROLE FISCAL", "archive.zip", "LISEZMOI.txt", "jet.csv")
            assert len(shop.so_far(Archived)) == 1
            events = await shop.journaled(TechnicalEvent, 3)
            assert [event.code for event in events[:3]] == [jet.EXPORT] * 3
            assert events[0].detail == "contrôle demandé à la caisse"
            (paper,) = [p for p in shop.bench.printer.papers if "CONTROLE FISCAL" in p.text]
            (folder,) = stick.iterdir()
            words = "".join(paper.text.split())
            for file in folder.iterdir():
                assert sha256(file.read_bytes()).hexdigest() in words

    run(body())
    (folder,) = stick.iterdir()
    names = {path.name for path in folder.iterdir()}
    assert {"archive.zip", "LISEZMOI.txt", "jet.csv", "tickets.csv"} <= names
    assert any(name.startswith("732829320FEC") for name in names)
    with ZipFile(folder / "archive.zip") as archive:
        archive.extract("verify.py", tmp_path)
    command = [sys.executable, "-I", str(tmp_path / "verify.py"), str(folder / "archive.zip")]
    verified = subprocess.run(command, capture_output=True, text=True, check=False)
    assert verified.returncode == 0, verified.stdout


def test_a_folder_on_the_tills_own_medium_is_no_stick(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()

    async def body() -> None:
        more = f'{SELLER}\n[inspection]\ndirectory = "{mine}"\n'
        async with open_shop(tmp_path, more=more) as shop:
            await shop.type("CONTROLE")
            await shop.shows("CLE USB ABSENTE", "S-144")
            events = await shop.journaled(TechnicalEvent, 2)
            assert events[1].detail.startswith("contrôle, échec : S-144")

    run(body())
    assert [*mine.iterdir()] == []


def test_what_is_missing_is_said_on_paper_beside_what_is_there(
    tmp_path: Path, stick: Path
) -> None:
    """Without the seller's SIRET no accounting file can be named."""

    async def body() -> None:
        more = f'\n[inspection]\ndirectory = "{stick}"\n'
        async with open_shop(tmp_path, more=more) as shop:
            await shop.type("CONTROLE")
            await shop.shows("CONTROLE INCOMPLET", "S-145")
            await papers(shop, "archive.zip", "S-145", "siret")

    run(body())


def test_at_the_counter() -> None:
    till = bench()
    till.press("CONTROLE")
    assert till.fault is faults.NO_STICK_SET
    till.press("C")
    till.decides(inspection=InspectionRules("/media/stick"))
    till.press("1 PLU CONTROLE")
    assert till.fault is faults.NOT_NOW
    till.press("C CASH")
    assert WriteEvidence() in till.press("CONTROLE").effects
    step = till.put(EvidenceWritten("controle-1", (EvidenceFile("a.zip", 7, "ab" * 32),)))
    (report,) = [each for each in step.effects if isinstance(each, PrintReport)]
    assert step.events == ()
    assert Row("a.zip", "7") in report.paper.blocks
    assert Text(f"  {'ab' * 32}") in report.paper.blocks


def test_it_needs_its_right() -> None:
    till = staffed()
    till.decides(inspection=InspectionRules("/media/stick"))
    till.sign_on(SAM)
    till.press(f"CONTROLE {BOSS} CLERK 5930 CLERK")
    given, asked = (event for event, _ in till.events[-2:])
    assert given == AuthorityGiven(authority=BOSS, right=Right.INSPECTION)
    assert isinstance(asked, TechnicalEvent)
    assert asked.detail == "contrôle demandé à la caisse, accord de 1"
