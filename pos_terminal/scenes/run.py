"""Runs a page's scenes, one after the other, each in a shop of its own."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from pos_terminal.domain.events.event import Event
from pos_terminal.domain.keyboard.keys import KeyMap
from pos_terminal.domain.staff.clerks import Clerk
from pos_terminal.journal.database import NAME
from pos_terminal.journal.verify import verify
from pos_terminal.persons import store
from pos_terminal.persons.bridge import run_with_journal
from pos_terminal.persons.clerks_file import PURPOSE, write
from pos_terminal.persons.item import Details, Ground, PersonalItem
from pos_terminal.runtime.app import App
from pos_terminal.runtime.boot import boot
from pos_terminal.runtime.clock import Clock
from pos_terminal.runtime.port import PortState
from pos_terminal.runtime.simulated_clock import ReplayClock
from pos_terminal.scenes.ends import Ends, make
from pos_terminal.scenes.script import Scene, SceneStep
from pos_terminal.scenes.shop import PATIENCE, BadShop, SceneSource, team, until
from pos_terminal.scenes.stage import Differs, Stage
from pos_terminal.testing.powercut import Loss, PowerCutVFS

ZONE = ZoneInfo("Europe/Paris")


@dataclass
class Stand:
    """A whole terminal at the far ends of whose wires a scene is played: a `Shop`."""

    app: App
    ends: Ends
    state: Path
    source: SceneSource
    disk: PowerCutVFS
    cut: bool = False
    """Whether the power goes as it stops: nothing is said goodbye to."""

    @property
    def keymap(self) -> KeyMap:
        """As it was configured."""
        return self.app.settings.keymap

    def articles(self) -> dict[str, str]:
        """Of the catalogue that is sold from now; none where it does not sell."""
        items = self.app.till.counter.desk.present.items if self.app.till else ()
        return {item.name: item.plu for item in items}

    async def events(self, after: int) -> AsyncIterator[tuple[int, Event]]:
        """Of its one journal; TimeoutError where it keeps none."""
        if self.app.journal is None:
            raise TimeoutError
        async for record in self.app.journal.records(after):
            yield record.seq, record.event

    async def hire(self) -> None:
        """The team of the page's block «équipe», beside a till that sells."""
        clerks = team(self.source.script.files.get("équipe", ""))
        named = [await self._named(clerk) if clerk.name else clerk for clerk in clerks]
        write(self.state, named)
        self.app.files.reload_clerks()

    async def _named(self, clerk: Clerk) -> Clerk:
        """A clerk's name stands in the personal store alone."""
        data = Details(name=clerk.name)
        item = PersonalItem(name="nom", purpose=PURPOSE, ground=Ground.CONTRACT, data=data)
        return replace(clerk, name="", person=await self.add_person(item))

    async def add_person(self, item: PersonalItem) -> str:
        """Hold personal data beside a till that sells; the pseudonym."""

        def add(record: store.Record) -> str:
            with closing(store.Persons.open(self.state, record)) as persons:
                return persons.add([item])

        return await run_with_journal(self._record, add)

    async def _record(self, events: Sequence[Event]) -> None:
        if self.app.till is None:
            raise BadShop("the till does not sell")
        await self.app.till.record(events)


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a scene came out otherwise: the step, and what there was instead."""

    step: SceneStep
    got: str


async def play(source: SceneSource, scene: Scene) -> Difference | None:
    """Play one scene; what differed first, or None. BadShop, BadConfiguration, NoFarEnds.

    Broken where the journal that it leaves does not verify: then the till is wrong, whatever it
    showed.
    """
    with TemporaryDirectory(prefix="pos-terminal-scene-") as folder:
        clock = clock_of(scene, ZONE)
        record = 0
        for part, cut in parts(scene):
            async with open_stand(Path(folder), source, scene, clock) as shop:
                stage = Stage(shop, record, source.patience)
                try:
                    for step in part:
                        await stage.play(step)
                except Differs as differs:
                    return Difference(differs.step, differs.got)
                shop.cut = cut
                record = stage.record
        journal = Path(folder) / "state" / NAME
        if journal.exists():  # a scene may be of a till that cannot begin one
            await asyncio.to_thread(verify, journal)
    return None


def parts(scene: Scene) -> Iterator[tuple[tuple[SceneStep, ...], bool]]:
    """What happens in it, cut where the till is started anew; True: the power went."""
    part: list[SceneStep] = []
    for step in scene.acts:
        if step.word in ("redémarrage", "coupure"):
            yield tuple(part), step.word == "coupure"
            part = []
        else:
            part.append(step)
    yield tuple(part), False


def play_now(source: SceneSource, scene: Scene) -> Difference | None:
    """The same for who has no loop; an error in a group of one comes out by itself."""
    try:
        return asyncio.run(play(source, scene))
    except BaseExceptionGroup as group:
        first: BaseException = group
        while isinstance(first, BaseExceptionGroup) and len(first.exceptions) == 1:
            first = first.exceptions[0]
        raise first from None


@asynccontextmanager
async def open_stand(
    folder: Path,
    source: SceneSource,
    scene: Scene,
    clock: Clock,
    *,
    state: Path | None = None,
    socket: Path | None = None,
    make_ends: Callable[[Path], Ends] = make,
) -> AsyncIterator[Stand]:
    """The terminal of this scene, selling; its state outlives the block, for the next part.

    It lies in `folder`, unless `state` says where. At `socket` commands find the till, as on a box.
    """
    state, wires = state or folder / "state", folder / "wires"
    for path in (state, wires):
        path.mkdir(exist_ok=True)
    disk = PowerCutVFS()
    disk.hold(state)
    async with make_ends(wires) as ends:
        file = folder / "terminal.toml"
        file.write_text(source.settings(scene, ends, folder))
        booted = boot(file, state)
        app = App(
            booted.settings, booted.plugins, state, clock,
            simulated=True, vfs=disk.name, socket=socket,
        )  # fmt: skip
        shop = Stand(app, ends, state, source, disk)
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


def clock_of(scene: Scene, zone: ZoneInfo) -> ReplayClock:
    """A clock that stands at the scene's date, or at this minute."""
    local = datetime.fromisoformat(scene.date) if scene.date else datetime.now(zone)
    utc = int(local.replace(tzinfo=zone).timestamp()) * 1_000_000
    return ReplayClock(zone, utc, scene.trust)
