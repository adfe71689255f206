"""The till asks the box's helper by a file, and says what it answers: at once, late, or never."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from pos_terminal.domain.audit.stick import ANSWER, ASKED, StickAction, StickAnswer, StickAsked
from pos_terminal.runtime import sticks
from pos_terminal.runtime.sticks import Sticks
from pos_terminal.testing.running import run

UPDATE = StickAsked(StickAction.UPDATE)


class Counter:
    """A till's side of it, and the folders between it and the helper's."""

    def __init__(self, folder: Path, *, helper: bool = True) -> None:
        self.runtime, self.answers = folder / "runtime", folder / "answers"
        self.runtime.mkdir(exist_ok=True)
        if helper:
            self.answers.mkdir(exist_ok=True)
        self.wanted: asyncio.Queue[StickAsked] = asyncio.Queue()
        self.heard: asyncio.Queue[StickAnswer] = asyncio.Queue()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            till = Sticks(self.runtime, self.heard.put_nowait, self.answers)
            task = group.create_task(till.run(self.wanted))
            yield
            task.cancel()

    async def taken(self) -> StickAsked:
        """What is asked, taken away as the helper does."""
        file = self.runtime / ASKED
        while not file.exists():
            await asyncio.sleep(0.01)
        asked = msgspec.json.decode(file.read_bytes(), type=StickAsked)
        file.unlink()
        return asked

    def answer(self, answer: StickAnswer) -> None:
        (self.answers / ANSWER).write_bytes(msgspec.json.encode(answer))


def test_what_the_helper_says_is_said_as_far_as_it_is(tmp_path: Path) -> None:
    async def body() -> None:
        counter = Counter(tmp_path)
        counter.answer(StickAnswer("of another", ("old",), ended=False))
        async with counter.open():
            counter.wanted.put_nowait(UPDATE)
            asked = await counter.taken()
            assert asked.action is StickAction.UPDATE and asked.id
            for each in (
                StickAnswer(asked.id, ("2.0",), ended=False), StickAnswer(asked.id, ("done",)),
            ):  # fmt: skip
                counter.answer(each)
                assert await counter.heard.get() == each
        async with counter.open():  # started again it says nothing twice
            counter.wanted.put_nowait(UPDATE)
            again = await counter.taken()
            assert again.id != asked.id and counter.heard.empty()

    run(body())


def test_a_till_that_was_stopped_for_it_says_how_it_ended(tmp_path: Path) -> None:
    async def body() -> None:
        counter = Counter(tmp_path)
        async with counter.open():
            counter.wanted.put_nowait(StickAsked(StickAction.TAKE))
            asked = await counter.taken()
        ended = StickAnswer(asked.id, ("taken",))
        counter.answer(ended)
        async with counter.open():
            assert await counter.heard.get() == ended

    run(body())


@pytest.mark.parametrize("helper", [True, False])
def test_a_box_without_a_helper_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, helper: bool
) -> None:
    monkeypatch.setattr(sticks, "TAKEN", 0.01)

    async def body() -> None:
        counter = Counter(tmp_path, helper=helper)
        async with counter.open():
            counter.wanted.put_nowait(UPDATE)
            assert (await counter.heard.get()).fault == "B-180"
        assert not (counter.runtime / ASKED).exists(), "nobody finds it later, when no one waits"

    run(body())
