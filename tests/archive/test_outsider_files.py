"""What the commands write of random days, and what the till looks up: the outsider's sum again.

The FEC, the tables, the archive and the projection are read back as files by the standard library
alone, and added up as exact fractions.
"""

import asyncio
import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest

from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.values import VoucherPurpose
from pos_terminal.domain.lookup.questions import (
    AccountWanted,
    BestSoldWanted,
    HeldWanted,
    OrdersWanted,
    StockHeld,
    StockWanted,
    TicketsWanted,
)
from pos_terminal.journal import catalogs
from pos_terminal.journal.record import Record
from pos_terminal.journal.store import Journal
from pos_terminal.projection.store import Projection
from tests.support import fec_checker
from tests.support.fec_checker import SIREN
from tests.support.journaled import Line
from tests.support.outsider import Outsider, Span
from tests.support.random_days import GOODS, IDENTITY, Days
from tests.support.season import checked, unpacked

STEPS = 350
PERIODS = {"jour": "day", "mois": "month"}


class Kept(Days):
    """The days, on a disk."""

    def __init__(self, chance: Random, runner: asyncio.Runner, journal: Journal) -> None:
        self.runner, self.journal = runner, journal
        super().__init__(chance, running=journal.running)

    def stamp(self, event: Event) -> Record:
        """The record that the journal made of it."""

        async def append() -> tuple[Record, ...]:
            return await self.journal.append([event], self.moment)

        *_, record = self.runner.run(append())
        self.running = self.journal.running
        return record


@dataclass
class Lived:
    """A journal of random days whose last one is still open, and what the outsider makes of it."""

    state: Path
    outsider: Outsider
    closed: Outsider
    """As of the last Z: what is in no entry before it."""


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    state = tmp_path_factory.mktemp("days") / "state"
    with asyncio.Runner() as runner:
        journal = Journal.open(state, IDENTITY)
        days = Kept(Random(5), runner, journal)
        for _ in range(STEPS):
            days.step()
        days.end()
        days.press("10 PLU CASH 3 x 3 PLU 4 ENCOMPTE 2 x 10 PLU 5 ENCOMPTE")
        runner.run(journal.close())
    catalogs.keep(state, GOODS.encode())
    outsider, closed = Outsider(), Outsider()
    last = max(n for n, record in enumerate(days.records) if record.kind == "period.closed")
    for number, record in enumerate(days.records):
        outsider.take(record.rec)
        if number <= last:
            closed.take(record.rec)
    assert outsider.wrong == []
    return Lived(state, outsider, closed)


def cents(written: str) -> Fraction:
    """An amount in euros with a comma or a point, in cents."""
    return Fraction(written.replace(",", ".") or "0") * 100


def fec_balances(text: str) -> tuple[Mapping[str, Fraction], Mapping[str, Fraction]]:
    """What the accounts hold, and what each auxiliary account of 411000 does."""
    accounts: defaultdict[str, Fraction] = defaultdict(Fraction)
    clients: defaultdict[str, Fraction] = defaultdict(Fraction)
    entries: defaultdict[str, Fraction] = defaultdict(Fraction)
    for row in csv.DictReader(io.StringIO(text), delimiter="\t"):
        amount = cents(row["Debit"]) - cents(row["Credit"])
        accounts[row["CompteNum"]] += amount
        entries[row["EcritureNum"]] += amount
        if row["CompAuxNum"]:
            assert row["CompteNum"] == "411000" and row["CompAuxLib"]
            clients[row["CompAuxNum"]] += amount
    assert set(entries.values()) == {Fraction(0)}
    return _kept(accounts), _kept(clients)


def _kept(sums: Mapping[Any, Any]) -> dict[Any, Any]:
    return {name: amount for name, amount in sums.items() if amount}


@pytest.mark.parametrize("grain", ["day", "ticket"])
def test_the_written_fec(
    lived: Lived, tmp_path: Path, capsys: pytest.CaptureFixture[str], grain: str
) -> None:
    line = Line(lived.state, capsys)
    words = ("--siren", SIREN, "--year", "2026", "--by", grain, "--out", tmp_path)
    status, _ = line("journal", "export", "fec", *words)
    assert status == 0
    (file,) = tmp_path.glob(f"{SIREN}FEC????????.txt")
    assert fec_checker.faults(file) == []
    accounts, clients = fec_balances(file.read_text())
    assert accounts == _kept(lived.closed.accounts)
    assert clients == _kept(lived.closed.owed)
    if grain == "ticket":
        entries = csv.DictReader(io.StringIO(file.read_text()), delimiter="\t")
        pieces = {row["PieceRef"] for row in entries if row["JournalCode"] == "VE"}
        # What customers have in hand, written out by hand: the till's own series is not printed.
        assert pieces and pieces <= {f"2-{n:06d}" for n in range(1, lived.outsider.tickets + 1)}


def rows(files: Mapping[str, str], name: str) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(io.StringIO(files[name]))


