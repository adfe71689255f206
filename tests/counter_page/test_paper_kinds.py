"""Every kind of paper that a till prints: on the page as somebody else's printer reads it."""

import asyncio
import re
import socket
import time
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import pytest

from pos_counter_page.paper_drawing import draw
from pos_driver_sim.bench import SimBench
from pos_driver_sim.paper import Paper
from pos_driver_sim.printer import Event
from pos_terminal.scenes.ends import Ends
from pos_terminal.scenes.run import ZONE, clock_of, open_stand, parts
from pos_terminal.scenes.script import Scene, read
from pos_terminal.scenes.shop import SceneSource
from pos_terminal.scenes.stage import Stage
from tests.support.emupos import Emupos, emupos, free_port
from tests.support.house import ROOT

GUIDE = read((ROOT / "docs" / "guide-vendeur.md").read_text())
KINDS = (
    "Le ticket", "Un ticket cadeau", "Un ticket sans détail", "La note d'une prestation",
    "Une facture", "La facture du mois", "Le ticket dans un code", "Vendre un bon cadeau",
    "Prendre un acompte", "Noter une commande", "Les listes", "Les allergènes",
    "Voir où l'on en est : X", "Compter, puis Z", "Le Z en double", "Un don, en arrondissant",
)  # fmt: skip
SCENES = [scene for scene in GUIDE.scenes if scene.title in KINDS]

SYMBOL = re.compile(r"^ *\[(?:qr|barcode [A-Z0-9]+) (?P<data>[^]]*)\] *$", re.M)
"""What stands for a code in the text that emupos reads, over as many lines as the code has."""


def test_the_guide_prints_all_of_them() -> None:
    assert {scene.title for scene in SCENES} == set(KINDS)


async def papers_of(scene: Scene) -> list[Paper]:
    """What its printer cuts off as the scene is played."""
    cut: list[Paper] = []

    def on_print(event: Event) -> None:
        if isinstance(event, Paper):
            cut.append(event)

    with TemporaryDirectory() as folder:
        clock, source, record = clock_of(scene, ZONE), SceneSource(GUIDE), 0
        for part, _ in parts(scene):
            async with open_stand(
                Path(folder), source, scene, clock,
                make_ends=lambda wires: cast(Ends, SimBench(wires, on_print=on_print)),
            ) as shop:  # fmt: skip
                stage = Stage(shop, record, source.patience)
                for step in part:
                    await stage.play(step)
                record = stage.record
    return cut


def drawn(paper: Paper) -> tuple[list[str], list[str]]:
    """The lines of text on it as the page has them, each behind its blanks; and its codes."""
    lines, page = [], draw(paper, 1, scan="Scanner {code}")
    for attributes, text in re.findall(r"<text([^>]*)>([^<]*)</text>", page):
        if "under" not in attributes:
            blanks = re.search(r'data-blanks="(\d+)"', attributes)
            lines.append(" " * int(blanks[1] if blanks else 0) + unescape(text))
    codes = re.findall(r'data-(?:code|qr)="([^"]*)"', page)
    return lines, [unescape(code) for code in codes]


def read_by(far_end: Emupos, port: int, paper: Paper) -> tuple[list[str], list[str]]:
    """The same, as emupos reads the bytes."""
    before = len(far_end.receipts("front"))
    with socket.create_connection(("127.0.0.1", port)) as wire:
        wire.sendall(paper.raw)
        while len(far_end.receipts("front")) == before:
            time.sleep(0.02)
    text = far_end.receipts("front")[-1]
    codes = [found["data"] for found in SYMBOL.finditer(text)]
    lines = SYMBOL.sub("", text).splitlines()
    return [line.rstrip() for line in lines if line.strip()], codes


@pytest.mark.slow
def test_it_is_on_the_page_as_somebody_elses_printer_reads_it(tmp_path: Path) -> None:
    port = free_port()
    front = {
        "id": "front", "type": "printer", "profile": "epson-tm-t20iii",
        "connections": [{"tcp": {"port": port}}],
    }  # fmt: skip
    kinds = set[str]()
    with emupos(tmp_path, [front]) as far_end:
        for scene in SCENES:
            for paper in asyncio.run(papers_of(scene)):
                kinds.add(scene.title)
                assert drawn(paper) == read_by(far_end, port, paper), scene.title
    assert kinds == set(KINDS)
