"""A whole shop in a test: a terminal with its production drivers, and the far end of every wire."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from pos_driver_sim.bench import SimBench
from pos_terminal.channel.client import AsyncClient
from pos_terminal.channel.socket_address import socket_path
from pos_terminal.domain.events.event import Event
from pos_terminal.journal.database import NAME
from pos_terminal.journal.store import read_records
from pos_terminal.runtime.app import App
from pos_terminal.runtime.boot import boot
from pos_terminal.runtime.clock import Clock, SystemClock
from pos_terminal.scenes.script import read
from pos_terminal.testing.running import PATIENCE

E = TypeVar("E", bound=Event)
KindOf = type[E]
AnyShop = AbstractAsyncContextManager["Shop"]

GUIDE = read((Path(__file__).parents[2] / "docs" / "guide-vendeur.md").read_text()).files
"""The shop of the clerk's guide, which is the one that the tests sell in."""

CATALOG = GUIDE["catalogue"]
PROMOTIONS = GUIDE["promotions"]
SETTINGS = GUIDE["réglages"]


def keys(text: str) -> list[str]:
    """Physical keys for a text of the till's keys, such as «3 x 28 PLU CASH»."""
    names = {
        "x": "KEY_KPASTERISK", "PLU": "KEY_KPENTER", "ST": "KEY_KPPLUS", "CORR": "KEY_KPMINUS",
        "PRIX": "KEY_KPSLASH", "C": "KEY_ESC", "CANCEL": "KEY_DELETE", "RF": "KEY_F9",
        "VOID": "KEY_F10", "CARD": "KEY_F11", "CASH": "KEY_F12", "TICKET": "KEY_PAGEDOWN",
        "CADEAU": "KEY_1", "BREF": "KEY_2", "NOTE": "KEY_3", "QR": "KEY_4",
        "CLIENT": "KEY_6", "FACTURE": "KEY_7",
        "COMMANDE": "KEY_8", "ACOMPTE": "KEY_9", "ARRHES": "KEY_0",
        "TAUX": "KEY_MINUS", "DON": "KEY_EQUAL",
        "AVOIR": "KEY_A", "BON": "KEY_O",
        "CHEQUE": "KEY_HOME", "TR": "KEY_END", "#/NS": "KEY_D", "FOND": "KEY_F", "ENTREE": "KEY_I",
        "SORTIE": "KEY_G", "PRELEV": "KEY_P", "X": "KEY_X", "COMPTE": "KEY_N", "Z": "KEY_Z",
        "REPORT": "KEY_C", "ZBIS": "KEY_B", "SERVICE": "KEY_S", "TIROIR": "KEY_V", "ACCES": "KEY_Q",
        "ASSISTANCE": "KEY_PAUSE", "OUI": "KEY_LEFTALT+KEY_O", "NON": "KEY_LEFTALT+KEY_N",
        "AIDE": "KEY_H", "10EUR": "KEY_W", "20EUR": "KEY_E", "50EUR": "KEY_U", "TARIF": "KEY_J",
        "PANNE": "KEY_K", "CONTROLE": "KEY_LEFTCTRL+KEY_C",
        "CLEUSB": "KEY_LEFTALT+KEY_K",
        "AUTOTEST": "KEY_LEFTCTRL+KEY_K", "TPE": "KEY_LEFTALT+KEY_T",
        "HOLD": "KEY_PAGEUP", "RECALL": "KEY_UP", "CLERK": "KEY_TAB",
        ",": "KEY_KPDOT", "00": "KEY_INSERT",
        "g": "KEY_LEFTCTRL+KEY_G", "TARE": "KEY_LEFTCTRL+KEY_T",
        "RETRAIT": "KEY_LEFTCTRL+KEY_R", "DEGUST": "KEY_LEFTCTRL+KEY_D",
        "PERTE": "KEY_LEFTCTRL+KEY_P", "INVENDU": "KEY_LEFTCTRL+KEY_U",
        "FABRIQUE": "KEY_LEFTCTRL+KEY_F", "TRANSF": "KEY_LEFTCTRL+KEY_X",
        "LIVRE": "KEY_LEFTCTRL+KEY_L", "INVENT": "KEY_LEFTCTRL+KEY_I",
        "STOCK": "KEY_LEFTCTRL+KEY_S", "OUVRIR": "KEY_LEFTCTRL+KEY_O",
        "FINIR": "KEY_LEFTCTRL+KEY_E", "VERSE": "KEY_LEFTCTRL+KEY_V",
        "PROD": "KEY_LEFTCTRL+KEY_J", "ALLERG": "KEY_LEFTCTRL+KEY_A",
        "%": "KEY_5", "REMISE": "KEY_R", "MOTIF": "KEY_M", "PERSO": "KEY_T", "PRO": "KEY_Y",
        "PLACE": "KEY_L", "DIVERS": "KEY_F7",
    }  # fmt: skip
    pressed = []
    for word in text.split():
        if word in names:
            pressed.append(names[word])
        else:
            pressed.extend("KEY_KPDOT" if c == "," else f"KEY_KP{c}" for c in word)
    return pressed


