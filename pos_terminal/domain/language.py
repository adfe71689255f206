"""The words that clerks and customers read: written in French, translated where a shop wants it.

French is the source language, so a missing translation shows French. `speak` is given the
catalogue's lookup (gettext's) once, when the program starts; a till speaks one language.
"""

from collections.abc import Callable

_translate: Callable[[str], str] = str


def translate_with(translate: Callable[[str], str]) -> None:
    """Use this lookup from here on."""
    global _translate  # noqa: PLW0603  one language a process, set before anything is shown
    _translate = translate


def say(french: str, **facts: object) -> str:
    """The words in the language of the till, with facts in the places that they have for them."""
    words = _translate(french)
    return words.format(**facts) if facts else words


def how_many(count: int, one: str, more: str) -> str:
    """A number and what it counts: «1 ligne», «2 lignes»; both texts have a place for {count}."""
    return say(one if count == 1 else more, count=count)


def labelled(what: object, why: object) -> str:
    """What something is about, a colon as the language sets it, and the something."""
    return say("{what} : {why}", what=what, why=why)
