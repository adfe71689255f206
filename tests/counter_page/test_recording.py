"""What was pressed is kept as a page of scenes, which plays by itself as it stands."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.counter_page import Opened, counter, press

CARD_BY = "PRESENTER LA CARTE"


def does(page: Opened, *acts: dict[str, object], shows: str) -> None:
    """Do it, and look at the display as somebody does who goes on then."""
    assert page.act(*acts) == (204, "")
    page.wait("panel", "display", shows)


def a_busy_hour(page: Opened) -> None:
    """A ticket and its refund, paper out, a card that nobody brings, one refused, a power cut."""
    does(page, *press("F1"), shows="BAGUETTE")
    does(page, {"type": "weigh", "grams": 480}, *press("KP5", "KPENTER"), shows="0,480kg x 5,20")
    does(page, {"type": "weigh", "grams": 0}, *press("F12"), shows="TOTAL +3,55")
    page.act(*press("PAGEDOWN"))
    code = re.search(r'data-code="([^"]+)"', page.wait("paper", "1", "TOTAL"))
    assert code
    does(page, *press("F9"), shows="RETOUR")
    does(page, {"type": "scan", "code": code[1]}, shows="REMBOURSEMENT")
    does(page, *press("PAGEDOWN"), shows="2 ART")
    does(page, *press("F12"), shows="RENDU +3,55")
    page.act({"type": "printer", "ail": "paper_out", "on": True})
    does(page, *press("F2"), shows="TRADITION")
    does(page, *press("F12"), shows="T-101")
    does(page, *press("ESC", "PAGEDOWN"), shows="P-103")
    page.act(*press("ESC"), {"type": "printer", "ail": "paper_out", "on": False})
    page.act(*press("PAGEDOWN"))
    page.wait("paper", "2", "TRADITION")
    does(page, *press("F8"), shows="CAFE")
    does(page, *press("F11"), shows=CARD_BY)
    page.wait("state", "card.waits", "1")
    page.act(*press("ESC"))
    page.wait("state", "card.waits", "0")
    does(page, *press("ESC", "F11"), shows=CARD_BY)
    does(page, {"type": "card", "how": "refuse"}, shows="REFUSEE")
    does(page, *press("ESC", "F11"), shows=CARD_BY)
    does(page, {"type": "card", "how": "approve"}, shows="TOTAL +1,20")
    does(page, *press("F2"), shows="TRADITION")
    page.act({"type": "power", "how": "cut"})
    does(page, {"type": "power", "how": "back"}, shows="SOUS-TOTAL")
    page.wait("state", "power", "^on$")  # it shows what stands before all its devices are open
    does(page, *press("F12"), shows="TOTAL +1,30")


@pytest.mark.slow
def test_a_busy_hour_is_played_again_without_anything_else(tmp_path: Path) -> None:
    temporary, kept = tmp_path / "tmp", tmp_path / "scene.md"
    temporary.mkdir()
    with counter(temporary=temporary) as page:
        a_busy_hour(page)
        kept.write_text(page.ask(path="scene.md")[1])
    command = [sys.executable, "-m", "pos_terminal", "scenes", str(kept)]
    played = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert played.returncode == 0, f"{played.stdout}{played.stderr}{kept.read_text()}"
    steps = kept.read_text()
    for said in ("terminal attend", "terminal refuse", "coupure", "panne    papier", "ticket  "):
        assert said in steps
