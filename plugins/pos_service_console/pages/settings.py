"""The owner's own settings: looked at, changed on trial, kept, or given back by themselves.

The till checks what is changed, starts anew with it between two sales, and goes back to the last
good settings unless somebody keeps it in time, here or at the counter (runtime/settings_acts).
"""

import re
from collections.abc import Awaitable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from msgspec import Struct

from pos_service_console import frame
from pos_service_console.pages import earlier_settings as earlier
from pos_service_console.sales import Sales
from pos_service_console.setting_fields import Field, Kind, Part, Value, parts, read, written
from pos_service_console.staging import Staging
from pos_service_console.till import do, done
from pos_terminal.agent.console_pages import Answer, Asked, Html, NoSuchPage, Redirect
from pos_terminal.agent.world import Agent
from pos_terminal.channel.configuration import Configuration, ConfigurationAsked
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import CONFIGURATION
from pos_terminal.domain import faults
from pos_terminal.domain.language import how_many, say
from pos_terminal.domain.markup import Markup, joined, tag
from pos_terminal.domain.staff.grants import AT_ONCE

T = TypeVar("T")

CHECK, TRY, KEEP, RETURN = (
    "settings.check-own", "settings.try-own", "settings.keep", "settings.return",
)  # fmt: skip
"""The till's acts."""

SECONDS = 300
"""Of a trial: a sale is made with it meanwhile."""

STARTING = (faults.SETTINGS_WAIT, faults.TILL_SILENT, faults.CHANNEL_BROKEN)
"""What a till says, or leaves unsaid, that starts anew."""

LOOK = 3
"""Seconds between two looks for a till that starts anew."""

_PLACE = re.compile(r"^.*? ?: \w+ \d+ ?: ", re.MULTILINE)
"""File and line, before what is wrong there, as either language sets its colons."""

_NAME = re.compile(r"[0-9a-f]{64}")

Known = Mapping[str, Value | None]


class Staged(Struct, frozen=True):
    """What she was shown: the till's answer names it; `base` is what it was made from."""

    base: str
    changes: Mapping[str, str | None]
    rows: tuple[tuple[str, str, str], ...]


class Checked(Struct, frozen=True):
    """The SHA-256 of settings that the till found right."""

    sha256: str


