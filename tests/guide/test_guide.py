"""docs/guide-vendeur.md is true: every scene in it runs, through the real drivers (T7)."""

from pathlib import Path

import pytest

from pos_terminal.scenes.run import play
from pos_terminal.scenes.script import Scene, read
from pos_terminal.scenes.shop import Source
from pos_terminal.testing.running import run

SCRIPT = read((Path(__file__).parents[2] / "docs" / "guide-vendeur.md").read_text())


@pytest.mark.parametrize("scene", SCRIPT.scenes, ids=lambda scene: f"{scene.line} {scene.title}")
def test_scene(scene: Scene) -> None:
    assert run(play(Source(SCRIPT), scene)) is None


def test_there_are_scenes() -> None:
    assert len(SCRIPT.scenes) >= 90
