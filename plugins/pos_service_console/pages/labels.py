"""Shelf labels: printed by the till, or a sheet of them for whatever printer a desk has."""

import asyncio
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice

from pos_service_console import frame
from pos_service_console.catalogue import Present, Read
from pos_service_console.pages import bulk
from pos_service_console.pages.page import today
from pos_terminal.agent.console_pages import Asked, Html
from pos_terminal.agent.world import Agent
from pos_terminal.channel.interface import LABELS, MOST_LABELS, LabelsAsked
from pos_terminal.domain.catalog.catalog import Item
from pos_terminal.domain.language import how_many, say
from pos_terminal.domain.markup import Markup, joined, tag
from pos_terminal.domain.printing.labels import shelf
from pos_terminal.domain.receipt import Row, Text

_NUMBER = re.compile(r"[^\s,;]+")
"""Of an article, as people part them in a list."""

SHOWN = 60
"""Characters of a number that is none, in what is said of it."""


class LabelPages:
    """The page over this terminal's catalogue and printers."""

    def __init__(self, agent: Agent, present: Present) -> None:
        self._agent = agent
        self._present = present

    async def answer(self, asked: Asked) -> Html:
        """The form; a sheet, or how many come out. ChannelError where the till would not."""
        if asked.form is None:
            return await self._form(asked)
        return await self._labelled(asked, asked.form)

    async def _form(self, asked: Asked, told: Markup = frame.EMPTY, status: int = 200) -> Html:
        names = await asyncio.to_thread(bulk.families, await self._present.read())
        form = _drawn(asked.token, names)
        return Html(say("Étiquettes"), joined(told, form), status=status)

    async def _labelled(self, asked: Asked, form: Mapping[str, str]) -> Html:
        read = await self._present.read()
        wanted = [each.lstrip("0") or "0" for each in _NUMBER.findall(form.get("articles", ""))]
        try:
            items = await asyncio.to_thread(_wanted, read, wanted, form.get("family", ""))
        except KeyError as error:
            told = say("pas dans le catalogue : {text!r}", text=str(error.args[0])[:SHOWN])
            return await self._form(asked, frame.notice(told, bad=True), 422)
        if not 0 < len(items) <= MOST_LABELS:
            told = say("{count} étiquettes, de 1 à {most}.", count=len(items), most=MOST_LABELS)
            return await self._form(asked, frame.notice(told, bad=True), 422)
        if form.get("how") == "sheet":
            return Html(say("Étiquettes"), _sheet(items, today(self._agent).date()))
        plus = [each.plu for each in items]
        await self._agent.till.call(LABELS, LabelsAsked(plus, [], asked.visitor.grant))
        done = how_many(len(plus), "{count} étiquette sort.", "{count} étiquettes sortent.")
        return await self._form(asked, frame.notice(done))


def _wanted(read: Read, plus: Sequence[str], family: str) -> list[Item]:
    """Those articles, in that order; else a family's, or all: a few too many show that there are.
    KeyError for one that is not there.
    """
    if plus:
        asked = {*plus}
        found = {each.plu: each for each in read.items() if each.plu in asked}
        return [found[plu] for plu in plus]
    every = (each for each in read.items() if family in ("", each.family))
    return [*islice(every, MOST_LABELS + 1)]


def _drawn(token: str, names: list[str]) -> Markup:
    """What to make labels of, and how."""
    numbers = tag(
        "label", say("ou des numéros d'articles"),
        tag("input", name="articles", autocomplete="off", placeholder="1 28 43"),
    )  # fmt: skip
    fields = tag("div", bulk.chosen(names, ""), numbers, class_="fields")
    told = say("L'imprimante d'étiquettes de la caisse les fait ; sans elle, celle des tickets. "
               "Une feuille s'imprime d'ici, {most} étiquettes au plus.",
               most=MOST_LABELS)  # fmt: skip
    return frame.card(frame.form(
        "/articles/labels", token, fields, tag("p", told, class_="small"),
        tag("div", tag("button", say("Imprimer à la caisse"), name="how", value="till"),
            tag("button", say("Voir la feuille"), name="how", value="sheet", class_="quiet"),
            class_="moves"),
    ))  # fmt: skip


def _sheet(items: Iterable[Item], day: date) -> Markup:
    """They on a page that prints nothing else."""
    labels = (tag("li", *_lines(item, day)) for item in items)
    return joined(
        tag("p", say("À imprimer par le navigateur : la page n'a alors que les étiquettes."),
            class_="small"),
        tag("ul", *labels, class_="labels"),
    )  # fmt: skip


def _lines(item: Item, day: date) -> Iterator[Markup]:
    """What the till's own label says; its bars are not for a browser to draw."""
    for block in shelf(item, day).blocks:
        match block:
            case Text(text=text, tall=tall):
                yield tag("strong" if tall else "span", text)
            case Row(left=left, right=right, tall=tall):
                price = tag("strong" if tall else "span", right)
                yield tag("span", left, " ", price, class_="price" if tall else None)
