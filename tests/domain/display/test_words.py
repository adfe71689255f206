"""French first, English beside it: every word has its translation, compiled as it is written."""

import ast
import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from babel.messages import Catalog, mofile, pofile

import pos_service_support
import pos_service_update
from pos_service_console import pages as console_pages
from pos_service_console.catalogue import Present
from pos_service_console.sales import Sales
from pos_service_support import commands as support_commands
from pos_terminal.__main__ import COMMANDS
from pos_terminal.agent.world import Agent
from pos_terminal.archive.state_files import STATE_FILES
from pos_terminal.commands.sheet_layout import LABELS_TITLE
from pos_terminal.domain import faults
from pos_terminal.domain import language as words
from pos_terminal.domain.catalog import allergens
from pos_terminal.domain.keyboard import command_sheet, movement_keys
from pos_terminal.domain.printing import stock_lists as goods_paper
from pos_terminal.domain.sale import donations
from pos_terminal.domain.tender import tender as payment
from pos_terminal.process.translation import DOMAIN, LOCALE, set_language
from pos_terminal.storage.worker import Worker

ROOT = Path(__file__).parents[3]
LANGUAGES = sorted(folder.name for folder in LOCALE.iterdir())


def said() -> Iterator[str]:
    """Every literal given to `say`, and every text of the tables that is."""
    for root in ("pos_terminal", "drivers", "plugins"):
        for file in (ROOT / root).rglob("*.py"):
            if file.parts[-2] == "verifier":  # it has words of its own
                continue
            for node in ast.walk(ast.parse(file.read_text())):
                match node:
                    case ast.Call(func=ast.Name(id="say"), args=[ast.Constant(value=str(text))]):
                        yield text
                    case ast.Call(func=ast.Name(id="how_many"), args=[_, *texts]):
                        yield from (str(ast.literal_eval(each)) for each in texts)
    for tender in payment.TENDERS.values():
        yield tender.label
    for rule in donations.RULES:
        if rule.paper:
            yield rule.paper
    yield from allergens.LABELS
    yield from goods_paper.WEEKDAYS
    for movement in movement_keys.MOVEMENTS.values():
        yield movement.label
    for fault in faults.every():
        yield from (fault.text, fault.cause, fault.remedy)
    for group in command_sheet.functions():
        yield from (group.title, *(command.purpose for command in group.commands))
        yield from filter(None, (command.cap for command in group.commands))
    yield LABELS_TITLE
    offered = pos_service_support.pos_support_commands(cast(Agent, None))
    updating = pos_service_update.pos_support_commands(cast(Agent, None))
    for each in (*offered, *updating, *support_commands.standing_in()):
        yield from (each.words, each.help)
    agent, sales, store = cast(Agent, None), cast(Sales, None), cast(Worker, None)
    for page in console_pages.of(agent, sales, store, Present(agent)):
        yield page.title
    yield from STATE_FILES.values()
    yield from COMMANDS.values()


def read(language: str) -> Catalog:
    source = LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    return pofile.read_po(io.BytesIO(source.read_bytes()))


def test_there_is_english() -> None:
    assert "en" in LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_is_translated_and_no_other(language: str) -> None:
    translated = {message.id: message.string for message in read(language) if message.id}
    assert set(said()) == set(translated)
    assert all(translated.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_is_translated_twice(language: str) -> None:
    """The last one would count, and the others pass for it: a merge writes such pairs."""
    source = LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    ids = Counter(re.findall(r"^msgid (.*?)^msgstr", source.read_text(), re.MULTILINE | re.DOTALL))
    assert [word for word, times in ids.items() if times > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_fits_where_its_french_stood(language: str) -> None:
    translated = {message.id: message.string for message in read(language)}
    for fault in faults.every():
        assert len(str(translated[fault.text])) <= 20, fault


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_installed_is_what_is_written(language: str) -> None:
    compiled = io.BytesIO()
    mofile.write_mo(compiled, read(language))
    installed = LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.mo"
    assert installed.read_bytes() == compiled.getvalue(), "run .ci/words"


def test_speak_changes_the_words_and_french_comes_back() -> None:
    try:
        set_language("en")
        assert words.say("ARTICLE INCONNU") == "UNKNOWN ITEM"
        set_language("xx")
        assert words.say("ARTICLE INCONNU") == "ARTICLE INCONNU"
    finally:
        set_language("fr")
    assert words.say("ARTICLE INCONNU") == "ARTICLE INCONNU"
