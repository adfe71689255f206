"""What somebody at the counter has done with a USB stick: asked of the box's own helper, by files.

The till may neither mount nor see a disk. It leaves a small file in its runtime directory, which a
path unit waits for; root's helper takes that away, and says what came of it in another, which
everybody may read (pos_terminal/stick). Both go with the power, and so does whoever waited.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import NoReturn

import msgspec
from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.audit.stick import ANSWER, ANSWERS, ASKED, StickAnswer, StickAsked
from pos_terminal.storage.files import write_durably

SAID = "stick.said"
"""In the runtime directory: the `id` of the last answer that was shown."""

TAKEN = 20.0
"""Seconds in which the helper has begun: it is a start of Python's, on a slow card."""

LONGEST = 2 * 3600.0
"""Seconds that it may take: a sale may have to end, and a slot to be written on a bad card."""

LOOK = 0.5
"""Seconds between two looks, while somebody waits."""


class Sticks:
    """Asks whenever it is wanted, and gives each answer to `put`."""

    def __init__(
        self, folder: Path, put: Callable[[StickAnswer], None], answers: Path = Path("/", ANSWERS)
    ) -> None:
        self._asked = folder / ASKED
        self._said = folder / SAID
        self._answer = answers / ANSWER
        self._put = put

    async def run(self, wanted: "asyncio.Queue[StickAsked]") -> NoReturn:
        """Ask whenever that is wanted, for ever.

        A handover stops the till that has asked: the one that is started behind it says how it
        ended.
        """
        ended = self._told()
        if ended and ended.ended and ended.id != self._read(self._said):
            self._say(ended)
        while True:
            asked = await wanted.get()
            async for answer in self._answers(replace(asked, id=os.urandom(8).hex())):
                self._say(answer)

    def _say(self, answer: StickAnswer) -> None:
        if answer.ended and answer.id:
            self._said.write_text(answer.id)
        self._put(answer)

    async def _answers(self, asked: StickAsked) -> AsyncIterator[StickAnswer]:
        """What the helper says, as far as it is; the last one is `ended`."""
        nobody = StickAnswer(fault=faults.NO_STICK_READER.code)
        if not self._answer.parent.is_dir():
            yield nobody
            return
        write_durably(self._asked, msgspec.json.encode(asked))
        if not await self._taken():
            yield nobody
            return
        last = None
        try:
            async with asyncio.timeout(LONGEST):
                while not (last and last.ended):
                    told = self._told()
                    if told and told.id == asked.id and told != last:
                        last = told
                        yield told
                    await asyncio.sleep(LOOK)
        except TimeoutError:
            yield StickAnswer(fault=faults.STICK_FAILED.code)

    async def _taken(self) -> bool:
        """Whether somebody takes it away in time; if not it is taken back."""
        until = asyncio.get_running_loop().time() + TAKEN
        while self._asked.exists():
            if asyncio.get_running_loop().time() > until:
                self._asked.unlink(missing_ok=True)
                return False
            await asyncio.sleep(LOOK)
        return True

    def _told(self) -> StickAnswer | None:
        """The helper's last answer, whoever had asked; None: there is none."""
        text = self._read(self._answer)
        return msgspec.json.decode(text, type=StickAnswer) if text else None

    def _read(self, file: Path) -> str:
        return file.read_text() if file.exists() else ""
