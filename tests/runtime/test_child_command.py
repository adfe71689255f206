"""A command beside the till: whichever way it ends without being done, it is said which."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from pos_terminal.runtime.child_command import CommandFailed, run_command
from pos_terminal.testing.running import run
from tests.support.toys import until


def failed(*words: str, longest: float = 60.0) -> str:
    with pytest.raises(CommandFailed) as caught:
        run(run_command(*words, longest=longest))
    return str(caught.value)


def test_what_it_says_itself_comes_first(tmp_path: Path) -> None:
    assert failed("journal", "verify", "--state", str(tmp_path)).startswith("J-")


def test_one_that_takes_too_long_is_ended_and_said() -> None:
    assert failed("--help", longest=0.001) == "pas fini après 0 s"


def children() -> set[str]:
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


def test_one_that_is_killed_said_nothing_and_is_no_refusal(tmp_path: Path) -> None:
    async def body() -> None:
        before = children()
        running = asyncio.ensure_future(run_command("journal", "verify", "--state", str(tmp_path)))
        await until(lambda: bool(children() - before))
        (child,) = children() - before
        os.kill(int(child), signal.SIGKILL)
        await running

    with pytest.raises(CommandFailed, match="terminé par SIGKILL"):
        run(body())


def test_one_that_cannot_be_begun() -> None:
    too_long = "x" * (1 << 18)  # execve(2): E2BIG
    assert "too long" in failed(too_long)
