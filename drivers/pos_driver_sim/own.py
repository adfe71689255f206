"""A counter of a shop's own devices: the far ends speak what the shop's file says that they speak.

What no wire of this package can carry (raw USB), and what belongs to somebody else's driver, is
played by another device of its class, and said.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, cast

from pos_driver_sim.bench import SimBench
from pos_driver_sim.brother import BrotherEnd
from pos_driver_sim.display import DisplayEnd
from pos_driver_sim.far_end import FarEnd
from pos_driver_sim.keyboard import KeyboardEnd
from pos_driver_sim.paper import Paper, PrintedLine
from pos_driver_sim.printer import Event, PrinterEnd
from pos_driver_sim.scale import AnyScale, ScaleEnd
from pos_driver_sim.scales import AdamEnd, CasEnd, DialogEnd, MtSicsEnd, NciEnd, SmaEnd
from pos_driver_sim.scanner import ScannerEnd
from pos_driver_sim.star import StarPrinterEnd
from pos_driver_sim.zpl import ZplPrinterEnd
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.language import say
from pos_terminal.domain.screen import Screen

Table = Mapping[str, object]

SCALES: dict[str, type[AnyScale]] = {
    each.driver: each for each in (ScaleEnd, CasEnd, NciEnd, SmaEnd, MtSicsEnd, AdamEnd, DialogEnd)
}
PRINTERS: dict[str, type[PrinterEnd]] = {
    each.driver: each for each in (PrinterEnd, StarPrinterEnd, ZplPrinterEnd, BrotherEnd)
}

WIRE = {"class", "driver", "host", "port", "device", "serial", "usb"}
"""Settings that say where a device is: the far end says that itself."""

NOTATION = {"width", "digits", "decimals"}
"""How a scale is set to write its weights; the far ends write them as scales leave the works."""

PLACES = ("keypad", "wedge", "scanner", "scale", "display", "tone", "printer")
"""What a counter has one of, in the order of `SimBench.devices`."""


class OwnBench(SimBench):
    """A bench of the devices of these tables, under their own names and with their own settings.

    `names` are those of the tables by what stands on the counter; `notes` say what is played
    otherwise than it is, or not at all, by the table's name. A second display shows `on_second`
    what it shows; the papers of further printers come like those of the first.
    """

    def __init__(
        self,
        directory: Path,
        tables: Mapping[str, Table],
        *,
        on_frame: Callable[[Screen], None],
        on_second: Callable[[Screen], None],
        on_print: Callable[[Event], None],
        on_tone: Callable[[Tone], None],
    ) -> None:
        super().__init__(directory, on_frame=on_frame, on_print=on_print, on_tone=on_tone)
        self.names: dict[str, str] = {}
        self.notes: dict[str, str] = {}
        self._directory = directory
        self._on_print, self._on_frame, self._on_second = on_print, on_frame, on_second
        self._kept: dict[str, dict[str, object]] = {}
        self._more: dict[str, FarEnd] = {}
        self._drawers: dict[str, dict[str, object]] = {}
        by_class: dict[object, dict[str, Table]] = {}
        for name, table in tables.items():
            by_class.setdefault(table.get("class"), {})[name] = table
        self._keyboards(by_class)
        self._scanners(by_class.get("scanner", {}))
        for name, table in by_class.get("scale", {}).items():
            self._weighs(name, table)
        self._displays(by_class.get("display", {}))
        self._printers(by_class.get("printer", {}))
        self._pulls(by_class.get("drawer", {}))
        for name, table in by_class.get("payment-terminal", {}).items():
            self.notes[name] = say("{driver} : joué par le terminal de la page, aux mots près",
                                   driver=table.get("driver"))  # fmt: skip
        self.beside.extend(self._more.values())

    @property
    def devices(self) -> dict[str, dict[str, object]]:
        """See `SimBench.devices`: under the shop's names; what it has not is the page's own."""
        plain = super().devices
        ends = {name: self._settled(name, plain[place]) for place, name in self._named().items()}
        printer = self._named()["printer"]
        drawers = self._drawers or {_free("drawer", ends): {}}
        for name, end in self._more.items():
            ends[name] = self._settled(name, {"class": _class_of(end), **end.settings})
        for name, table in drawers.items():
            ends[name] = {"class": "drawer", "driver": "printer", "printer": printer} | table
        return ends

    @property
    def called(self) -> dict[str, str]:
        """What stands on the counter, by the shop's own names."""
        return {name: place for place, name in self.names.items()}

    @property
    def types(self) -> bool:
        """Whether the shop has no scanner but one that types."""
        return "wedge" in self.names and "scanner" not in self.names

    def _named(self) -> dict[str, str]:
        """What each device of the counter is called; none twice."""
        taken = {*self.names.values(), *self._more, *self._drawers, "tpe"}
        return {place: self.names.get(place) or _free(place, taken) for place in PLACES}

    def _settled(self, name: str, table: dict[str, object]) -> dict[str, object]:
        return self._kept.get(name, {}) | table

    def _keep(self, place: str, name: str, table: Table, *, but: set[str] = WIRE) -> None:
        self.names[place] = name
        self._kept[name] = {key: value for key, value in table.items() if key not in WIRE | but}

    def _instead(self, name: str, table: Table, by: str) -> None:
        self.notes[name] = say(
            "{driver} : joué par {by}, ce pilote n'a pas de câble ici",
            driver=table.get("driver"), by=by,
        )  # fmt: skip

    def _keyboards(self, by_class: Mapping[object, Mapping[str, Table]]) -> None:
        for place, kind in (("keypad", "keypad"), ("tone", "tone")):
            for name, table in by_class.get(kind, {}).items():
                if place in self.names:
                    self.notes[name] = say("non joué : la page en a un seul")
                elif table.get("driver") == "evdev":
                    self._keep(place, name, table)
                else:
                    self._instead(name, table, "evdev")
                    self.names[place] = name

    def _scanners(self, tables: Mapping[str, Table]) -> None:
        for name, table in tables.items():
            place = "wedge" if table.get("driver") == "evdev" else "scanner"
            if table.get("role") == "badge":
                self.notes[name] = say("non joué : les badges se scannent")
            elif place in self.names:
                self.notes[name] = say("non joué : la page en a un seul")
            elif place == "wedge":
                layout = table.get("layout", "us")
                known = layout in ("us", "fr")
                if not known:
                    self.notes[name] = say("{layout} : joué par un clavier us", layout=layout)
                spoken = cast(Literal["us", "fr"], layout if known else "us")
                self.wedge = KeyboardEnd(self._directory / "wedge", layout=spoken)
                self._keep(place, name, table, but=set() if known else {"layout"})
            elif table.get("driver") == "serial":
                aim, encoding = bool(table.get("aim")), str(table.get("encoding", "utf-8"))
                path = self._directory / "scanner"
                self.scanner = ScannerEnd(path, aim=aim, encoding=encoding)
                self._keep(place, name, table)
            else:
                self._instead(name, table, "serial")
                self.names[place] = name

    def _weighs(self, name: str, table: Table) -> None:
        driver, path = str(table.get("driver")), self._directory / "scale"
        kind = SCALES.get(driver)
        if kind is None:
            self._instead(name, table, self.scale.driver)
            self.names["scale"] = name
            return
        capacity = cast(int, table.get("capacity") or 15_000)
        if kind is DialogEnd:
            secret = int(str(table.get("secret_polynomial") or "0"), 16)
            self.scale = DialogEnd(path, capacity=capacity, polynomial=secret)
        else:
            self.scale = kind(path, capacity=capacity)
        if NOTATION & set(table):
            self.notes[name] = say("ses poids s'écrivent ici comme au sortir de l'usine")
        self._keep("scale", name, table, but=NOTATION)

    def _displays(self, tables: Mapping[str, Table]) -> None:
        """The one that a clerk reads stands first; a second shows what it shows beside it."""
        theirs = sorted(tables, key=lambda name: tables[name].get("role") == "customer")
        for at, name in enumerate(theirs):
            table = tables[name]
            if at > 1:
                self.notes[name] = say("non joué : la page en a deux")
                continue
            heard = self._on_second if at else self._on_frame
            path = self._directory / ("second" if at else "display")
            if table.get("driver") != "vfd":
                self._instead(name, table, "vfd")
                end = DisplayEnd(path, on_frame=heard)
                kept = {key: table[key] for key in ("role",) if key in table}
            else:
                end = _vfd(path, table, heard)
                kept = {key: value for key, value in table.items() if key not in WIRE}
            self._kept[name] = kept
            if at:
                self._more[name] = end
            else:
                self.names["display"], self.display = name, end

    def _printers(self, tables: Mapping[str, Table]) -> None:
        """The receipts' stands on the counter; the papers of the others come out of it as well."""
        first = next((n for n, t in tables.items() if t.get("role", "receipt") == "receipt"), "")
        for name, table in tables.items():
            kind = PRINTERS.get(str(table.get("driver")))
            if kind is None:
                self._instead(name, table, PrinterEnd.driver)
            columns = cast(int, table.get("columns") or 48)
            heard = self._on_print if name == first else self._cut_only
            end = (kind or PrinterEnd)(columns=columns, on_event=heard)
            if kind is None:
                self._kept[name] = {key: table[key] for key in ("role",) if key in table}
            else:
                self._kept[name] = {k: value for k, value in table.items() if k not in WIRE}
            if name == first:
                self.names["printer"], self.printer = name, end
            else:
                self._more[name] = end
            if kind is BrotherEnd:
                self.notes[name] = say("ses étiquettes sont des images : leur taille est montrée")

    def _cut_only(self, event: Event) -> None:
        """A paper of another printer, once it is cut: its lines would stand amid the ticket's."""
        if isinstance(event, Paper):
            self._on_print(_without_dots(event))

    def _pulls(self, tables: Mapping[str, Table]) -> None:
        for at, (name, table) in enumerate(tables.items()):
            if table.get("driver") == "printer":
                self._drawers[name] = dict(table)
            else:
                self._instead(name, table, say("l'imprimante"))
                self._drawers[name] = {"pin": (2, 5)[at % 2]}


def _vfd(path: Path, table: Table, heard: Callable[[Screen], None]) -> DisplayEnd:
    commands = cast(Literal["escpos", "cd5220"], table.get("commands", "escpos"))
    page = cast(Literal["cp858", "cp1252"], table.get("code_page", "cp858"))
    return DisplayEnd(path, commands=commands, code_page=page, on_frame=heard)


def _class_of(end: FarEnd) -> str:
    return "display" if isinstance(end, DisplayEnd) else "printer"


def _free(name: str, taken: object) -> str:
    """This name, or one like it that nobody has."""
    names = set(cast(Mapping[str, object], taken))
    return next(n for n in (name, *(f"{name}-{at}" for at in range(2, 99))) if n not in names)


def _without_dots(paper: Paper) -> Paper:
    """A label that came as rows of dots, by its size."""
    rows = [line.text for line in paper.lines]
    if not rows or any(len(row) != 180 or set(row) - set("0123456789abcdef") for row in rows):
        return paper
    return Paper((PrintedLine(f"[720 x {len(rows)}]"),), paper.raw)
