"""Tells a host of every ticket: one line of JSON each, which the host answers with its id."""

import asyncio
import json
from collections.abc import Iterable

from msgspec import Struct

from pos_terminal.agent.delivery import DeliveryRules, Message
from pos_terminal.agent.hookspecs import Service, hookimpl
from pos_terminal.agent.outbox import NotDelivered
from pos_terminal.agent.world import Agent


class FooSettings(Struct, frozen=True, forbid_unknown_fields=True):
    port: int
    host: str = "127.0.0.1"


@hookimpl
def pos_settings() -> type[FooSettings]:
    return FooSettings


@hookimpl
def pos_services(agent: Agent) -> Iterable[Service]:
    settings = agent.settings(FooSettings)

    async def collect() -> None:
        cursor = await agent.cursor("tickets")
        async for record in agent.records(cursor):
            if record.kind == "sale.closed":
                id = f"{agent.given.terminal}-{record.seq}"
                body = {"id": id, "number": json.loads(record.rec)["body"]["number"]}
                await agent.outbox.put(id, "ticket", json.dumps(body).encode())
            await cursor.move(record)

    async def send(message: Message) -> None:
        reader, writer = await asyncio.open_connection(settings.host, settings.port)
        try:
            writer.write(message.body + b"\n")
            answer = await reader.readline()
        finally:
            writer.close()
        if answer.decode().strip() != message.id:
            raise NotDelivered(f"the host answered {answer!r}")

    async def deliver() -> None:
        await agent.outbox.deliver("ticket", send, DeliveryRules(pauses=(0.2,)))

    return [Service("collect", collect), Service("deliver", deliver)]
