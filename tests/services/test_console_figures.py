"""The console's figures of random days at the real counter, against the outsider's own sums."""

import json
from collections import Counter, defaultdict
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any
from zipfile import ZipFile

import apsw
import pytest
from msgspec import structs

from pos_service_console import holdings
from pos_service_console.figures import Figures, Named, Span, figures
from pos_service_console.sales import SCHEMA, moving, rows
from pos_terminal.channel.interface import Record
from pos_terminal.domain.audit.changes import CHANGES
from tests.support import outsider
from tests.support.random_days import Days

STEPS = 350
GOLDEN = Path(__file__).parents[1] / "golden" / "journal" / "0.1.0.zip"
"""Each kind of record at least once."""


def kept(sums: Counter[Any]) -> dict[Any, int]:
    return {name: cents for name, cents in sums.items() if cents}


def amounts(named: tuple[Named, ...]) -> dict[str, int]:
    return {each.name: each.amount for each in named if each.amount}


@pytest.mark.parametrize("seed", [3, 5])
def test_they_are_those_of_an_outsider(seed: int) -> None:
    days, theirs = Days(Random(seed)), outsider.Outsider()
    for _ in range(STEPS):
        days.step()
    days.end()
    db = apsw.Connection(":memory:")
    db.execute(SCHEMA).fetchall()
    years, dates = set(), set()
    for record in days.records:
        theirs.take(record.rec)
        for sql, values in rows(Record(record.seq, record.kind, record.rec, record.hash)):
            db.execute(sql, values)
        years.add(record.envelope.at[:4])
        dates.add(record.envelope.at[:10])
    every = theirs.today()
    for name, _, span in theirs.closed:
        if name == "day":
            every.add(span)
    told = [figures(db, Span.read(year)) for year in sorted(years)]
    assert theirs.wrong == [] and every.tickets > 20

    def summed(field: str) -> int:
        return sum(getattr(each, field) for each in told)

    assert summed("turnover") == every.turnover
    assert summed("tickets") == every.tickets
    assert summed("pieces") == every.pieces
    assert summed("baskets") == every.baskets
    means, clerks = (_merged(told, field) for field in ("means", "clerks"))
    assert means == kept(every.tenders)
    assert clerks == {str(number): cents for number, cents in kept(every.clerks).items()}
    hours = Counter[int]()
    for each in dates:
        hours.update(dict(enumerate(figures(db, Span.read(each)).columns)))
    assert kept(hours) == kept(every.hours)
    sold = dict(db.execute("SELECT plu, sum(gross) FROM sold GROUP BY 1"))
    assert kept(Counter(sold)) == kept(every.articles)


def golden() -> list[Record]:
    with ZipFile(GOLDEN) as archive:
        lines = archive.read("records.jsonl").splitlines()
    read = [(json.loads(line), line) for line in lines]
    return [Record(said["seq"], said["kind"], line, b"") for said, line in read]


def test_every_kind_of_change_is_told_in_words() -> None:
    db = apsw.Connection(":memory:")
    db.execute(SCHEMA).fetchall()
    seen = set()
    for record in golden():
        seen.add(record.kind)
        for sql, values in rows(record):
            db.execute(sql, values)
    told = dict(db.execute("SELECT kind, told FROM change"))
    # A start is no change, but says which catalogue held before the first.
    assert set(told) == CHANGES | {"till.started"} <= seen
    assert [kind for kind, words in told.items() if words == kind] == []


def _merged(told: list[Figures], field: str) -> dict[str, int]:
    sums = Counter[str]()
    for each in told:
        sums.update(amounts(getattr(each, field)))
    return kept(sums)


def test_what_is_held_is_the_sum_of_what_moved_also_when_it_is_read_twice() -> None:
    """By sums of the records as JSON alone, of random days and of the golden journal."""
    days = Days(Random(11))
    for _ in range(STEPS):
        days.step()
    days.end()
    last = days.records[-1].seq
    records = [Record(each.seq, each.kind, each.rec, each.hash) for each in days.records]
    records += [structs.replace(each, seq=last + each.seq) for each in golden()]
    db = apsw.Connection(":memory:")
    db.execute(SCHEMA).fetchall()
    moved = [(each.seq, event) for each in records if (event := moving(each))]
    holdings.count(db, moved)
    holdings.count(db, moved)  # after a power cut the same batch comes once more
    stock: dict[str, Fraction] = defaultdict(Fraction)
    worth: Counter[str] = Counter()
    owed: Counter[str] = Counter()
    for record in records:
        body = json.loads(record.rec)["body"]
        match record.kind:
            case "stock.moved":
                stock[body["plu"]] += Fraction(body["numerator"], body["denominator"])
            case "voucher.moved":
                worth[body["voucher"]] += body["amount"]
            case "account.moved":
                owed[body["person"]] += body["amount"]
    assert holdings.stock(db) == {plu: left for plu, left in stock.items() if left} != {}
    assert {each.voucher: each.amount for each in holdings.vouchers(db)} == kept(worth) != {}
    assert holdings.accounts(db) == kept(owed)
