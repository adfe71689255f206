"""Lessons: a page's scenes with what is told before each, for a person to try. Pure.

What a scene has a hand do (keys, a code, a weight, paper put in) is what the learner is asked for;
what it waits for is how the lesson knows that it was done.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from pos_driver_sim.paper import Paper
from pos_terminal.domain.keyboard.key_table import cap
from pos_terminal.domain.keyboard.keys import parse_key
from pos_terminal.domain.language import say
from pos_terminal.domain.markup import Markup, joined, tag
from pos_terminal.scenes.script import Scene, SceneStep, Script, read
from pos_terminal.scenes.stage import NoKey, keys_of

BY_HAND = ("touches", "scan", "balance", "répare", "branche", "coupure", "redémarrage")
"""Words of what the learner does. What goes wrong besides is the lesson's own doing."""

SILENT = ("date", "réglage", "journal", "fermé", "compte", "client", "équipe", "son")
"""Words of what nobody at the counter sees or does: they are checked, and not spoken of."""


class Lesson(Struct, frozen=True):
    """A scene, and what is told before it: Markdown."""

    scene: Scene
    told: str

    @property
    def title(self) -> str:
        """Of the heading above it."""
        return self.scene.title


class Course(Struct, frozen=True):
    """A page of lessons, with the shop that it brings, if any.

    `home`: the settings of the shop that it is written for; None: whichever is open.
    """

    script: Script
    lessons: tuple[Lesson, ...]
    home: Path | None = None


def course(page: str, *, home: Path | None = None) -> Course:
    """The lessons of a page. BadScript names the first line that means nothing."""
    script = read(page)
    lines = page.splitlines()
    given = tuple(Lesson(each, _told(lines, each.line)) for each in script.scenes)
    return Course(script, given, home)


def hinders(course: Course, lesson: Lesson, articles: Mapping[str, str]) -> str:
    """Why a shop with these articles' names cannot give this lesson; empty where it can."""
    for step in lesson.scene.steps:
        if step.word == "touches":
            try:
                keys_of(step.rest.replace("papier", ""), articles)
            except NoKey as why:
                return str(why)
        elif step.word == "réglage" and course.script.settings(step.rest) is None:
            return say("la page n'a pas de bloc «réglages {name}»", name=step.rest)
        elif step.word == "équipe" and "équipe" not in course.script.files:
            return say("la page n'a pas de bloc «équipe»")
    return ""


def _told(lines: Sequence[str], block: int) -> str:
    """The prose between the heading, or the block before, and the scene's block."""
    told: list[str] = []
    for line in reversed(lines[: block - 1]):
        if line.startswith(("#", "```")):
            break
        told.insert(0, line)
    return "\n".join(told).strip()


def prose(text: str) -> Markup:
    """Paragraphs, with keys in backquotes."""
    return joined(*(tag("p", *_inline(part)) for part in re.split(r"\n\s*\n", text) if part))


def _inline(text: str) -> Iterator[str]:
    for at, part in enumerate(text.split("`")):
        yield tag("kbd", _on_cap(part)) if at % 2 else part


def _on_cap(name: str) -> str:
    """A key as it is engraved; a word that is no key stays."""
    try:
        return cap(parse_key(name))
    except ValueError:
        return name


def asked(step: SceneStep) -> Markup:
    """One step as it is told to the learner; empty for what nobody is told of."""
    match step.word:
        case "touches":
            keys = [part for word in step.rest.split() for part in (tag("kbd", _on_cap(word)), " ")]
            return joined(tag("b", say("Tapez")), " ", *keys)
        case "scan" if step.rest == "papier":
            return joined(tag("b", say("Scannez")), " ", say("le code-barres du ticket"))
        case "scan":
            return joined(tag("b", say("Scannez")), " ", tag("code", step.rest))
        case "balance":
            return joined(tag("b", say("Posez")), f" {step.rest} g")
        case "répare" | "branche":
            return joined(tag("b", say("Réparez :")), " ", _device(step.rest))
        case "panne" | "débranche":
            return joined(tag("b", say("Il arrive ceci :")), " ", _device(step.rest))
        case "coupure":
            return joined(tag("b", say("Coupez le courant")), " ", say("puis rallumez la caisse"))
        case "redémarrage":
            return tag("b", say("Redémarrez la caisse"))
        case _:
            return _seen(step)


def _seen(step: SceneStep) -> Markup:
    match step.word:
        case "écran":
            lines = [tag("span", part.strip()) for part in step.rest.split("|")]
            return tag("samp", *lines, class_="screen")
        case "ticket":
            return joined(say("sur le papier :"), " ", tag("samp", step.rest))
        case "tiroir":
            return joined(say("le tiroir s'ouvre"))
        case _:
            return Markup("")


