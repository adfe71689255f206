"""`pos-terminal keys`: a map shown, tried out and learnt, through the driver on a named pipe."""

import asyncio
import json
import re
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from pos_driver_sim.keyboard import KeyboardEnd
from pos_terminal.__main__ import main
from pos_terminal.domain.keyboard.key_table import ROWS
from pos_terminal.runtime.keymaps import KEYMAPS, load_keymap
from pos_terminal.testing.running import PATIENCE
from tests.conftest import run
from tests.support.shop import write_settings

MAPS = sorted(path.stem for path in KEYMAPS.glob("*.toml"))


@pytest.mark.parametrize("name", MAPS)
def test_a_map_is_shown(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    keymap = load_keymap(Path(), name)
    assert main(["keys", "show", "--map", name, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)["keys"]
    assert shown == {chord: str(key) for chord, key in keymap.items()}
    assert main(["keys", "show", "--map", name]) == 0
    drawn = capsys.readouterr().out
    cells = {cell.strip() for cell in re.split(r"│|\n|\s{2,}", drawn)}
    missing = [row.cap for row in ROWS if row.key not in keymap.values()]
    assert {row.cap for row in ROWS} - {*missing} <= cells
    assert [name for name in missing if f"\n  {name} " not in drawn] == []
    boxes = [line for line in drawn.splitlines() if line.startswith(tuple("┌├│└"))]
    edges = [re.split("[┌┬┐]", line)[1:-1] for line in boxes if line.startswith("┌")]
    assert edges and all(len(set(edge)) == 1 for edge in edges)
    assert {len(line) for line in boxes} == {len("".join(edge)) + len(edge) + 1 for edge in edges}


def test_the_map_of_a_terminal_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.toml").write_text(
        '[keys]\n"KEY_LEFTCTRL+KEY_A" = "C"\nKEY_HELP = "article 7"'
    )
    config = write_settings(tmp_path, "")
    config.write_text(config.read_text().replace("[terminal]", '[terminal]\nkeymap = "mine.toml"'))
    assert main(["keys", "show", "--config", str(config)]) == 0
    assert "Ctrl+A               C\nHELP                 PLU 7" in capsys.readouterr().out


def test_what_is_no_map_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text("[keys]\nKEY_A = 'nothing'")
    for name, code, reason in (
        ("none", "C-134", "introuvable"), (str(bad), "S-268", "pas une touche de la caisse"),
    ):  # fmt: skip
        assert main(["keys", "show", "--map", name]) == 1
        said = capsys.readouterr().err
        assert code in said and reason in said


@asynccontextmanager
async def keys(*arguments: str | Path) -> AsyncIterator[Process]:
    """The command running; killed at the end if it still does."""
    command = [sys.executable, "-m", "pos_terminal", "keys", *map(str, arguments)]
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    try:
        async with asyncio.timeout(PATIENCE):
            yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def line(stream: asyncio.StreamReader | None) -> str:
    assert stream
    return (await stream.readline()).decode().rstrip("\n")


def test_what_a_press_means_is_echoed(tmp_path: Path) -> None:
    async def body() -> None:
        wire = tmp_path / "keyboard"
        async with KeyboardEnd(wire) as keyboard:
            test = ("test", "--device", wire, "--map", "programmable84", "--json")
            async with keys(*test) as process:
                for stroke in (
                    ("KEY_F20",),
                    ("KEY_LEFTCTRL", "KEY_LEFTSHIFT", "KEY_F20"),
                    ("KEY_A",),
                ):
                    await keyboard.stroke(stroke)
                said = [json.loads(await line(process.stdout)) for _ in range(3)]
                await keyboard.unplug()
                assert json.loads(await line(process.stdout))["code"] == "R-102"
                assert await process.wait() == 1
        assert said == [
            {"press": "KEY_F20", "key": "C"},
            {"press": "KEY_LEFTCTRL+KEY_LEFTSHIFT+KEY_F20", "key": "1"},
            {"press": "KEY_A", "key": None},
        ]

    run(body())


def test_a_keyboard_is_learnt(tmp_path: Path) -> None:
    """Some keys are pressed, wrongly too, the others skipped; then two direct keys."""
    pressed = {
        "C": ("KEY_ESC",), "x": ("KEY_LEFTCTRL", "KEY_X"), "PLU": ("KEY_ENTER",),
        "CASH": ("KEY_X",), "7": ("KEY_7",),
    }  # fmt: skip

    async def body() -> None:
        wire, out = tmp_path / "keyboard", tmp_path / "mine.toml"
        async with (
            KeyboardEnd(wire) as keyboard,
            keys("learn", "--device", wire, "--out", out) as process,
        ):
            stdin, questions = process.stdin, process.stderr
            assert stdin

            def enter(text: str = "") -> None:
                stdin.write(f"{text}\n".encode())

            async def asked(name: str) -> None:
                assert f"la touche {name} (" in await line(questions)

            for row in ROWS:
                await asked(row.cap)
                if row.name == "C":
                    enter()  # needed: asked for again
                    await asked("C")
                if row.name == "PLU":
                    await keyboard.press("KEY_ESC")
                    assert "KEY_ESC : déjà prise par C" in await line(questions)
                    await asked("PLU")
                    await keyboard.press("KEY_A", "KEY_B", "KEY_TAB")
                    assert "plusieurs codes" in await line(questions)
                    await asked("PLU")
                if row.name in pressed:
                    await keyboard.stroke(pressed[row.name])
                    assert pressed[row.name][-1] in await line(questions)
                else:
                    enter()
            for name, plu in (("KEY_F1", "28"), ("KEY_F2", "3")):
                assert "Touche d'article" in await line(questions)
                await keyboard.press(name)
                assert name in await line(questions)
                assert "PLU" in await line(questions)
                enter(plu)
                assert name in await line(questions)
            assert "Touche d'article" in await line(questions)
            enter()
            assert "7 touches" in await line(process.stdout)
            assert await process.wait() == 0
        learnt = {chord: str(key) for chord, key in load_keymap(tmp_path, "mine.toml").items()}
        assert learnt == {
            "KEY_ESC": "C", "KEY_LEFTCTRL+KEY_X": "x", "KEY_ENTER": "PLU", "KEY_X": "CASH",
            "KEY_7": "7", "KEY_F1": "article 28", "KEY_F2": "article 3",
        }  # fmt: skip

    run(body())


def test_the_end_of_the_console_ends_the_lesson(tmp_path: Path) -> None:
    async def body() -> None:
        wire = tmp_path / "keyboard"
        async with KeyboardEnd(wire) as keyboard:
            async with keys("learn", "--device", wire) as process:
                assert "la touche C" in await line(process.stderr)
                await keyboard.press("KEY_ESC")
                assert "KEY_ESC" in await line(process.stderr)
                out, _ = await process.communicate(b"")
                assert process.returncode == 0 and 'KEY_ESC = "C"' in out.decode()
            async with keys("learn", "--device", wire, "--json") as process:
                out, _ = await process.communicate(b"")  # no C: nothing to be had
                assert process.returncode == 1 and json.loads(out)["code"] == "C-131"

    run(body())


def test_a_keyboard_that_goes_ends_the_lesson(tmp_path: Path) -> None:
    async def body() -> None:
        wire = tmp_path / "keyboard"
        async with (
            KeyboardEnd(wire) as keyboard,
            keys("learn", "--device", wire, "--json") as process,
        ):
            assert "la touche C" in await line(process.stderr)
            await keyboard.unplug()
            assert json.loads(await line(process.stdout))["code"] == "R-102"
            assert await process.wait() == 1

    run(body())


def test_nothing_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "mine.toml"
    out.write_text("kept")
    for place in (out, tmp_path / "none" / "mine.toml"):
        assert main(["keys", "learn", "--device", str(tmp_path / "kb"), "--out", str(place)]) == 1
        assert "C-131" in capsys.readouterr().err
    assert out.read_text() == "kept"
    assert main(["keys", "learn", "--device", str(tmp_path / "none"), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["code"] == "R-102"
