"""The shop that a scene plays in: a terminal of its own, in a state that is marked as simulated."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.files.table import Problem, rows
from pos_terminal.domain.staff.clerks import ORDINARY, Clerk, Pin, badge_code, badge_hash
from pos_terminal.persons.bridge import run_with_journal
from pos_terminal.persons.clerks_file import PURPOSE, write
from pos_terminal.persons.item import Details, Ground, Item
from pos_terminal.persons.pins import keep
from pos_terminal.persons.store import Persons, Record
from pos_terminal.runtime.app import App
from pos_terminal.runtime.boot import boot
from pos_terminal.runtime.clock import Clock
from pos_terminal.runtime.port import PortState
from pos_terminal.runtime.simulated_clock import ReplayClock
from pos_terminal.scenes import ends
from pos_terminal.scenes.script import Scene, Script
from pos_terminal.testing.powercut import Loss, PowerCutVFS

PATIENCE = 20.0
"""Seconds that anything in a scene may take before it counts as not happening."""

TEAM_COLUMNS = ("numéro", "code", "droits", "badge", "nom")


class BadShop(ValueError):
    """The page's own files, or the shop's, are no shop: the reason."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a scene's shop comes from: its page's blocks, or a configuration of a shop's own."""

    script: Script
    config: Path | None = None

    def settings(self, scene: Scene, devices: str, folder: Path) -> str:
        """This scene's configuration with simulated devices; writes the files that it names."""
        if self.config:
            text = _without_devices(self.config.read_text())
            text = _with_drivers(_absolute(text, self.config.parent))
        else:
            text = self.script.settings() or ""
            if not text or "catalogue" not in self.script.files:
                raise BadShop("no blocks «réglages» and «catalogue» in the page: give --config")
            (folder / "catalog.csv").write_text(self.script.files["catalogue"])
            (folder / "promotions.toml").write_text(self.script.files.get("promotions", ""))
        for step in scene.settings:
            more = self.script.settings(step.rest)
            if more is None:
                raise BadShop(f"line {step.line}: the page has no block «réglages {step.rest}»")
            text += f"\n{more}"
        return f"{text}\n{devices}"


def _without_devices(text: str) -> str:
    """A shop's settings without its devices' tables: far ends stand in for them."""
    kept, keep_on = list[str](), True
    for line in text.splitlines():
        if line.lstrip().startswith("["):
            keep_on = not re.match(r"\s*\[devices[.\]]", line)
        kept += [line] if keep_on else []
    return "\n".join(kept)


DRIVERS = ("evdev", "serial-scanner", "toledo", "vfd", "escpos")
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


@dataclass
class Shop:
    """A terminal that sells, and the far ends of its wires."""

    app: App
    ends: ends.Ends
    state: Path
    source: Source
    disk: PowerCutVFS
    cut: bool = False
    """Whether the power goes as it stops: nothing is said goodbye to."""

    async def hire(self) -> None:
        """The team of the page's block «équipe», beside a till that sells."""
        clerks = team(self.source.script.files.get("équipe", ""))
        named = [await self._named(clerk) if clerk.name else clerk for clerk in clerks]
        write(self.state, named)
        self.app.reload_clerks()

    async def _named(self, clerk: Clerk) -> Clerk:
        """A clerk's name stands in the personal store alone."""
        data = Details(name=clerk.name)
        item = Item(name="nom", purpose=PURPOSE, ground=Ground.CONTRACT, data=data)
        return replace(clerk, name="", person=await self.add_person(item))

    async def add_person(self, item: Item) -> str:
        """Hold personal data beside a till that sells; the pseudonym."""

        def add(record: Record) -> str:
            with closing(Persons.open(self.state, record)) as persons:
                return persons.add([item])

        return await run_with_journal(self._record, add)

    async def _record(self, events: Sequence[Event]) -> None:
        if self.app.till is None:
            raise BadShop("the till does not sell")
        await self.app.till.record(events)


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


@asynccontextmanager
async def open_shop(
    folder: Path, source: Source, scene: Scene, clock: Clock
) -> AsyncIterator[Shop]:
    """The terminal of this scene, selling; its state outlives the block, for the next part."""
    state, wires = folder / "state", folder / "wires"
    for path in (state, wires):
        path.mkdir(exist_ok=True)
    disk = PowerCutVFS()
    disk.hold(state)
    async with ends.make(wires) as counter:
        file = folder / "terminal.toml"
        file.write_text(source.settings(scene, counter.toml(), folder))
        booted = boot(file, state)
        app = App(booted.settings, booted.plugins, state, clock, simulated=True, vfs=disk.name)
        shop = Shop(app, counter, state, source, disk)
        async with asyncio.TaskGroup() as group:
            running = group.create_task(app.run())
            await app.ready.wait()
            await _devices(app)
            try:
                yield shop
            finally:
                image = disk.image() if shop.cut else None
                if shop.cut:
                    running.cancel()
                else:
                    app.stop()
        if image:
            image.restore(state, Loss.TORN, Random(0))


async def _devices(app: App) -> None:
    """Wait until every device is open."""
    ports = app.equipment.ports.values()
    async with asyncio.timeout(PATIENCE):
        await until(lambda: all(port.state is PortState.IDLE for port in ports))


async def until(true: Callable[[], bool]) -> None:
    """Wait until it is true. What a far end has felt comes without an event."""
    while not true():  # noqa: ASYNC110  no event tells when
        await asyncio.sleep(0.01)


def clock_of(scene: Scene, zone: ZoneInfo) -> ReplayClock:
    """A clock that stands at the scene's date, or at this minute."""
    local = datetime.fromisoformat(scene.date) if scene.date else datetime.now(zone)
    return ReplayClock(zone, int(local.replace(tzinfo=zone).timestamp()) * 1_000_000)
