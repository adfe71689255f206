"""Settings from afar: seen, changed on trial, kept or given back.

What is staged stands here, for one session. The till checks it, has the counter say yes, and goes
back to the last good settings by itself unless they are kept in time (runtime/settings_acts).
"""

from collections.abc import Iterable

import msgspec

from pos_service_support.performed import asked, table
from pos_terminal.agent.hookspecs import Call, SupportCommand
from pos_terminal.agent.world import Agent
from pos_terminal.channel.configuration import Configuration, ConfigurationAsked
from pos_terminal.channel.interface import CONFIGURATION, DO, DoAsked
from pos_terminal.domain.events.values import GrantLevel
from pos_terminal.domain.language import say

TAKEN_OUT = "-"
"""What stands for a key's value where the key is to go, and alone for all that was prepared."""


def of(agent: Agent) -> Iterable[SupportCommand]:
    """The commands for settings."""
    what = Configuring(agent)
    observe, _, control = GrantLevel
    return [
        SupportCommand("config", observe, "lit les réglages",
                       "les réglages, sans ce qui est secret ; * : se change d'ici", what.show,
                       usage="[TABLE]"),
        SupportCommand("stage", control, "prépare un changement des réglages",
                       "préparer un changement ; un tiret ôte la clé, et seul oublie tout",
                       what.stage, usage="[CLE VALEUR]"),
        SupportCommand("check", control, "vérifie le changement préparé",
                       "vérifier ce qui est préparé, sans rien changer", what.check),
        SupportCommand("apply", control, "demande à essayer d'autres réglages",
                       "essayer ce qui est préparé, si la caisse dit oui ; elle redémarre",
                       what.apply, usage="[MINUTES]"),
        SupportCommand("keep", control, "garde les réglages à l'essai",
                       "garder ce qui est à l'essai, sans quoi il se rend de lui-même", what.keep),
        SupportCommand("back", control, "rend les réglages d'avant",
                       "rendre tout de suite les réglages d'avant", what.back),
    ]  # fmt: skip


class Configuring:
    """What one supporter has prepared: it goes with his consent."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._grant = ""
        self._staged: dict[str, str | None] = {}  # by path, as it was typed

    async def show(self, call: Call) -> None:
        """Keys and values, those of one table if it is named."""
        if len(call.words) > 1:
            raise ValueError(say("il faut un nom"))
        wanted = "".join(call.words)
        told = await self._told(call)
        rows = [
            (f"{'*' if each.changes else ' '} {each.path}", _plain(each.value))
            for each in told.keys
            if not wanted or f"{each.path}.".startswith(f"{wanted}.")
        ]
        await call.out(table((told.sha256[:12], ""), rows))
        if told.trial:
            await call.out(say("à l'essai, encore {seconds} s", seconds=told.trial) + "\n")

    async def stage(self, call: Call) -> None:
        """Prepare one key; without one, say what is prepared."""
        staged = self._of(call)
        if [*call.words] == [TAKEN_OUT]:
            staged.clear()
        elif call.words:
            path, *value = call.words
            if not value:
                raise ValueError(say("il faut une valeur, ou un tiret"))
            text = " ".join(value)
            staged[path] = None if text == TAKEN_OUT else text
        rows = [(path, TAKEN_OUT if value is None else _plain(value))
                for path, value in staged.items()]  # fmt: skip
        await call.out(table(("", ""), rows))

    async def check(self, call: Call) -> None:
        """Have the till's own checker look at it."""
        await self._do(call, "settings.check", await self._changes(call))
        await call.out(say("bon") + "\n")

    async def apply(self, call: Call) -> None:
        """Have it tried: the counter says yes, and the till starts anew with it."""
        minutes = "".join(call.words) or "5"
        if not (minutes.isascii() and minutes.isdigit()):
            raise ValueError(say("un nombre de minutes"))
        asks = await self._changes(call)
        await self._do(call, "settings.check", asks)  # nobody is asked for what would not pass
        asks |= {"seconds": 60 * int(minutes[:4])}
        await self._do(call, "settings.try", asks)
        self._staged.clear()
        text = say("la caisse redémarre ; taper keep dans {minutes} min, sinon tout se rend",
                   minutes=minutes)  # fmt: skip
        await call.out(f"{text}\n")

    async def keep(self, call: Call) -> None:
        """They are the good ones."""
        await self._do(call, "settings.keep", {})
        await call.out(say("gardés") + "\n")

    async def back(self, call: Call) -> None:
        """They are given back at once."""
        await self._do(call, "settings.return", {})
        await call.out(say("rendus ; la caisse redémarre") + "\n")

    def _of(self, call: Call) -> dict[str, str | None]:
        if call.grant != self._grant:
            self._grant, self._staged = call.grant, {}
        return self._staged

    async def _told(self, call: Call) -> Configuration:
        return await asked(self._agent, CONFIGURATION, ConfigurationAsked(call.grant))

    async def _changes(self, call: Call) -> dict[str, object]:
        told = await self._told(call)
        changes = [{"path": path, "value": value} for path, value in self._of(call).items()]
        return {"base": told.sha256, "changes": changes}

    async def _do(self, call: Call, act: str, asks: dict[str, object]) -> None:
        arguments = msgspec.Raw(msgspec.json.encode(asks))
        await asked(self._agent, DO, DoAsked(act, arguments, call.grant))


def _plain(value: str) -> str:
    """A text without its quotes: what is quoted is taken for somebody's data, and not shown."""
    return value.replace('"', "")
