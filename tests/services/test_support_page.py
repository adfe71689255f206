"""What its support was shown is the shop's to read, in its console."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from pos_service_support import pos_console_pages, recording
from pos_service_support.recording import SCHEMA, STORE, Recording
from pos_terminal.agent.console_pages import Asked, Download, Html, NoSuchPage, Visitor
from pos_terminal.domain.events.values import ConsoleRole
from pos_terminal.testing.running import run
from tests.support.service_world import world

OWNER = Visitor(ConsoleRole.MANAGER, 1, "secret", "key")


def asked(*path: str) -> Asked:
    return Asked(OWNER, "token", path)


def test_the_owner_reads_each_session_and_keeps_it_as_a_file(tmp_path: Path) -> None:
    made = Recording(1_800_000_000_000_000, "1 2")
    made.shown(0.1, "> \x1b[2J<b>devices</b>\r\nprinter\r\n", 80, 24)

    async def body() -> None:
        async with world(tmp_path, {}, "support") as (agent, _):
            (page,) = pos_console_pages(agent)
            assert page.roles == {ConsoleRole.MANAGER}
            empty = await page.answer(asked())
            assert isinstance(empty, Html) and "aucun enregistrement" in empty.body
            store = agent.store(STORE, SCHEMA)
            await recording.keep(store, 12, 1_800_000_000_000_000, made)
            listed = await page.answer(asked())
            assert isinstance(listed, Html) and made.sha256 in listed.body
            assert 'href="/support/12"' in listed.body and "15/01/2027" in listed.body
            read = await page.answer(asked("12"))
            assert isinstance(read, Html) and made.sha256 in read.body
            assert "&lt;b&gt;devices&lt;/b&gt;\nprinter" in read.body and "\x1b" not in read.body
            kept = await page.answer(asked("12", "cast"))
            assert isinstance(kept, Download) and isinstance(kept.content, bytes)
            assert sha256(kept.content).hexdigest() == made.sha256
            assert json.loads(kept.content.splitlines()[0])["version"] == 2
            for path in (("13",), ("x",), ("-1",), ("9" * 30,), ("12", "x"), ("12", "cast", "x")):
                with pytest.raises(NoSuchPage):
                    await page.answer(asked(*path))

    run(body())
