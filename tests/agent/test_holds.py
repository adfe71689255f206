"""Whose fault it was, by the files of a stack; and how long it is held back."""

from pathlib import Path

import pytest

from pos_terminal.agent.culprit import culprit, stack_of_the_loop
from pos_terminal.agent.holds import Holds
from tests.support.agent import SetClock

DUMP = '''Timeout (0:00:02)!
Thread 0x00007f0000000001 (most recent call first):
  File "/site/pos_service_other/__init__.py", line 9 in work
  File "/usr/lib/python3.11/threading.py", line 975 in run

Thread 0x00007f0000000002 (most recent call first):
  File "/usr/lib/python3.11/re/__init__.py", line 166 in match
  File "/site/pos_service_bad/parse.py", line 4 in parse
  File "/opt/pos_terminal/agent/owned.py", line 40 in run
  File "/usr/lib/python3.11/asyncio/base_events.py", line 640 in run_forever
  File "/opt/pos_terminal/commands/agent.py", line 38 in run
'''
MODULES = {"other": "pos_service_other", "bad": "pos_service_bad", "single": "single_file"}


def test_the_innermost_frame_of_a_plug_in_on_the_loops_stack_is_named() -> None:
    files = stack_of_the_loop(DUMP)
    assert files[0] == "/usr/lib/python3.11/re/__init__.py"
    assert culprit(files, MODULES) == "bad"
    assert culprit(["/site/single_file.py"], MODULES) == "single"
    assert culprit(["/site/not_single_file.py", "/usr/lib/x.py"], MODULES) == ""
    assert stack_of_the_loop("") == stack_of_the_loop("cut off in the mid") == []


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


def test_each_time_is_longer_and_the_last_repeats(tmp_path: Path, clock: SetClock) -> None:
    waits = []
    for _ in range(4):
        Holds(tmp_path, clock).hold("bad", "1", "it blocked")
        holds = Holds(tmp_path, clock)
        ends = holds.ends
        assert ends is not None and holds.on("bad", "1")
        waits.append(ends)
        clock.go(ends)
        assert holds.on("bad", "1") is None and holds.ends is None
    assert waits == [300, 3600, 86_400, 86_400]


def test_another_version_and_new_settings_are_another_chance(
    tmp_path: Path, clock: SetClock
) -> None:
    holds = Holds(tmp_path, clock)
    holds.hold("bad", "1", "it blocked")
    assert holds.on("bad", "2") is None and holds.on("good", "1") is None
    holds.release()
    assert Holds(tmp_path, clock).on("bad", "1") is None


def test_a_clock_set_back_and_a_spoilt_file_hold_nobody(tmp_path: Path, clock: SetClock) -> None:
    holds = Holds(tmp_path, clock)
    holds.hold("bad", "1", "it blocked")
    clock.go(-86_400 * 365)
    assert holds.on("bad", "1") is None
    (tmp_path / "held.json").write_bytes(b"{")
    assert Holds(tmp_path, clock).ends is None
