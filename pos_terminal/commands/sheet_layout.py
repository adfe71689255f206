"""Where everything of a command sheet stands on A4 pages. Pure; lengths in millimetres.

Origin at the top left, as one reads. Cheap scanners set the measures: bars of 0.35 mm at least
(many read no less than 0.33), ten modules of quiet zone at both sides (ISO/IEC 15417), 11 mm high.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from pos_terminal.domain.keyboard.command_sheet import Command, CommandSheet, Group, KeyLabel

WIDTH, HEIGHT = 210.0, 297.0
MARGIN = 12.0
TOP, BOTTOM = 26.0, HEIGHT - 16.0
INNER = WIDTH - 2 * MARGIN

MODULE = 0.35
QUIET = 10 * MODULE
BAR_HEIGHT = 11.0
POINT = 25.4 / 72

NAME, PURPOSE, ASIDE, TITLE, PRICE = 11.0, 7.5, 6.0, 13.0, 6.5
"""Sizes of type, in points."""

HEADING_HEIGHT = 11.0
COMMAND_HEIGHT = 28.0
LABEL = 16.0
"""The side of a key label: what the clear cap of a common programmable key takes."""

PADDING = 1.5
LABELS_TITLE = "Étiquettes des touches"


@dataclass(frozen=True, slots=True)
class Write:
    """A text whose baseline is at y; `align` says what x is: its left, centre or right."""

    text: str
    x: float
    y: float
    size: float
    bold: bool = False
    grey: bool = False
    align: str = "left"


@dataclass(frozen=True, slots=True)
class Bars:
    """A Code 128 symbol, its bars beginning at x, their upper end at y."""

    code: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Box:
    """A thin frame; dashed where one cuts."""

    x: float
    y: float
    width: float
    height: float
    dashed: bool = False


Mark = Write | Bars | Box


@dataclass(frozen=True, slots=True)
class Measures:
    """What only the one who draws knows, in millimetres: a text's width and a symbol's."""

    text: Callable[[str, float, bool], float]
    bars: Callable[[str], float]


@dataclass(slots=True)
class _Pages:
    """Pages being filled from top to bottom."""

    pages: list[list[Mark]] = field(default_factory=list)
    y: float = BOTTOM

    def room(self, height: float) -> float:
        """The y at which that much begins: on this page if it has room, else on the next."""
        if self.y + height > BOTTOM:
            self.pages.append([])
            self.y = TOP
        at, self.y = self.y, self.y + height
        return at

    def put(self, *marks: Mark) -> None:
        self.pages[-1].extend(marks)


class Layout:
    """Lays one sheet out; `aside` is the second language, smaller."""

    def __init__(self, measures: Measures, aside: Callable[[str], str]) -> None:
        self._measures = measures
        self._aside = aside
        self._pages = _Pages()

    def pages(self, sheet: CommandSheet) -> list[list[Mark]]:
        """The pages' marks, heads and feet too."""
        for group in sheet.functions:
            self._group(group, group.title, translated=True)
        if sheet.labels:
            self._labels(sheet.labels)
        for number, family in enumerate(sheet.families):
            if number == 0:
                self._pages.y = BOTTOM  # on a page of their own, to be put up elsewhere
            title = family.title or "Autres articles"
            self._group(family, title, translated=not family.title)
        pages = self._pages.pages
        for number, page in enumerate(pages, 1):
            page[:0] = _frame(sheet.shop, f"{number} / {len(pages)}")
        return pages

    def _group(self, group: Group, title: str, *, translated: bool) -> None:
        columns = self._columns(group.commands)
        rows = [group.commands[at : at + columns] for at in range(0, len(group.commands), columns)]
        for number, row in enumerate(rows):
            if number == 0:
                self._heading(title, COMMAND_HEIGHT, translated=translated)
            y = self._pages.room(COMMAND_HEIGHT)
            for column, command in enumerate(row):
                width = INNER / columns
                self._pages.put(*self._command(command, MARGIN + column * width, y, width))

    def _columns(self, commands: Sequence[Command]) -> int:
        """The most columns in which every symbol with its quiet zones and every purpose fits."""
        widest = max(
            max(
                self._measures.bars(each.code) + 2 * QUIET,
                self._measures.text(each.purpose, PURPOSE, False) + 2 * PADDING,
            )
            for each in commands
        )
        return max(1, min(5, int(INNER / widest)))

    def _heading(self, title: str, following: float, *, translated: bool) -> None:
        y = self._pages.room(HEADING_HEIGHT + following)
        self._pages.y -= following
        baseline = y + HEADING_HEIGHT - 3
        self._pages.put(Write(title, MARGIN, baseline, TITLE, bold=True))
        if translated:
            x = MARGIN + self._measures.text(title, TITLE, True) + 2
            self._pages.put(Write(self._aside(title), x, baseline, PURPOSE, grey=True))

    def _command(self, command: Command, x: float, y: float, width: float) -> Iterator[Mark]:
        inner = width - 2 * PADDING
        centre = x + width / 2
        yield Box(x, y, width, COMMAND_HEIGHT)
        size, name = self._fitted(command.called, NAME, inner)
        yield Write(name, centre, y + 5, size, bold=True, align="centre")
        yield Write(command.purpose, centre, y + 8.6, PURPOSE, align="centre")
        aside = self._aside(command.purpose)
        if aside != command.purpose:
            yield Write(aside, centre, y + 11.3, ASIDE, grey=True, align="centre")
        yield Bars(command.code, centre - self._measures.bars(command.code) / 2, y + 12.7)
        below = y + 12.7 + BAR_HEIGHT + 2.6
        yield Write(command.code, centre, below, ASIDE, grey=True, align="centre")

    def _labels(self, labels: Sequence[KeyLabel]) -> None:
        columns = int(INNER / LABEL)
        for at in range(0, len(labels), columns):
            if at == 0:
                self._heading(LABELS_TITLE, LABEL, translated=True)
            y = self._pages.room(LABEL)
            for column, label in enumerate(labels[at : at + columns]):
                self._pages.put(*self._label(label, MARGIN + column * LABEL, y))

    def _label(self, label: KeyLabel, x: float, y: float) -> Iterator[Mark]:
        centre = x + LABEL / 2
        yield Box(x, y, LABEL, LABEL, dashed=True)
        size, key = self._fitted(label.physical, 5.0, LABEL - 2)
        yield Write(key, x + 1, y + 2.4, size, grey=True)
        size, lines = self._in_label(label.name or label.plu)
        first = y + 8.2 - (len(lines) - 1) * 1.3
        for number, line in enumerate(lines):
            yield Write(line, centre, first + number * 2.7, size, bold=True, align="centre")
        size, price = self._fitted(label.price, PRICE, LABEL - 2)
        yield Write(price, centre, y + LABEL - 1.4, size, align="centre")

    def _fitted(self, text: str, size: float, width: float) -> tuple[float, str]:
        """The text in a size, four fifths at the least, that fits; cut where none does."""
        for smaller in (size, 0.9 * size, 0.8 * size):
            if self._fits(text, smaller, width):
                return smaller, text
        while text and not self._fits(f"{text}…", smaller, width):
            text = text[:-1]
        return smaller, f"{text}…"

    def _in_label(self, name: str) -> tuple[float, list[str]]:
        """A name in up to three lines, in the largest size in which all of it fits, or cut."""
        for size in (7.0, 6.5, 6.0, 5.5, 5.0):
            lines = self._wrapped(name, size, LABEL - 2)
            if len(lines) <= 3 and all(self._fits(line, size, LABEL - 2) for line in lines):
                return size, lines
        return size, [self._cut(line, size, LABEL - 2) for line in lines[:3]]

    def _wrapped(self, text: str, size: float, width: float) -> list[str]:
        """The words on as few lines as they fit on, one by one; a long word may stand out."""
        lines = [""]
        for word in text.split():
            longer = f"{lines[-1]} {word}".strip()
            if not lines[-1] or self._fits(longer, size, width):
                lines[-1] = longer
            else:
                lines.append(word)
        return lines

    def _fits(self, text: str, size: float, width: float) -> bool:
        return self._measures.text(text, size, True) <= width

    def _cut(self, text: str, size: float, width: float) -> str:
        if self._fits(text, size, width):
            return text
        while text and not self._fits(f"{text}.", size, width):
            text = text[:-1]
        return f"{text}."


def _frame(shop: str, page: str) -> Iterator[Mark]:
    right = WIDTH - MARGIN
    yield Write(shop, MARGIN, 17, 14, bold=True)
    yield Write("Feuille de commandes · command sheet", right, 17, 9, grey=True, align="right")
    yield Box(MARGIN, 20, INNER, 0)
    foot = "Scanner une commande, c'est appuyer sur ses touches. Imprimer à 100 %, sans ajuster."
    yield Write(foot, MARGIN, HEIGHT - 9, PURPOSE, grey=True)
    yield Write(page, right, HEIGHT - 9, PURPOSE, grey=True, align="right")
