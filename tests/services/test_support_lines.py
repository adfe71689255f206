"""What a supporter types and is shown: parsed, completed, cleaned, bounded."""

import asyncio
import shlex
from collections.abc import Callable
from math import inf
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import pos_service_support
from pos_service_support import lines, performed
from pos_service_support.configuring import Configuring
from pos_service_support.performed import Performed
from pos_service_support.recording import MOST, Recording
from pos_service_support.wire import Done, Output, Run, ToChild
from pos_terminal.agent.hookspecs import Call, SupportCommand
from pos_terminal.agent.till import TillClient
from pos_terminal.agent.world import Agent
from pos_terminal.channel import interface
from pos_terminal.channel.client import AsyncClient
from pos_terminal.channel.interface import Nothing
from pos_terminal.channel.service import Dispatcher
from pos_terminal.channel.support import CommandAsked
from pos_terminal.domain.events.values import GrantLevel
from pos_terminal.testing.running import run
from tests.support.agent import SetClock
from tests.support.channel import serving
from tests.support.service_world import world

ANYTHING = st.text(max_size=400)


@given(ANYTHING)
@example("a 'b  c' \"d\"")
@example("\x1b[A\x00")
@example("'")
def test_any_line_is_words_or_refused(line: str) -> None:
    """The oracle is the standard library's, where it reads the same language."""
    try:
        found = lines.words(line)
    except lines.BadLine:
        return
    assert all(" " not in each or each in line for each in found)
    if not set(line) & set("\\#") and line.replace("\t", " ").isascii():
        assert found == shlex.split(line.replace("\t", " "), posix=True)


KNOWN = {"status": [], "test": ["printer", "printer2", "scale"], "télé": []}


@given(st.text("telstaprin 2é'", max_size=20))
@example("te")
@example("test pr")
@example("s")
def test_completion_adds_what_follows_in_one_way(line: str) -> None:
    done, choices = lines.completed(line, KNOWN)
    assert done.startswith(line)
    assert all(each.startswith(done.rpartition(" ")[2]) for each in choices)


def test_completion() -> None:
    assert lines.completed("te", KNOWN) == ("test ", [])
    assert lines.completed("test p", KNOWN) == ("test printer", ["printer", "printer2"])
    assert lines.completed("s", KNOWN) == ("status ", [])


def test_a_recording_has_no_hole_and_an_end() -> None:
    recording = Recording(0, "1 2")
    while not recording.full:
        recording.shown(1.0, "x" * 10_000, 80, 24)
    size = len(recording.cast)
    recording.shown(2.0, "more", 80, 24)
    recording.typed(3.0, "more")
    assert MOST < len(recording.cast) == size < MOST + 20_000


async def shown(
    folder: Path, command: Callable[[Call], object], line: str = "say", *, stopped: bool = False
) -> tuple[str, int, list[CommandAsked]]:
    """What a supporter sees of a command, its exit status, and what the till was told."""
    told: list[ToChild] = []
    asked: list[CommandAsked] = []

    async def noted(peer: object, asks: CommandAsked) -> Nothing:
        asked.append(asks)
        return Nothing()

    service = Dispatcher("pos-terminal", "9.9")
    service.answer(interface.COMMAND, noted)
    async with serving(folder / "till", service), world(folder, {}, "support") as (agent, _):
        made = SupportCommand("say", GrantLevel.OBSERVE, "dit", "dit", command)  # type: ignore[arg-type]
        # No test waits for a pace.
        run_ = Performed(agent, {"say": made}, "secret", Run(1, line), told.append, a_second=inf)
        async with asyncio.TaskGroup() as group:
            run_.start(group, lambda: None)
            if stopped:
                run_.stop()
    text = "".join(each.text for each in told if isinstance(each, Output))
    (done,) = [each.status for each in told if isinstance(each, Done)]
    return text, done, asked


def test_what_is_shown_is_clean_first(tmp_path: Path) -> None:
    async def command(call: Call) -> None:
        await call.out("client: Dupont\ncarte 4970 1012 3456 7890\n$NAB12CD34EF56 PIN 4821\n")

    text, status, asked = run(shown(tmp_path, command))
    assert status == 0
    for secret in ("Dupont", "4970", "7890", "NAB12CD34EF56", "4821"):
        assert secret not in text
    assert [(each.line, each.words) for each in asked] == [("say", "dit")]


@pytest.mark.parametrize("line", ["", "  ", "\t"])
def test_a_line_of_nothing_says_what_there_is(tmp_path: Path, line: str) -> None:
    async def command(call: Call) -> None:
        raise AssertionError("it was done")

    text, status, asked = run(shown(tmp_path, command, line))
    assert (status, asked) == (0, []) and "observe" in text


def test_one_that_is_stopped_before_it_began_is_done_all_the_same(tmp_path: Path) -> None:
    async def command(call: Call) -> None:
        raise AssertionError("it was done")

    text, status, asked = run(shown(tmp_path, command, stopped=True))
    assert (text, status, asked) == ("", 1, [])


def test_what_would_steer_his_terminal_does_not(tmp_path: Path) -> None:
    async def command(call: Call) -> None:
        await call.out("code \x1b]0;x\x07 read\n")

    text, _, _ = run(shown(tmp_path, command))
    assert text == "code ?]0;x? read\n"


def test_a_command_that_says_too_much_is_cut(tmp_path: Path) -> None:
    async def command(call: Call) -> None:
        while True:
            await call.out("a b " * 20_000)

    text, status, _ = run(shown(tmp_path, command))
    assert status == 1 and len(text) < performed.MOST + 100_000
    assert "le reste n'est pas montré" in text


@pytest.mark.parametrize("line", ["x" * 301, "sh -c id", "say '", "\x1b]0;title\x07"])
def test_what_is_no_command_reaches_no_till(tmp_path: Path, line: str) -> None:
    async def command(call: Call) -> None:
        raise AssertionError("it was done")

    _, status, asked = run(shown(tmp_path, command, line))
    assert status != 0 and asked == []


def test_what_was_prepared_goes_with_the_consent() -> None:
    """The next one would apply what he has not seen."""

    class Typed:
        def __init__(self, grant: str, *words: str) -> None:
            self.grant, self.words, self.shown = grant, words, ""

        async def out(self, text: str) -> None:
            self.shown += text

    async def body() -> None:
        configuring = Configuring(agent=None)  # type: ignore[arg-type]
        typed = Typed("one", "shop.footer", "x"), Typed("one"), Typed("another"), Typed("one")
        for each in typed:
            await configuring.stage(each)
        assert ["shop.footer" in each.shown for each in typed] == [True, True, False, False]

    run(body())


def test_pos_support_commands_have_words_and_levels() -> None:
    agent = Agent(
        "support", till=TillClient(AsyncClient(__file__), SetClock()),  # type: ignore[arg-type]
        incidents=None, clock=SetClock(), stores=None, given=None, checks=tuple,  # type: ignore[arg-type]
    )  # fmt: skip
    found = [*pos_service_support.pos_support_commands(agent=agent)]
    assert len({each.name for each in found}) == len(found)
    assert {each.name for each in found if each.level is GrantLevel.CONTROL} == {
        "kick", "stage", "check", "apply", "keep", "back",
    }  # fmt: skip
    assert all(each.words and each.help for each in found)
