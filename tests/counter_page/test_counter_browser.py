"""The page in a real browser: Debian's chromium, one browser and one till for all that is here."""

import re
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pos_counter_page.paper_drawing import WIDTH
from pos_terminal.runtime.keymaps import KEYMAPS
from pos_terminal.scenes.script import read
from tests.support.counter_window import display, touch, violations

# A browser's library switches stacks under Python: it gets workers in which no journal is written.
pytestmark = pytest.mark.slow


def papers(page: Page) -> int:
    return page.locator("#papers .paper").count()


def test_a_newcomers_first_sale(page: Page) -> None:
    before = papers(page)
    touch(page, "3", "x", "BAGUETTE")
    display(page, "BAGUETTE x3", "1,05 3,15")
    touch(page, "1", "0", "00", "ESPECES")
    display(page, "RENDU 6,85", "RECU 10,00")
    expect(page.locator("#drawer")).to_have_class(re.compile("open"))
    touch(page, "TICKET")
    expect(page.locator("#papers .paper")).to_have_count(before + 1)
    paper = page.locator("#papers .paper").last
    expect(paper).to_contain_text("ESPECES")
    expect(paper).to_contain_text("3 x 1,05")
    page.locator("#shut").click()
    expect(page.locator("#drawer")).not_to_have_class(re.compile("open"))


def test_the_computers_keyboard_types_at_the_till(page: Page) -> None:
    page.keyboard.press("F2")
    display(page, "TRADITION x1", "1,30 1,30")
    page.keyboard.press("Numpad2")
    page.keyboard.press("NumpadMultiply")
    page.keyboard.press("F5")
    display(page, "CROISSANT x2", "1,15 2,30")
    page.keyboard.press("NumpadAdd")
    display(page, "SOUS-TOTAL 2 ART", "3,60")
    page.keyboard.press("F12")
    display(page, "TOTAL 3,60", "MERCI")


def test_a_weight_is_read_once_the_hand_rests(page: Page) -> None:
    page.locator("[data-grams='480']").click()
    touch(page, "PAIN AU KILO")
    display(page, "0,480kg x 5,20", "PAIN AU KILO 2,50")
    expect(page.locator("#weight")).to_have_text("0,480 kg")
    page.locator("[data-grams='0']").click()
    touch(page, "ESPECES")
    display(page, "TOTAL 2,50", "MERCI")


OF_ONE_MAP_ALONE = {
    "azerty105": "KEY_LEFTALT+KEY_9",
    "pave17": "KEY_NUMLOCK",
    "programmable84": "KEY_F13",
    "numeric": "KEY_LEFTCTRL+KEY_K",
}


def test_every_bundled_keyboard_is_drawn_and_sells(page: Page) -> None:
    assert set(OF_ONE_MAP_ALONE) == {path.stem for path in KEYMAPS.glob("*.toml")}
    for keymap, chord in OF_ONE_MAP_ALONE.items():
        page.locator("[data-choose=keymap]").select_option(keymap)
        page.locator(f"[data-chord='{chord}']").wait_for(state="attached")
        touch(page, "1", "PLU")
        display(page, "BAGUETTE x1", "1,05 1,05")
        touch(page, "CORR")
        display(page, "ANNULE BAGUETTE", "-1,05")
    touch(page, "ABANDON")
    page.locator("[data-choose=keymap]").select_option("")
    page.get_by_role("button", name=re.compile("^CROISSANT")).wait_for()


def test_a_card_is_refused_hangs_and_is_approved(page: Page) -> None:
    touch(page, "BAGUETTE", "CARTE")
    display(page, "CARTE 1,05", "PRESENTER LA CARTE")
    page.get_by_role("button", name="refuser").click()
    display(page, "CARTE REFUSEE", "M-110 TAPER C")
    touch(page, "C", "CARTE")
    display(page, "CARTE 1,05", "PRESENTER LA CARTE")
    expect(page.locator("#amount")).to_contain_text("1,05 €")
    touch(page, "C")  # nobody comes with a card: the clerk gives it up
    expect(page.locator("#amount")).to_contain_text("Bienvenue")
    touch(page, "C", "CARTE")
    expect(page.locator("#amount")).to_contain_text("1,05 €")
    page.get_by_role("button", name="accepter").click()
    display(page, "TOTAL 1,05", "MERCI")


@pytest.mark.parametrize("panel", ["", "Leçons", "Codes-barres", "Pannes", "Coulisses"])
def test_whoever_cannot_see_it_finds_the_way(page: Page, panel: str) -> None:
    """axe, for all that it knows of WCAG 2.2 at level AA."""
    if panel:
        page.get_by_role("button", name=panel).click()
    touch(page, "C")
    assert violations(page) == []


def test_it_is_worked_by_the_keyboard_alone(page: Page) -> None:
    before = papers(page)
    for code in ("F1", "F12", "PageDown"):
        page.keyboard.press(code)
    expect(page.locator("#papers .paper")).to_have_count(before + 1)
    page.keyboard.press("F9")
    display(page, "RETOUR")
    page.locator("#papers .paper .code").last.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#display")).to_contain_text("REMBOURSEMENT")
    page.keyboard.press("Delete")
    page.get_by_role("button", name="Coulisses").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#inside .close")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#inside")).to_be_hidden()
    expect(page.get_by_role("button", name="Coulisses")).to_be_focused()


