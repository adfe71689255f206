"""What the till is asked to do, on behalf of whoever gave the grant."""

from typing import TypeVar

import msgspec
from msgspec import Raw

from pos_terminal.agent.world import Agent
from pos_terminal.channel.interface import DO, DoAsked

T = TypeVar("T")


async def do(agent: Agent, grant: str, act: str, arguments: object) -> Raw:
    """Have the till do an act; what it answers, as JSON. ChannelError where it would not."""
    wanted = DoAsked(act, Raw(msgspec.json.encode(arguments)), grant)
    return (await agent.till.call(DO, wanted)).result


async def done(agent: Agent, grant: str, act: str, arguments: object, kind: type[T]) -> T:
    """The same, and what it answers."""
    return msgspec.json.decode(await do(agent, grant, act, arguments), type=kind)
