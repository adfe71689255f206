"""What every test may use, and the sum of times by group that ends a run."""

import signal
from collections import defaultdict

import pytest
from hypothesis import Phase, settings

from pos_terminal.testing.running import run

__all__ = ["run"]

# No test asserts a time, and none of Hypothesis's examples does: a busy machine is not a fault.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
# Whether a test fails is all that `tests/deep/mutants.py` asks: not with which smallest example.
settings.register_profile(
    "unshrunk", deadline=None, phases=set(Phase) - {Phase.shrink, Phase.explain}
)

# A shell gives what it runs in the background SIGINT ignored, and children inherit that: a command
# that a test ends as Ctrl-C would, would never end.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Where the time went: seconds of work a folder of tests, the longest first.

    With several workers the sum is longer than the clock's: they work side by side.
    """
    seconds: dict[str, float] = defaultdict(float)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                folders = report.nodeid.split("::")[0].split("/")
                seconds["/".join(folders[1:-1][:2]) or "whole tree"] += report.duration
    if not seconds:
        return
    terminalreporter.section("seconds by group")
    for group, spent in sorted(seconds.items(), key=lambda each: -each[1]):
        terminalreporter.write_line(f"{spent:8.1f}  {group}")
