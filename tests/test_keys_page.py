"""docs/keymaps.md has the one table of keys: `python -m tests.test_keys_page` writes it."""

from gettext import GNUTranslations
from pathlib import Path

from pos_terminal.domain.keyboard.key_table import GROUPS, ROWS

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "keymaps.md"
ENGLISH = ROOT / "pos_terminal" / "locale" / "en" / "LC_MESSAGES" / "pos_terminal.mo"
TITLE = "## Les touches / keys\n"
HEAD = """
Le nom, dans les plans, les scènes et le guide, est le même partout ; la touche et la feuille de
commandes portent le mot de la langue du magasin (`language`). Les lettres sont celles des
[codes-barres](command-sheet.md). The name is the same everywhere; the cap and the sheet have the
word of the shop's language.

| touche | key | nom / name | lettres | |
|---|---|---|---|---|
"""


def table() -> str:
    with ENGLISH.open("rb") as file:
        english = GNUTranslations(file).gettext
    rows = (
        f"| {row.cap} | {english(row.cap)} | `{row.name}` | `{row.letters}` "
        f"| {row.purpose}<br>{english(row.purpose)} |\n"
        for group in GROUPS
        for row in group.rows
    )
    return HEAD + "".join(rows)


def page() -> str:
    """The page as it should be: its own words around the table."""
    before, _, rest = PAGE.read_text().partition(TITLE)
    _, _, after = rest.partition("\n## ")
    return f"{before}{TITLE}{table()}\n## {after}"


def test_the_page_has_the_table() -> None:
    assert PAGE.read_text() == page()


def test_a_cap_stands_for_one_key() -> None:
    caps = [row.cap for row in ROWS]
    assert len(set(caps)) == len(caps)


if __name__ == "__main__":
    PAGE.write_text(page())
