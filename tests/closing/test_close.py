"""`pos-terminal close`: the Z of a stopped till, refused or carried over where sales are open."""

import os
import re
from datetime import datetime
from pathlib import Path

import pytest

from pos_terminal.domain.events.period import PeriodClosed
from pos_terminal.domain.events.sale import SaleOpened
from pos_terminal.domain.events.staff import OperatorSignedOff, OperatorSignedOn
from pos_terminal.domain.events.system import CommandGiven
from pos_terminal.domain.events.values import SignOnMeans
from pos_terminal.journal.consistency_proof import export
from pos_terminal.journal.witness import Witness, take
from tests.support.journaled import Line, kept, records
from tests.support.shopkeeping import CATALOG


@pytest.fixture
def state(tmp_path: Path) -> Path:
    with kept(tmp_path / "state") as shop:
        shop.start()
        for _ in range(3):
            shop.sale()
    return tmp_path / "state"


@pytest.fixture
def line(state: Path, capsys: pytest.CaptureFixture[str]) -> Line:
    return Line(state, capsys)


def closures(state: Path) -> list[PeriodClosed]:
    return [r.event for r in records(state) if isinstance(r.event, PeriodClosed)]


def test_day_month_and_year_one_behind_the_other(state: Path, line: Line) -> None:
    status, said = line("close", "month")
    assert (status, said["code"]) == (1, "S-124")
    for number, period in enumerate(("day", "month", "year"), 1):
        early = () if period == "day" else ("--because", "cessation")
        status, said = line("close", period, *early)
        assert (status, said["period"], said["number"]) == (0, period, 1)
        assert len(closures(state)) == number
        last = records(state)[-1]
        assert (said["seq"], said["head"]) == (last.seq, last.hash.hex())
        assert last.operator == 0, "nobody stands at the till, before or after"
        given = records(state)[-2].event
        assert isinstance(given, CommandGiven)
        reason = ", avant sa fin : cessation" if early else ""
        assert (given.command, given.uid) == (f"close {period}{reason}", os.getuid())
    assert len({c.totals for c in closures(state)}) == 1
    assert line("journal", "verify")[0] == 0


@pytest.mark.parametrize("quorum", [1, 2])
def test_the_z_says_the_exposed_tail_by_as_many_witnesses_as_the_settings_want(
    state: Path, line: Line, tmp_path: Path, quorum: int
) -> None:
    medium, journal, config = tmp_path / "medium", state / "journal.db", tmp_path / "till.toml"
    medium.mkdir()
    seen = take(journal, Witness(medium).cosign(export(journal), datetime(2026, 1, 5)))
    config.write_text(
        '[shop]\nname = "B"\n[terminal]\nstore = "boulangerie"\nnumber = "2"\ncatalog = "c.csv"\n'
        f"[tenders]\ncount_first = false\n[witness]\nquorum = {quorum}\n"
    )
    status, paper, said = line.text("close", "day", "--config", str(config))
    assert status == 0, said
    exposed = re.search(r"Ecritures sans témoin +(\d+)", paper)
    assert exposed and int(exposed[1]) == records(state)[-1].seq - (seen if quorum == 1 else 0)


def test_with_the_z_nobody_stays_signed_on_for_the_next_start(state: Path, line: Line) -> None:
    with kept(state) as shop:
        shop.add(OperatorSignedOn(operator=4, by=SignOnMeans.PIN))
    status, said = line("close", "day")
    *_, closed, last = records(state)
    assert (status, said["seq"], said["head"]) == (0, closed.seq, closed.hash.hex())
    assert isinstance(last.event, OperatorSignedOff)
    assert line("journal", "verify")[0] == 0


def test_a_day_with_nothing_in_it_is_not_closed(state: Path, line: Line) -> None:
    assert line("close", "day")[0] == 0
    before = len(records(state))
    status, said = line("close", "day")
    assert (status, said["code"]) == (1, "S-123")
    assert len(records(state)) == before


def test_open_sales_are_listed_or_carried_over(state: Path, line: Line) -> None:
    with kept(state) as shop:
        shop.add(SaleOpened(sale=4, catalog=CATALOG), SaleOpened(sale=5, catalog=CATALOG))
    before = len(records(state))
    status, said = line("close", "day")
    assert (status, said["code"], said["detail"]) == (1, "S-122", "ventes ouvertes : 4, 5")
    assert len(records(state)) == before
    status, said = line("close", "day", "--carry")
    assert (status, said["carried"], said["authority"]) == (0, [4, 5], 0)
    assert line("journal", "verify")[0] == 0


def test_a_running_till_is_closed_by_itself_alone(state: Path, line: Line) -> None:
    with kept(state):
        status, said = line("close", "day")
    assert (status, said["code"]) == (1, "J-103")


def test_no_journal_no_closure(line: Line, tmp_path: Path) -> None:
    status, said = line("close", "day", state=tmp_path / "nothing")
    assert (status, said["code"]) == (1, "J-107")
    assert not (tmp_path / "nothing").exists()


def test_the_paper_says_what_the_record_says(state: Path, line: Line) -> None:
    status, paper, _ = line.text("close", "day")
    (closed,) = closures(state)
    assert status == 0
    assert "CLOTURE DU JOUR 02/01/2026" in paper and "Z no 1" in paper
    assert f"Tickets {closed.totals.tickets} " in paper and "Panier moyen" in paper
    assert f"POSJ1{records(state)[-1].seq}{records(state)[-1].hash.hex()}" in "".join(paper.split())
    assert max(len(row) for row in paper.splitlines()) <= 42


def test_a_number_is_no_identity(line: Line) -> None:
    with pytest.raises(SystemExit) as usage:
        line("close", "day", "--operator", "4")
    assert usage.value.code == 2


def test_a_drawer_that_was_used_is_counted_first(state: Path, line: Line) -> None:
    (state / "terminal.good.toml").write_text(
        '[shop]\nname = "Le Fournil"\n\n[terminal]\ncatalog = "catalog.csv"\n'
    )
    before = len(records(state))
    status, said = line("close", "day")
    assert (status, said["code"]) == (1, "S-139"), said
    assert len(records(state)) == before
