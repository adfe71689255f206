"""Lets a technician of the shop's choice in from afar, for as long as the shop consents.

The till gives the consent and keeps it; this service carries it out: it follows the till, and while
a consent stands a process of its own dials out to a relay and serves SSH inside that connection
(`ssh_child`). Nothing of SSH is in the agent.
"""

from collections.abc import Iterable

from pos_service_support import commands, configuring, page
from pos_service_support.recording import SCHEMA, STORE
from pos_service_support.service import SupportService
from pos_service_support.settings import SupportSettings
from pos_terminal.agent.console_pages import ConsolePage
from pos_terminal.agent.hookspecs import Service, SupportCommand, hookimpl
from pos_terminal.agent.world import Agent


@hookimpl
def pos_settings() -> type[SupportSettings]:
    """What `[service.support]` is held to."""
    return SupportSettings


@hookimpl
def pos_services(agent: Agent) -> Iterable[Service]:
    """One, that waits for a consent."""
    yield Service("consent", SupportService(agent, agent.settings(SupportSettings)).run)


@hookimpl
def pos_support_commands(agent: Agent) -> Iterable[SupportCommand]:
    """What can be done of any till."""
    return [*commands.of(agent), *configuring.of(agent)]


@hookimpl
def pos_console_pages(agent: Agent) -> Iterable[ConsolePage]:
    """One, where the shop reads what its support was shown."""
    return [page.page(agent, agent.store(STORE, SCHEMA))]