class SettingPages:
    """The pages over this terminal's settings."""

    def __init__(self, agent: Agent, sales: Sales) -> None:
        self._agent = agent
        self._sales = sales
        self._staged: Staging[Staged] = Staging(AT_ONCE)
        self._tried = ""  # the SHA-256 of what was last

    async def answer(self, asked: Asked) -> Answer:
        """One of them, by the path. ChannelError where the till would not."""
        match asked.path, asked.form:
            case (), None:
                return await self._overview(asked)
            case ("trial",), None:
                return await self._trial(asked)
            case ("try",), form if form is not None:
                return await self._try(asked, form.get("sha256", ""))
            case ("earlier",), None:
                return await self._earlier(asked)
            case ("earlier", name), _ if _NAME.fullmatch(name):
                return await self._back_to(asked, name)
            case ("keep",), form if form is not None:
                await _unless_slow(do(self._agent, asked.visitor.grant, KEEP, {}))
                return Redirect("/settings/trial")
            case ("return",), form if form is not None:
                await _unless_slow(do(self._agent, asked.visitor.grant, RETURN, {}))
                return Redirect("/settings/trial")
            case (name,), None:
                part, told = _part(name), await self._told(asked)
                return Html(part.title, part.drawn(asked.token, told.sha256, known(told)))
            case (name,), form if form is not None:
                return await self._stage(asked, _part(name), form)
        raise NoSuchPage

    async def _told(self, asked: Asked, name: str | None = None) -> Configuration:
        wanted = ConfigurationAsked(asked.visitor.grant, name)
        return await self._agent.till.call(CONFIGURATION, wanted)

    async def _overview(self, asked: Asked) -> Html:
        told = await self._told(asked)
        values = known(told)
        going = tag("a", say("Des réglages sont à l'essai"), href="/settings/trial")
        what = say(
            "Chaque changement s'essaie d'abord : la caisse revient d'elle-même aux réglages "
            "d'avant si personne ne le garde."
        )
        return Html(say("Réglages"), joined(
            tag("p", going, class_="notice") if told.trial else "",
            tag("p", what, class_="small"),
            tag("p", tag("a", say("Réglages d'avant"), href="/settings/earlier")),
            *(_listed(each, values) for each in parts()),
        ))  # fmt: skip

    async def _stage(self, asked: Asked, part: Part, form: Mapping[str, str]) -> Html:
        """Show each difference, once the till has found the whole right."""
        told = await self._told(asked)
        values, base = known(told), form.get("base", "")
        again = partial(_refused, part, asked.token, base)
        try:
            typed = {each.path: each.typed(form) for each in part.fields}
        except ValueError as error:
            return again({**values, **_as_typed(part, form)}, str(error))
        staged = _differing(part.fields, told, typed, base)
        if not staged.changes:
            same = frame.notice(say("C'est ce qui vaut déjà."))
            return Html(part.title, joined(same, part.drawn(asked.token, base, values)))
        try:
            checked = await done(
                self._agent, asked.visitor.grant, CHECK, _arguments(staged), Checked
            )
        except ChannelError as error:
            if error.fault is faults.CHANNEL_BROKEN:  # a question alone, and so nothing is changed
                late = say("La caisse n'a pas répondu à temps : demander encore une fois.")
                return again({**values, **typed}, late)
            if error.fault not in (faults.BAD_CONFIGURATION, faults.BAD_REQUEST):
                raise
            return again({**values, **typed}, in_her_words(part, error.detail))
        self._staged.put(asked.visitor.key, checked.sha256, staged)
        return _preview(asked.token, checked.sha256, staged)

    async def _earlier(self, asked: Asked) -> Html:
        """Those that were good before, and since when."""
        told = await self._told(asked)
        since = await self._sales.ask(lambda db: earlier.since(db, told.earlier))
        return Html(say("Réglages d'avant"), joined(_back(), earlier.listed(told.earlier, since)))

    async def _back_to(self, asked: Asked, name: str) -> Answer:
        """What going back to those would change; once that is agreed to, it is tried."""
        told, then = await self._told(asked), await self._told(asked, name)
        every = Part("earlier", "", [field for part in parts() for field in part.fields])
        said = {each.path: each.value for each in then.keys}
        wanted = {each.path: read(said[each.path]) if each.path in said else None
                  for each in every.fields}  # fmt: skip
        base = told.sha256 if asked.form is None else asked.form.get("base", "")
        staged = _differing(every.fields, told, wanted, base)
        if asked.form is None or not staged.changes:
            return earlier.differences(asked.token, name, staged.base, staged.rows)
        try:
            return await self._tried_out(asked, staged, name)
        except ChannelError as error:
            if error.fault not in (faults.BAD_CONFIGURATION, faults.SETTINGS_WAIT):
                raise
            why = in_her_words(every, error.detail)
            return earlier.differences(asked.token, name, staged.base, staged.rows, wrong=why)

    async def _try(self, asked: Asked, name: str) -> Answer:
        staged = self._staged.held(asked.visitor.key, name)
        if staged is None:
            raise NoSuchPage
        try:
            answer = await self._tried_out(asked, staged, name)
        except ChannelError as error:
            if error.fault is not faults.SETTINGS_WAIT:
                raise
            return _preview(asked.token, name, staged, wrong=error.detail)
        self._staged.drop(asked.visitor.key)
        return answer

    async def _tried_out(self, asked: Asked, staged: Staged, name: str) -> Redirect:
        arguments = {**_arguments(staged), "seconds": SECONDS}
        doing = done(self._agent, asked.visitor.grant, TRY, arguments, Checked)
        tried = await _unless_slow(doing)
        self._tried = tried.sha256 if tried else name
        return Redirect("/settings/trial")

    async def _trial(self, asked: Asked) -> Answer:
        """How a trial goes, or how the last one ended."""
        try:
            told = await self._told(asked)
        except ChannelError as error:
            if error.fault not in STARTING:
                raise
            return _starting()
        if told.trial:
            self._tried = told.sha256  # some settings start the agent's services anew
            return _going(asked.token, told.trial)
        if not self._tried:
            return Redirect("/settings")
        if told.sha256 == self._tried:
            kept = frame.notice(say("Ces réglages sont gardés."))
            return Html(say("Réglages gardés"), joined(kept, _back()))
        given = frame.notice(say("Les réglages d'avant valent : personne n'en a gardé d'autres."))
        return Html(say("Réglages d'avant"), joined(given, _back()))


async def _unless_slow(doing: Awaitable[T]) -> T | None:
    """What a till answers; None where it is too slow to, as one that starts anew may be: the page
    that says how it goes finds out.
    """
    try:
        return await doing
    except ChannelError as error:
        if error.fault is not faults.CHANNEL_BROKEN:
            raise
        return None


