"""Every button of the panel «Pannes», by what the till says itself once it was clicked."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, Response, expect

from tests.support.counter_page import Opened
from tests.support.counter_page import press as keys
from tests.support.counter_window import NOTED, display, passes, touch, until

# See test_counter_browser.
pytestmark = pytest.mark.slow

SOLD = r"BAGUETTE +x1 +1,05 +1,05"
DARK = r"^\s*$"


@pytest.fixture
def till(page: Page, opened: Opened) -> Iterator[Page]:
    """The page, with a till at which nothing waits; nothing is broken or sold afterwards."""
    # Keys come in order: what an earlier test pressed last is done once this, which nobody else
    # here sells, is seen.
    touch(page, "C", "SANDWICH JAMBON")
    says(page, "SANDWICH")
    touch(page, "ABANDON")
    says(page, "VENTE ANNULEE")
    yield page
    for broken in page.locator("#breaks [data-state][aria-pressed=true]").all():
        press(broken)
    expect(page.locator("#breaks [data-state][aria-pressed=true]")).to_have_count(0)
    opened.act({"type": "weigh", "grams": 0}, *keys("ESC", "ESC", "DELETE", "ESC"))


def press(button: Locator) -> None:
    """Click it, whether or not its panel is open: a shut one is as good for who uses no pointer."""
    button.evaluate("each => each.click()")


def toggles(page: Page, name: str) -> None:
    """Break it, or mend it; it is so once this returns."""

    def done(answer: Response) -> bool:
        asked = answer.request.post_data or ""
        return any(word in asked for word in name.split("."))

    with page.expect_response(done):
        press(page.locator(f"#breaks [data-state='{name}']"))


def says(page: Page, pattern: str) -> None:
    expect(page.locator("#display")).to_have_text(re.compile(pattern))


def ails(page: Page, code: str | re.Pattern[str], remedy: str) -> None:
    """A device's card in the panel «Coulisses» has the till's code, and what it says to do."""
    item = page.locator("#devices .ill").filter(has_text=code)
    expect(item).to_contain_text(remedy)


def scans(page: Page, by: str, code: str) -> None:
    """In front of that very scanner: the sheet and the field leave the choice to the page."""
    body = [{"type": "scan", "code": code, "by": by}]
    page.evaluate("b => fetch('acts', {method: 'POST', body: JSON.stringify(b)})", body)


def test_the_panel_has_no_button_that_is_not_tried_here(page: Page) -> None:
    cables = {
        f"{device}.{ail}"
        for device in ("keypad", "scanner", "wedge", "scale", "display", "printer", "tone")
        for ail in ("unplugged", "mute", "late", "garbled")
    }
    others = {
        "tpe.unplugged", "printer.paper_out", "printer.paper_low", "printer.cover_open",
        "printer.failing", "disk.full", "network.away",
    }  # fmt: skip
    found = page.locator("#breaks [data-state]").evaluate_all(
        "all => all.map(e => e.dataset.state)"
    )
    assert set(found) == cables | others
    assert page.locator("#breaks [data-clock]").count() == 4
    assert page.locator("#breaks button[data-power]").count() == 3


def test_a_printer_that_is_mute_is_said_and_opens_no_drawer(till: Page) -> None:
    toggles(till, "printer.mute")
    touch(till, "BAGUETTE", "ESPECES")
    says(till, "T-101 +TAPER C")
    touch(till, "C", "TICKET")
    says(till, "P-101 +TAPER C")
    expect(till.locator("#drawer")).not_to_have_class(re.compile("open"))


@pytest.mark.parametrize(
    ("device", "code", "remedy"),
    [
        ("keypad", "R-102", "Vérifier le câble du clavier"),
        ("scanner", "R-101", "Vérifier le câble du scanner"),
        ("wedge", "R-101", "Vérifier le câble du scanner"),
        ("display", "D-101", "Vérifier le câble de l'afficheur"),
        ("printer", "P-101", "Allumer l'imprimante"),
        ("tone", "R-103", "Vérifier l'avertisseur"),
    ],
)
def test_what_is_unplugged_is_missed_at_once_and_taken_up_again(
    till: Page, device: str, code: str, remedy: str
) -> None:
    toggles(till, f"{device}.unplugged")
    ails(till, code, remedy)
    if device == "display":
        says(till, DARK)
    elif device in ("keypad", "scanner", "wedge"):
        says(till, f"{code} +TAPER C")
    toggles(till, f"{device}.unplugged")
    expect(till.locator("#devices .ill").filter(has_text=code)).to_have_count(0)
    touch(till, "C", "BAGUETTE")
    says(till, SOLD)


def test_who_touches_what_is_unplugged_is_told(till: Page) -> None:
    toggles(till, "keypad.unplugged")
    ails(till, "R-102", "Vérifier")
    touch(till, "BAGUETTE")
    expect(till.locator("#words")).to_contain_text("l'appareil est débranché")


@pytest.mark.parametrize("ail", ["mute", "garbled"])
def test_keys_that_do_not_get_through_sell_nothing(till: Page, ail: str) -> None:
    toggles(till, f"keypad.{ail}")
    touch(till, "CAFE")
    toggles(till, f"keypad.{ail}")
    touch(till, "BAGUETTE")
    says(till, SOLD)
    touch(till, "ST")
    display(till, "SOUS-TOTAL 1 ART", "1,05")


def test_keys_scans_and_sights_that_are_late_come_all_the_same(till: Page) -> None:
    for device in ("keypad", "display"):
        toggles(till, f"{device}.late")
    touch(till, "BAGUETTE")
    says(till, SOLD)
    for device in ("keypad", "display"):
        toggles(till, f"{device}.late")
    for by in ("scanner", "wedge"):
        toggles(till, f"{by}.late")
        scans(till, by, "77")  # each key of the one that types is late
        says(till, r"[AO]-1\d\d +TAPER C")
        toggles(till, f"{by}.late")
        touch(till, "C")
        says(till, SOLD)


@pytest.mark.parametrize("by", ["scanner", "wedge"])
def test_scans_that_do_not_get_through_or_come_to_pieces_sell_nothing(till: Page, by: str) -> None:
    for ail in ("mute", "garbled"):
        toggles(till, f"{by}.{ail}")
        scans(till, by, "9999999999994")
        toggles(till, f"{by}.{ail}")
    if by == "scanner":  # what is left of it is no code; keys that make no sense are none
        says(till, r"[AO]-1\d\d +TAPER C")
    touch(till, "C", "BAGUETTE", "ST")
    display(till, "SOUS-TOTAL 1 ART", "1,05")


@pytest.mark.parametrize(
    ("ail", "code", "remedy"),
    [
        ("unplugged", "W-106", "Brancher la balance"),
        ("mute", "W-105", "Vérifier son câble et son alimentation"),
        ("late", "W-105", "Vérifier son câble et son alimentation"),
        ("garbled", r"W-10[57]", "aper C"),
    ],
)
def test_a_scale_that_does_not_answer_sells_no_weight(
    till: Page, ail: str, code: str, remedy: str
) -> None:
    press(till.locator("[data-grams='480']"))
    toggles(till, f"scale.{ail}")
    touch(till, "5", "PLU")
    says(till, f"{code} +TAPER C")
    ails(till, re.compile(code), remedy)
    toggles(till, f"scale.{ail}")
    # What was late is still on its way: a clerk asks again, as the till says.
    for _ in range(20):
        touch(till, "C", "5", "PLU")
        till.wait_for_timeout(1000)
        if "0,480kg" in till.locator("#display").inner_text():
            break
    says(till, r"0,480kg x 5,20")


def test_a_display_that_is_mute_or_garbled_shows_what_stands_once_it_is_mended(till: Page) -> None:
    before = till.locator("#display").inner_text()
    toggles(till, "display.mute")
    with passes(till, "body", "[data-tone=accepted]"):
        touch(till, "BAGUETTE")
    assert till.locator("#display").inner_text() == before
    toggles(till, "display.mute")
    toggles(till, "display.garbled")
    touch(till, "CORR")
    expect(till.locator("#display")).not_to_have_text(re.compile("ANNULE"))
    toggles(till, "display.garbled")
    touch(till, "BAGUETTE")
    says(till, SOLD)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("printer.unplugged", "P-101"), ("printer.late", ""),
        ("printer.garbled", "P-101"), ("printer.paper_out", "P-103"),
        ("printer.cover_open", "P-102"), ("printer.failing", "P-104"), ("network.away", "P-101"),
    ],
)  # fmt: skip
def test_a_printer_that_cannot_print_is_said_and_the_ticket_comes_later(
    till: Page, name: str, code: str
) -> None:
    before = till.locator("#papers .paper").count()
    # By card: no drawer's pulse is on its way to the printer then, whose answer would be awaited.
    touch(till, "BAGUETTE", "CARTE")
    till.get_by_role("button", name="accepter").click()
    display(till, "TOTAL 1,05", "MERCI")
    toggles(till, name)
    touch(till, "TICKET")
    if code:
        says(till, f"{code} +TAPER C")
        touch(till, "C")
        display(till, "TOTAL 1,05", "MERCI")
    toggles(till, name)
    # It is taken up again a moment after its cable is, and says so when it is not there yet.
    printed = f"document.querySelectorAll('#papers .paper').length > {before}"
    for _ in range(20):
        touch(till, "C", "TICKET")
        till.wait_for_timeout(500)
        if till.evaluate(printed):
            return
    raise AssertionError("no ticket came")


def test_a_drawer_behind_a_printer_that_is_off_does_not_open_and_that_is_said(till: Page) -> None:
    toggles(till, "printer.unplugged")
    ails(till, "P-101", "Allumer l'imprimante")
    touch(till, "BAGUETTE", "ESPECES")
    says(till, "T-101 +TAPER C")
    expect(till.locator("#drawer")).not_to_have_class(re.compile("open"))
    touch(till, "C")
    display(till, "TOTAL 1,05", "MERCI")


def test_the_end_of_the_roll_is_seen_on_the_printers_own_lamp_and_said(till: Page) -> None:
    lamp = "getComputedStyle(document.querySelector('.led')).backgroundColor"
    well = till.evaluate(lamp)
    toggles(till, "printer.paper_low")
    until(till, f"{lamp} !== '{well}'")
    touch(till, "BAGUETTE", "ESPECES", "TICKET")
    says(till, "P-109 +TAPER C")
    toggles(till, "printer.paper_low")
    until(till, f"{lamp} === '{well}'")


@pytest.mark.parametrize("ail", ["mute", "garbled", "unplugged"])
def test_a_beeper_that_does_not_beep_leaves_the_till_selling(till: Page, ail: str) -> None:
    with passes(till, "body", "[data-tone=refused]"):  # the last of those that are on their way
        scans(till, "scanner", "9999999999994")
    toggles(till, f"tone.{ail}")
    till.evaluate(NOTED, ["body", "[data-tone=accepted]"])
    touch(till, "C", "BAGUETTE")
    says(till, SOLD)
    assert not till.evaluate("window.passed")
    toggles(till, f"tone.{ail}")
    # It is taken up again a moment after its cable is.
    for _ in range(100):
        touch(till, "CAFE")
        till.wait_for_timeout(500)
        if till.evaluate("window.passed"):
            return
    raise AssertionError("no beep came")


def test_a_beep_that_is_late_comes(till: Page) -> None:
    toggles(till, "tone.late")
    with passes(till, "body", "[data-tone=accepted]"):
        touch(till, "BAGUETTE")


def test_a_payment_terminal_that_is_unplugged_is_sold_beside(till: Page) -> None:
    toggles(till, "tpe.unplugged")
    touch(till, "BAGUETTE", "CARTE")
    display(till, "CARTE SANS LIEN 1,05", r"NUMERO D'AUTO \?")
    ails(till, "M-101", "encaisser autrement")
    toggles(till, "tpe.unplugged")
    touch(till, "C", "ESPECES")
    display(till, "TOTAL 1,05", "MERCI")


def test_a_till_that_is_restarted_goes_on_with_the_sale(till: Page) -> None:
    touch(till, "BAGUETTE")
    says(till, SOLD)
    press(till.locator("#breaks [data-power=restart]"))
    display(till, "SOUS-TOTAL 1 ART", "1,05")
    till.locator("body[data-power=on]").wait_for()
    press(till.locator("#breaks button[data-power=cut]"))
    says(till, DARK)
    press(till.locator("#breaks button[data-power=back]"))
    display(till, "SOUS-TOTAL 1 ART", "1,05")
    till.locator("body[data-power=on]").wait_for()


def sets_clock(page: Page, seconds: int) -> None:
    press(page.locator(f"#breaks [data-clock='{seconds}']"))
    page.locator(f"#breaks [data-clock='{seconds}'][aria-pressed=true]").wait_for(state="attached")


@pytest.mark.parametrize("seconds", [-86_400, -1_700_000_000])
def test_a_clock_that_went_back_is_doubted_at_the_next_start(till: Page, seconds: int) -> None:
    touch(till, "BAGUETTE", "ESPECES")
    display(till, "TOTAL 1,05", "MERCI")
    sets_clock(till, seconds)
    for how in ("cut", "back"):
        press(till.locator(f"#breaks [data-power={how}]"))
    display(till, "HORLOGE DOUTEUSE", "C-121 TAPER C")
    expect(till.locator("#lines")).to_contain_text("Horloge non fiable")
    till.locator("body[data-power=on]").wait_for()
    touch(till, "C", "BAGUETTE", "ESPECES")
    display(till, "TOTAL 1,05", "MERCI")
    sets_clock(till, 0)


def test_a_clock_that_is_set_is_noted_with_the_next_sale(till: Page) -> None:
    touch(till, "BAGUETTE")
    says(till, SOLD)
    sets_clock(till, 3600)
    touch(till, "ESPECES")
    expect(till.locator("#lines")).to_contain_text("Saut de l'horloge, +3600")
    sets_clock(till, 0)
    touch(till, "BAGUETTE", "ESPECES")
    expect(till.locator("#lines")).to_contain_text("Saut de l'horloge, -3600")
