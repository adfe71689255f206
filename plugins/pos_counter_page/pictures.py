"""What windows see of the shop, drawn, and put on the board where it has changed."""

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pos_counter_page import keypad, paper_drawing
from pos_counter_page.board import Board
from pos_counter_page.names import titles
from pos_driver_sim.paper import Paper, PrintedLine
from pos_terminal.domain.catalog.catalog import Catalog, Item
from pos_terminal.domain.files.table import Problem
from pos_terminal.domain.keyboard.command_sheet import price_text
from pos_terminal.domain.keyboard.keys import KeyMap
from pos_terminal.domain.language import say
from pos_terminal.domain.markup import Markup, joined, tag
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.notation import euros, thousandths
from pos_terminal.domain.screen import WIDTH, Screen
from pos_terminal.replay.day_sales import DaySums
from pos_terminal.runtime.port import Port, PortState

SWEEP = 270
"""Degrees that the scale's hand goes from nothing to its capacity."""


class Pictures:
    """Draws for one board."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._keys: tuple[object, ...] = ()
        self.wires = Wires(board)
        self.display(None)

    def display(self, screen: Screen | None) -> None:
        """The two lines as they glow; None: dark."""
        lines = (screen.line1, screen.line2) if screen else ("", "")
        cells = [tag("span", line.ljust(WIDTH)[:WIDTH], class_="line") for line in lines]
        self._board.show("display", joined(*cells))
        self._board.state("display.lit", screen is not None)

    def second(self, screen: Screen | None) -> None:
        """What a second display shows, where the shop has one."""
        lines = (screen.line1, screen.line2) if screen else ()
        cells = [tag("span", line.ljust(WIDTH)[:WIDTH], class_="line") for line in lines]
        self._board.show("second", joined(*cells))

    def paper(self, paper: Paper, number: int) -> Markup:
        """A paper that was cut off."""
        return paper_drawing.draw(paper, number, scan=say("Scanner {code}"))

    def hanging(self, lines: Sequence[PrintedLine]) -> Markup:
        """A paper that still comes out."""
        return paper_drawing.draw(paper_drawing.hanging(lines), 0, scan=say("Scanner {code}"))

    def keys(self, keymap: KeyMap, catalog: Catalog, now: Moment) -> None:
        """The keypad, with today's prices on the articles' keys."""
        day = datetime.fromisoformat(now.at).date()
        drawn_from = (keymap, catalog.sha256, day, say("Bloc numérique"))
        if drawn_from == self._keys:
            return
        self._keys = drawn_from

        def price(item: Item) -> str:
            return price_text(item, day)

        self._board.show("keypad", keypad.draw(keymap, catalog.plu, price))

    def clock(self, now: Moment) -> None:
        """What the till takes for the time."""
        at = datetime.fromisoformat(now.at)
        self._board.show("clock", tag("time", f"{at:%d/%m/%Y %H:%M}"))

    def scale(self, grams: int, net: int, capacity: int, *, tare: int, moving: bool) -> None:
        """The hand, and what the scale's own display shows."""
        turned = SWEEP * max(0, min(grams / capacity, 1.02))
        self._board.state("scale.turn", f"{turned:.2f}deg")
        self._board.state("scale.moving", moving)
        text = "- - -" if moving else f"{thousandths(net, 3)} kg"
        net_lamp = tag("span", "NET", class_="lamp") if tare else Markup("")
        self._board.show("weight", joined(tag("span", text), net_lamp))

    def card(self, cents: int | None) -> None:
        """The payment terminal's screen: what it asks the customer for; None: nothing."""
        amount = say("Présentez votre carte") if cents is not None else say("Bienvenue")
        lines = [tag("span", amount)] + ([tag("b", f"{euros(cents)} €")] if cents else [])
        self._board.show("amount", joined(*lines))
        self._board.state("card.waits", cents is not None)

    def devices(
        self, ports: Iterable[Port[Any]], places: Mapping[str, str], notes: Mapping[str, str]
    ) -> None:
        """Each device: whether it is there, and what ails it, in the till's own words.

        `places`: where on the counter the devices of a shop's own stand, by their names; `notes`:
        what they are played as, where that is something else.
        """
        rows, named, more = [], titles(), dict(notes)
        for port in ports:
            status = port.status
            place = named.get(places.get(status.name, status.name), "")
            name = place or status.name
            if place and status.name in places:
                name = f"{place} ({status.name})"
            fine = status.state is PortState.IDLE and status.fault is None
            lines = [tag("strong", name), tag("span", status.identity, class_="identity")]
            if status.fault is not None:
                cause = f"{status.fault.code} {say(status.fault.cause)}"
                lines.append(tag("span", cause, class_="cause"))
                lines.append(tag("span", say(status.fault.remedy), class_="remedy"))
            else:
                lines.append(tag("span", say("va bien") if fine else say("fermé"), class_="state"))
            if note := more.pop(status.name, ""):
                lines.append(tag("span", note, class_="note"))
            rows.append(tag("li", *lines, class_="fine" if fine else "ill"))
        for name, note in more.items():
            absent = tag("strong", name), tag("span", note, class_="note")
            rows.append(tag("li", *absent, class_="absent"))
        self._board.show("devices", joined(*rows))

    def mistakes(self, wrong: Iterable[tuple[Path, Problem]]) -> None:
        """What is wrong with the shop's settings, and the files that they name."""
        items = []
        for file, problem in wrong:
            where = f"{file.name}:{problem.line}" if problem.line else file.name
            items.append(tag("li", tag("b", where), tag("code", problem.key), problem.reason))
        self._board.show("mistakes", joined(
            tag("h2", say("La boutique n'ouvre pas : ses réglages sont faux")), tag("ol", *items),
            tag("p", say("Corrigez et enregistrez le fichier : la boutique ouvre d'elle-même.")),
        ))  # fmt: skip

    def figures(self, day: DaySums) -> None:
        """What was sold since the journal began."""
        average = day.total // day.tickets if day.tickets else 0
        facts = (
            (say("Tickets"), str(day.tickets)), (say("Lignes"), str(day.lines)),
            (say("Total"), f"{euros(day.total)} €"), (say("Panier moyen"), f"{euros(average)} €"),
        )  # fmt: skip
        rows = [tag("div", tag("dt", name), tag("dd", value)) for name, value in facts]
        best = day.by_article.most_common(6)
        most = max((cents for _, cents in best), default=1) or 1
        bars = [
            tag("li", tag("span", name), tag("b", f"{euros(cents)} €"),
                tag("i", class_="bar", style=f"--share: {max(cents, 0) / most:.3f}"))
            for name, cents in best
        ]  # fmt: skip
        self._board.show("figures", joined(tag("dl", *rows), tag("ol", *bars)))


EVERY, KEPT, LONGEST = 0.25, 48, 24
"""Seconds between two pictures of the wires, lines that they keep, bytes that a line shows."""


class Wires:
    """The bytes that went through each cable lately, newest last."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._lines: deque[Markup] = deque(maxlen=KEPT)
        self._due: asyncio.TimerHandle | None = None

    def heard(self, device: str, data: bytes, to_till: bool) -> None:
        """These bytes went through that device's cable."""
        shown = data[:LONGEST].hex(" ") + (" …" if len(data) > LONGEST else "")
        text = "".join(chr(b) if 0x20 <= b < 0x7F else "·" for b in data[:LONGEST])
        self._lines.append(
            tag("li", tag("b", titles()[device]), tag("i", "→" if to_till else "←"),
                tag("code", shown),
                tag("span", text), class_="in" if to_till else "out")
        )  # fmt: skip
        if self._due is None:
            self._due = asyncio.get_running_loop().call_later(EVERY, self._show)

    def _show(self) -> None:
        self._due = None
        self._board.show("wires", joined(*self._lines))
