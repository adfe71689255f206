"""The pages for clerks are true: every scene in them runs, through the real drivers (T7)."""

from pathlib import Path

import pytest

from pos_terminal.scenes.run import play
from pos_terminal.scenes.script import Scene, read
from pos_terminal.scenes.shop import SceneSource
from pos_terminal.testing.running import run

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("guide-vendeur.md", "cas.md", "panne.md")
SCRIPTS = {page: read((DOCS / page).read_text()) for page in PAGES}


@pytest.mark.parametrize(
    ("page", "scene"),
    [
        pytest.param(page, scene, id=f"{page}:{scene.line} {scene.title}")
        for page, script in SCRIPTS.items()
        for scene in script.scenes
    ],
)
def test_scene(page: str, scene: Scene) -> None:
    assert run(play(SceneSource(SCRIPTS[page]), scene)) is None


def test_there_are_scenes() -> None:
    assert len(SCRIPTS["guide-vendeur.md"].scenes) >= 90
    assert len(SCRIPTS["cas.md"].scenes) >= 18
