"""What a window may do in the shop: one kind of message each, checked before anything is done."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from pos_driver_sim.far_end import FarEnd
from pos_driver_sim.own import OwnBench
from pos_terminal.domain.keyboard.keys import Function
from pos_terminal.domain.language import say

if TYPE_CHECKING:
    from pos_counter_page.shop import RunningShop
    from pos_terminal.scenes.run import Stand

MOST = 256
"""Acts in one message: a window that sends more than that sends rubbish."""

LATE = 1.5
"""Seconds that a slow cable takes."""

IN_SCENES = {
    "keypad": "clavier", "wedge": "douchette", "scanner": "scanner", "scale": "balance",
    "display": "afficheur", "printer": "imprimante", "tpe": "terminal",
}  # fmt: skip
CARDS = {
    "approve": "accepte", "refuse": "refuse", "abandon": "abandonne", "lose-after": "pend",
}  # fmt: skip
TROUBLES = {"paper_out": "papier", "cover_open": "capot"}
"""What scenes call devices, and what ails them."""

Name = Annotated[str, Meta(max_length=64)]
Device = Literal["keypad", "wedge", "scanner", "scale", "display", "tone", "printer", "tpe"]
Ail = Literal["mute", "late", "garbled", "unplugged"]


class Press(Struct, tag="press", frozen=True):
    """A key of the keypad, by its chord."""

    chord: Name


class Scan(Struct, tag="scan", frozen=True):
    """A code in front of a scanner: the one on a line, or the one that types; «»: either."""

    code: Annotated[str, Meta(max_length=5000)]
    by: Literal["scanner", "wedge", ""] = ""


class Weigh(Struct, tag="weigh", frozen=True):
    """So many grams on the platter."""

    grams: Annotated[int, Meta(ge=-2000, le=20000)]


class Scale(Struct, tag="scale", frozen=True):
    """A key of the scale itself."""

    key: Literal["tare", "zero"]


class Drawer(Struct, tag="drawer", frozen=True):
    """Somebody pushes the drawer shut."""


class Cable(Struct, tag="cable", frozen=True):
    """Something happens to a device's cable, or is over."""

    device: Device
    ail: Ail
    on: bool


class Printer(Struct, tag="printer", frozen=True):
    """Something ails the printer, or is over."""

    ail: Literal["paper_out", "paper_low", "cover_open", "failing"]
    on: bool


class Network(Struct, tag="network", frozen=True):
    """The shop's network, on which the printer hangs, goes or comes back."""

    on: bool


class Disk(Struct, tag="disk", frozen=True):
    """The disk is full, or has room again."""

    full: bool


class Clock(Struct, tag="clock", frozen=True):
    """Somebody sets the clock wrong by so many seconds; 0: right again."""

    wrong_by: Annotated[int, Meta(ge=-4_000_000_000, le=4_000_000_000)]


class Power(Struct, tag="power", frozen=True):
    """The power goes, comes back, or somebody restarts the till in good order."""

    how: Literal["cut", "back", "restart"]


class Choose(Struct, tag="choose", frozen=True):
    """Another key map, or another language."""

    keymap: Name | None = None
    language: Literal["fr", "en"] | None = None


class Lesson(Struct, tag="lesson", frozen=True):
    """A lesson from 1 begins, to be tried or to be shown; 0: back to the shop."""

    number: Annotated[int, Meta(ge=0, le=999)]
    show: bool = False


class Card(Struct, tag="card", frozen=True):
    """What the customer, the bank or the line does with the order on the terminal's screen."""

    how: Literal["approve", "refuse", "abandon", "lose-after"]


class Team(Struct, tag="team", frozen=True):
    """The sample's clerks come to work, with their badges."""


Act = (
    Press
    | Scan
    | Weigh
    | Scale
    | Drawer
    | Cable
    | Printer
    | Network
    | Disk
    | Clock
    | Power
    | Choose
    | Lesson
    | Card
    | Team
)


class Impossible(ValueError):
    """Nobody can do that now: why, for whoever tried."""


def read(body: bytes) -> list[Act]:
    """The acts of a message, in order. ValueError with the reason."""
    acts: list[Act] = msgspec.json.decode(body, type=Annotated[list[Act], Meta(max_length=MOST)])
    return acts


