"""From the counter to what a platform is sent: invoices as files, and what consumers bought."""

import csv
import json
from collections import defaultdict
from pathlib import Path
from random import Random
from typing import Any
from zipfile import ZipFile

import pytest

from pos_terminal.__main__ import main
from pos_terminal.archive.ereporting import GOODS, SERVICES, Disagrees, Reporter
from pos_terminal.domain.events.paper import InvoiceMade, Supplied
from pos_terminal.domain.events.period import PeriodClosed
from pos_terminal.domain.events.sale import SaleClosed
from tests.support.en16931 import findings
from tests.support.invoiced_day import SELLER, sold
from tests.support.random_days import Days


def export(state: Path, capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, Any]:
    capsys.readouterr()
    asked = ["journal", "export", *map(str, words), "--state", str(state), "--json"]
    status = main(asked)
    return status, json.loads(capsys.readouterr().out or "{}")


def test_invoices_and_day_totals(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = sold(tmp_path / "shop", SELLER)
    out = tmp_path / "factures.zip"
    status, told = export(state, capsys, "facturx", "--out", out)
    assert (status, told["gone"], told["invoices"]) == (0, [], ["2-I000001", "2-I000002"])
    assert out.stat().st_mode & 0o777 == 0o600
    with ZipFile(out) as archive:
        for number, between_firms in (("2-I000001", True), ("2-I000002", False)):
            xml = archive.read(f"{number}.xml")
            assert not [*findings(xml, between_firms=between_firms)]
    status, told = export(state, capsys, "ereporting", "--plain", "--out", tmp_path / "out")
    assert status == 0
    written = (tmp_path / "out" / "ereporting.csv").read_text()
    rows = list(csv.reader(written.splitlines()))[1:]
    # The firm's two loaves are not in it; its invoice is transmitted by itself.
    assert [row[1:] for row in rows] == [
        [GOODS, "EUR", "5.5", "1.23", "0.07", "1", "2"],
        [GOODS, "EUR", "20", "6.67", "1.33", "1", "2"],
    ]


def test_settings_that_say_too_little_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = sold(tmp_path / "shop", "")
    status, told = export(state, capsys, "facturx", "--out", tmp_path / "out.zip")
    assert status == 1 and "[seller]: address, siret, vat" in str(told)
    assert not (tmp_path / "out.zip").exists()


def days() -> Days:
    made = Days(Random(9))
    for _ in range(3):
        for _ in range(60):
            made.step()
        made.end()
    return made


def test_what_is_reported_adds_up_to_the_closures() -> None:
    made = days()
    reporter = Reporter(lambda _: False)
    for record in made.records:
        reporter.take(record)
    found: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for total in reporter.totals("", "9999"):
        assert total.category in (GOODS, SERVICES, "TNT1")
        found[total.day][total.rate] += total.net + total.vat
    wanted: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for record in made.records:
        if isinstance(record.event, PeriodClosed) and record.event.period == "day":
            for rate in record.event.totals.vat:
                wanted[record.event.label][rate.rate] += rate.gross
    assert found and {day: dict(rates) for day, rates in found.items()} == {
        day: dict(rates) for day, rates in wanted.items() if rates
    }


def test_a_service_that_is_given_back_is_none_that_was_supplied() -> None:
    """Its category is the ticket's, and not that of goods: a platform adds each up by itself."""
    made = Days(Random(3))
    made.press("8 PLU ST PLACE CASH 2 PLU CASH RF 1 TICKET TICKET CASH")
    made.end()
    reporter = Reporter(lambda _: False)
    for record in made.records:
        reporter.take(record)
    told = [(t.category, t.rate, t.net + t.vat) for t in reporter.totals("", "9999")]
    assert told == [(GOODS, 550, 93), (SERVICES, 1000, 0)]


def test_no_ticket_of_a_firm_s_month_is_reported_as_a_consumer_s() -> None:
    made = Days(Random(3))
    made.press("2 x 2 PLU 4 ENCOMPTE 5 PLU 4 ENCOMPTE 2 PLU 3 PLU CASH")
    numbers = [("T", 1), ("T", 2)]
    closed, when = made.tickets["T", 2]
    made.record([InvoiceMade(
        series="I", number=1, person="person-4", details="d", ticket_series="T", ticket_number=2,
        ticket_at=when.at, issued=when.at, vat=closed.vat, total=closed.total,
        tickets=tuple(Supplied(series=x, number=n, at=when.at) for x, n in numbers),
    )])  # fmt: skip
    made.end()
    reporter = Reporter(lambda invoice: invoice.person == "person-4")
    for record in made.records:
        reporter.take(record)
    told = [(t.rate, t.net + t.vat, t.tickets, t.of_category) for t in reporter.totals("", "9999")]
    assert told == [(550, 93, 1, 1), (1000, 150, 1, 1)]


def test_a_day_that_does_not_add_up_is_not_reported() -> None:
    made = days()
    reporter = Reporter(lambda _: False)
    lost = next(r for r in made.records if isinstance(r.event, SaleClosed) and r.event.turnover)
    for record in made.records:
        if record is not lost:
            reporter.take(record)
    with pytest.raises(Disagrees, match="Z "):
        [*reporter.totals("", "9999")]


def test_invoices_in_a_folder_come_again_until_that_is_on_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state, folder = sold(tmp_path / "shop", SELLER), tmp_path / "factures"
    folder.mkdir()
    (key,) = (state / "keys").glob("*.pem")
    key.chmod(0o644)  # which the till does not sign with
    assert export(state, capsys, "facturx", "--into", folder)[0] == 1
    key.chmod(0o600)
    numbers = ["2-I000001", "2-I000002"]
    status, told = export(state, capsys, "facturx", "--into", folder)
    assert (status, told["invoices"], told["recorded"]) == (0, numbers, True)
    status, told = export(state, capsys, "facturx", "--into", folder)
    assert (status, told["invoices"], told["recorded"]) == (0, [], True)