def _device(words: str) -> str:
    troubles = {
        "papier": say("plus de papier"), "capot": say("capot ouvert"),
        "imprimante muette": say("l'imprimante est muette"),
        "balance muette": say("la balance est muette"),
        "balance instable": say("la balance ne se calme pas"),
    }  # fmt: skip
    return troubles.get(words, words)


def by_click(step: SceneStep) -> Markup:
    """What is done elsewhere on the page, to be done here: two panels are never open at once."""
    match step.word, step.rest:
        case "répare", "papier":
            which = {"data_printer": "paper_out", "data_mend": ""}
            return tag("button", say("Remettre du papier"), type="button", **which)
        case "répare", "capot":
            which = {"data_printer": "cover_open", "data_mend": ""}
            return tag("button", say("Fermer le capot"), type="button", **which)
        case "coupure", _:
            return tag("button", say("Couper le courant"), type="button", data_power="cut")
        case "redémarrage", _:
            return tag("button", say("Redémarrer"), type="button", data_power="restart")
        case _:
            return Markup("")


def draw(lesson: Lesson, number: int, done: int, *, over: bool) -> Markup:
    """A lesson as it stands: the steps done, the ones whose turn it is, the rest.

    `done` steps are behind; but what a hand does is done when what comes of it is seen.
    """
    steps, items = lesson.scene.acts, []
    begun = done
    while 0 < begun < len(steps) and steps[begun - 1].word in (*BY_HAND, *SILENT):
        begun -= 1
    for at, step in enumerate(steps):
        if words := asked(step):
            state = "done" if at < begun or over else "now" if at <= done else "later"
            hand = "do" if step.word in BY_HAND else "see"
            here = by_click(step) if state == "now" else Markup("")
            current = "step" if (state, hand) == ("now", "do") else None
            items.append(tag("li", words, here, class_=f"{state} {hand}", aria_current=current))
    end = tag("p", say("C'est juste. La leçon est finie."), class_="over") if over else Markup("")
    return joined(
        tag("h3", f"{number}. {lesson.title}"), prose(lesson.told), tag("ol", *items), end
    )


def refused(lesson: Lesson, number: int, why: str) -> Markup:
    """A lesson that this shop cannot give."""
    words = say("Cette boutique ne peut pas la donner : {why}", why=why)
    return joined(tag("h3", f"{number}. {lesson.title}"), tag("p", words, class_="cause"))


_NUMBER = re.compile(r"[0-9A-Za-z]-[0-9]{6}\b")
"""Of a ticket, which no other paper has."""


class Recording:
    """What was done in the shop since it began, as a scene that can be played again."""

    def __init__(self) -> None:
        self._steps: list[str] = []
        self._waited = ""

    def waits(self, order: str) -> None:
        """The payment terminal waits with this order for somebody; a scene says so beforehand."""
        if order != self._waited:
            touched = (at for at, step in enumerate(self._steps) if step.startswith("touches "))
            self._steps.insert(max(touched, default=0), "terminal attend")
            self._waited = order

    def did(self, word: str, what: str) -> None:
        """Somebody did this; keys that follow each other stand on one line."""
        if word == "touches" and self._steps and self._steps[-1].startswith("touches "):
            self._steps[-1] += f" {what}"
        elif word == "balance" and self._steps and self._steps[-1].startswith("balance "):
            self._steps[-1] = f"balance {what}"
        else:
            self._steps.append(f"{word} {what}".rstrip())

    def saw(self, upper: str, lower: str) -> None:
        """The display shows this: what came of the last thing done."""
        step = f"écran {' '.join(upper.split())} | {' '.join(lower.split())}".rstrip()
        if self._steps and self._steps[-1].startswith("écran "):
            self._steps[-1] = step
        elif self._steps:
            self._steps.append(step)

    def printed(self, paper: Paper) -> None:
        """This paper came out: whoever plays it again is to wait for it before he goes on."""
        lines = [line for line in paper.lines if line.picture is None and line.text.strip()]
        numbered = (line for line in lines if _NUMBER.search(line.text))
        tall = (line for line in lines if line.tall)
        if self._steps and lines:
            told = next(numbered, None) or next(tall, lines[0])
            self._steps.append(f"ticket {' '.join(told.text.split())}")

    def as_page(self, title: str, blocks: Mapping[str, str], team: str) -> str:
        """A page with this scene, its shop, and its clerks where they have come."""
        files = {**blocks, "équipe": team} if "équipe" in self._steps else blocks
        block = [
            line
            for name, text in files.items()
            for line in ("", f"```{name}", text.rstrip(), "```")
        ]
        lines = [f"{word:<8} {rest}".rstrip() for word, _, rest in
                 (step.partition(" ") for step in self._steps)]  # fmt: skip
        return "\n".join([f"# {title}", "", "```scene", *lines, "```", *block, ""])
