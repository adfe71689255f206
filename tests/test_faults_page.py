"""docs/faults.md is the one table of faults: `python -m tests.test_faults_page` writes it."""

from gettext import GNUTranslations
from pathlib import Path

from pos_terminal.domain import faults

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "faults.md"
ENGLISH = ROOT / "pos_terminal" / "locale" / "en" / "LC_MESSAGES" / "pos_terminal.mo"
HEAD = """# Codes d'erreur / error codes

Le même code est à l'écran, sur le ticket, dans le journal et dans les mails. `C` efface l'erreur.
The same code stands on the display, on paper, in the journal and in mails. `C` clears it.

Sons / sounds: accepted un court, one short; refused deux graves, two low; alarm trois longs, three
long.

| code | afficheur / display | cause | remède / remedy | son / sound |
|---|---|---|---|---|
"""


def page() -> str:
    with ENGLISH.open("rb") as file:
        english = GNUTranslations(file).gettext
    rows = (
        f"| {fault.code} | {fault.text}<br>{english(fault.text)} "
        f"| {fault.cause}<br>{english(fault.cause)} "
        f"| {fault.remedy}<br>{english(fault.remedy)} | {fault.tone.value} |\n"
        for fault in faults.every()
    )
    return HEAD + "".join(rows)


def test_the_page_is_the_table() -> None:
    assert PAGE.read_text() == page()


if __name__ == "__main__":
    PAGE.write_text(page())