class Hands:
    """Does what windows ask for, one thing after the other: two never hold a chord together."""

    def __init__(
        self, shop: "RunningShop", keymaps: tuple[str, ...], give: Callable[[int, bool], None]
    ) -> None:
        self._shop = shop
        self._give = give
        self._keymaps = keymaps
        self._one = asyncio.Lock()

    async def do(self, acts: list[Act]) -> None:
        """All of them; what cannot be is passed over, and said at the end. Impossible."""
        refused: dict[str, None] = {}  # each reason once, in order
        async with self._one:
            for act in acts:
                try:
                    await self._do(act)
                except Impossible as why:
                    refused[str(why)] = None
        if refused:
            raise Impossible(" ; ".join(refused))

    async def _do(self, act: Act) -> None:
        shop = self._shop
        match act:
            case Power(how="cut"):
                shop.recording.did("coupure", "")
                shop.cut()
            case Power(how="back"):
                shop.power()
            case Power():
                shop.recording.did("redémarrage", "")
                shop.restart()
            case Choose(keymap=keymap) if keymap and keymap not in self._keymaps:
                raise Impossible(say("il n'y a pas de clavier «{keymap}»", keymap=keymap))
            case Lesson():
                self._give(act.number, act.show)
            case Choose():
                self._give(0, False)
                shop.choose(keymap=act.keymap, language=act.language)
            case Clock():
                shop.clock.wrong_by = act.wrong_by
            case _:
                if shop.ends is None or shop.stand is None:
                    raise Impossible(say("la caisse est éteinte"))
                try:
                    await self._at(shop.ends, act)
                except BrokenPipeError:
                    raise Impossible(say("l'appareil est débranché")) from None
                except UnicodeEncodeError:
                    raise Impossible(say("aucun lecteur ne tape de tels caractères")) from None

    async def _at(self, ends: OwnBench, act: Act) -> None:
        """At a far end: what a clerk does, or what goes wrong."""
        shop = self._shop
        match act:
            case Press():
                if shop.stand is None or act.chord not in shop.stand.keymap:
                    raise Impossible(say("le clavier n'a pas de touche «{key}»", key=act.chord))
                shop.recording.did("touches", spelt(shop.stand, act.chord))
                await ends.keyboard.stroke(tuple(act.chord.split("+")))
            case Scan():
                shop.recording.did("scan", act.code)
                types = act.by == "wedge" or (not act.by and ends.types)
                await (ends.wedge if types else ends.scanner).scan(act.code)
            case Weigh():
                shop.recording.did("balance", str(act.grams))
                shop.laid(act.grams)
            case Scale():
                took = ends.scale.take_tare() if act.key == "tare" else ends.scale.take_zero()
                if not took:
                    raise Impossible(say("la balance refuse : elle bouge, ou porte trop"))
            case Drawer():
                ends.printer.drawer_open = False
            case Card() | Team():
                await self._people(ends, act)
            case _:
                await self._break(ends, act)

    async def _people(self, ends: OwnBench, act: Card | Team) -> None:
        """What a customer does, or those who work here."""
        shop = self._shop
        match act:
            case Card():
                if ends.terminal.waiting is None:
                    raise Impossible(say("le terminal n'attend aucune carte"))
                shop.recording.waits(ends.terminal.waiting.reference)
                shop.recording.did("terminal", CARDS[act.how])
                ends.terminal.plays(act.how)
            case Team():
                if shop.stand is not None:
                    await shop.stand.hire()
                    shop.recording.did("équipe", "")
                    shop.hires(True)

    async def _break(self, ends: OwnBench, act: Act) -> None:
        shop = self._shop
        match act:
            case Cable(ail="unplugged"):
                if shop.pulled(act.device, out=act.on):
                    if act.device in IN_SCENES:
                        word = "débranche" if act.on else "branche"
                        shop.recording.did(word, IN_SCENES[act.device])
                    called = {"keypad": "keyboard", "tpe": "terminal"}
                    end: FarEnd = getattr(ends, called.get(act.device, act.device))
                    await (end.unplug() if act.on else end.replug())
            case Cable() if act.device in ends.cables:
                cable = ends.cables[act.device]
                setattr(cable, act.ail, LATE * act.on if act.ail == "late" else act.on)
            case Printer():
                if act.ail in TROUBLES:
                    shop.recording.did("panne" if act.on else "répare", TROUBLES[act.ail])
                setattr(ends.printer, act.ail, act.on)
            case Network():
                ends.printer.stalled = not act.on
                shop.board.state("network", act.on)
            case Disk():
                shop.fill_disk(full=act.full)


def spelt(stand: "Stand", chord: str) -> str:
    """A key as scenes write it: an article's by its name, where that is one word of its own."""
    key = stand.keymap[chord]
    if key.function is not Function.ARTICLE:
        return str(key)
    named = [name for name, plu in stand.articles().items() if plu == key.argument]
    return named[0] if named and " " not in named[0] else f"{key.argument} PLU"