def test_a_ticket_on_the_roll_is_refunded_by_a_click_on_its_barcode(page: Page) -> None:
    before = papers(page)
    touch(page, "2", "x", "CROISSANT", "ESPECES")
    display(page, "TOTAL 2,30", "MERCI")
    touch(page, "TICKET")
    expect(page.locator("#papers .paper")).to_have_count(before + 1)
    touch(page, "RF")
    display(page, "RETOUR")
    page.locator("#papers .paper").last.get_by_role("button", name=re.compile("Scanner")).click()
    expect(page.locator("#display")).to_contain_text("REMBOURSEMENT")
    touch(page, "TICKET", "ESPECES")
    display(page, "RENDU 2,30", "REMBOURSEMENT")


def break_(page: Page, *names: str) -> None:
    """Press toggles of the breakages, by device and what ails it."""
    page.get_by_role("button", name="Pannes").click()
    for name in names:
        device, ail = name.split(": ")
        page.get_by_role("group", name=device).get_by_role("button", name=ail, exact=True).click()
    page.get_by_role("button", name="Fermer le volet").first.click()


def test_paper_runs_out_and_is_mended(page: Page) -> None:
    before = papers(page)
    touch(page, "BAGUETTE", "ESPECES")
    display(page, "TOTAL 1,05", "MERCI")
    break_(page, "Imprimante: plus de papier")
    touch(page, "TICKET")
    display(page, "PLUS DE PAPIER", "P-103 TAPER C")
    touch(page, "C")
    break_(page, "Imprimante: plus de papier")
    touch(page, "TICKET")
    expect(page.locator("#papers .paper")).to_have_count(before + 1)


def test_a_power_cut_in_a_sale_and_what_comes_back(page: Page) -> None:
    touch(page, "2", "x", "TRADITION")
    display(page, "TRADITION x2", "1,30 2,60")
    break_(page, "Le courant: Couper le courant")
    expect(page.locator("#display")).to_have_text(re.compile(r"^\s*$"))
    touch(page, "CAFE")
    expect(page.locator("#words")).to_contain_text("la caisse est éteinte")
    page.get_by_role("button", name="Rallumer la caisse").click()
    display(page, "SOUS-TOTAL 1 ART", "2,60")
    page.locator("body[data-power=on]").wait_for()  # it shows what stands before it takes keys
    touch(page, "ESPECES")
    display(page, "TOTAL 2,60", "MERCI")


def test_a_full_disk_is_said_and_ends(page: Page) -> None:
    break_(page, "Le boîtier: disque plein")
    touch(page, "BAGUETTE")
    expect(page.locator("#display")).to_contain_text("J-1")
    break_(page, "Le boîtier: disque plein")
    expect(page.locator("#display")).not_to_contain_text("J-1")
    touch(page, "C", "BAGUETTE", "ESPECES")
    display(page, "TOTAL 1,05", "MERCI")


def test_the_last_ticket_is_kept_as_a_picture(page: Page) -> None:
    before = papers(page)
    touch(page, "CAFE", "ESPECES", "TICKET")
    expect(page.locator("#papers .paper")).to_have_count(before + 1)
    with page.expect_download() as kept:
        page.get_by_role("button", name="Image du dernier ticket").click()
    picture = kept.value.path().read_bytes()
    assert kept.value.suggested_filename.endswith(".png")
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", picture[16:24])
    assert width == WIDTH
    assert height > width


def test_what_was_done_is_played_again_as_a_scene(page: Page, tmp_path: Path) -> None:
    page.get_by_role("button", name="Leçons").click()
    lesson = page.locator("#course [data-number='1']")
    lesson.get_by_role("button", name="Essayer").click()  # a new shop, and a new recording
    expect(page.locator("#lesson h3")).to_contain_text("1.")
    page.locator("body[data-power=on]").wait_for()
    touch(page, "3", "x", "BAGUETTE")
    display(page, "BAGUETTE x3", "1,05 3,15")
    touch(page, "ESPECES")
    display(page, "TOTAL 3,15", "MERCI")
    page.get_by_role("button", name="Codes-barres").click()
    with page.expect_download() as kept:
        page.get_by_role("link", name="scène").click()
    page.get_by_role("button", name="Leçons").click()
    page.locator("#leave").click()
    script = read(kept.value.path().read_text())
    (scene,) = script.scenes
    assert "écran BAGUETTE x3 | 1,05 3,15" in map(str, scene.steps)
    shop = tmp_path / "scene.md"
    shop.write_text(kept.value.path().read_text())
    scenes = [sys.executable, "-m", "pos_terminal", "scenes", str(shop)]
    played = subprocess.run(scenes, capture_output=True, text=True, timeout=120, check=False)
    assert played.returncode == 0, played.stdout
