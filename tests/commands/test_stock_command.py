"""`pos-terminal stock`: what the till knew of its goods, from the journal alone."""

import json
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from pos_terminal.__main__ import main
from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.lookup.questions import SoldFound, SoldWanted
from pos_terminal.journal import stock_history
from pos_terminal.journal.store import Journal
from pos_terminal.runtime.catalogue import Catalogue
from tests.conftest import run
from tests.support.bench import moment
from tests.support.stock import GOODS, Stockroom, stockroom

IDENTITY = Identity("1", "2", "test", simulated=True)
DAY = (
    "12 LIVRE 41 PLU 40 FABRIQUE 1 PLU OUVRIR 41 PLU 3 x 42 PLU 2 PLU CASH "
    "42 PLU CORR 1 PLU CASH DEGUST 42 PLU OUVRIR 41 PLU 42 PLU CARD"
)


def kept(state: Path, till: Stockroom) -> None:
    """The till's events in a journal, with its catalogue in force."""
    (state / "goods.csv").write_text(GOODS)
    assert not Catalogue(state / "goods.csv", state, ()).load().problems

    async def body() -> None:
        journal = Journal.open(state, IDENTITY)
        for number, (event, _) in enumerate(till.events):
            await journal.append([event], moment(number))
        await journal.close()

    run(body())


@pytest.fixture
def till() -> Stockroom:
    till = stockroom()
    till.press(DAY)
    assert till.fault is None
    return till


@pytest.fixture
def state(tmp_path: Path, till: Stockroom) -> Path:
    kept(tmp_path, till)
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert main(["stock", *words]) == 0
    return json.loads(capsys.readouterr().out)


def test_what_there_is(state: Path, till: Stockroom, capsys: pytest.CaptureFixture[str]) -> None:
    rows = said(capsys, "show", "--state", str(state), "--json")["stock"]
    found = {row["plu"]: Fraction(row["numerator"], row["denominator"]) for row in rows}
    assert {plu: held for plu, held in found.items() if held} == till.stock()
    assert set(found) == {"1", "4", "41", "45", "47", "50"}
    (wine,) = [row for row in rows if row["plu"] == "41"]
    assert wine["counted"] == "5 verre"
    assert wine["low"]
    assert main(["stock", "show", "--state", str(state)]) == 0
    assert "TRADITION                             38,5" in capsys.readouterr().out


def test_poured_against_sold(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done, now = said(capsys, "bottles", "--state", str(state), "--json")["bottles"]
    assert (done["sold"]["text"], done["given"]["text"]) == ("0,5", "1/6")
    assert done["missing"] == {"numerator": 1, "denominator": 3, "text": "1/3"}
    assert now["finished"] is None
    assert now["sold"]["text"] == "1/6"
    later = said(capsys, "bottles", "--since", "2999-01-01", "--state", str(state), "--json")
    assert later["bottles"] == [now]
    assert main(["stock", "bottles", "--state", str(state)]) == 0
    assert "Versé, non encaissé" in capsys.readouterr().out


def test_what_to_make(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    next_week = (moment().day + timedelta(7)).isoformat()
    wanted = ("make", "--today", next_week, "--state", str(state))
    said_now = said(capsys, *wanted, "--json")
    bread = next(row for row in said_now["articles"] if row["plu"] == "1")
    assert (said_now["day"], said_now["opened"], bread["days"]) == (next_week, 1, 1)
    assert (bread["expected"]["text"], bread["make"]["text"]) == ("1,5", "0")
    tart = next(row for row in said_now["articles"] if row["plu"] == "50")
    assert (tart["days"], tart["expected"], tart["make"]) == (0, None, None)
    assert main(["stock", *wanted]) == 0
    assert "aucun jour comparable" in capsys.readouterr().out


def test_the_days_are_those_of_the_projection(state: Path, till: Stockroom) -> None:
    found = till.answer(SoldWanted(30))
    assert isinstance(found, SoldFound)
    assert stock_history.read(state).days == found.days


def test_a_state_without_journal_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (("stock", "show"), ("clerk", "list"), ("person", "list")):
        assert main([*words, "--state", str(tmp_path), "--json"]) == 1
        assert json.loads(capsys.readouterr().out)["code"] == "J-107"


def test_the_journal_is_shown_for_people(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["journal", "show", "--state", str(state)]) == 0
    shown = capsys.readouterr().out
    assert "stock.moved        [41] -0,5 sale par [42] (vente 1, ligne 1)" in shown
    assert "stock.moved        [41] 2 delivered" in shown
    assert "bottle.opened      [41]" in shown
    assert "Création de clés de signature" in shown
    assert "KeyMade" not in shown
    assert "[41] de 1 : 0,5 vendu, 1/6 offert, 0 restant, 1/3 manquant" in shown
