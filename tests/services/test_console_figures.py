"""The console's figures of random days at the real counter, against the outsider's own sums."""

import json
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any
from zipfile import ZipFile

import apsw
import pytest

from pos_service_console.figures import Figures, Named, Span, figures
from pos_service_console.sales import SCHEMA, rows
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


def test_every_kind_of_change_is_told_in_words() -> None:
    db = apsw.Connection(":memory:")
    db.execute(SCHEMA).fetchall()
    seen = set()
    with ZipFile(GOLDEN) as archive:
        lines = archive.read("records.jsonl").splitlines()
    for line in lines:
        said = json.loads(line)
        seen.add(said["kind"])
        for sql, values in rows(Record(said["seq"], said["kind"], line, b"")):
            db.execute(sql, values)
    told = dict(db.execute("SELECT kind, told FROM change"))
    assert set(told) == CHANGES <= seen
    assert [kind for kind, words in told.items() if words == kind] == []


def _merged(told: list[Figures], field: str) -> dict[str, int]:
    sums = Counter[str]()
    for each in told:
        sums.update(amounts(getattr(each, field)))
    return kept(sums)
