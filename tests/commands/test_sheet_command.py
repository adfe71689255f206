"""The command sheet as a shop gets it: drawn, rendered, and read by somebody else's scanner."""

import asyncio
import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from pos_driver_escpos import EscposSettings, open_printer
from pos_driver_escpos.commands import code128_dots
from pos_driver_sim.bench import SimBench
from pos_terminal.__main__ import main
from pos_terminal.commands.sheet_layout import HEIGHT, MODULE, WIDTH
from pos_terminal.domain.files.catalog import parse_catalog
from pos_terminal.domain.keyboard.command_codes import encode
from pos_terminal.domain.keyboard.command_sheet import CommandSheet, functions, receipts
from pos_terminal.domain.keyboard.keys import Function, parse_key
from pos_terminal.journal.state_directory import Lock
from pos_terminal.runtime.keymaps import load_keymap
from tests.conftest import run
from tests.needs import need
from tests.support.emupos import emupos, free_port
from tests.support.shop import CATALOG, write_settings

FAMILIES = ("Pains", "Viennoiseries", "Pâtisserie", "")
ROWS = "\n".join(
    f'{plu},{name} {plu},"{plu % 40},50",{"kg" if plu % 7 == 0 else ""},5.5,{FAMILIES[plu % 4]}'
    for plu, name in [
        *((plu, ("PAIN", "ÉCLAIR À L'ORANGE CONFITE BŒUF & Cie")[plu % 2]) for plu in range(1, 90)),
        (123456789, "PLU LE PLUS LONG"),
    ]
)
MANY = f"plu,name,price,unit,vat,family\n{ROWS}\n"


def sheet(*arguments: str | Path) -> int:
    return main(["sheet", *map(str, arguments)])


def listed(out: str) -> list[str]:
    """The codes in the command's JSON."""
    return [each["code"] for each in json.loads(out)["commands"]]


