"""A till that is too slow to answer: what a page says then, and what it never says."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.responses import PlainTextResponse

from pos_service_console.app import Application
from pos_service_console.pages.settings import SettingPages, Staged
from pos_service_console.sessions import SESSION, Sessions
from pos_terminal.agent.console_pages import Answer, Asked, ConsolePage, Html, Redirect, Visitor
from pos_terminal.agent.till import Contact
from pos_terminal.channel.configuration import Configuration
from pos_terminal.channel.errors import ChannelError
from pos_terminal.domain import faults
from pos_terminal.domain.events.values import ConsoleRole
from tests.support.agent import SetClock

NAME = "ab" * 32
MANAGER = Visitor(ConsoleRole.MANAGER, 1, "grant", "key")


class LateTill:
    """It answers with the next of these; None: too late."""

    last = None
    link = SimpleNamespace(contact=Contact.SILENT, fault=None)

    def __init__(self, *answers: object) -> None:
        self.answers = list(answers)

    async def call(self, method: object, asks: object) -> Any:
        answer = self.answers.pop(0)
        if answer is None:
            raise ChannelError(faults.CHANNEL_BROKEN, "pas de réponse")
        return answer


def told(trial: int | None, sha256: str = NAME) -> Configuration:
    return Configuration(sha256, [], trial, [])


@pytest.mark.parametrize("path", ["try", "keep", "return"])
def test_a_trial_that_was_answered_too_late_is_asked_for_until_it_is_known(path: str) -> None:
    async def body() -> None:
        agent: Any = SimpleNamespace(till=LateTill(None, None, told(280), told(None)))
        pages = SettingPages(agent, SimpleNamespace())  # type: ignore[arg-type]
        pages._staged.put(MANAGER.key, NAME, Staged("cd" * 32, {}, ()))
        form = {"sha256": NAME}
        answer = await pages.answer(Asked(MANAGER, "token", (path,), {}, form))
        assert answer == Redirect("/settings/trial")
        look = Asked(MANAGER, "token", ("trial",), {}, None)
        seen = [await pages.answer(look) for _ in range(3)]
        assert [each.title for each in seen if isinstance(each, Html)] == [
            "Un instant", "Réglages à l'essai", "Réglages gardés"
        ]  # fmt: skip
        assert isinstance(seen[0], Html) and seen[0].again

    asyncio.run(body())


def test_a_change_that_was_checked_too_late_is_not_made_and_what_was_typed_stays() -> None:
    async def body() -> None:
        agent: Any = SimpleNamespace(till=LateTill(told(None), None))
        pages = SettingPages(agent, SimpleNamespace())  # type: ignore[arg-type]
        form = {"base": NAME, "closing.day_ends": "4"}
        answer = await pages.answer(Asked(MANAGER, "token", ("closing",), {}, form))
        assert isinstance(answer, Html) and answer.status == 422
        assert "Rien n'est changé" in answer.body and 'value="4"' in answer.body

    asyncio.run(body())


class Asking:
    """A browser with a cookie, over the application itself."""

    def __init__(self, page: ConsolePage) -> None:
        till: Any = LateTill()
        sessions = Sessions(till, SetClock())
        self.cookie = sessions.begin(ConsoleRole.MANAGER, 1, "grant", "later", 1)
        found = sessions.of(self.cookie)
        assert found
        self.token = found.token
        agent: Any = SimpleNamespace(
            till=till, pages=lambda: [page], given=SimpleNamespace(language="fr", shop="Boutique")
        )
        self.app = Application(
            agent, sessions, lambda _: None, "", news=lambda: 0, api=PlainTextResponse("")
        ).routes()  # fmt: skip

    async def ask(self, method: str, body: str = "") -> tuple[int, str]:
        sent: list[Any] = []
        scope = {
            "type": "http", "method": method, "path": "/slow", "raw_path": b"/slow", "headers": [
                (b"cookie", f"{SESSION}={self.cookie}".encode())
            ], "query_string": b"", "root_path": "", "client": ("::1", 1), "server": ("x", 1),
            "scheme": "https", "http_version": "1.1",
        }  # fmt: skip

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": body.encode(), "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        text = b"".join(each.get("body", b"") for each in sent[1:])
        return sent[0]["status"], text.decode()


def test_what_is_not_known_is_neither_called_undone_nor_done_anew() -> None:
    asked: list[object] = []

    async def answer(what: Asked) -> Answer:
        asked.append(what.form)
        raise ChannelError(faults.CHANNEL_BROKEN, "pas de réponse")

    async def body() -> None:
        page = ConsolePage("slow", "Lente", frozenset(ConsoleRole), answer)
        browser = Asking(page)
        # Who only looks is shown it once the till is there: the page comes back by itself.
        status, text = await browser.ask("GET")
        assert status == 503 and "Cette page revient" in text and "data-again" in text
        # A form may have been done: that is what is said, and a second tap does it no second time.
        form = f"token={browser.token}&once=one&what=this"
        for _ in range(2):
            status, text = await browser.ask("POST", form)
            assert status == 503 and "C-145" in text and "peut-être pas" in text
        assert asked == [None, {"what": "this"}]
        # She has looked, and sends it from a new page: that is another one.
        await browser.ask("POST", form.replace("one", "two"))
        assert len(asked) == 3
        # Without a name of its own it is said as well.
        status, text = await browser.ask("POST", f"token={browser.token}")
        assert status == 503 and "peut-être pas" in text

    asyncio.run(body())


def test_what_a_till_refused_is_called_undone() -> None:
    async def answer(_: Asked) -> Answer:
        raise ChannelError(faults.BAD_REQUEST, "jamais")

    async def body() -> None:
        browser = Asking(ConsolePage("slow", "Lente", frozenset(ConsoleRole), answer))
        status, text = await browser.ask("POST", f"token={browser.token}&once=one")
        assert status == 409 and "fait</h1>" in text and "peut-être" not in text

    asyncio.run(body())
