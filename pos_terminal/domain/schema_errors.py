"""What msgspec finds wrong with a value, in the words of whoever wrote the file."""

import re

from pos_terminal.domain.language import say


def reason(message: str) -> str:
    """The message, with the place that it ends with; in its own words where it is a rare one."""
    bare, _, place = message.partition(" - at `$")
    place = place.rstrip("`").lstrip(".")
    return f"{_said(bare)} ({place})" if place else _said(bare)


def _said(bare: str) -> str:
    for pattern, words in _words():
        found = re.fullmatch(pattern, bare)
        if found:
            return words.format(**found.groupdict())
    return bare


def _words() -> tuple[tuple[str, str], ...]:
    """The messages that a file of settings or of data can cause, and what stands for them."""
    return (
        (r"Expected `(?P<wanted>[^`]+)`, got `(?P<given>[^`]+)`",
         say("il faut {wanted}, et non {given}")),
        (r"Expected `(?P<wanted>[^`]+)` (?P<bound>.+)", say("il faut {wanted} {bound}")),
        (r"Object missing required field `(?P<name>[^`]+)`", say("il manque {name}")),
        (r"Object contains unknown field `(?P<name>[^`]+)`", say("{name} n'existe pas")),
        (r"Invalid enum value (?P<given>.+)", say("{given} ne convient pas")),
    )  # fmt: skip
