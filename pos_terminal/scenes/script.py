"""The language of scenes: fenced blocks in a Markdown page, one step a line. Pure.

docs/scenes.md is its reference. A word that is misspelt is refused before anything is played: a
scene that silently leaves out a line proves nothing.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime

from pos_terminal.domain.language import say
from pos_terminal.domain.moment import Trust

_BLOCK = re.compile(r"^```([^\n`]*)\n(.*?)^```", re.M | re.S)
_HEADING = re.compile(r"^#+ (.+)$", re.M)

BLOCKS = ("catalogue", "promotions", "réglages", "équipe", "touches")
"""Blocks beside the scenes: files of a shop that all scenes of the page share."""

_AMOUNT = r"-?[0-9 ]+,[0-9]{2}"
DEVICES = (
    "clavier", "douchette", "scanner", "balance", "afficheur", "imprimante", "terminal",
)  # fmt: skip
CARDS = (
    "attend", "accepte", "refuse", "abandonne", "pend", "occupé", "oublie", "se souvient",
)  # fmt: skip
TROUBLES = ("papier", "capot", "imprimante muette", "balance muette", "balance instable")
_FORMS: dict[str, str] = {
    "touches": r".+",
    "scan": r".+",
    "balance": r"[0-9]+",
    "écran": r"[^|]*\|[^|]*",
    "son": r"accepted|refused|alarm",
    "ticket": r".+",
    "tiroir": r"[25]?",
    "fermé": r"",
    "journal": r"[a-z_.]+( [a-z_.]+=\S*)*",
    "panne": "|".join(TROUBLES),
    "répare": "|".join(TROUBLES),
    "débranche": "|".join(DEVICES),
    "branche": "|".join(DEVICES),
    "équipe": r"",
    "client": r"[0-9]+ .+",
    "terminal": rf"({'|'.join(CARDS)})( {_AMOUNT})?",
    "date": r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?",
    "horloge": "non vérifiée",
    "réglage": r".+",
    "redémarrage": r"",
    "coupure": r"",
    "compte": rf"[0-9]{{3,}} {_AMOUNT}",
}
WORDS = frozenset(_FORMS)
"""The words that a line of a scene may begin with."""

FIRST = ("date", "horloge", "réglage")
"""What is set before the till starts: these lines come before all others of their scene."""


class BadScript(ValueError):
    """A line that means nothing: its number in the page, and the reason."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


@dataclass(frozen=True, slots=True)
class SceneStep:
    """One line of a scene: its number in the page, its first word, the rest."""

    line: int
    word: str
    rest: str

    def __str__(self) -> str:
        """As it stands in the page."""
        return f"{self.word} {self.rest}".rstrip()


@dataclass(frozen=True, slots=True)
class Scene:
    """One block, by the heading above it and the line on which it begins."""

    title: str
    line: int
    steps: tuple[SceneStep, ...]

    @property
    def date(self) -> str:
        """The local time at which it begins; empty: now."""
        return next((step.rest for step in self.steps if step.word == "date"), "")

    @property
    def trust(self) -> Trust:
        """How far its clock can be relied upon."""
        vouched = all(step.word != "horloge" for step in self.steps)
        return Trust.SIMULATED if vouched else Trust.UNVERIFIED

    @property
    def settings(self) -> tuple[SceneStep, ...]:
        """The settings that it adds, by the names that the page gives them."""
        return tuple(step for step in self.steps if step.word == "réglage")

    @property
    def acts(self) -> tuple[SceneStep, ...]:
        """What is done and seen once the till runs."""
        return tuple(step for step in self.steps if step.word not in FIRST)


@dataclass(frozen=True, slots=True)
class Script:
    """A page: its scenes, and the files that its other blocks hold, by name."""

    scenes: tuple[Scene, ...]
    files: dict[str, str] = field(default_factory=dict)

    def settings(self, name: str = "") -> str | None:
        """The tables called `name`, or the shop's own; None where the page has none."""
        return self.files.get(f"réglages {name}".rstrip())


def read(page: str) -> Script:
    """The page's scenes. BadScript names the first line that means nothing."""
    scenes: list[Scene] = []
    files: dict[str, str] = {}
    _all_closed(page)
    for block in _BLOCK.finditer(page):
        line = page.count("\n", 0, block.start()) + 1
        kind = block[1].strip()
        if kind == "scene":
            headings = _HEADING.findall(page[: block.start()])
            steps = tuple(_steps(block[2], line + 1))
            scenes.append(Scene(headings[-1] if headings else "", line, steps))
        elif kind.split(" ")[0] in BLOCKS:
            if kind in files:
                raise BadScript(line, say("deux blocs «{kind}»", kind=kind))
            files[kind] = block[2]
    return Script(tuple(scenes), files)


def _all_closed(page: str) -> None:
    """Raises BadScript for a block without an end: the scene would not be played, nor missed."""
    opened = 0
    for number, text in enumerate(page.splitlines(), 1):
        if text.startswith("```"):
            opened = 0 if opened else number
    if opened:
        raise BadScript(opened, say("ce bloc n'a pas de fin (```)"))


def _is_date(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _steps(block: str, first: int) -> list[SceneStep]:
    steps: list[SceneStep] = []
    for number, text in enumerate(block.splitlines(), first):
        word, _, rest = text.strip().partition(" ")
        rest = rest.strip()
        if not word or word.startswith("#"):
            continue
        if word not in _FORMS:
            words = ", ".join(sorted(WORDS))
            reason = say("«{word}» n'est pas un mot de scène : {words}", word=word, words=words)
            raise BadScript(number, reason)
        if not re.fullmatch(_FORMS[word], rest) or (word == "date" and not _is_date(rest)):
            raise BadScript(
                number, say("«{word}» n'est pas suivi de «{rest}»", word=word, rest=rest)
            )
        if word in FIRST and any(step.word not in FIRST for step in steps):
            raise BadScript(number, say("«{word}» vient avant tout le reste", word=word))
        steps.append(SceneStep(number, word, rest))
    return steps
