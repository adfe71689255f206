"""The shop's page of its support: what was shown in each session, for as long as that is kept."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from pos_service_support import recording
from pos_service_support.recording import Kept
from pos_terminal.agent.console_pages import (
    Answer,
    Asked,
    ConsolePage,
    Download,
    Html,
    NoSuchPage,
)
from pos_terminal.agent.world import Agent
from pos_terminal.domain import notation
from pos_terminal.domain.events.values import ConsoleRole
from pos_terminal.domain.language import say
from pos_terminal.domain.markup import Markup, joined, tag
from pos_terminal.storage.worker import Worker

NAME = "support"
CAST = "asciicast"


def page(agent: Agent, store: Worker) -> ConsolePage:
    """The shopkeeper's alone: whoever looks after its devices may have been the one who was in."""
    sessions = Sessions(store, ZoneInfo(agent.given.zone))
    return ConsolePage(NAME, "Assistance", frozenset({ConsoleRole.MANAGER}), sessions.answer)


class Sessions:
    """Those that are still there."""

    def __init__(self, store: Worker, zone: ZoneInfo) -> None:
        self._store = store
        self._zone = zone

    async def answer(self, asked: Asked) -> Answer:
        """The list; one, as a text; one, as a file for whoever plays it."""
        match asked.path:
            case ():
                return self._list(await self._store.do(recording.kept))
            case (number,):
                return self._text(await self._cast(number))
            case (number, "cast"):
                cast = await self._cast(number)
                return Download(f"assistance-{number}.cast", f"application/x-{CAST}", cast)
        raise NoSuchPage

    async def _cast(self, number: str) -> bytes:
        if not (number.isascii() and number.isdigit() and len(number) < 19):
            raise NoSuchPage
        found = await self._store.do(lambda db: recording.cast_of(db, int(number)))
        if found is None:
            raise NoSuchPage
        return found

    def _list(self, found: list[Kept]) -> Html:
        heads = (say("Quand"), say("Accord"), "SHA-256", "")
        rows = [
            tag("tr", *(tag("td", cell, data_name=name)
                        for name, cell in zip(heads, row, strict=True)))
            for row in map(self._row, found)
        ]  # fmt: skip
        head = tag("tr", *(tag("th", each, scope="col") if each else tag("td") for each in heads))
        none = tag("p", say("aucun enregistrement"), class_="none")
        table = tag("table", tag("thead", head), tag("tbody", *rows), class_="wide")
        told = say("Ce que l'assistance a vu, et tapé. Chaque commande, et le SHA-256 de chaque "
                   "séance, sont au journal et sur le compte rendu.")  # fmt: skip
        listed = tag("div", table if rows else none, class_="card")
        return Html(say("Assistance"), joined(tag("p", told), listed))

    def _row(self, each: Kept) -> tuple[str, ...]:
        then = datetime.fromtimestamp(each.at / 1e6, UTC).astimezone(self._zone)
        at = f"/{NAME}/{each.consent}"
        links = joined(
            tag("a", say("Voir"), href=at), " ", tag("a", say("Télécharger"), href=f"{at}/cast")
        )
        return notation.day_and_hour(then.isoformat()), str(each.consent), each.sha256, links

    def _text(self, cast: bytes) -> Html:
        shown = tag("pre", "".join(map(_harmless, _events(cast))), class_="paper", tabindex="0")
        return Html(say("Assistance"), joined(shown, _hash(cast)))


def _events(cast: bytes) -> Iterator[str]:
    """What was shown; asciicast v2 has a head, and then a line for each."""
    for line in cast.splitlines()[1:]:
        yield json.loads(line)[2]


def _harmless(text: str) -> str:
    return "".join(each for each in text if each.isprintable() or each == "\n")


def _hash(cast: bytes) -> Markup:
    return tag("p", f"SHA-256 {sha256(cast).hexdigest()}")