def scanned(pdf: Path, dots_per_inch: int) -> list[list[str]]:
    """The barcodes on each page, as zbar reads them off a print of that fineness."""
    for tool, package in (("pdftoppm", "poppler-utils"), ("zbarimg", "zbar-tools")):
        need(shutil.which(tool) is not None, tool, f"sudo apt-get install {package}")
    prefix = pdf.with_suffix("")
    subprocess.run(["pdftoppm", "-r", str(dots_per_inch), "-gray", "-png", pdf, prefix], check=True)
    return [
        subprocess.run(
            ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Scode128.enable", page],
            capture_output=True, text=True, check=False,  # 4: none on a page of labels alone
        ).stdout.split()
        for page in sorted(pdf.parent.glob(f"{pdf.stem}-*.png"))
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("keymap", ["numeric", "programmable84"])
def test_every_barcode_is_read_as_it_is_meant(
    keymap: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = write_settings(tmp_path, "", MANY)
    config.write_text(config.read_text().replace("[terminal]", f'[terminal]\nkeymap = "{keymap}"'))
    pdf = tmp_path / "sheet.pdf"
    assert sheet("--out", pdf, "--config", config, "--json") == 0
    wanted = listed(capsys.readouterr().out)
    assert len(wanted) == len(set(wanted)) > 110
    pages = scanned(pdf, 203)
    assert Counter(code for page in pages for code in page) == Counter(wanted)
    assert len(pages) >= 4


def test_the_bars_are_wide_enough_for_a_cheap_scanner() -> None:
    assert MODULE >= 0.33
    assert (WIDTH, HEIGHT) == (210, 297)


def test_the_same_shop_has_the_same_bytes(tmp_path: Path) -> None:
    config = write_settings(tmp_path, "", MANY)
    first, second = tmp_path / "1.pdf", tmp_path / "2.pdf"
    for pdf in (first, second):
        assert sheet("--out", pdf, "--config", config, "--part", "functions") == 0
    assert first.read_bytes() == second.read_bytes()
    assert first.read_bytes().startswith(b"%PDF-")


def test_without_a_shop_it_holds_the_functions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pdf = tmp_path / "sheet.pdf"
    assert sheet("--out", pdf, "--json") == 0
    codes = listed(capsys.readouterr().out)
    assert codes == [each.code for group in functions() for each in group.commands]
    assert sorted(code for page in scanned(pdf, 203) for code in page) == sorted(codes)


def loose() -> list[str]:
    """The PLUs of the goods that have no barcode of their own."""
    return [item.plu for item in parse_catalog(CATALOG.encode())[0].items if not item.barcodes]


def test_parts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = write_settings(tmp_path, "")
    keys = sum(len(group.commands) for group in functions())
    numeric = load_keymap(tmp_path, "numeric").values()
    functions_ = [key for key in numeric if key.function is not Function.TYPE]
    labelled = len(functions_)
    counts = (("functions", keys, 0), ("articles", len(loose()), 0), ("labels", 0, labelled))
    for part, commands, labels in counts:
        pdf = tmp_path / f"{part}.pdf"
        assert sheet("--out", pdf, "--config", config, "--part", part, "--json") == 0
        found = json.loads(capsys.readouterr().out)
        assert (len(found["commands"]), len(found["labels"])) == (commands, labels), part
    baguette = {"key": "F2", "plu": "2", "name": "BAGUETTE", "price": "1,00 €"}
    cash = {"key": "F12", "plu": "", "name": "ESPECES", "price": ""}
    assert baguette in found["labels"] and cash in found["labels"]


def test_what_cannot_be_done_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = write_settings(tmp_path, "")
    pdf = tmp_path / "sheet.pdf"

    def code(*arguments: str | Path) -> str:
        assert sheet(*arguments, "--json") == 1
        return str(json.loads(capsys.readouterr().out)["code"])

    assert code("--out", tmp_path / "none" / "sheet.pdf", "--config", config) == "C-131"
    assert code("--out", pdf, "--config", tmp_path / "none.toml") == "C-134"
    assert code("--print", "--config", config, "--state", tmp_path) == "P-101"  # names no printer
    (tmp_path / "catalog.csv").write_text(CATALOG + "x,y,z\n")
    assert code("--out", pdf, "--config", config) == "C-102"
    (tmp_path / "catalog.csv").unlink()
    assert code("--out", pdf, "--config", config) == "C-102"
    monkeypatch.setitem(sys.modules, "reportlab.pdfgen.canvas", None)
    assert code("--out", pdf) == "C-132"
    assert not pdf.exists()


def test_it_is_printed_on_the_receipt_printer(tmp_path: Path) -> None:
    async def body() -> list[str]:
        async with SimBench(tmp_path / "wires") as ends:
            config = write_settings(tmp_path, ends.toml())
            arguments: list[str | Path] = [
                "--print",
                "--config",
                config,
                "--state",
                tmp_path / "state",
            ]
            assert await asyncio.to_thread(sheet, *arguments) == 0
            return [line.text.strip() for paper in ends.printer.papers for line in paper.lines]

    (tmp_path / "wires").mkdir()
    lines = run(body())
    wanted = [each.code for group in functions() for each in group.commands]
    articles = [encode([parse_key(f"article {plu}")]) for plu in loose()]
    codes = [line[1:-1] for line in lines if line.startswith("[$")]
    assert codes[: len(wanted)] == wanted
    assert sorted(codes[len(wanted) :]) == sorted(articles)
    assert "effacer la saisie ou l'erreur" in lines and "PLU 4 · 24,90 €/kg" in lines


def test_a_till_that_runs_keeps_its_printer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = write_settings(tmp_path, "")
    state = tmp_path / "state"
    state.mkdir()
    till = Lock(state)
    assert sheet("--print", "--config", config, "--state", state) == 1
    said = capsys.readouterr().err
    assert "J-133" in said
    till.release()


def test_somebody_elses_printer_reads_it_so(tmp_path: Path) -> None:
    port = free_port()
    front = {
        "id": "front", "type": "printer", "profile": "epson-tm-t20iii",
        "connections": [{"tcp": {"port": port}}],
    }  # fmt: skip
    papers = receipts(CommandSheet("Boulangerie", functions()))

    async def body() -> None:
        async with open_printer(EscposSettings(host="127.0.0.1", port=port)) as printer:
            for paper in papers:
                await printer.print(paper)

    with emupos(tmp_path, [front]) as far_end:
        run(body())
        text = "\n".join(far_end.receipts("front"))
    wanted = [f"[barcode CODE128 {each.code}]" for group in functions() for each in group.commands]
    assert [line.strip() for line in text.splitlines() if "barcode" in line] == wanted


def test_functions_fit_on_narrow_paper_with_wide_bars() -> None:
    """58 mm paper has 384 dots of 1/8 mm; three of them are 0.375 mm."""
    codes = [each.code for group in functions() for each in group.commands]
    assert max(code128_dots(code, 3) for code in codes) <= 384
