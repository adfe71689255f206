"""What a supporter may have done of any till, each through the till's own methods."""

from collections.abc import Iterable

import msgspec

from pos_service_support.performed import asked, table
from pos_terminal.agent.hookspecs import Call, SupportCommand
from pos_terminal.agent.world import Agent
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import (
    LOG,
    RECORDS,
    REOPEN,
    STATUS,
    TEST,
    WATCH,
    LogAsked,
    Nothing,
    RecordsAsked,
    ReopenAsked,
    Seen,
    TestAsked,
    Watching,
)
from pos_terminal.domain import faults
from pos_terminal.domain.events.values import GrantLevel
from pos_terminal.domain.language import say

MOST_RECORDS = 200
MOST_LINES = 500


def of(agent: Agent) -> Iterable[SupportCommand]:
    """All of them, over that agent's till."""
    look = Looking(agent)
    try_out = Trying(agent)

    def devices() -> list[str]:
        last = agent.till.last
        return [each.name for each in last.devices] if last else []

    observe, diagnose, control = GrantLevel
    return [
        SupportCommand("status", observe, "regarde comment va la caisse",
                       "comment va la caisse", look.status),
        SupportCommand("devices", observe, "regarde les appareils",
                       "les appareils, et depuis quand ils vont ainsi", look.devices),
        SupportCommand("incidents", observe, "regarde ce qui ne va pas",
                       "ce qui ne va pas sur le boîtier", look.incidents),
        SupportCommand("journal", observe, "relit le journal",
                       "les dernières écritures, sans ce qui nomme quelqu'un", look.journal,
                       usage="[N]"),
        SupportCommand("log", observe, "lit les lignes du programme",
                       "ce que dit le programme ; -f : et le suivre", look.log,
                       usage="[-f] [N]", completes=lambda: ["-f"]),
        SupportCommand("watch", observe, "regarde l'écran, les touches et les tickets",
                       "l'écran, les touches et les tickets, en direct ; Ctrl-C l'arrête",
                       look.watch),
        SupportCommand("report", observe, "rassemble ce qu'un technicien veut savoir",
                       "état, appareils, incidents et lignes, d'un coup", look.report),
        SupportCommand("test", diagnose, "essaie un appareil",
                       "essayer un appareil (l'imprimante imprime un ticket d'essai)",
                       try_out.test, usage="NOM", completes=devices),
        SupportCommand("restart", diagnose, "ferme un appareil et le rouvre",
                       "fermer un appareil, et le rouvrir", try_out.restart,
                       usage="NOM", completes=devices),
        SupportCommand("kick", control, "demande à ouvrir le tiroir",
                       "ouvrir le tiroir, si la caisse dit oui", try_out.kick,
                       usage="[NOM]", completes=devices),
    ]  # fmt: skip


def standing_in() -> Iterable[SupportCommand]:
    """What a plug-in has yet to bring: until then it is refused, and says why."""
    return [
        # Nothing is done, so nobody is asked: an updater's own command is at «control».
        SupportCommand("update", GrantLevel.OBSERVE, "demande une mise à jour",
                       "mettre le logiciel à jour, là où un module le fait", _no_update),
    ]  # fmt: skip


async def _no_update(call: Call) -> None:
    raise ChannelError(faults.NO_UPDATER)


