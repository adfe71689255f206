"""What a supporter types, as words; and the words that may follow. Pure."""

from collections.abc import Iterable, Mapping

from pos_terminal.domain.language import say

LONGEST = 300
"""Characters of a line: a giant paste is refused, not worked off."""


class BadLine(ValueError):
    """It is no command."""


def words(line: str) -> list[str]:
    """The words of a line, which blanks part; quotes keep blanks together. BadLine."""
    if len(line) > LONGEST:
        raise BadLine(say("plus de {most} caractères", most=LONGEST))
    if not (line or "-").replace("\t", " ").isprintable():
        raise BadLine(say("des signes qui ne se lisent pas"))
    found: list[str] = []
    word, quote, inside = "", "", False
    for each in line.replace("\t", " "):
        if quote:
            word, quote = (word, "") if each == quote else (word + each, quote)
        elif each in "\"'":
            quote, inside = each, True
        elif each == " ":
            found += [word] if word or inside else []
            word, inside = "", False
        else:
            word += each
    if quote:
        raise BadLine(say("un guillemet n'est pas fermé"))
    return found + ([word] if word or inside else [])


def completed(line: str, known: Mapping[str, Iterable[str]]) -> tuple[str, list[str]]:
    """The line as far as it can only go on in one way, and the words that are left to choose of."""
    before, blank, begun = line.rpartition(" ")
    first = line.split(" ", 1)[0] if blank else ""
    choices = sorted(
        each for each in (known.get(first, ()) if blank else known) if each.startswith(begun)
    )
    if not choices:
        return line, []
    common = choices[0]
    for each in choices[1:]:
        while not each.startswith(common):
            common = common[:-1]
    done = f"{before}{blank}{common}"
    return (f"{done} ", []) if len(choices) == 1 else (done, choices)
