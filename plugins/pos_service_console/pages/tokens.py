"""Tokens of the local API: made for a program, shown once, listed with their last use, ended."""

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pos_service_console import frame
from pos_service_console.api.bearers import last_used
from pos_service_console.hooks import KINDS, SCOPE, Hook, Hooks, new_secret
from pos_terminal.agent.console_pages import Answer, Asked, Html, NoSuchPage, Redirect
from pos_terminal.agent.https import BadTarget, target
from pos_terminal.agent.world import Agent
from pos_terminal.channel.api import TokenAsked
from pos_terminal.channel.interface import (
    END_GRANT,
    STATUS,
    TOKEN,
    GrantEnding,
    Nothing,
    StandingGrant,
)
from pos_terminal.domain import notation
from pos_terminal.domain.language import say
from pos_terminal.domain.markup import Markup, joined, tag
from pos_terminal.domain.staff import tokens
from pos_terminal.storage.worker import Worker

DAYS = (30, 365)
"""For how long one may be made."""

NAME = "api"


class TokenPages:
    """The page over this terminal's."""

    def __init__(self, agent: Agent, store: Worker) -> None:
        self._agent = agent
        self._store = store
        self._hooks = Hooks(store)

    async def answer(self, asked: Asked) -> Answer:
        """The list, or what is done with it. ChannelError where the till would not."""
        match asked.path, asked.form:
            case (), None:
                return await self._list(asked)
            case ("make",), form if form is not None:
                return await self._make(asked, form)
            case ("hook",), form if form is not None:
                return await self._hook(asked, form)
            case ("end",), form if form is not None:
                return await self._end(asked, form.get("number", ""))
        raise NoSuchPage

    async def _list(self, asked: Asked) -> Html:
        status = await self._agent.till.call(STATUS, Nothing())
        used = await last_used(self._store)
        head = (say("Programme"), say("Pour"), say("Jusqu'au"), say("Dernier usage"), "")
        rows = [
            self._row(each, used.get(each.number), asked.token)
            for each in status.grants if each.token
        ]  # fmt: skip
        none = frame.nothing(say("Aucun programme n'a de jeton."))
        body = joined(frame.card(frame.table(head, rows, wide=True) if rows else none),
                      _form(asked.token), _hook_form(asked.token))  # fmt: skip
        return Html(say("Programmes"), body)

    def _row(self, each: StandingGrant, used: int | None, token: str) -> tuple[str, ...]:
        end = frame.form(
            f"/{NAME}/end", token, tag("input", type="hidden", name="number", value=each.number),
            tag("button", say("Finir"), class_="quiet"),
        )  # fmt: skip
        made = say("{name} (accès {grant})", name=each.token, grant=each.number)
        return made, " ".join(each.scope), notation.day(each.until), self._when(used), end

    def _when(self, used: int | None) -> str:
        if used is None:
            return say("jamais")
        then = datetime.fromtimestamp(used / 1e6, UTC)
        local = then.astimezone(ZoneInfo(self._agent.given.zone))
        return notation.day_and_hour(local.isoformat())

    async def _make(self, asked: Asked, form: Mapping[str, str]) -> Html:
        scope = [each for each in tokens.SCOPES if form.get(each)]
        days = form.get("days", "")
        if days not in map(str, DAYS):
            raise NoSuchPage
        name = form.get("name", "").strip()
        made = await self._agent.till.call(
            TOKEN, TokenAsked(name, scope, int(days) * 86_400, asked.visitor.grant)
        )
        told = say("Ce jeton n'est montré que cette fois. Le copier dans le programme.")
        return Html(say("Jeton de {name}", name=name), _once(told, made.grant))

    async def _hook(self, asked: Asked, form: Mapping[str, str]) -> Html:
        """Have a program called: its grant first, which is on record; nobody is told its secret."""
        words = [each for each in KINDS if form.get(each)]
        url = form.get("url", "").strip()
        try:
            host = target(url).host
            if not words:
                raise BadTarget(say("il faut choisir ce qui est dit"))
        except BadTarget as error:
            return Html(say("Programmes"), frame.notice(str(error), bad=True), status=422)
        name = f"webhook {host}"[: tokens.LONGEST_NAME]
        status = await self._agent.till.call(STATUS, Nothing())
        asks = TokenAsked(name, [SCOPE], max(DAYS) * 86_400, asked.visitor.grant)
        made = await self._agent.till.call(TOKEN, asks)
        since, secret = status.head.seq if status.head else 0, new_secret()
        near = bool(form.get("near"))
        await self._hooks.add(Hook(made.number, url, near, " ".join(words), secret, since))
        told = say("Ce secret n'est montré que cette fois : l'appel se reconnaît par lui.")
        return Html(say("Appels à {host}", host=host), _once(told, secret))

    async def _end(self, asked: Asked, number: str) -> Redirect:
        if not (number.isascii() and number.isdigit() and 0 < len(number) < 9):
            raise NoSuchPage
        ending = GrantEnding(asked.visitor.grant, int(number))
        await self._agent.till.call(END_GRANT, ending)
        return Redirect(f"/{NAME}")


def _once(told: str, secret: str) -> Markup:
    return joined(
        frame.notice(told),
        tag("p", tag("code", secret, class_="secret")),
        tag("p", tag("a", say("C'est copié"), href=f"/{NAME}")),
    )


def _hook_form(token: str) -> Markup:
    words = {
        "tickets": say("tickets"), "closures": say("clôtures"), "stock": say("stock"),
        "orders": say("commandes et acomptes"), "catalog": say("catalogue"),
    }  # fmt: skip
    boxes = (
        tag("label", tag("input", type="checkbox", name=each, value="1"), f" {words[each]}",
            class_="check")
        for each in KINDS
    )  # fmt: skip
    near = say("Elle est dans le réseau de la boutique")
    return frame.section(
        say("Un programme à appeler"),
        frame.form(
            f"/{NAME}/hook", token,
            tag("label", say("Adresse"),
                tag("input", name="url", type="url", required=True, placeholder="https://")),
            tag("fieldset", tag("legend", say("Quand il y a")), *boxes),
            tag("label", tag("input", type="checkbox", name="near", value="1"), f" {near}",
                class_="check"),
            tag("button", say("L'appeler")),
        ),
    )  # fmt: skip


def _form(token: str) -> Markup:
    words = {
        "status.read": say("lire l'état, les appareils, les incidents"),
        "events.read": say("lire tous les enregistrements"),
        "tickets.read": say("lire les tickets"),
        "catalog.read": say("lire le catalogue"),
        "stock.read": say("lire le stock"),
        "orders.read": say("lire les commandes"),
        "catalog.apply": say("changer le catalogue"),
        tokens.PRINT: say("imprimer"),
        tokens.SHOW: say("montrer un message aux clients"),
        tokens.WEIGH: say("lire la balance"),
    }
    boxes = (
        tag("label", tag("input", type="checkbox", name=each, value="1"), f" {words[each]} ",
            tag("code", each), class_="check")
        for each in tokens.SCOPES
    )  # fmt: skip
    days = (
        tag("option", say("{days} jours", days=each), value=str(each)) for each in DAYS
    )
    return frame.section(
        say("Un jeton pour un programme"),
        frame.form(
            f"/{NAME}/make", token,
            tag("label", say("Nom du programme"),
                tag("input", name="name", required=True, maxlength=tokens.LONGEST_NAME)),
            tag("fieldset", tag("legend", say("Pour")), *boxes),
            tag("label", say("Pendant"), tag("select", *days, name="days")),
            tag("button", say("Faire le jeton")),
        ),
    )  # fmt: skip
