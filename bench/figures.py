"""What a bench has found: figures with their limits and bars, as a table and as JSON."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MS, MIB = "ms", "MiB"


@dataclass(frozen=True, slots=True)
class Setting:
    """How to measure: `directory` lies on the disk that is to carry the journals."""

    directory: Path
    quick: bool = False
    long: bool = False

    def folder(self, name: str) -> Path:
        """A new folder of that name for one part's files."""
        folder = self.directory / name
        folder.mkdir()
        return folder

    def rounds(self, full: int) -> int:
        """How often to repeat something: enough to see that it works, when quick."""
        return max(2, full // 25) if self.quick else full


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One finding. `key` names it in JSON, `what` in the table.

    `limit` is what this machine sets, taken in the same run and in the same unit, with its name;
    `at_most` or `at_least` is the bar.
    """

    key: str
    what: str
    value: float
    unit: str
    limit: tuple[str, float] | None = None
    at_most: float | None = None
    at_least: float | None = None

    @property
    def verdict(self) -> str:
        """«passed» or «missed»; empty without a bar."""
        if self.at_most is None and self.at_least is None:
            return ""
        low = self.value > (math.inf if self.at_most is None else self.at_most)
        high = self.value < (-math.inf if self.at_least is None else self.at_least)
        return "missed" if low or high else "passed"

    def row(self) -> tuple[str, str, str, str, str]:
        """The cells of its line in the table."""
        limit = f"{number(self.limit[1])}  {self.limit[0]}" if self.limit else ""
        bar = ""
        if self.at_most is not None:
            bar = f"<= {number(self.at_most)}"
        elif self.at_least is not None:
            bar = f">= {number(self.at_least)}"
        return self.what, f"{number(self.value)} {self.unit}".rstrip(), bar, self.verdict, limit

    def as_json(self) -> dict[str, Any]:
        """The same for JSON."""
        return {
            "key": self.key,
            "what": self.what,
            "value": self.value,
            "unit": self.unit,
            "limit": {"what": self.limit[0], "value": self.limit[1]} if self.limit else None,
            "at_most": self.at_most,
            "at_least": self.at_least,
            "verdict": self.verdict or None,
        }


def number(value: float) -> str:
    """A figure with three digits that count, or all of its whole part."""
    size = abs(value)
    places = 0 if size >= 100 or value == int(value) else 1 if size >= 10 else 2
    return f"{value:,.{places}f}"


def quantile(values: Iterable[float], share: float) -> float:
    """The nearest-rank quantile: the smallest value that `share` of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def latencies(
    key: str, what: str, seconds: Sequence[float], *, limit: tuple[str, Sequence[float]],
    p99_at_most: float | None = None, p50_at_most: float | None = None,
) -> list[Figure]:  # fmt: skip
    """p50, p99 and the longest of some delays in seconds, each beside the same of a limit; in ms.

    The bars are in milliseconds.
    """
    bars = {"p50": p50_at_most, "p95": None, "p99": p99_at_most, "max": None}
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
    name, limits = limit
    return [
        Figure(
            key=f"{key}.{cut}",
            what=f"{what}, {cut}",
            value=round(quantile(seconds, share) * 1000, 3),
            unit=MS,
            limit=(f"{name}, {cut}", round(quantile(limits, share) * 1000, 3)) if limits else None,
            at_most=bars[cut],
        )
        for cut, share in shares.items()
    ]


def table(figures: Sequence[Figure]) -> str:
    """The figures in columns."""
    head = ("figure", "measured", "bar", "", "beside it, in the same run")
    rows = [head, *(figure.row() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = [
        "  ".join(
            cell.rjust(width) if column in (1, 2) else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])