class Looking:
    """What changes nothing."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent

    async def status(self, call: Call) -> None:
        """How the till fares, in pairs."""
        _nothing(call)
        found = await asked(self._agent, STATUS, Nothing())
        faults = ", ".join(f"{each.code} {each.text}" for each in found.faults)
        rows = [
            ("version", found.version), ("since", found.since), ("now", found.now),
            ("clock", found.trust), ("selling", str(found.selling).lower()), ("faults", faults),
            ("records", str(found.head.seq) if found.head else "-"),
            ("last ticket", found.last_ticket.at if found.last_ticket else "-"),
            ("last closure", found.last_closure.label if found.last_closure else "-"),
            ("open sales", str(found.open_sales)), ("memory", f"{found.memory >> 20} MiB"),
            ("queues", ", ".join(f"{each.name} {each.waiting}" for each in found.queues)),
        ]  # fmt: skip
        await call.out(table(("", ""), rows))

    async def devices(self, call: Call) -> None:
        """One a line."""
        _nothing(call)
        found = await asked(self._agent, STATUS, Nothing())
        rows = [
            (each.name, each.kind, each.state, each.since, each.identity,
             f"{each.fault.code} {each.fault.text}" if each.fault else "")
            for each in found.devices
        ]  # fmt: skip
        await call.out(table(("name", "kind", "state", "since", "identity", "fault"), rows))

    async def incidents(self, call: Call) -> None:
        """The agent's own, which the till has too."""
        _nothing(call)
        rows = [
            (each.subject, each.code, str(each.reports), each.detail)
            for each in self._agent.incidents
        ]
        await call.out(table(("subject", "code", "times", "detail"), rows))

    async def journal(self, call: Call) -> None:
        """The newest records: number, time, kind, and what names nobody."""
        count = _number(call, 20, MOST_RECORDS)
        status = await asked(self._agent, STATUS, Nothing())
        last = status.head.seq if status.head else 0
        found = await asked(
            self._agent, RECORDS, RecordsAsked(max(0, last - count), count)
        )
        for each in found.records:
            written = msgspec.json.decode(each.rec)
            body = msgspec.json.encode(written.get("body", {})).decode()
            # Two blanks: with one the number and the date are one long number, and taken out.
            await call.out(f"{each.seq}  {written.get('at', '')}  {each.kind}  {body}\n")

    async def log(self, call: Call) -> None:
        """The till's last lines; with -f those that come, until Ctrl-C."""
        words = [each for each in call.words if each != "-f"]
        count = _number(call, 40, MOST_LINES, words)
        asks = LogAsked(count)
        if "-f" not in call.words:
            found = await asked(self._agent, LOG, asks)
            await call.out("".join(f"{x.at} {x.level} {x.logger} {x.text}\n" for x in found.lines))
            return
        async for found in self._agent.till.follow(LOG, asks):
            await call.out("".join(f"{x.at} {x.level} {x.logger} {x.text}\n" for x in found.lines))

    async def watch(self, call: Call) -> None:
        """What the clerk sees, hears, prints and presses, until Ctrl-C."""
        _nothing(call)
        async for seen in self._agent.till.follow(WATCH, Watching(call.grant)):
            text = _mirrored(seen)
            if text:
                await call.out(text)

    async def report(self, call: Call) -> None:
        """All that a technician asks for first."""
        _nothing(call)
        for part in (self.status, self.devices, self.incidents, self.log):
            await part(call)
            await call.out("\n")


class Trying:
    """What tries or opens a device: the till looks at the grant, and asks the counter."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent

    async def test(self, call: Call) -> None:
        """Have a device do what it is there for."""
        await self._test(call, _word(call))

    async def kick(self, call: Call) -> None:
        """A drawer's test opens it."""
        status = await asked(self._agent, STATUS, Nothing())
        drawers = [each.name for each in status.devices if each.kind == "drawer"]
        name = call.words[0] if call.words else (drawers or [""])[0]
        if name not in drawers:
            raise ValueError(say("{name!r} n'est pas un tiroir", name=name))
        await self._test(call, name)

    async def _test(self, call: Call, name: str) -> None:
        done = await asked(self._agent, TEST, TestAsked(name, call.grant))
        await call.out(f"{done.outcome}\n")

    async def restart(self, call: Call) -> None:
        """Close it, and open it anew."""
        await asked(self._agent, REOPEN, ReopenAsked(_word(call), call.grant))


def _mirrored(seen: Seen) -> str:
    if seen.screen:
        return f"+{'-' * 20}+\n|{seen.screen.line1}|\n|{seen.screen.line2}|\n+{'-' * 20}+\n"
    if seen.paper:
        lines = "".join(f"  | {line}\n" for line in seen.paper.lines)
        return f"  [{seen.paper.title}]\n{lines}"
    if seen.key:
        return f"  <{seen.key}>\n"
    return f"  ({seen.tone})\n" if seen.tone else ""


def _nothing(call: Call) -> None:
    if call.words:
        raise ValueError(say("rien ne suit ce mot"))


def _word(call: Call) -> str:
    if len(call.words) != 1:
        raise ValueError(say("il faut un nom"))
    return call.words[0]


def _number(call: Call, usual: int, most: int, words: Iterable[str] | None = None) -> int:
    given = [*(call.words if words is None else words)]
    if not given:
        return usual
    if len(given) > 1 or not (given[0].isascii() and given[0].isdigit()) or len(given[0]) > 6:
        raise ValueError(say("un nombre de 1 à {most}", most=most))
    return min(max(1, int(given[0])), most)
