"""The command line's own words: argparse speaks English, and its users French."""

import argparse
import os
import re
import sys
from contextlib import suppress
from textwrap import wrap
from typing import Any, NoReturn

from pos_terminal.domain.language import labelled, say


class _Formatter(argparse.HelpFormatter):
    """Breaks no line within a path or a word that has a hyphen: it is to be typed as it stands."""

    def __init__(self, prog: str) -> None:
        # argparse asks `shutil`, for each option of each command: that loads three compressors.
        super().__init__(prog, width=_columns() - 2)

    def _split_lines(self, text: str, width: int) -> list[str]:
        return wrap(" ".join(text.split()), width, break_on_hyphens=False, break_long_words=False)


def _columns() -> int:
    """How wide the terminal is, as `shutil.get_terminal_size` says; 80 where there is none."""
    with suppress(KeyError, ValueError):
        return int(os.environ["COLUMNS"]) or 80
    with suppress(OSError):
        return os.get_terminal_size(1).columns or 80
    return 80


class _Actions(argparse._SubParsersAction):  # type: ignore[type-arg]  # no generic when it runs
    """Commands whose own help begins with what the list says of them."""

    def add_parser(self, name: str, **given: Any) -> Any:
        given.setdefault("description", given.get("help"))
        return super().add_parser(name, **given)


class Misuse(Exception):
    """The command makes no sense as it was given; the message says why."""


class Parser(argparse.ArgumentParser):
    """An ArgumentParser whose help and refusals are in the language of the till."""

    def __init__(self, prog: str, description: str | None = None) -> None:
        super().__init__(
            prog, description=description, add_help=False, formatter_class=_Formatter
        )
        self.register("action", "parsers", _Actions)
        for group, title in ((self._positionals, say("arguments")), (self._optionals, "options")):
            # argparse sets the colon, and the language what stands before it.
            group.title = labelled(title, "").rstrip().removesuffix(":")
        self.add_argument(
            "-h", "--help", action="help", default=argparse.SUPPRESS, help=say("affiche cette aide")
        )

    def format_usage(self) -> str:
        """How it is called."""
        return self._french(super().format_usage())

    def format_help(self) -> str:
        """How it is called, and what each argument means."""
        return self._french(super().format_help())

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, with how it is called; exit status 2."""
        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog} : {refusal(message)}\n")

    def _french(self, text: str) -> str:
        return text.replace("usage: ", say("usage : "), 1)


def refusal(message: str) -> str:
    """What argparse refuses, as the user reads it; in its own words where they are unknown here."""
    found = re.fullmatch(r"argument (?P<name>.+?): (?P<rest>.*)", message, re.DOTALL)
    if found:
        return f"{found['name']} : {_said(found['rest'])}"
    return _said(message)


def _said(message: str) -> str:
    for pattern, words in _refusals():
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found:
            return words.format(**found.groupdict())
    return message


def _refusals() -> tuple[tuple[str, str], ...]:
    """The messages of Python 3.11 to 3.13's argparse, and what stands for them."""
    return (
        (r"the following arguments are required: (?P<names>.*)", say("il manque : {names}")),
        (r"one of the arguments (?P<names>.*) is required", say("il faut l'un de : {names}")),
        (r"unrecognized arguments: (?P<names>.*)", say("inconnu : {names}")),
        (r"invalid choice: (?P<given>.*) \(choose from (?P<choices>.*)\)",
         say("{given} : choisir parmi {choices}")),
        (r"invalid .* value: (?P<given>.*)", say("{given} ne convient pas")),
        (r"ignored explicit argument (?P<given>.*)", say("{given} : aucune valeur ne va ici")),
        (r"expected one argument", say("il manque une valeur")),
        (r"expected at least one argument", say("il manque une valeur")),
        (r"not allowed with argument (?P<other>.*)", say("ne va pas avec {other}")),
        (r"ambiguous option: (?P<given>.*) could match (?P<names>.*)",
         say("{given} : est-ce {names} ?")),
    )  # fmt: skip
