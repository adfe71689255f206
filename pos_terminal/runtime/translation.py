"""The till's language: gettext's catalogues over the French that stands in the code."""

import gettext
from collections.abc import Callable
from pathlib import Path

from pos_terminal.domain import language as words

DOMAIN = "pos_terminal"
LOCALE = Path(__file__).parent.parent / "locale"
SOURCE = "fr"


def set_language(language: str) -> None:
    """Show words in `language` («fr», «en») from here on; French where a word is missing."""
    words.translate_with(translator(language))


def translator(language: str) -> Callable[[str], str]:
    """What turns the French of the code into `language`; French where a word is missing."""
    if language == SOURCE:
        return str
    return gettext.translation(DOMAIN, str(LOCALE), [language], fallback=True).gettext
