"""Whose till it is and which program runs: on record at the first start, and when it changes."""

import asyncio
import sys
from datetime import date
from pathlib import Path
from threading import Event

import pytest

from pos_terminal.channel import interface
from pos_terminal.channel.interface import Nothing
from pos_terminal.domain import faults
from pos_terminal.domain.audit import jet
from pos_terminal.domain.audit.setup import Setup
from pos_terminal.domain.events.period import Archived, Period, PeriodClosed
from pos_terminal.domain.events.system import CompanyIdentified, ProgramFound
from pos_terminal.journal.signer import SignerDown
from pos_terminal.journal.store import Journal
from pos_terminal.process import program
from pos_terminal.testing.running import run
from tests.support.closing_days import sell
from tests.support.journaled import Line, days, records
from tests.support.season import checked
from tests.support.shop import open_shop
from tests.support.shopkeeping import year
from tests.support.toys import until

UNCOUNTED = "\n[tenders]\ncount_first = false\n"
SELLER = """
[seller]
name = "AUX BONS PAINS"
address = ["12 rue du Four", "75006 PARIS"]
siret = "123 456 782 00010"
vat = "FR32123456782"
naf = "{}"
"""


def found(state: Path, kind: type[CompanyIdentified] | type[ProgramFound]) -> list[object]:
    return [record.event for record in records(state) if isinstance(record.event, kind)]


def test_the_company_is_recorded_at_the_first_start_and_at_each_change(tmp_path: Path) -> None:
    async def starts() -> None:
        for naf in ("1071C", "1071C", "4725Z"):
            async with open_shop(tmp_path, more=SELLER.format(naf)):
                pass

    run(starts())
    first, second = found(tmp_path / "state", CompanyIdentified)
    assert isinstance(first, CompanyIdentified) and isinstance(second, CompanyIdentified)
    assert (first.name, first.siret, first.vat) == (
        "AUX BONS PAINS", "123 456 782 00010", "FR32123456782"
    )  # fmt: skip
    assert first.address == ("12 rue du Four", "75006 PARIS")
    assert (first.naf, second.naf) == ("1071C", "4725Z")
    line = jet.jet_line(second)
    assert line and (line.code, "4725Z" in line.detail) == (jet.TAXPAYER, True)


def test_an_archive_says_whose_till_it_was_even_where_the_record_lies_before_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def sells() -> None:
        async with open_shop(tmp_path, more=SELLER.format("1071C") + UNCOUNTED) as shop:
            await sell(shop)

    run(sells())
    line, last = Line(tmp_path / "state", capsys), len(records(tmp_path / "state"))
    assert line("close", "day")[0] == 0
    for first, known in ((1, True), (last, True)):
        out = tmp_path / f"{first}.zip"
        assert line("journal", "archive", "--out", out, "--first", str(first))[0] == 0
        status, said = checked(out)
        assert status == 0 and ("SIRET 123 456 782 00010" in said) is known, said
    nobody = tmp_path / "nobody"
    days(nobody, 1)
    assert line("journal", "archive", "--out", tmp_path / "n.zip", state=nobody)[0] == 0
    assert "ENTREPRISE INCONNUE" in checked(tmp_path / "n.zip")[1]


def test_a_till_that_names_no_company_says_at_least_its_shop(tmp_path: Path) -> None:
    async def start() -> None:
        async with open_shop(tmp_path):
            pass

    run(start())
    (said,) = found(tmp_path / "state", CompanyIdentified)
    assert isinstance(said, CompanyIdentified) and said.name and not said.siret


