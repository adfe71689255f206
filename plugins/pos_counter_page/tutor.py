"""Gives one lesson: opens its shop, asks for each step, and sees that it was done.

The steps are checked by the words of scenes, as `pos-terminal scenes` checks them, with all the
patience in the world.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from pos_counter_page import lessons
from pos_counter_page.lessons import BY_HAND, Course, Lesson
from pos_terminal.scenes.script import SceneStep
from pos_terminal.tasks.contain import contained

if TYPE_CHECKING:
    from pos_counter_page.shop import RunningShop
    from pos_terminal.scenes.run import Stand
    from pos_terminal.scenes.stage import Stage

PATIENCE = 24 * 3600.0
"""Seconds that a learner may take for a step."""

PACE = 0.9
"""Seconds between two steps that are shown."""

NEW_STAND = ("coupure", "redémarrage")


class Tutor:
    """One for the page. A lesson is given in a shop of its own, as scenes are played.

    `load` reads the lessons in the language that the till speaks, `stage` checks steps.
    """

    def __init__(
        self,
        shop: "RunningShop",
        load: Callable[[], Course],
        stage: "Callable[[Stand, int, float], Stage]",
    ) -> None:
        self.load = load
        self._shop = shop
        self._stage = stage
        self._asked: asyncio.Queue[tuple[int, bool]] = asyncio.Queue()
        self._giving: asyncio.Task[None] | None = None

    def give(self, number: int, show: bool) -> None:
        """Begin a lesson, from 1: to be tried, or to be shown first. 0: no lesson any more."""
        if self._giving is not None:
            self._giving.cancel()
        self._asked.put_nowait((number, show))

    async def run(self) -> None:
        """Give lessons as they are asked for."""
        while True:
            number, show = await self._asked.get()
            course = self.load()
            self._shop.board.state("lesson", number)
            self._shop.board.show("lesson", "")
            if 0 < number <= len(course.lessons):
                async with asyncio.TaskGroup() as group:
                    self._giving = group.create_task(self._give(course, number, show=show))
                self._giving = None

    def hinders(self, course: Course, lesson: Lesson) -> str:
        """Why it cannot be given; nothing is known of a shop that is shut, or is another's."""
        stand = self._shop.stand
        if course.home is not None or course.script.settings() is not None or stand is None:
            return ""
        return lessons.hinders(course, lesson, stand.articles())

    async def _give(self, course: Course, number: int, *, show: bool) -> None:
        """One, until another is asked for: its shop stays open behind its end."""
        shop, lesson = self._shop, course.lessons[number - 1]
        if why := self.hinders(course, lesson):
            shop.board.show("lesson", lessons.refused(lesson, number, why))
            return
        with TemporaryDirectory(prefix="lesson-", dir=shop.folder) as folder:
            try:
                stand = await shop.enter(course, lesson.scene, Path(folder))
                with contained(lambda error: shop.board.add("word", "lesson", str(error))):
                    await self._steps(stand, lesson, number, show=show)
                await asyncio.Event().wait()
            finally:
                shop.leave()

    async def _steps(self, stand: "Stand", lesson: Lesson, number: int, *, show: bool) -> None:
        stage = self._stage(stand, 0, PATIENCE)
        board, steps = self._shop.board, lesson.scene.acts
        for at, step in enumerate(steps):
            board.show("lesson", lessons.draw(lesson, number, at, over=False))
            if step.word in NEW_STAND:
                stand = await self._new_stand(stand, step, show=show)
                stage = self._stage(stand, stage.record, PATIENCE)
            elif show or step.word not in BY_HAND:
                await stage.play(step)
                await asyncio.sleep(PACE if show else 0)
        board.show("lesson", lessons.draw(lesson, number, len(steps), over=True))
        if not show:
            board.add("done", str(number), lesson.title)

    async def _new_stand(self, stand: "Stand", step: SceneStep, *, show: bool) -> "Stand":
        """Wait until the till runs again, after whoever was to do it has ended it."""
        shop = self._shop
        if show and step.word == "coupure":
            shop.cut()
            await asyncio.sleep(PACE)
            shop.power()
        elif show:
            shop.restart()
        return await shop.another(stand)
