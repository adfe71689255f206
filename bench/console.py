"""The console's figures over a year of 100,000 tickets: today beside a week ago, and the year."""

import time
from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import apsw

from bench.figures import Figure, Setting, latencies
from pos_service_console.figures import Span, figures
from pos_service_console.sales import SCHEMA

TICKETS, DAYS, LINES, ARTICLES = 100_000, 300, 3, 400
BODY = bytes(600)
"""As much as a ticket's record has."""

ROUNDS, BAR = 100, 200.0
BEGIN = date(2026, 1, 2)


def measure(setting: Setting) -> list[Figure]:
    """By the very questions of the page, of a file such as the agent keeps."""
    tickets = setting.rounds(TICKETS)
    with closing(made(setting.directory / "trade.db", tickets)) as db:

        def year() -> None:
            span = Span.read(str(BEGIN.year))
            for each in (span, span.before):
                figures(db, each)

        rounds = setting.rounds(ROUNDS)
        return [
            *latencies("console.today", f"console: Today, of {tickets} tickets",
                       _timed(partial(today, db), rounds), limit=("", ()), p50_at_most=BAR),
            *latencies("console.year", f"console: the year of {tickets} tickets",
                       _timed(year, max(rounds // 10, 3)), limit=("", ())),
        ]  # fmt: skip


def today(db: apsw.Connection) -> None:
    """What the page Today asks of it."""
    span = Span.read((BEGIN + timedelta(DAYS - 1)).isoformat())
    for each, until in ((span, None), (span.before, None), (span.before, 12)):
        figures(db, each, until=until)


def _timed(do: Callable[[], None], rounds: int) -> list[float]:
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        do()
        taken.append(time.perf_counter() - begun)
    return taken


def made(file: Path, tickets: int) -> apsw.Connection:
    """A file of so many tickets, of three articles each, over the year's days and hours."""
    file.parent.mkdir(parents=True, exist_ok=True)
    db = apsw.Connection(str(file))
    db.execute(SCHEMA).fetchall()
    days = [(BEGIN + timedelta(at)).isoformat() for at in range(DAYS)]
    with db:
        for number in range(1, tickets + 1):
            day, hour = days[number * DAYS // (tickets + 1)], 7 + number % 12
            db.execute(
                "INSERT INTO ticket VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?)",
                (number, 9 * number, day, hour, f"{day}T{hour:02}:00", 1 + number % 4, 690, 690,
                 LINES, BODY),
            )  # fmt: skip
            for line in range(1, LINES + 1):
                plu = (number * LINES + line) % ARTICLES
                db.execute(
                    "INSERT INTO sold VALUES (?, ?, ?, ?, ?, 1000, 'piece', 230)",
                    (number, line, day, str(plu), f"ARTICLE {plu}"),
                )
            tender = "CARD" if number % 3 else "CASH"
            db.execute("INSERT INTO paid VALUES (?, 0, ?, ?, 690, 1)", (9 * number, day, tender))
    return db
