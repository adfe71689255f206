"""The shop that a scene plays in: a terminal of its own, in a state that is marked as simulated."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.files.table import Problem, rows
from pos_terminal.domain.keyboard.keys import KeyMap
from pos_terminal.domain.language import say
from pos_terminal.domain.staff.clerks import ORDINARY, Clerk, Pin, badge_code, badge_hash
from pos_terminal.persons.item import PersonalItem
from pos_terminal.persons.pins import keep
from pos_terminal.scenes.ends import Ends
from pos_terminal.scenes.script import Scene, Script

PATIENCE = 20.0
"""Seconds that anything in a scene may take before it counts as not happening."""

TEAM_COLUMNS = ("numéro", "code", "droits", "badge", "nom")


class BadShop(ValueError):
    """The page's own files, or the shop's, are no shop: the reason."""


@dataclass(frozen=True, slots=True)
class SceneSource:
    """Where a scene's shop comes from: its page's blocks, or a configuration of a shop's own."""

    script: Script
    config: Path | None = None
    patience: float = PATIENCE

    def settings(self, scene: Scene, ends: Ends, folder: Path) -> str:
        """This scene's configuration with simulated devices; writes the files that it names."""
        if self.config:
            text = _absolute(of_far_ends(self.config.read_text()), self.config.parent)
            if "[[terminals]]" in text:
                text = _paid_at(text, *ends.payment_devices)
        else:
            text = self.script.settings() or ""
            if not text or "catalogue" not in self.script.files:
                raise BadShop(say("ni bloc «réglages» ni «catalogue» dans la page : --config"))
            (folder / "catalog.csv").write_text(self.script.files["catalogue"])
            (folder / "promotions.toml").write_text(self.script.files.get("promotions", ""))
        for step in scene.settings:
            more = self.script.settings(step.rest)
            if more is None:
                raise BadShop(
                    say("la page n'a pas de bloc «réglages {name}»", name=step.rest)
                )
            text += f"\n{more}"
        paying = ends.payment_devices if "[[terminals]]" in text else {}
        return f"{text}\n{ends.toml(**paying)}"


def of_far_ends(text: str) -> str:
    """A shop's settings for the far ends: with their plug-ins, and without devices of its own."""
    return _with_drivers(_without_devices(text))


def _paid_at(text: str, device: str) -> str:
    """The settings with one payment terminal, for cards, whichever they name."""
    kept, keep_on = list[str](), True
    for line in text.splitlines():
        if line.lstrip().startswith("["):
            keep_on = line.strip() != "[[terminals]]"
        kept += [line] if keep_on else []
    return "\n".join([*kept, "[[terminals]]", f'device = "{device}"'])


def _without_devices(text: str) -> str:
    """A shop's settings without its devices' tables: far ends stand in for them."""
    kept, keep_on = list[str](), True
    for line in text.splitlines():
        if line.lstrip().startswith("["):
            keep_on = not re.match(r"\s*\[devices[.\]]", line)
        kept += [line] if keep_on else []
    return "\n".join(kept)


DRIVERS = ("evdev", "serial-scanner", "toledo", "vfd", "escpos", "sim")
"""The plug-ins that the far ends are reached through, whatever the shop's own devices are."""


def _with_drivers(text: str) -> str:
    """The shop's plug-ins, and those of the far ends."""

    def more(found: re.Match[str]) -> str:
        named = re.findall(r'"([^"]+)"', found[1])
        return f"plugins = {json.dumps([*named, *(set(DRIVERS) - set(named))])}"

    return re.sub(r"^plugins\s*=\s*\[([^]]*)\]", more, text, count=1, flags=re.M)


def _absolute(text: str, folder: Path) -> str:
    """Its files named from the root, since the scene's settings lie elsewhere."""

    def whole(found: re.Match[str]) -> str:
        path = folder.absolute() / found[2]
        return f'{found[1]}"{path}"' if path.exists() else found[0]

    return re.sub(r'^(\s*(?:catalog|promotions|keymap)\s*=\s*)"([^"]+)"', whole, text, flags=re.M)


class Shop(Protocol):
    """A terminal that sells, as a scene sees it, and the far ends of its wires."""

    @property
    def ends(self) -> Ends:
        """The far ends of its wires."""

    @property
    def state(self) -> Path:
        """Its state directory."""

    @property
    def keymap(self) -> KeyMap:
        """Its keyboard's keys."""

    def articles(self) -> dict[str, str]:
        """The numbers of its articles, by name."""

    def events(self, after: int) -> AsyncIterator[tuple[int, Event]]:
        """What is recorded behind that number, as it comes, each with its own; TimeoutError where
        it keeps no journal.
        """

    async def hire(self) -> None:
        """Let the team of the page's block «équipe» work here."""

    async def add_person(self, item: PersonalItem) -> str:
        """Hold personal data; the pseudonym."""


def team(table: str) -> tuple[Clerk, ...]:
    """The clerks of a table: number, PIN, rights («tous», «aucun», «formation», or a list), badge.

    BadShop names the row that is wrong.
    """
    clerks: list[Clerk] = []
    for row in rows(table, TEAM_COLUMNS):
        if isinstance(row, Problem):
            raise BadShop(f"équipe: {row}")
        words = row["droits"]
        named: dict[str, frozenset[Right]] = {
            "": ORDINARY, "tous": frozenset(Right), "aucun": frozenset(), "formation": ORDINARY,
        }  # fmt: skip
        try:
            rights = named[words] if words in named else frozenset(map(Right, words.split(" ")))
            clerks.append(
                Clerk(
                    int(row["numéro"]),
                    keep(Pin(row["code"])),
                    rights,
                    badge_hash(badge_code(row["badge"])) if row["badge"] else "",
                    training=words == "formation",
                    name=row["nom"],
                )
            )
        except ValueError as error:
            raise BadShop(f"équipe, line {row.line}: {error}") from None
    return tuple(clerks)


async def until(true: Callable[[], bool]) -> None:
    """Wait until it is true. What a far end has felt comes without an event."""
    while not true():  # noqa: ASYNC110  no event tells when
        await asyncio.sleep(0.01)
