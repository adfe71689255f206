"""`python -m bench.fast_agent --state DIR --till DIR`: an agent to which a minute is an hour.

Its event loop waits a sixtieth as long as it is asked to, and its clock runs sixty times as fast,
so that it does in a minute, to the same files, what it would do in an hour.
"""

import pos_terminal.process.lean_imports  # isort: skip  as the command itself does  # noqa: F401
import argparse
import asyncio
import time
from pathlib import Path
from selectors import DefaultSelector, SelectorKey

from pos_terminal.commands.agent import serve

FASTER = 60
BORN = time.monotonic()


def monotonic() -> float:
    """Seconds of a clock that runs so much faster."""
    return BORN + (time.monotonic() - BORN) * FASTER


class FastClock:
    """A box's clock that a time server has set."""

    def __init__(self) -> None:
        self._born = time.time() - BORN

    def utc(self) -> int:
        """Microseconds since 1970."""
        return round((self._born + monotonic()) * 1_000_000)

    def monotonic(self) -> float:
        """Seconds that nobody sets."""
        return monotonic()

    def trusted(self) -> bool:
        """Always: one that is not is an incident of its own."""
        return True


class _Hasty(DefaultSelector):
    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        return super().select(timeout / FASTER if timeout else timeout)


class FastLoop(asyncio.SelectorEventLoop):
    """An event loop whose seconds are a sixtieth of one."""

    def __init__(self) -> None:
        super().__init__(_Hasty())

    def time(self) -> float:
        """Seconds that it counts by."""
        return monotonic()


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--till", type=Path, required=True)
    arguments = parser.parse_args()
    with asyncio.Runner(loop_factory=FastLoop) as runner:
        runner.run(serve(arguments.state, arguments.till, clock=FastClock()))


if __name__ == "__main__":
    main()
