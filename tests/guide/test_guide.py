"""docs/guide-vendeur.md is true: every scene in it runs, through the real drivers (T7)."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from pos_terminal.domain.codes.papers import VOUCHER_DIGITS
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.screen import Screen
from pos_terminal.replay.clock import ReplayClock
from pos_terminal.runtime.clock import Clock
from pos_terminal.runtime.port import PortState
from pos_terminal.testing.running import PATIENCE, run
from tests.support.shop import Shop, open_shop
from tests.support.shop_customers import customer
from tests.support.shop_staff import hire

PARIS = ZoneInfo("Europe/Paris")
GUIDE = Path(__file__).parents[2] / "docs" / "guide-vendeur.md"


SETTINGS = {
    "deux tiroirs": """
[devices.drawer-2]
class = "drawer"
driver = "printer"
pin = 5

[[drawers]]
device = "drawer"
clerks = [1, 12]

[[drawers]]
device = "drawer-2"
clerks = [13]
""",
    "collecte": """
[tenders]
donations_to = "Secours des Halles"
""",
    "deux services": """
[closing]
services = ["MIDI", "SOIR"]
""",
}
"""Tables that a scene adds to the shop's configuration, by the name it has for them."""


@dataclass(frozen=True)
class Scene:
    """One fenced block, by the heading above it."""

    title: str
    steps: tuple[tuple[str, str], ...]

    def clock(self) -> Clock | None:
        """The one of a scene that begins with its date; None where today does."""
        dates = [rest for word, rest in self.steps if word == "date"]
        if not dates:
            return None
        local = datetime.fromisoformat(dates[0]).replace(tzinfo=PARIS)
        return ReplayClock(PARIS, int(local.timestamp()) * 1_000_000)

    @property
    def settings(self) -> str:
        """The tables that it adds to the configuration."""
        return "".join(SETTINGS[rest] for word, rest in self.steps if word == "réglage")

    @property
    def parts(self) -> tuple[tuple[tuple[str, str], ...], ...]:
        """What happens in it, cut where the till is stopped and started again."""
        acts = [step for step in self.steps if step[0] not in ("date", "réglage")]
        cuts = [at for at, (word, _) in enumerate(acts) if word == "redémarrage"]
        bounds = zip([0, *(at + 1 for at in cuts)], [*cuts, len(acts)], strict=True)
        return tuple(tuple(acts[first:last]) for first, last in bounds)


def scenes() -> Iterator[Scene]:
    text = GUIDE.read_text()
    for block in re.finditer(r"^```scene\n(.*?)^```", text, re.M | re.S):
        headings = re.findall(r"^#+ (.+)$", text[: block.start()], re.M)
        steps = (line.partition(" ") for line in block[1].splitlines())
        yield Scene(headings[-1], tuple((word, rest.strip()) for word, _, rest in steps))


class Stage:
    """Plays the steps of one scene in a shop."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self._heard = 0
        self._opened = 0
        self._paper = ""
        self._record = 0

    async def play(self, word: str, rest: str) -> None:
        await {
            "touches": self._press,
            "scan": self._scan,
            "balance": self._weigh,
            "écran": self._see,
            "son": self._hear,
            "ticket": self._read,
            "tiroir": self._drawer,
            "journal": self._journal,
            "panne": self._break,
            "équipe": self._hire,
            "client": self._know,
        }[word](rest)

    async def _press(self, rest: str) -> None:
        self._heard = len(self.shop.bench.tone.tones)
        number = self._printed()[-VOUCHER_DIGITS:] if "papier" in rest else ""
        await self.shop.type(rest.replace("papier", number))

    async def _scan(self, rest: str) -> None:
        self._heard = len(self.shop.bench.tone.tones)
        await self.shop.bench.scanner.scan(self._printed() if rest == "papier" else rest)

    def _printed(self) -> str:
        """The till's own barcode on the paper that was read last."""
        codes: list[str] = re.findall(r"^ *\[(\$Y[^]]+)\]$", self._paper, re.M)
        return codes[-1]

    async def _weigh(self, rest: str) -> None:
        self.shop.bench.scale.grams = int(rest)

    async def _see(self, rest: str) -> None:
        wanted = [line.split() for line in rest.split("|")]

        def shown(screen: Screen) -> bool:
            return [screen.line1.split(), screen.line2.split()] == wanted

        try:
            await self.shop.bench.display.wait_for(shown)
        except TimeoutError:
            raise AssertionError(f"{rest!r} is not {self.shop.bench.display.screen}") from None

    async def _hear(self, rest: str) -> None:
        tone = Tone(rest)
        await self.shop.bench.tone.wait_for(lambda end: tone in end.tones[self._heard :])

    async def _read(self, rest: str) -> None:
        """A line of the paper printed last, or of the next one."""
        wanted = rest.split()
        async with asyncio.timeout(PATIENCE):
            while not any(line.split() == wanted for line in self._paper.splitlines()):
                paper = await self.shop.bench.printer.next_paper()
                self._paper = "\n".join(line.text for line in paper.lines)

    async def _drawer(self, rest: str) -> None:
        """The next pulse; of the pin that is named, if one is."""
        self._opened += 1
        async with asyncio.timeout(PATIENCE):
            while len(self.shop.bench.printer.pulses) < self._opened:
                await asyncio.sleep(0.01)
        if rest:
            assert self.shop.bench.printer.pulses[self._opened - 1].pin == int(rest)

    async def _journal(self, rest: str) -> None:
        """The next record of that kind, with those fields."""
        kind, *fields = rest.split()
        wanted = dict(field.split("=") for field in fields)
        assert self.shop.app.journal
        async with asyncio.timeout(PATIENCE):
            async for record in self.shop.app.journal.records(self._record):
                body = msgspec.to_builtins(record.event)
                if record.kind == kind and all(str(body[k]) == v for k, v in wanted.items()):
                    self._record = record.seq
                    return

    async def _know(self, rest: str) -> None:
        """A customer with a number, a name, and some address."""
        number, _, name = rest.partition(" ")
        await customer(self.shop, int(number), name)

    async def _hire(self, _: str) -> None:
        await hire(self.shop)

    async def _break(self, rest: str) -> None:
        match rest:
            case "papier":
                self.shop.bench.printer.paper_out = True
            case "balance":
                self.shop.bench.scale.mute = True
            case _:
                raise ValueError(rest)


@pytest.mark.parametrize("scene", list(scenes()), ids=lambda scene: scene.title)
def test_scene(scene: Scene, tmp_path: Path) -> None:
    async def body() -> None:
        for part in scene.parts:
            async with open_shop(tmp_path, clock=scene.clock(), more=scene.settings) as shop:
                async with asyncio.timeout(PATIENCE):
                    for port in shop.app.equipment.ports.values():
                        while port.state is not PortState.IDLE:
                            await asyncio.sleep(0.01)
                stage = Stage(shop)
                for word, rest in part:
                    await stage.play(word, rest)

    run(body())


def test_there_are_scenes() -> None:
    assert len(list(scenes())) >= 15
