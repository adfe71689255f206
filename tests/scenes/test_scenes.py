"""The language of scenes and its command: what agrees, what differs where, what means nothing."""

import json
import re
from pathlib import Path

import pytest

from pos_terminal.__main__ import main
from pos_terminal.scenes.script import WORDS, BadScript, read
from tests.support.shop import GUIDE

DOCS = Path(__file__).parents[2] / "docs"
SHOP = "".join(f"```{name}\n{text}```\n\n" for name, text in GUIDE.items())
PAGE = f"""# Ma page

{SHOP}
## Un menu

```scene
date     2026-03-03T12:10
# une remarque
touches  20 PLU 21 PLU 22 PLU ST
écran    SOUS-TOTAL 3 ART | PROMO -1,50 9,50
touches  CASH TICKET
ticket   TOTAL                 9,50 €
tiroir
fermé
journal  sale.closed total=950
```
"""


SOON = ("--patience", "4")


def played(tmp_path: Path, page: str, *more: str) -> int:
    file = tmp_path / "m.md"
    file.write_text(page)
    return main(["scenes", str(file), "--json", *more])


def test_what_agrees(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert played(tmp_path, PAGE) == 0
    assert json.loads(capsys.readouterr().out)["good"]


def test_a_cent_that_differs_is_said_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = PAGE.replace("-1,50 9,50", "-1,50 9,51")
    assert played(tmp_path, page, *SOON) == 1
    told = json.loads(capsys.readouterr().out)
    assert page.splitlines()[told["line"] - 1].endswith("9,51")
    assert told["wanted"].split()[-1] == "9,51" and told["got"].split()[-1] == "9,50"


@pytest.mark.parametrize(
    ("page", "reason", "status"),
    [
        (PAGE.replace("touches  CASH", "touche   CASH"), "pas un mot de scène", 2),
        (PAGE.replace("# une remarque", "panne    pluie"), "pas suivi de «pluie»", 2),
        (PAGE.replace("touches  CASH TICKET", "date     2026-03-04T08:00"), "avant tout", 2),
        (PAGE.replace("date     2026-", "date     2026-1"), "pas suivi de", 2),
        (PAGE.replace("touches  CASH", "touches  CACH"), "ni une touche ni un article", 2),
        (f"{PAGE}\n```scene\ntouches 1 PLU\n", "pas de fin", 2),
        (PAGE.replace("# une remarque", "réglage  inconnu"), "de bloc «réglages inconnu»", 1),
        (PAGE.replace("```catalogue", "```csv"), "ni bloc", 1),
    ],
)
def test_what_means_nothing(
    page: str, reason: str, status: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert played(tmp_path, page) == status
    told = json.loads(capsys.readouterr().out)
    assert (told["code"], reason in told["detail"]) == ("C-107", True)


def test_a_configuration_that_is_not_there_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert played(tmp_path, PAGE, "--config", str(tmp_path / "none.toml")) == 1
    assert json.loads(capsys.readouterr().out)["code"] == "C-134"


def test_nothing_to_play_is_no_success(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert played(tmp_path, "# A page without scenes\n") == 1
    assert played(tmp_path, PAGE, "--only", "no such title") == 1
    assert capsys.readouterr().out.count("aucune scène à jouer") == 2


def test_a_shop_of_its_own(tmp_path: Path) -> None:
    shop = ("--name", "Zoé", "--address", "1 rue du Four", "--siret", "73282932000074")
    assert main(["config", "new", "boulangerie", str(tmp_path / "shop"), *shop]) == 0
    page = """
```scene
touches  4 x 10 PLU ST
écran    SOUS-TOTAL 1 ART | PROMO -1,15 3,45
touches  CARD
écran    TOTAL 3,45 | MERCI
```
"""
    config = str(tmp_path / "shop" / "terminal.toml")
    assert played(tmp_path, page, "--config", config) == 0
    assert played(tmp_path, page.replace("3,45", "3,46"), "--config", config, *SOON) == 1


def test_power_cuts_devices_and_accounts(tmp_path: Path) -> None:
    """A float of 100,00, one sale in cash over a power cut, and the Z: 101,30 in account 530000."""
    scene = """
```réglages compte libre
[tenders]
count_first = false
```

```scene
date     2026-03-03T08:00
réglage  compte libre
touches  10000 FOND
journal  cash.moved
tiroir
débranche imprimante
écran    IMPRIMANTE ABSENTE | P-101 TAPER C
branche  imprimante
touches  C 1 PLU
écran    TRADITION x1 | 1,30 1,30
coupure
écran    SOUS-TOTAL 1 ART | 1,30
touches  CASH
journal  sale.closed total=130
touches  Z
journal  period.closed
compte   530000 101,30
```
"""
    assert played(tmp_path, SHOP + scene) == 0


def test_the_page_has_every_word() -> None:
    rows = re.findall(r"^\| `(\S+?)[ `]", (DOCS / "scenes.md").read_text(), re.M)
    assert set(rows) == WORDS


def test_lines_are_those_of_the_page() -> None:
    with pytest.raises(BadScript) as bad:
        read("a\n\n```scene\ntouches 1\nfoo\n```\n")
    assert bad.value.line == 5
