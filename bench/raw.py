"""The disk's own pace: bare rows, one commit each, taken between the figures they stand beside."""

from contextlib import closing
from pathlib import Path
from time import perf_counter

from bench.journal import Raw
from pos_terminal.journal.chain import Row

ROW = 600
"""Bytes of a record, about."""


class RawCommits:
    """Times one bare durable row after another; `seconds` collects them."""

    def __init__(self, directory: Path) -> None:
        self._raw = Raw(directory / "raw.db", Row(1, "line.sold", bytes(ROW), bytes(32)))
        self.seconds: list[float] = []
        for _ in range(64):  # until the log has some length
            self._raw.batch()

    def take(self, count: int) -> None:
        """So many commits, one after the other."""
        for _ in range(count):
            start = perf_counter()
            self._raw.row()
            self.seconds.append(perf_counter() - start)

    def close(self) -> None:
        """Let the file go."""
        self._raw.close()


def commits_per_second(directory: Path, count: int) -> float:
    """How many bare durable rows a second this disk takes."""
    with closing(RawCommits(directory)) as raw:
        raw.take(count)
        return count / sum(raw.seconds)
