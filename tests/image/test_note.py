"""The status that a box writes on its first partition, in place, with everything outside a stub."""

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "image/overlay/usr/lib/pos-terminal/write-note"
SIZE = 600
CALLS = """\
#!/bin/sh
echo "${0##*/} $*" >>"$CALLS"
case "$*" in
*"status --note"*) cat "$STATUS" ;;
*"config check"*) echo 'compris : 12 articles'; cat "$WRONG" >&2; ! [ -s "$WRONG" ] ;;
*is-failed*) exit 1 ;;
esac
"""


class Box:
    """A first partition with the file in it, and what the till and its settings say."""

    def __init__(self, folder: Path) -> None:
        self.file, self._folder = folder / "boot" / "etat.txt", folder
        for name in ("boot", "bin", "run"):
            (folder / name).mkdir()
        for name in ("mount", "setpriv", "systemctl", "journalctl"):
            (folder / "bin" / name).write_text(CALLS)
            (folder / "bin" / name).chmod(0o755)
        self.file.write_bytes(b"?" * SIZE)

    def writes(self, status: str, wrong: str = "") -> list[str]:
        """Run it; what it asked of the machine."""
        calls = self._folder / "calls"
        calls.write_text("")
        (self._folder / "status").write_text(status)
        (self._folder / "wrong").write_text(wrong)
        given = {
            "PATH": f"{self._folder}/bin:{os.environ['PATH']}", "CALLS": str(calls),
            "STATUS": f"{self._folder}/status", "WRONG": f"{self._folder}/wrong",
            "RUNTIME_DIRECTORY": f"{self._folder}/run",
        }  # fmt: skip
        subprocess.run(["sh", SCRIPT, self.file], env=given, check=True)
        return [line for line in calls.read_text().splitlines() if line.startswith("mount ")]


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


def test_it_is_written_in_place_and_only_where_it_says_something_new(box: Box) -> None:
    place = box.file.stat().st_ino
    mounted = box.writes("CAISSE 2  VEND\n")
    how = ("rw", "bind,rw", "ro")
    assert mounted == [f"mount -o remount,{each} {box.file.parent}" for each in how]
    text = box.file.read_bytes()
    assert (len(text), box.file.stat().st_ino) == (SIZE, place)
    assert b"CAISSE 2  VEND\r\n" in text and b"terminal.toml : bon" in text and b"?" not in text
    assert b"articles" not in text, "what was understood is none of what is wrong"
    assert box.writes("CAISSE 2  VEND\n") == [], "no card is worn by looking"
    wrong = "C-101 REGLAGES REFUSES : terminal.toml : ligne 3 : shop.nam\n    -> Corriger\n"
    assert box.writes("CAISSE 2  NE VEND PAS\n", wrong)
    text = box.file.read_bytes()
    assert b"ligne 3 : shop.nam\r\n" in text and b"bon" not in text and b"-> Corriger" in text


def test_what_is_longer_than_its_room_is_cut_off(box: Box) -> None:
    box.writes("é" * SIZE)
    assert len(box.file.read_bytes()) == SIZE
