"""The lessons: each is a scene that comes out as written, and is told in words of its language."""

import asyncio
import re
from pathlib import Path

import pytest

from pos_counter_page import lessons
from pos_counter_page.lessons import Course, Recording, course
from pos_terminal.commands import counter
from pos_terminal.process.translation import set_language
from pos_terminal.scenes.run import play
from pos_terminal.scenes.script import BadScript, Scene, read
from pos_terminal.scenes.shop import SceneSource
from tests.support.house import ROOT

PAGES = ROOT / "plugins" / "pos_counter_page" / "lessons"
SCENES = [
    pytest.param(language, scene, id=f"{language}-{scene.line}")
    for language in ("fr", "en")
    for scene in read((PAGES / f"{language}.md").read_text()).scenes
]


@pytest.mark.slow
@pytest.mark.parametrize(("language", "scene"), SCENES)
def test_a_lesson_comes_out_as_it_is_written(language: str, scene: Scene) -> None:
    page = read((PAGES / f"{language}.md").read_text())
    try:
        with counter.shop(None) as config:
            named = f'[terminal]\nlanguage = "{language}"'
            config.write_text(config.read_text().replace("[terminal]", named, 1))
            set_language(language)
            assert asyncio.run(play(SceneSource(page, config), scene)) is None
    finally:
        set_language("fr")


def test_both_languages_have_the_same_lessons() -> None:
    french, english = (course((PAGES / f"{each}.md").read_text()) for each in ("fr", "en"))

    def asked(of: Course) -> list[str]:
        steps = (step for lesson in of.lessons for step in lesson.scene.acts)
        return [str(step) for step in steps if step.word in lessons.BY_HAND]

    assert asked(french) == asked(english)
    assert all(lesson.told for lesson in (*french.lessons, *english.lessons))


PAGE = """# Mes leçons

## La première

Tapez `CASH`, puis
regardez.

```scene
touches BAGUETTE CASH
écran TOTAL 1,05 | MERCI
journal sale.closed total=105
```

## La seconde

Rien.

```scene
coupure
écran x | x
```
"""


def test_a_shops_own_page_is_a_course() -> None:
    own = course(PAGE)
    assert [(each.title, each.told) for each in own.lessons] == [
        ("La première", "Tapez `CASH`, puis\nregardez."), ("La seconde", "Rien."),
    ]  # fmt: skip
    with pytest.raises(BadScript):
        course(PAGE.replace("touches", "touche"))


def test_what_a_shop_cannot_give_is_said() -> None:
    own = course(PAGE)
    first, second = own.lessons
    why = lessons.hinders(own, first, {"CROISSANT": "5"})
    assert "BAGUETTE" in why
    assert "BAGUETTE" in lessons.refused(first, 1, why)
    assert lessons.hinders(own, first, {"BAGUETTE": "1"}) == ""
    assert lessons.hinders(own, second, {}) == ""
    needs = PAGE.replace("coupure", "réglage bons\néquipe\ncoupure")
    assert "bons" in lessons.hinders(course(needs), course(needs).lessons[1], {})


def states(drawn: str) -> list[str]:
    return re.findall(r'<li class="(\w+) ', drawn)


def test_what_is_asked_for_is_done_when_what_comes_of_it_is_seen() -> None:
    lesson = course(PAGE).lessons[0]
    assert states(lessons.draw(lesson, 1, 0, over=False)) == ["now", "later"]
    assert states(lessons.draw(lesson, 1, 1, over=False)) == ["now", "now"]
    assert states(lessons.draw(lesson, 1, 2, over=False)) == ["done", "done"]
    assert states(lessons.draw(lesson, 1, 3, over=True)) == ["done", "done"]


def test_what_was_done_is_a_scene(tmp_path: Path) -> None:
    recording = Recording()
    recording.saw("BONJOUR", "")  # before anything was done
    for key in ("3", "x", "BAGUETTE"):
        recording.did("touches", key)
        recording.saw("ENTRE DEUX", "")
    recording.saw("BAGUETTE          x3", "      1,05      3,15")
    recording.did("équipe", "")
    recording.did("balance", "100")
    recording.did("balance", "480")
    page = recording.as_page("Fait", {"catalogue": "plu;name\n"}, "numéro;code\n")
    assert "équipe" in page
    (scene,) = read(page).scenes
    assert [str(step) for step in scene.steps] == [
        "touches 3", "écran ENTRE DEUX |", "touches x", "écran ENTRE DEUX |", "touches BAGUETTE",
        "écran BAGUETTE x3 | 1,05 3,15", "équipe", "balance 480",
    ]  # fmt: skip
