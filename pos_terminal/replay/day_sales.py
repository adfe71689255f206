"""A day's sales as a shopkeeper wants to see them: by the quarter of an hour, by article. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.language import say
from pos_terminal.domain.notation import euros
from pos_terminal.journal.record import Record

QUARTER = 15
BLOCKS = " ▁▂▃▄▅▆▇█"
NAME, BAR = 22, 40


class DaySums:
    """Sums over the tickets closed so far, in cents."""

    def __init__(self) -> None:
        self.at = ""
        self.tickets = 0
        self.lines = 0
        self.total = 0
        self.by_quarter: Counter[int] = Counter()
        """Minutes since midnight at which the quarter begins, to cents."""
        self.by_article: Counter[str] = Counter()

    def take(self, record: Record) -> None:
        """Take in a record."""
        self.at = record.envelope.at
        closed = record.event
        if not isinstance(closed, SaleClosed):
            return
        self.tickets += 1
        self.total += closed.total
        minutes = 60 * int(self.at[11:13]) + int(self.at[14:16])
        self.by_quarter[minutes // QUARTER * QUARTER] += closed.total
        for line in closed.lines:
            self.lines += 1
            self.by_article[line.name] += line.gross

    def by_hour(self) -> Mapping[str, int]:
        """«09 h» to cents, each hour from the first to the last."""
        hours: Counter[int] = Counter()
        for quarter, cents in self.by_quarter.items():
            hours[quarter // 60] += cents
        span = range(min(hours, default=0), max(hours, default=-1) + 1)
        return {f"{hour:02d} h": hours[hour] for hour in span}


def columns(values: Sequence[int], height: int) -> list[str]:
    """Upright bars, one character wide, as `height` rows from the top."""
    most = max(*values, 1) if values else 1
    eighths = [max(0, value) * height * 8 // most for value in values]
    return [
        "".join(BLOCKS[min(max(value - 8 * row, 0), 8)] for value in eighths)
        for row in reversed(range(height))
    ]


def bars(values: Mapping[str, int], width: int = BAR) -> Iterator[str]:
    """Lying bars with their names and amounts."""
    most = max([*values.values(), 1])
    for name, cents in values.items():
        filled = "█" * (max(0, cents) * width // most)
        yield f"{name[:NAME]:<{NAME}} {filled:<{width}} {euros(cents):>10} €"


def plots(day: DaySums, articles: int = 12) -> Iterator[str]:
    """The day by hour, and its best articles."""
    yield say("Ventes par heure")
    yield from bars(day.by_hour())
    yield ""
    yield say("Ventes par article")
    yield from bars(dict(day.by_article.most_common(articles)))
