"""Tables for spreadsheets: what a French one opens, a program reads, and what they add up to."""

import csv
import io
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from pos_terminal.archive.cells import Cents, Rate, Sheet, Style, Thousandths
from pos_terminal.archive.export import records, tables
from pos_terminal.archive.tables import TABLES
from pos_terminal.domain.events.held import untaxed
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.journal.errors import Broken
from tests.conftest import run
from tests.support.journaling import tamper
from tests.support.season import lived

EVER = (date.min, date.max)

Rows = list[dict[str, str]]


def french(content: bytes) -> Rows:
    text = io.StringIO(content.decode("utf-8-sig"), newline="")
    return list(csv.DictReader(text, delimiter=";"))


def euros(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def test_the_tables_add_up_to_the_journal(season: Path, tmp_path: Path) -> None:
    counts = tables(season, tmp_path, *EVER)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(t.name for t in TABLES)
    read = {table.name: french((tmp_path / table.name).read_bytes()) for table in TABLES}
    assert {name: len(rows) for name, rows in read.items()} == counts
    assert all(counts.values())
    sold = [r.event for r in records(season) if isinstance(r.event, SaleClosed)]
    total = Decimal(sum(sale.total for sale in sold)) / 100
    lines = [row for row in read["lines.csv"] if row["annulee"] == "0"]
    assert sum(euros(row["total_ttc"]) for row in read["tickets.csv"]) == total
    assert sum(euros(row["ttc"]) for row in lines) == total
    assert sum(euros(row["montant"]) for row in read["payments.csv"]) == total
    held = Decimal(sum(x.gross for sale in sold for x in sale.lines if untaxed(x))) / 100
    assert sum(euros(row["ht"]) + euros(row["tva"]) for row in read["vat.csv"]) == total - held
    net = sum(euros(r["ht"]) for r in read["vat.csv"])
    assert sum(euros(row["ht"]) for row in lines) == net + held
    turnover = Decimal(sum(sale.turnover for sale in sold)) / 100
    assert sum(euros(row["ca_ttc"]) for row in read["tickets.csv"]) == turnover
    days = [row for row in read["closures.csv"] if row["periode"] == "jour"]
    exercises = sum(euros(r["ca_ttc"]) for r in read["tickets.csv"] if r["formation"] == "1")
    assert sum(euros(row["total_net"]) for row in days) == turnover - exercises
    assert read["tickets.csv"][-1]["perpetuel_net"] == days[-1]["perpetuel_net"]


def test_the_jet_has_what_an_inspector_asks_for(season: Path, tmp_path: Path) -> None:
    tables(season, tmp_path, *EVER)
    kinds = {row["evenement"] for row in french((tmp_path / "jet.csv").read_bytes())}
    assert kinds >= {
        "till.started", "key.made", "key.rotated", "operator.signed_on", "drawer.opened",
        "sale.abandoned", "receipt.printed", "payment.changed", "training.started",
        "period.closed", "period.reported", "cash.counted",
    }  # fmt: skip
    assert not kinds & {"line.sold", "sale.closed", "stock.moved", "tender.taken"}


def test_a_french_spreadsheet_opens_it(season: Path, tmp_path: Path) -> None:
    tables(season, tmp_path, *EVER)
    content = (tmp_path / "lines.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbfenregistrement;")
    assert content.count(b"\r\n") == content.count(b"\n")
    names = {row["libelle"] for row in french(content)}
    assert {'Sandwich; jambon "beurre"', "Tradition «à l'ancienne»", "'=Menu+midi"} <= names


def test_a_program_reads_it_plain(season: Path, tmp_path: Path) -> None:
    out = tmp_path / "tables.zip"
    tables(season, out, *EVER, style=Style.PLAIN)
    with zipfile.ZipFile(out) as archive:
        assert archive.namelist() == [table.name for table in TABLES]
        text = io.StringIO(archive.read("lines.csv").decode("utf-8"), newline="")
    rows = list(csv.DictReader(text))
    assert {row["libelle"] for row in rows} >= {"=Menu+midi", 'Sandwich; jambon "beurre"'}
    assert {row["taux_tva"] for row in rows} >= {"5.5", "10", "20"}
    assert not [row for row in rows if "," in row["ttc"]]
    assert [path.name for path in tmp_path.iterdir()] == ["tables.zip"]


def test_days_are_chosen(season: Path, tmp_path: Path) -> None:
    day = date(2026, 1, 10)
    tables(season, tmp_path, day, day)
    rows = french((tmp_path / "tickets.csv").read_bytes())
    assert {row["horodatage"][:10] for row in rows} == {"2026-01-10"}


def test_a_broken_journal_gives_no_tables(tmp_path: Path) -> None:
    run(lived(tmp_path / "state", (2,), tickets=3))
    tamper(tmp_path / "state", "UPDATE journal SET hash = x'00' WHERE seq = 7")
    with pytest.raises(Broken, match="écriture 7"):
        tables(tmp_path / "state", tmp_path / "out", *EVER)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    ("style", "line"),
    [
        (Style.FRENCH, "x;'-3;-12,05;0,48;5,5;7;1;0\r\n"),
        (Style.PLAIN, "x,-3,-12.05,0.48,5.5,7,1,0\r\n"),
    ],
)
def test_a_cell_is_written_as_its_style_wants(style: Style, line: str) -> None:
    file = io.StringIO()
    sheet = Sheet(file, ("a",), style)
    sheet.add(("x", "-3", Cents(-1205), Thousandths(480), Rate(550), 7, True, False))
    assert file.getvalue().endswith(line)
