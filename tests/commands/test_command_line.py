"""What every command has alike: help and refusals in the shop's language, and how it fails."""

import argparse
import ast
import json
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import NoReturn

import pytest

from pos_terminal.__main__ import COMMANDS, main
from pos_terminal.domain.language import how_many, translate_with
from pos_terminal.process.translation import set_language
from pos_terminal.process.usage import Parser, refusal
from tests.support.house import MODULES

SYMBOLS = {"N", "M", "ID", "ZIP", "CA.pem", "day|ticket", "SIREN", "SIRET"}
"""What stands for an argument in every language."""


@pytest.fixture
def marked() -> Iterator[None]:
    """A language in which every word that is translated is seen to be."""
    translate_with(lambda french: f"«{french}»")
    yield
    set_language("fr")


def parsers() -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Each parser of the command line, by the words that lead to it."""
    for name in COMMANDS:
        parser = Parser(name)
        import_module(f"pos_terminal.commands.{name}").add_arguments(parser)
        yield from within(name, parser)


def within(
    name: str, parser: argparse.ArgumentParser
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    yield name, parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for word, inner in action.choices.items():
                yield from within(f"{name} {word}", inner)


def texts(parser: argparse.ArgumentParser) -> Iterator[str | None]:
    """All that its help shows and that is not typed as it stands."""
    for action in parser._actions:
        if action.help == argparse.SUPPRESS:
            continue
        if isinstance(action, argparse._SubParsersAction):
            yield from (each.help for each in action._choices_actions)
        elif action.help is not None or action.option_strings:  # FICHIER may speak for itself
            yield action.help
        if (
            action.metavar is None
            and action.nargs != 0
            and not (action.option_strings and action.choices)
        ):
            yield action.dest
        if action.metavar is not None and action.metavar not in SYMBOLS:
            yield str(action.metavar)


@pytest.mark.usefixtures("marked")
def test_all_that_help_says_is_translated() -> None:
    shown = {(name, text) for name, parser in parsers() for text in texts(parser)}
    assert len(shown) > 200
    bare = {(name, text) for name, text in shown if text is None or "«" not in text}
    assert bare == set()


def test_help_is_in_the_shops_language(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = tmp_path / "terminal.toml"
    settings.write_text('[terminal]\nlanguage = "en"\n')
    with pytest.raises(SystemExit):
        main(["run", "--config", str(settings), "--help"])
    english = capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["run", "--help"])
    french = capsys.readouterr().out
    assert english.startswith("usage: ") and "serve the shop" in english
    assert french.startswith("usage : ") and "tient la caisse" in french


class Refused(Exception):
    """What argparse said."""


class Plain(argparse.ArgumentParser):
    """As Python has it, but that it says what it refuses to its caller."""

    def error(self, message: str) -> NoReturn:
        raise Refused(message)


@pytest.mark.usefixtures("marked")
def test_what_argparse_refuses_is_translated() -> None:
    """All of its own messages that a command line of ours can cause, as it makes them itself."""
    parser = Plain()
    parser.add_argument("name")
    parser.add_argument("--number", type=int)
    parser.add_argument("--colour", choices=("red", "blue"))
    parser.add_argument("--many", nargs="+")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--one", action="store_true")
    which.add_argument("--other", action="store_true")
    for words in (
        ["--number"], ["--number", "x"], ["--colour", "green"], ["--many"], ["--one", "--other"],
        ["--one=1"], ["--o"], [], ["name", "more"],
    ):  # fmt: skip
        with pytest.raises(Refused) as caught:
            parser.parse_args(words)
        assert "«" in refusal(str(caught.value)), caught.value


def english() -> Iterator[str]:
    """Words that a command prints or fails with, and that no language has been asked for."""
    for module in MODULES:
        if not module.name.startswith("pos_terminal.commands"):
            continue
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id not in ("print", "Failure", "Misuse", "_tell", "JournalError"):
                continue
            for part in node.args:
                bare = "".join(
                    each.value
                    for each in (part.values if isinstance(part, ast.JoinedStr) else [part])
                    if isinstance(each, ast.Constant) and isinstance(each.value, str)
                )
                if re.search(r"[a-zé]{3,} +[a-zé]{2,}|[a-zé]{2,} +[a-zé]{3,}", bare):
                    yield f"{module.name}: {bare}"


def test_what_commands_say_is_said_in_a_language() -> None:
    assert list(english()) == []


def test_where_there_is_no_journal_every_command_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere, out = tmp_path / "nowhere", tmp_path / "out"
    for words in (
        "close day", "stock show", "stock bottles", "stock make", "clerk list", "person list",
        "person due", f"person erase {'0' * 32}", f"person export {'0' * 32}",
        f"person export {'0' * 32} --out {out}",
        "journal show", "journal tail", "journal verify",
        f"journal witness --to {out}", f"journal archive --out {out}",
        f"journal backup --out {out}", f"journal export csv --out {out}",
        f"journal export fec --siren 732829320 --year 2026 --out {out}",
        "journal stats",
    ):  # fmt: skip
        assert main([*words.split(), "--state", str(nowhere), "--json"]) == 1
        told = json.loads(capsys.readouterr().out)
        assert told["code"] == "J-107", words
        assert {"cause", "detail", "remedy"} <= set(told)
    assert list(tmp_path.iterdir()) == []
    impossible = "/proc/nowhere/state"
    for words in (f"journal restore --from {tmp_path}", "journal rotate-key"):
        assert main([*words.split(), "--state", impossible, "--json"]) == 1
        assert json.loads(capsys.readouterr().out)["code"] in ("J-135", "J-107"), words


def test_one_is_not_many() -> None:
    words = ("{count} ligne", "{count} lignes")
    assert [how_many(n, *words) for n in (0, 1, 2)] == ["0 lignes", "1 ligne", "2 lignes"]
    set_language("en")
    try:
        assert [how_many(n, *words) for n in (0, 1, 2)] == ["0 lines", "1 line", "2 lines"]
    finally:
        set_language("fr")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (("journal", "begin", "--because", " "), "--because : dire pourquoi"),
        (("journal", "voucher-key", "--because", ""), "--because : dire pourquoi"),
        (("journal", "continue", "--because", ""), "--because : dire pourquoi"),
        (("alerts", "token", "", "2"), "MAGASIN : '' n'est pas un nom"),
        (("close", "week"), "PERIODE : 'week'"),
        (("journal", "export", "fec", "--siren", "1"), "«1» n'est pas un SIREN"),
        (("journal", "export", "fec", "--siren", "732829320", "--year", "26"), "26 n'est pas"),
    ],
)
def test_what_says_nothing_is_refused_in_french(
    line: tuple[str, ...], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*line])
    assert ended.value.code == 2 and why in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "code"),
    [(("drivers", "toaster"), "C-146"), (("archive", "verify", "none.zip"), "C-134")],
)
def test_what_is_not_there_is_said(
    line: tuple[str, ...], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*line, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["code"] == code
