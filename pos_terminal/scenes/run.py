"""Runs a page's scenes, one after the other, each in a shop of its own."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from pos_terminal.scenes.script import Scene, Step
from pos_terminal.scenes.shop import Source, clock_of, open_shop
from pos_terminal.scenes.stage import Differs, Stage

ZONE = ZoneInfo("Europe/Paris")


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a scene came out otherwise: the step, and what there was instead."""

    step: Step
    got: str


async def play(source: Source, scene: Scene) -> Difference | None:
    """Play one scene; what differed first, or None. BadShop, BadConfiguration, NoFarEnds."""
    with TemporaryDirectory(prefix="pos-terminal-scene-") as folder:
        clock = clock_of(scene, ZONE)
        record = 0
        for part, cut in parts(scene):
            async with open_shop(Path(folder), source, scene, clock) as shop:
                stage = Stage(shop, record)
                try:
                    for step in part:
                        await stage.play(step)
                except Differs as differs:
                    return Difference(differs.step, differs.got)
                shop.cut = cut
                record = stage.record
    return None


def parts(scene: Scene) -> Iterator[tuple[tuple[Step, ...], bool]]:
    """What happens in it, cut where the till is started anew; True: the power went."""
    part: list[Step] = []
    for step in scene.acts:
        if step.word in ("redémarrage", "coupure"):
            yield tuple(part), step.word == "coupure"
            part = []
        else:
            part.append(step)
    yield tuple(part), False


def play_now(source: Source, scene: Scene) -> Difference | None:
    """The same for who has no loop; an error in a group of one comes out by itself."""
    try:
        return asyncio.run(play(source, scene))
    except BaseExceptionGroup as group:
        first: BaseException = group
        while isinstance(first, BaseExceptionGroup) and len(first.exceptions) == 1:
            first = first.exceptions[0]
        raise first from None
