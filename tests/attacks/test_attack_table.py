"""Each attack succeeds where nothing protects, and is found as docs/journal.md says."""

import pytest

from tests.attacks.__main__ import HEAD, PAGE, SECTION, row
from tests.attacks.attack import Attack
from tests.attacks.carried_out import attacks

AGAIN = "run `python -m tests.attacks --write`"


def documented() -> list[str]:
    (section,) = SECTION.findall(PAGE.read_text(encoding="utf-8"))
    rows: list[str] = section.removeprefix(HEAD).splitlines(keepends=True)
    return rows


@pytest.mark.parametrize("attack", attacks(), ids=lambda attack: attack.what)
def test_an_attack_is_found_by_whom_and_as_the_page_says(attack: Attack) -> None:
    assert row(attack) in documented(), AGAIN


def test_the_page_has_no_attack_that_is_not_tried() -> None:
    assert len(documented()) == len(attacks()), AGAIN
