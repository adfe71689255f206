"""Log and Level: the till's last lines, in memory, and rid of secrets before anyone sees them."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime
from itertools import islice
from zoneinfo import ZoneInfo

from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import LevelAsked, Log, LogAsked, LogLine, Nothing
from pos_terminal.domain import faults
from pos_terminal.domain.language import say
from pos_terminal.domain.redaction import redacted

KEPT = 500
"""Lines in memory: some 100 KiB, and more than a technician reads."""

LONGEST = 400
"""Characters of a line; of a traceback that is its beginning and its end."""

LOOK = 0.5
"""Seconds between two looks for new lines, for whoever follows."""

AT_MOST = 3600
"""Seconds that a logger may say more at most: debugging that was forgotten fills a card."""

LONGEST_NAME = 100
"""Characters of a logger's name."""


def shortened(text: str) -> str:
    """A line of at most LONGEST characters: of a longer one both ends."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]} ... {text[-LONGEST // 2 :]}"


class LogRing(logging.Handler):
    """Keeps the last lines of all loggers. Any thread may log."""

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter("%(message)s"))
        self._zone = zone
        self._lines: deque[tuple[int, int, LogLine]] = deque(maxlen=KEPT)
        self._count = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line."""
        at = datetime.fromtimestamp(record.created, UTC).astimezone(self._zone)
        text = shortened(redacted(" | ".join(self.format(record).splitlines())))
        line = LogLine(at.isoformat(timespec="milliseconds"), record.levelname, record.name, text)
        self._count += 1
        self._lines.append((self._count, record.levelno, line))

    def behind(self, count: int, level: int) -> tuple[list[LogLine], int]:
        """The lines behind the line of that number, of that level and above; and the last number.

        What fell out of memory meanwhile is gone.
        """
        newer = list(self._lines)  # one step: another thread may append meanwhile
        last = newer[-1][0] if newer else count
        return [line for number, of, line in newer if number > count and of >= level], last


class LogMethods:
    """Answers with the ring's lines, and has loggers say more for a time."""

    def __init__(self, ring: LogRing) -> None:
        self._ring = ring
        self._before: dict[str, tuple[int, asyncio.TimerHandle]] = {}

    async def log(self, asks: LogAsked) -> AsyncGenerator[Log, None]:
        """The last lines, then each new one."""
        level = _level(asks.level or "NOTSET")
        lines, last = self._ring.behind(0, level)
        most = KEPT if asks.lines is None else max(0, asks.lines)
        yield Log(list(islice(lines, max(0, len(lines) - most), None)))
        while True:
            await asyncio.sleep(LOOK)
            lines, last = self._ring.behind(last, level)
            if lines:
                yield Log(lines)

    def level(self, asks: LevelAsked) -> int:
        """The level that is asked for; ChannelError where it cannot be set so."""
        named = 0 < len(asks.logger) <= LONGEST_NAME and asks.logger.isprintable()
        if not 0 < asks.seconds <= AT_MOST or not named:
            detail = say("{what!r} pour {seconds} s", what=asks.logger[:20], seconds=asks.seconds)
            raise ChannelError(faults.BAD_REQUEST, detail)
        return _level(asks.level)

    def set_level(self, asks: LevelAsked, level: int) -> Nothing:
        """Have a logger say more from now on, and as much as before once the time is over."""
        before, handle = self._before.get(asks.logger, (None, None))
        if handle:
            handle.cancel()
        logger = logging.getLogger(asks.logger)
        then = logger.level if before is None else before
        end: Callable[[], None] = lambda: self._end(asks.logger)  # noqa: E731
        timer = asyncio.get_running_loop().call_later(asks.seconds, end)
        self._before[asks.logger] = then, timer
        logger.setLevel(level)
        return Nothing()

    def close(self) -> None:
        """Have every logger say as much as before."""
        for name in list(self._before):
            self._end(name)

    def _end(self, name: str) -> None:
        before, timer = self._before.pop(name)
        timer.cancel()
        logging.getLogger(name).setLevel(before)


def _level(name: str) -> int:
    """The number of a level's name; ChannelError where it is none."""
    found = logging.getLevelNamesMapping().get(name.upper())
    if found is None:
        raise ChannelError(faults.BAD_REQUEST, say("il n'y a pas de niveau {name!r}", name=name))
    return found
