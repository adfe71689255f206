"""What the pages share: how one is asked, and which day it is."""

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pos_terminal.agent.console_pages import Asked, Html
from pos_terminal.agent.world import Agent

Page = Callable[[Asked], Coroutine[Any, Any, Html]]


def today(agent: Agent) -> datetime:
    """Now, by the shop's clock."""
    utc = datetime.fromtimestamp(agent.clock.utc() / 1e6, UTC)
    return utc.astimezone(ZoneInfo(agent.given.zone))