def test_which_program_it_is_waits_for_the_signer_whose_own_code_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Down at the first start: no task fails of it (C-104), and all goes on once it is back."""

    def down(*_: object, **__: object) -> Journal:
        raise SignerDown("le jeton ne répond pas")

    monkeypatch.setattr("pos_terminal.runtime.app.RETRY", 0.2)
    digested, ours = Event(), "5a" * 32

    def digest() -> str:
        digested.set()
        return ours

    async def starts() -> None:
        with monkeypatch.context() as signer:
            signer.setattr(Journal, "open", down)
            async with open_shop(tmp_path, program=digest) as shop:
                await shop.shows(faults.SIGNER_DOWN.code)
                await asyncio.to_thread(digested.wait)
                status = await shop.till.call(interface.STATUS, Nothing())
                assert faults.SIGNER_DOWN.code in [each.code for each in status.faults]
                signer.undo()
                await until(lambda: shop.app.journal is not None)
                (said,) = await shop.journaled(ProgramFound)
                assert said.digest == ours
                (task,) = [each for each in shop.app.tasks if each.name == "program"]
                assert (task.restarts, task.error) == (0, "")

    run(starts())


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "altered_one_day"
    (folder / "inner").mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "inner" / "part.py").write_text("SHARE = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    __import__(folder.name)
    monkeypatch.delitem(sys.modules, folder.name, raising=False)
    __import__(folder.name)
    return folder


def test_a_file_changed_added_or_renamed_is_another_program(package: Path) -> None:
    def now() -> str:
        return program.digest([package.name], ["one 1.0"])

    seen = [now()]
    (package / "__pycache__").mkdir(exist_ok=True)
    (package / "__pycache__" / "part.pyc").write_bytes(b"made by Python itself")
    assert now() == seen[0]
    (package / "inner" / "part.py").write_text("SHARE = 2\n")
    seen.append(now())
    (package / "inner" / "part.py").rename(package / "part.py")
    seen.append(now())
    (package / "data.csv").write_text("")
    seen.append(now())
    seen.append(program.digest([package.name], ["one 1.1"]))
    assert len({*seen}) == len(seen)


def test_a_closed_year_wants_an_archive_that_holds_all_of_it() -> None:
    shop = year(1, days=2)
    for period in (Period.MONTH, Period.YEAR):
        running = shop.running
        shop.add(running.book.closure(period, running.seq + 1, "2026-01-03"))
    setup = shop.running.setup
    assert setup.year_closed and setup.archive_due
    last = setup.year_closed
    for first, end, due in ((2, last, True), (1, last - 1, True), (1, last, False)):
        made = Archived(first=first, last=end, sha256="5a" * 32, years=("2026",))
        assert setup.after(made).archive_due is due
    halves = (
        Archived(first=1, last=last // 2, sha256="5a" * 32),
        Archived(first=last // 2 + 1, last=last, sha256="5a" * 32, years=("2026",)),
    )
    for half in halves:
        setup = setup.after(half)
    assert not setup.archive_due
    codes = [line.code for half in halves if (line := jet.jet_line(half))]
    assert codes == [jet.ARCHIVE, jet.YEAR_ARCHIVE]


def test_the_archive_of_a_year_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = tmp_path / "state"
    days(state, 2, begin=date(2026, 12, 30))
    line = Line(state, capsys)
    for period in ("month", "year"):
        assert line("close", period, "--because", "essai")[0] in (0, 1)
    closed = [
        record.event for record in records(state)
        if isinstance(record.event, PeriodClosed) and record.event.period is Period.YEAR
    ]  # fmt: skip
    assert line("journal", "archive", "--out", tmp_path / "a.zip")[0] == 0
    made = records(state)[-1].event
    assert isinstance(made, Archived) and made.years == tuple(each.label for each in closed) != ()


def test_an_archive_is_of_a_year_only_where_the_till_asks_for_it_no_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "state"
    days(state, 2, begin=date(2026, 12, 30))
    line = Line(state, capsys)
    for period in ("month", "year"):
        assert line("close", period, "--because", "essai")[0] in (0, 1)
    (last,) = (
        record.seq for record in records(state)
        if isinstance(record.event, PeriodClosed) and record.event.period is Period.YEAR
    )  # fmt: skip
    years: tuple[str, ...] = ()
    spans = (("--first", last), ("--last", last - 1), ("--first", last))
    for number, (option, seq) in enumerate(spans):
        out = tmp_path / f"{number}.zip"
        assert line("journal", "archive", "--out", out, option, str(seq))[0] == 0
        events, setup = [record.event for record in records(state)], Setup()
        for event in events:
            setup = setup.after(event)
        made = events[-1]
        assert isinstance(made, Archived)
        years = made.years
        assert bool(years) is not setup.archive_due
    assert years, "the second half of a year whose first one is in an archive"
