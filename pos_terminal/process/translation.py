"""The till's language: gettext's catalogues over the French that stands in the code."""

import gettext
from collections.abc import Callable
from pathlib import Path

from pos_terminal.domain import language as words
from pos_terminal.storage import toml

DOMAIN = "pos_terminal"
LOCALE = Path(__file__).parent.parent / "locale"
SOURCE = "fr"
CONFIG = Path("/etc/pos-terminal/terminal.toml")
"""The settings of the till on this machine, where no other file is named."""


def set_language(language: str) -> None:
    """Show words in `language` («fr», «en») from here on; French where a word is missing."""
    words.translate_with(translator(language))


def translator(language: str) -> Callable[[str], str]:
    """What turns the French of the code into `language`; French where a word is missing."""
    if language == SOURCE:
        return str
    return gettext.translation(DOMAIN, str(LOCALE), [language], fallback=True).gettext


def language_named(file: Path) -> str:
    """The language of the till whose settings these are; French where they do not say."""
    try:
        terminal = toml.tables(file.read_text()).get("terminal")
    except (OSError, ValueError):
        return SOURCE
    named = terminal.get("language") if isinstance(terminal, dict) else None
    return named if isinstance(named, str) else SOURCE