def closures_agree(files: Mapping[str, str], closed: list[tuple[str, int, Span]]) -> None:
    """Each closure's row, and its rows in the other tables."""
    spans = {(period, number): span for period, number, span in closed}

    def of(name: str, what: str, amount: str) -> dict[tuple[str, int], Counter[Any]]:
        sums: defaultdict[tuple[str, int], Counter[Any]] = defaultdict(Counter)
        for row in rows(files, name):
            key = " ".join(filter(None, (row[part] for part in what.split())))
            sums[PERIODS[row["periode"]], int(row["numero"])][key] += int(cents(row[amount]))
        return sums

    rates = of("closure_vat.csv", "taux_tva", "tva")
    tenders = of("closure_payments.csv", "moyen", "montant")
    cash = of("closure_cash.csv", "mouvement motif", "montant")
    hours = of("closure_hours.csv", "heure", "ca_ttc")
    found = [(PERIODS[row["periode"]], int(row["numero"]), row) for row in
             rows(files, "closures.csv")]  # fmt: skip
    assert [place for *place, _ in found] == [[period, number] for period, number, _ in closed]
    for period, number, row in found:
        place = period, number
        span = spans[place]
        said = {
            "tickets": int(row["tickets"]),
            "baskets": int(row["paniers"]),
            "refunds": int(row["remboursements"]),
            "turnover": int(cents(row["total_net"])),
            "absolute": int(cents(row["total_absolu"])),
            "held": int(cents(row["avances"])),
            "pieces": int(row["articles"]),
        }
        assert said == {name: getattr(span, name) for name in said}
        assert int(cents(row["mouvements_especes"])) == sum(span.cash.values())
        if span.baskets:
            basket = Fraction(span.turnover, span.baskets)
            assert abs(cents(row["panier_moyen"]) - basket) <= Fraction(1, 2)
        assert _kept(tenders[place]) == _kept(span.tenders)
        assert {m: c for m, c in cash[place].items() if c} == _kept(span.cash)
        assert {int(hour): c for hour, c in hours[place].items() if c} == _kept(span.hours)
        vat = {Fraction(rate) * 100: c for rate, c in rates[place].items() if c}
        assert vat == {Fraction(rate): sums[2] for rate, sums in span.vat.items() if sums[2]}


def tickets_agree(files: Mapping[str, str], outsider: Outsider) -> None:
    """The tables of tickets, and of what moved beside them."""
    real = [row for row in rows(files, "tickets.csv") if row["formation"] in ("non", "0", "False")]
    assert len(real) == outsider.tickets
    assert sum(cents(row["ca_ttc"]) for row in real) == outsider.ever[0]
    numbers = {(row["serie"], row["ticket"]) for row in real}
    taxed = [r for r in rows(files, "vat.csv") if (r["serie"], r["ticket"]) in numbers]
    vat = sum(cents(row["tva"]) for row in taxed)
    assert vat == -sum(c for a, c in outsider.every.items() if a.startswith("44571"))
    moved: Counter[str] = Counter()
    for row in rows(files, "movements.csv"):
        if row["evenement"] == "account.moved":
            moved[row["motif"]] += int(cents(row["montant"]))
    assert _kept(moved) == _kept(outsider.owed)


def test_the_written_tables(
    lived: Lived, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = Line(lived.state, capsys)
    status, _ = line("journal", "export", "csv", "--plain", "--out", tmp_path / "tables")
    assert status == 0
    files = {file.name: file.read_text() for file in (tmp_path / "tables").glob("*.csv")}
    closures_agree(files, lived.outsider.closed)
    tickets_agree(files, lived.outsider)


def test_the_archive(lived: Lived, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = Line(lived.state, capsys)
    status, _ = line("journal", "archive", "--out", tmp_path / "a.zip")
    assert status == 0
    status, said = checked(tmp_path / "a.zip")
    assert status == 0, said
    outsider = Outsider()
    files = unpacked(tmp_path / "a.zip")
    for record in files["records.jsonl"].splitlines():
        outsider.take(record)
    assert outsider.wrong == [] and outsider.ever == lived.outsider.ever
    accounts, clients = fec_balances(files["fec.txt"].decode())
    assert accounts == _kept(lived.closed.accounts) and clients == _kept(lived.closed.owed)


def test_the_projection_and_what_the_till_asks_of_it(lived: Lived) -> None:
    outsider = lived.outsider
    store = Projection(lived.state)
    try:
        while store.advance():
            pass
        held: Any = store.answer(HeldWanted())
        multi = [v.amount for v in held.vouchers if v.purpose is VoucherPurpose.MULTI]
        assert sum(multi) == outsider.advance["vouchers"]
        assert {v.voucher: v.amount for v in held.vouchers} == _kept(outsider.vouchers)
        deposits = {(d.order, d.nature.value, d.vat): d.amount for d in held.deposits}
        assert deposits == _kept(outsider.deposits)
        assert {a.person: a.amount for a in held.accounts} == _kept(outsider.owed)
        for person, owed in outsider.owed.items():
            account: Any = store.answer(AccountWanted(person))
            assert account.owed == owed == sum(each.amount for each in account.entries)
        orders: Any = store.answer(OrdersWanted())
        assert {each.order for each in orders.orders} == outsider.orders.keys()
        stock = store.answer(StockWanted())
        assert isinstance(stock, StockHeld)
        assert {s.plu: Fraction(s.numerator, s.denominator) for s in stock.stock} == _kept(
            outsider.stock
        )
        best: Any = store.answer(BestSoldWanted(1000))
        assert {each.plu: each.gross for each in best.articles} == _kept(outsider.today().articles)
        today: Any = store.answer(TicketsWanted())
        assert sum(each.closed.turnover for each in today.tickets) == outsider.today().turnover
        assert len(today.tickets) == outsider.today().tickets == 3
    finally:
        store.close()
