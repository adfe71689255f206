"""Paper as the page shows it: to the character what emupos reads, to the bar what zbarimg reads."""

import json
import re
import shutil
import socket
import subprocess
import time
from base64 import b64decode
from html import unescape
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from pos_counter_page import symbols
from pos_counter_page.paper_drawing import draw, upright
from pos_driver_escpos import commands
from pos_driver_labels.zpl import ZplSettings, compose
from pos_driver_sim.escpos import Roll, length
from pos_driver_sim.paper import Commands, Paper
from pos_driver_sim.zpl import LabelRoll
from pos_driver_sim.zpl import length as zpl_length
from pos_terminal.domain.receipt import Barcode, Ean, Qr, Receipt, Row, Text
from tests.needs import need
from tests.support.emupos import emupos, free_port
from tests.support.node import javascript

TEXT = (
    (False, False, "BOULANGERIE L'ŒUVRE"),
    (True, False, "Éclair au café, glaçage à l'ancienne"),
    (False, False, "Pâté en croûte «Maison»" + "-11,90 €".rjust(25)),
    (True, True, "TOTAL" + "28,50 €".rjust(43)),
    (False, False, "  <b>&amp; & \"1\" </text>"),
)
CODE, LINK = "$YT9HA1OQT000001", "https://example.org/t/1-000001?é=1"


def receipt() -> bytes:
    """Text in all its styles, a logo, both kinds of code, and a cut."""
    parts = [commands.INITIALISE, commands.code_page(16)]
    parts += [commands.raster(2, b"\xff\x01" * 8)]
    for bold, tall, text in TEXT:
        parts += [commands.style(bold=bold, tall=tall), text.encode("cp1252"), b"\n"]
    parts += [commands.style(bold=False, tall=False)]
    parts += [commands.code128(CODE, 2), commands.qr(LINK, 4), commands.cut(partial=True)]
    return b"".join(parts)


def printed(data: bytes) -> Paper:
    roll = Roll()
    papers = [paper for command in Commands(length).feed(data) if (paper := roll.obey(command)[1])]
    (paper,) = papers
    return paper


def lines_of(drawn: str) -> list[str]:
    """The texts on it, without those beneath barcodes, each behind its blanks."""
    found = []
    for attributes, text in re.findall(r"<text([^>]*)>([^<]*)</text>", drawn):
        if "under" not in attributes:
            blanks = re.search(r'data-blanks="(\d+)"', attributes)
            found.append(" " * int(blanks[1] if blanks else 0) + unescape(text))
    return found


@pytest.mark.slow
def test_it_is_what_somebody_elses_printer_reads(tmp_path: Path) -> None:
    port = free_port()
    front = {
        "id": "front", "type": "printer", "profile": "epson-tm-t20iii",
        "connections": [{"tcp": {"port": port}}],
    }  # fmt: skip
    with emupos(tmp_path, [front]) as far_end:
        with socket.create_connection(("127.0.0.1", port)) as wire:
            wire.sendall(receipt())
            while not far_end.receipts("front"):
                time.sleep(0.05)
        (read,) = far_end.receipts("front")
    theirs = [line.rstrip() for line in read.splitlines() if line.strip()]
    ours = lines_of(draw(printed(receipt()), 1, scan="Scanner {code}"))
    assert ours == [text.rstrip() for _, _, text in TEXT]
    assert [line for line in theirs if line in ours] == ours, theirs


def scanned(tmp_path: Path, drawn: str) -> set[str]:
    """What zbarimg reads of it as Chromium shows it."""
    chromium = shutil.which("chromium")
    need(chromium is not None, "chromium", "apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 700, "height": 1200})
        page.set_content(f"<style>.hit,.sheet{{fill:#fff}}</style>{drawn}")
        page.screenshot(path=tmp_path / "paper.png", full_page=True)
        browser.close()
    return codes_on(tmp_path / "paper.png")


def codes_on(picture: Path) -> set[str]:
    """What zbarimg reads in a picture."""
    zbarimg = shutil.which("zbarimg")
    need(zbarimg is not None, "zbarimg", "apt-get install zbar-tools")
    return set(subprocess.run(
        [str(zbarimg), "--quiet", "--raw", picture],
        capture_output=True, text=True, check=True, timeout=60,
    ).stdout.split())  # fmt: skip


@pytest.mark.slow
def test_a_scanner_reads_what_is_drawn(tmp_path: Path) -> None:
    goods = ["3017620422003", "96385074", "$YA28FO"]
    drawn = draw(printed(receipt()), 1, scan="Scanner {code}")
    sheet = "".join(
        f'<svg width="600" height="80" viewBox="-20 0 {sum(symbols.bars(code)) + 40} 40">'
        f"{upright(symbols.bars(code), 1, 40)}</svg>"
        for code in goods
    )
    found = scanned(tmp_path, f"<div style=width:640px>{drawn}</div>{sheet}")
    assert found == {CODE, LINK, *goods}


@pytest.mark.slow
def test_a_label_on_the_page_is_the_one_that_another_hand_draws(tmp_path: Path) -> None:
    codes = (Ean("3010470111127"), Barcode("$UJ1>2~3"), Qr("https://example.org"))
    label = Receipt("", (Text("Crème brûlée", tall=True), Row("le kilo", "12,40 €"), *codes))
    sent = compose(label, ZplSettings(host="-", width=56, height=150).media)
    roll = LabelRoll(48)
    cut = [paper for each in Commands(zpl_length).feed(sent) if (paper := roll.obey(each)[1])]
    (paper,) = cut
    page = draw(paper, 1, scan="Scanner {code}")
    assert lines_of(page) == ["Crème brûlée", "le kilo".ljust(41) + "12,40 €"]
    ours = scanned(tmp_path, f"<div style=width:640px>{page}</div>")
    drawn = javascript(
        "zpl-renderer-js",
        f"const {{api}} = await library.ready;"
        f"return await api.zplToBase64Async({json.dumps(sent.decode())}, 56, 150, 8);",
    )
    (tmp_path / "label.png").write_bytes(b64decode(drawn))
    assert ours == codes_on(tmp_path / "label.png") == {each.data for each in codes}


@pytest.mark.parametrize("data", [b"\x1da\x07", b"\x1bp\x09\x01\x01", b"\x1dk\x49\x02\xff\xfe"])
def test_what_a_bad_cable_makes_of_a_paper_is_still_drawn(data: bytes) -> None:
    paper = printed(data + b"\x1ba\x2f?\n" + receipt())
    assert "BOULANGERIE" in draw(paper, 1, scan="{code}")