def known(told: Configuration) -> dict[str, Value | None]:
    """What holds, by path: what the settings say, or what holds where they do not."""
    said = {each.path: each.value for each in told.keys}
    fields = (field for part in parts() for field in part.fields)
    return {
        each.path: read(said[each.path]) if each.path in said else each.default
        for each in fields
    }  # fmt: skip


def _differing(
    fields: Sequence[Field], told: Configuration, wanted: Known, base: str
) -> Staged:
    """What is to be changed so that those fields are as `wanted`; None takes a key out."""
    values, there = known(told), {each.path for each in told.keys}
    changes: dict[str, str | None] = {}
    rows = []
    for field in fields:
        before, after = values[field.path], wanted[field.path]
        holds = field.default if after is None else after
        if holds == before or (after is None and field.path not in there):
            continue
        changes[field.path] = None if after is None else written(after)
        rows.append((field.label, field.shown(before), field.shown(holds)))
    return Staged(base, changes, tuple(rows))


def in_her_words(part: Part, found: str) -> str:
    """What the checker found, without file and line, and each key by its name: she has neither."""
    text = _PLACE.sub("", found)
    for field in part.fields:
        # A rule of the whole table says the key behind the table's name.
        table, _, key = field.path.partition(".")
        text = re.sub(rf"\b{table}(\.| ?: ){key}\b", field.label, text)
    return text


def _part(name: str) -> Part:
    found = next((each for each in parts() if each.name == name), None)
    if found is None:
        raise NoSuchPage
    return found


def _arguments(staged: Staged) -> dict[str, object]:
    changes = [{"path": path, "value": value} for path, value in staged.changes.items()]
    return {"base": staged.base, "changes": changes}


def _as_typed(part: Part, form: Mapping[str, str]) -> dict[str, Value | None]:
    """What she typed, for her to see again, right or not."""
    return {
        each.path: form.get(each.path, "").split("\n") if each.kind is Kind.LINES
        else form.get(each.path, "")
        for each in part.fields
    }  # fmt: skip


def _listed(part: Part, values: Known) -> Markup:
    rows = (
        tag("li", each.label, tag("span", each.shown(values[each.path]), class_="amount"))
        for each in part.fields
    )
    change = tag("a", say("Changer"), href=f"/settings/{part.name}", aria_label=say(
        "Changer : {what}", what=part.title
    ))  # fmt: skip
    moves = tag("div", change, class_="moves")
    return frame.section(part.title, tag("ul", *rows, class_="list"), moves)


def _refused(part: Part, token: str, base: str, values: Known, why: str) -> Html:
    told = frame.notice(say("Rien n'est changé. {why}", why=why), bad=True)
    return Html(part.title, joined(told, part.drawn(token, base, values)), status=422)


def _preview(token: str, name: str, staged: Staged, wrong: str = "") -> Html:
    agree = frame.form(
        "/settings/try", token, tag("input", type="hidden", name="sha256", value=name),
        tag("button", say("Essayer")), " ", tag("a", say("Laisser"), href="/settings"),
    )  # fmt: skip
    told = say(
        "La caisse redémarre entre deux ventes, en quelques secondes. Sans un OUI dans les "
        "{minutes} minutes, elle revient aux réglages d'avant.",
        minutes=SECONDS // 60,
    )
    count = how_many(len(staged.rows), "{count} changement", "{count} changements")
    return Html(
        say("À confirmer : {count}", count=count),
        joined(
            frame.notice(say("Pas encore : {why}", why=wrong), bad=True) if wrong else "",
            earlier.table(staged.rows), tag("p", told), agree,
        ),
        status=409 if wrong else 200,
    )  # fmt: skip


def _starting() -> Html:
    told = frame.notice(say("La caisse redémarre. Cette page change d'elle-même."))
    return Html(say("Un instant"), told, again=LOOK)


def _going(token: str, left: int) -> Html:
    told = say("Encore {minutes} min : essayer une vente, puis garder. Sinon tout revient de "
               "soi-même.", minutes=max(1, left // 60))  # fmt: skip
    keep = frame.form("/settings/keep", token, tag("button", say("Garder")))
    back = frame.form("/settings/return", token, tag("button", say("Rendre"), class_="quiet"))
    body = joined(frame.notice(told), tag("div", keep, back, class_="moves"))
    return Html(say("Réglages à l'essai"), body, again=left + LOOK)


def _back() -> Markup:
    return tag("p", tag("a", say("Tous les réglages"), href="/settings"))
