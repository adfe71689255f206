"""The till's language: gettext's catalogues over the French that stands in the code."""

import gettext
from pathlib import Path

from pos_terminal.domain import words

DOMAIN = "pos_terminal"
LOCALE = Path(__file__).parent.parent / "locale"
SOURCE = "fr"


def speak(language: str) -> None:
    """Show words in `language` («fr», «en») from here on; French where a word is missing."""
    if language == SOURCE:
        words.speak(str)
        return
    translation = gettext.translation(DOMAIN, str(LOCALE), [language], fallback=True)
    words.speak(translation.gettext)
