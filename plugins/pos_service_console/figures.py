"""Sums over what was sold, for a day, a month or a year."""

from datetime import date, timedelta

import apsw
from msgspec import Struct

from pos_terminal.domain.money import divide

HOURS, MONTHS = 24, 12
MOST = 12
"""Articles that are listed."""


class Span(Struct, frozen=True):
    """A day, a month or a year: what it is called («2026-11»), from its first day to behind its
    last.
    """

    name: str
    begin: date
    end: date

    @classmethod
    def read(cls, text: str) -> "Span":
        """«2026», «2026-11», «2026-11-30». ValueError for anything else."""
        if len(text) == 4:
            begin = date(int(text), 1, 1)
            return cls(text, begin, date(begin.year + 1, 1, 1))
        if len(text) == 7:
            begin = date.fromisoformat(f"{text}-01")
            return cls(text, begin, (begin + timedelta(31)).replace(day=1))
        begin = date.fromisoformat(text)
        return cls(begin.isoformat(), begin, begin + timedelta(1))

    @property
    def is_day(self) -> bool:
        """Whether it is one."""
        return len(self.name) == 10

    @property
    def before(self) -> "Span":
        """The one before: of a day the same weekday a week ago."""
        if self.is_day:
            return Span.read((self.begin - timedelta(7)).isoformat())
        size = len(self.name)
        if size == 4:
            return Span.read(f"{self.begin.year - 1:04d}")
        return Span.read((self.begin - timedelta(1)).isoformat()[:size])

    def step(self, days: int) -> str:
        """The name of the next (1) or the last (-1) of its kind."""
        at = self.begin - timedelta(1) if days < 0 else self.end
        return at.isoformat()[: len(self.name)]

    @property
    def parts(self) -> int:
        """How many columns its plot has: hours, days or months."""
        if self.is_day:
            return HOURS
        return MONTHS if len(self.name) == 4 else (self.end - self.begin).days


class Named(Struct, frozen=True):
    """A part of the whole: by a means, a clerk or an article; `count` where that says something."""

    name: str
    amount: int
    count: int = 0
    unit: str = ""


class Figures(Struct, frozen=True):
    """What was sold: cents with tax, tickets, pieces; by column, means, clerk and article.

    `baskets` are the tickets on which something is sold, as X and Z count them.
    """

    turnover: int
    tickets: int
    pieces: int
    baskets: int
    columns: tuple[int, ...]
    means: tuple[Named, ...] = ()
    clerks: tuple[Named, ...] = ()
    articles: tuple[Named, ...] = ()

    @property
    def basket(self) -> int | None:
        """The average of those in cents; None without one."""
        return divide(self.turnover, self.baskets) if self.baskets else None


def figures(db: apsw.Connection, span: Span, *, until: int | None = None) -> Figures:
    """The span's sums; of a day those up to the hour `until`."""
    days = (span.begin.isoformat(), span.end.isoformat())
    hours = f" AND hour < {until:d}" if until is not None else ""
    where = f"WHERE day >= ? AND day < ?{hours}"
    first, at = (0, 0) if span.is_day else (1, 6 if len(span.name) == 4 else 9)
    column = f"CAST(substr(day, {at}, 2) AS INT)" if first else "hour"
    columns = [0] * span.parts
    turnover = tickets = pieces = baskets = 0
    sums = "sum(turnover), count(*), sum(pieces), sum(basket)"
    rows = db.execute(f"SELECT {column}, {sums} FROM ticket {where} GROUP BY 1", days)
    for at, amount, count, some, bought in rows:
        columns[at - first] += amount
        turnover, tickets = turnover + amount, tickets + count
        pieces, baskets = pieces + some, baskets + bought
    if until is not None:
        return Figures(turnover, tickets, pieces, baskets, tuple(columns))
    means = db.execute(
        f"SELECT tender, sum(amount), sum(times) FROM paid {where} GROUP BY 1 ORDER BY 2 DESC", days
    )
    clerks = db.execute(
        "SELECT clerk, sum(turnover), count(*) FROM ticket "
        f"{where} GROUP BY 1 ORDER BY 2 DESC", days,
    )  # fmt: skip
    articles = db.execute(
        "SELECT name, sum(gross), sum(quantity), unit, plu FROM sold "
        f"{where} GROUP BY plu ORDER BY 2 DESC LIMIT {MOST}", days,
    )  # fmt: skip
    return Figures(
        turnover, tickets, pieces, baskets, tuple(columns),
        tuple(Named(*each) for each in means),
        tuple(Named(str(clerk), amount, count) for clerk, amount, count in clerks),
        tuple(Named(name, amount, count, unit) for name, amount, count, unit, _ in articles),
    )  # fmt: skip