@dataclass
class Shop:
    """The running terminal and its far ends."""

    app: App
    bench: SimBench
    state: Path

    async def type(self, text: str) -> None:
        for chord in keys(text):
            await self.bench.keyboard.stroke(tuple(chord.split("+")))

    async def shows(self, *words: str) -> None:
        """Wait until the display shows all of these words."""
        await self.bench.display.shows(*words)

    @property
    def till(self) -> AsyncClient:
        """Who asks the terminal through its socket, as its own user."""
        return AsyncClient(self.state / "till")

    async def journaled(self, kind: KindOf[E], count: int = 1, within: float = PATIENCE) -> list[E]:
        """Wait until so many events of that kind are durable; the first so many. TimeoutError.

        Whether there are more `so_far` says.
        """
        found: list[E] = []
        assert self.app.journal
        async with asyncio.timeout(within):
            async for record in self.app.journal.records():
                if isinstance(record.event, kind):
                    found.append(record.event)
                    if len(found) >= count:
                        return found
        raise AssertionError(f"the journal ended with {len(found)} {kind.kind}")

    def so_far(self, kind: KindOf[E]) -> list[E]:
        """All events of that kind that are durable now."""
        records = read_records(self.state / NAME, "", 0, 1_000_000)
        return [each.event for each in records if isinstance(each.event, kind)]


def write_settings(folder: Path, devices: str, catalog: str = CATALOG) -> Path:
    (folder / "catalog.csv").write_text(catalog)
    (folder / "promotions.toml").write_text(PROMOTIONS)
    config = folder / "terminal.toml"
    config.write_text(SETTINGS + devices)
    return config


@asynccontextmanager
async def open_shop(
    folder: Path,
    *,
    clock: Clock | None = None,
    vfs: str = "",
    printer: dict[str, object] | None = None,
    catalog: str = CATALOG,
    keymap: str = "numeric",
    more: str = "",
    plugins: Sequence[str] = (),
    promotions: str = PROMOTIONS,
    prepare: Callable[[App], None] = lambda _: None,
    program: Callable[[], str] | None = None,
) -> AsyncIterator[Shop]:
    """A terminal selling in `folder`: the state outlives the block, for another to restart from.

    `printer` holds further keys of the printer's table, `more` further tables, `plugins` further
    plugins; `prepare` is given the terminal before it runs, `program` is the digest that it has.
    """
    folder.mkdir(exist_ok=True)
    wires = folder / "wires"
    wires.mkdir(exist_ok=True)
    async with SimBench(wires) as ends:
        state = folder / "state"
        devices = ends.toml(**(ends.payment_devices if "[[terminals]]" in more else {}))
        for key, value in (printer or {}).items():
            devices = devices.replace(
                "[devices.printer]\n", f"[devices.printer]\n{key} = {value}\n"
            )
        file = write_settings(folder, devices + more, catalog)
        (folder / "promotions.toml").write_text(promotions)
        mapped = f'[terminal]\nkeymap = "{keymap}"\n'
        file.write_text(file.read_text().replace("[terminal]\n", mapped))
        listed = "".join(f'"{name}", ' for name in plugins)
        file.write_text(file.read_text().replace("plugins = [", f"plugins = [{listed}"))
        started_now = started(
            file, ends, state, clock=clock, vfs=vfs, prepare=prepare, program=program
        )
        async with started_now as shop:
            yield shop


@asynccontextmanager
async def wired(folder: Path, more: str = "") -> AsyncIterator[Callable[[], AnyShop]]:
    """A shop's devices and settings file; what is given starts its terminal, again and again."""
    folder.mkdir(exist_ok=True)
    (folder / "wires").mkdir()
    async with SimBench(folder / "wires") as ends:
        file = write_settings(folder, ends.toml() + more)
        yield partial(started, file, ends, folder / "state")


@asynccontextmanager
async def started(
    file: Path, ends: SimBench, state: Path, *, clock: Clock | None = None, vfs: str = "",
    prepare: Callable[[App], None] = lambda _: None, program: Callable[[], str] | None = None,
) -> AsyncIterator[Shop]:  # fmt: skip
    """The terminal of that settings file, from one start to its end."""
    booted = boot(file, state)
    clock = clock or SystemClock(ZoneInfo("Europe/Paris"))
    socket = socket_path(state, {})
    app = App(
        booted.settings, booted.plugins, state, clock, vfs=vfs, socket=socket,
        trial=booted.trial, returned=booted.returned, program=program,
    )  # fmt: skip
    prepare(app)
    shop = Shop(app, ends, state)
    async with asyncio.TaskGroup() as group:
        group.create_task(app.run())
        await app.ready.wait()
        while not socket.exists():
            await asyncio.sleep(0)
        try:
            yield shop
        finally:
            app.stop()
