"""What the API tells as it happens, over WebSocket: records from any number on, weights.

Whoever does not read is closed, and whose token is over; one that follows keeps its place alone, so
that however many do, what happened is in memory once.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

import msgspec
from msgspec import Struct
from starlette.websockets import WebSocket, WebSocketDisconnect

from pos_service_console.api import problem
from pos_service_console.api.bearers import Bearers
from pos_service_console.api.doing import Weight, weight
from pos_service_console.api.endpoint import Asked
from pos_service_console.api.problem import Problem, Refusal
from pos_service_console.api.reading import Event, Seq, told
from pos_service_console.sales import Sales
from pos_terminal.agent.world import Agent
from pos_terminal.channel.api import WeighAsked
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import RECORDS, WEIGH, Record, RecordsAsked
from pos_terminal.domain.staff import tokens
from pos_terminal.tasks.groups import first
from pos_terminal.tasks.latest import Latest

SOCKETS, OF_A_TOKEN = 32, 4
"""Who may follow at once: all, and with one token."""

UNREAD = 10.0
"""Seconds that a message may wait until its reader takes it."""

LOOK = 1.0
"""Seconds between two looks whether a token stands."""

RING = 500
"""Records that are held for those who follow; who is further behind has them from the till."""

PAGE = 100
ENDED = 1008
"""Close code: policy (RFC 6455, section 7.4.1). What was wrong is told before it."""


class From(Struct, frozen=True, forbid_unknown_fields=True):
    """Records behind number `after`, then those that come."""

    after: Seq


class NoQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """No parameters."""


class Followed(Struct, frozen=True, kw_only=True):
    """An address that is followed: what each message is, for tokens with that scope."""

    path: str
    scope: str
    does: str
    tells: type[Struct]
    query: type[Struct]
    follow: Callable[[Asked], AsyncGenerator[Struct, None]]


class Live:
    """Tells them."""

    def __init__(self, agent: Agent, sales: Sales) -> None:
        self._agent = agent
        self._ring: deque[Record] = deque(maxlen=RING)
        self._grown: Latest[int] = Latest()
        sales.heard.add(self._heard)

    def followed(self) -> list[Followed]:
        """What may be followed."""
        return [
            Followed(path="/events/live", scope="events.read", tells=Event, query=From,
                     does="Records behind a number, then each new one", follow=self._events),
            Followed(path="/weight/live", scope=tokens.WEIGH, tells=Weight, query=NoQuery,
                     does="What lies on the scale, and each change of it", follow=self._weights),
        ]  # fmt: skip

    def _heard(self, records: Sequence[Record]) -> None:
        if self._ring and records[0].seq <= self._ring[-1].seq:  # another journal
            self._ring.clear()
        self._ring.extend(records)
        self._grown.put(records[-1].seq)

    async def _events(self, asked: Asked) -> AsyncGenerator[Struct, None]:
        query: From = asked.query
        at, version = query.after, -1
        while True:
            if self._ring and self._ring[0].seq <= at + 1 <= self._ring[-1].seq + 1:
                found = [each for each in self._ring if each.seq > at]
            else:
                page = await self._agent.till.call(RECORDS, RecordsAsked(at, PAGE))
                found = page.records
            for record in found:
                yield told(record)
                at = record.seq
            if not found:
                _, version = await self._grown.newer(version)

    async def _weights(self, asked: Asked) -> AsyncGenerator[Struct, None]:
        async with aclosing(
            self._agent.till.follow(WEIGH, WeighAsked(asked.who.secret))
        ) as seen:
            async for each in seen:
                yield weight(each)


class Sockets:
    """Those who follow, bounded."""

    def __init__(self, bearers: Bearers, *, unread: float = UNREAD) -> None:
        self._bearers = bearers
        self._unread = unread
        self._open: list[int] = []

    async def serve(self, socket: WebSocket, followed: Followed, asked: Asked) -> None:
        """Tell one, until it leaves, reads nothing, or its token is over."""
        number = asked.who.bearer.number
        if len(self._open) >= SOCKETS or self._open.count(number) >= OF_A_TOKEN:
            raise Refusal(problem.FULL)
        self._open.append(number)
        try:
            await socket.accept()
            await first(
                self._tell(socket, followed.follow(asked)), _gone(socket),
                self._over(socket, asked.who.secret),
            )  # fmt: skip
        except WebSocketDisconnect:
            return
        except TimeoutError:  # it reads nothing: nothing that is said would reach it
            await _close(socket, None)
        except Refusal as refusal:
            await _close(socket, refusal.problem)
        except ChannelError as error:
            await _close(socket, problem.of_till(error))
        finally:
            self._open.remove(number)

    async def _tell(self, socket: WebSocket, messages: AsyncGenerator[Struct, None]) -> None:
        async with aclosing(messages):
            async for each in messages:
                async with asyncio.timeout(self._unread):
                    await socket.send_text(msgspec.json.encode(each).decode())

    async def _over(self, socket: WebSocket, secret: str) -> None:
        address = socket.client.host if socket.client else ""
        while True:
            await asyncio.sleep(LOOK)
            await self._bearers.stands(secret, address)


async def _gone(socket: WebSocket) -> None:
    """Wait until the far end leaves; what it says meanwhile is nobody's concern."""
    message = {"type": "websocket.receive"}
    while message["type"] == "websocket.receive":
        message = dict(await socket.receive())


async def _close(socket: WebSocket, why: Problem | None) -> None:
    try:
        async with asyncio.timeout(1.0):
            if why:
                await socket.send_text(msgspec.json.encode(why).decode())
            await socket.close(ENDED, why.code if why else "unread")
    except (TimeoutError, WebSocketDisconnect, RuntimeError):
        return  # it has gone meanwhile
