"""Has witnesses on the network cosign the till's checkpoints, by C2SP's tlog-witness.

It only carries: the till signs what is handed in, and takes no answer but by the keys in its own
settings. Nothing is queued and nothing kept: the newest checkpoint speaks for all before it, and
what a witness knows it says itself (409), after however many days without a network.
"""

import asyncio
from collections.abc import Iterable
from typing import NoReturn

from msgspec import Struct

from pos_terminal.agent.called import CalledServer
from pos_terminal.agent.hookspecs import Service, hookimpl
from pos_terminal.agent.https import Answer, BadTarget, target
from pos_terminal.agent.world import Agent
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.evidence import CheckpointAsked, CheckpointOffered, CosignedAsked
from pos_terminal.channel.interface import CHECKPOINT, COSIGNED
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.language import say

PATH = "add-checkpoint"
PAUSES = (30.0, 120.0, 600.0, 1800.0)
"""Seconds until a witness that failed is tried again, the last one again and again."""

MISSED = 3
"""Failures in a row before they are said: a line that is reset each night is no incident."""

STEPS = 10_000
"""Steps in one round at most: a witness that never has enough is not followed for ever."""

OK, UNKNOWN_KEY, UNKNOWN_LOG, CONFLICT, BAD_PROOF = 200, 403, 404, 409, 422
"""The statuses of add-checkpoint that say something of the log (tlog-witness)."""


class WitnessSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The witnesses' submission prefixes, and every how many seconds the till is asked for news.

    `hosts` are names that may be in the shop's own network; `ca` is a file with the one authority
    that is taken, the system's where there is none.
    """

    urls: tuple[str, ...]
    every: int = 60
    hosts: tuple[str, ...] = ()
    ca: str = ""

    def __post_init__(self) -> None:
        for url in self.urls:
            target(url)
        if self.every < 5:
            raise ValueError(say("every : 5 secondes ou plus"))


class NotSeen(Exception):
    """A witness did not cosign; `fault` says how grave that is."""

    def __init__(self, fault: Fault, detail: str) -> None:
        super().__init__(detail)
        self.fault = fault


class Messenger:
    """Goes between the till and one witness."""

    def __init__(self, agent: Agent, settings: WitnessSettings, url: str) -> None:
        self._agent = agent
        self._settings = settings
        url = f"{url.rstrip('/')}/{PATH}"
        self._subject = f"witness {target(url).host}"
        self._server = CalledServer(
            agent, self._subject, url, ca=settings.ca, hosts=settings.hosts
        )
        self._known = 0
        self._cosigned = 0
        self._failures = 0

    async def run(self) -> NoReturn:
        """Have each checkpoint cosigned, for ever."""
        while True:
            pause = await self.round()
            await asyncio.sleep(pause)

    async def round(self) -> float:
        """Hand in what is new; the seconds until the next time."""
        try:
            for _ in range(STEPS):
                if not await self._step():
                    break
        except NotSeen as refused:
            return self._failed(refused.fault, str(refused))
        except (OSError, BadTarget) as error:
            return self._failed(faults.WITNESS_SILENT, str(error) or "no answer")
        except ChannelError as error:
            # Whoever watches the till says that it does not answer.
            if error.fault is faults.WITNESS_DISAGREES:
                return self._failed(faults.WITNESS_REFUSES, error.detail)
            return float(self._settings.every)
        self._failures = 0
        for fault in (faults.WITNESS_SILENT, faults.WITNESS_REFUSES):
            self._agent.incidents.recover(self._subject, fault)
        return float(self._settings.every)

    async def _step(self) -> bool:
        """Hand in one checkpoint; whether there may be more to do at once."""
        offered = await self._agent.till.call(CHECKPOINT, CheckpointAsked(self._known))
        if offered.size == self._cosigned:
            return False
        answer = await self._submitted(offered)
        if answer.status == CONFLICT:
            known = _size(answer.body)
            if known is None or known == self._known:
                detail = say("une autre racine pour {size} écritures", size=offered.size)
                raise NotSeen(faults.WITNESS_REFUSES, detail)
            # Of any other size the till says what it has signed of it, and the witness whether
            # that is what it saw: the same size, too, is handed in once more.
            self._known = known
            return True
        self._must_be_well(answer, offered)
        told = answer.body.decode(errors="replace")
        taken = await self._agent.till.call(COSIGNED, CosignedAsked(offered.size, told))
        if not taken.witnesses:
            detail = say("sa signature n'est d'aucune des clés de [witness]")
            raise NotSeen(faults.WITNESS_SILENT, detail)
        self._known = self._cosigned = offered.size
        return offered.size < offered.last

    async def _submitted(self, offered: CheckpointOffered) -> Answer:
        headers = {"Content-Type": "text/plain; charset=utf-8"}
        return await self._server.call(offered.body.encode(), headers)

    def _must_be_well(self, answer: Answer, offered: CheckpointOffered) -> None:
        if answer.status == OK:
            return
        if answer.status in (UNKNOWN_KEY, UNKNOWN_LOG):
            detail = say(
                "HTTP {status} : il ne connaît pas {key}", status=answer.status, key=offered.vkey
            )
            raise NotSeen(faults.WITNESS_SILENT, detail)
        if answer.status == BAD_PROOF:
            detail = say(
                "{size} écritures ne continuent pas les {known} qu'il a vues",
                size=offered.size, known=self._known,
            )
            raise NotSeen(faults.WITNESS_REFUSES, detail)
        raise NotSeen(faults.WITNESS_SILENT, say("HTTP {status}", status=answer.status))

    def _failed(self, fault: Fault, detail: str) -> float:
        self._failures += 1
        if fault is faults.WITNESS_REFUSES or self._failures >= MISSED:
            self._agent.incidents.report(self._subject, fault, detail[:300])
        return PAUSES[min(self._failures, len(PAUSES)) - 1]


def _size(body: bytes) -> int | None:
    """The size in the answer to a conflict: decimal digits and a newline."""
    digits = body.removesuffix(b"\n")
    return int(digits) if digits.isdigit() and len(digits) < 16 else None


@hookimpl
def pos_settings() -> type[WitnessSettings]:
    """What `[service.witness]` is held to."""
    return WitnessSettings


@hookimpl
def pos_services(agent: Agent) -> Iterable[Service]:
    """One messenger a witness: none waits for another."""
    settings = agent.settings(WitnessSettings)
    for number, url in enumerate(settings.urls, 1):
        yield Service(f"witness-{number}", Messenger(agent, settings, url).run)
