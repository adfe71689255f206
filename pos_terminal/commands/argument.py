"""What several commands are given in the same form."""

import argparse
import re
from datetime import date

from pos_terminal.domain.language import say

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "j": 86_400}


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add --json alone."""
    parser.add_argument(
        "--json", action="store_true", help=say("répond en JSON, sur la sortie standard")
    )


def add_because(parser: argparse.ArgumentParser) -> None:
    """Add --because, which must say something: who decides what cannot be taken back says why."""
    parser.add_argument(
        "--because", required=True, type=reason, metavar=say("MOTIF"),
        help=say("pourquoi : cela est enregistré"),
    )  # fmt: skip


def reason(text: str) -> str:
    """A reason in words, without blanks around them; ArgumentTypeError where there is none."""
    if not text.strip():
        raise argparse.ArgumentTypeError(say("dire pourquoi"))
    return text.strip()


def pseudonym(text: str) -> str:
    """A person's pseudonym; ArgumentTypeError where it is none."""
    if not re.fullmatch("[0-9a-f]{32}", text):
        wrong = say("{text} n'est pas un pseudonyme : 32 chiffres, 0-9 et a-f")
        raise argparse.ArgumentTypeError(wrong.format(text=text))
    return text


def number(text: str, highest: int, wrong: str) -> int:
    """A number from 1 on; ArgumentTypeError with `wrong`, which may name {text} and {highest}."""
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= highest):
        raise argparse.ArgumentTypeError(wrong.format(text=text, highest=highest))
    return int(text)


def whole_number(text: str) -> int:
    """So many records, or the number of one; ArgumentTypeError beyond what SQLite counts to."""
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        wrong = say("{text} n'est pas un nombre entier, de {digits} chiffres au plus")
        raise argparse.ArgumentTypeError(wrong.format(text=text, digits=_DIGITS))
    return int(text)


_DIGITS = 18
"""Of the largest number that has 64 bits, one less."""


def span(text: str, highest: int, wrong: str) -> int:
    """Seconds of «30s», «10m», «2h», «3j» (or «3d»); ArgumentTypeError with `wrong`, which may name
    {text}.
    """
    found = re.fullmatch(r"([0-9]{1,5})([smhdj])", text)
    seconds = int(found[1]) * _UNITS[found[2]] if found else 0
    if not 0 < seconds <= highest:
        raise argparse.ArgumentTypeError(wrong.format(text=text))
    return seconds


def year(text: str) -> int:
    """A year of four digits; ArgumentTypeError where it is none."""
    if not re.fullmatch("[1-9][0-9]{3}", text, re.ASCII):
        wrong = say("{text} n'est pas une année : AAAA")
        raise argparse.ArgumentTypeError(wrong.format(text=text))
    return int(text)


def day(text: str) -> date:
    """A day as ISO 8601 has it; ArgumentTypeError where it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        wrong = say("{text} n'est pas une date : AAAA-MM-JJ").format(text=text)
        raise argparse.ArgumentTypeError(wrong) from error
