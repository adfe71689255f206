"""The owner's console: pages for a phone or a desk in the shop's own network, and for nobody else.

Who is signed in is decided at the counter: the browser shows digits, a person types them with a PIN
(domain/staff/console). What changes the shop goes through the till, by the grant that it gave.
"""

from collections.abc import Iterable

from pos_service_console import pages
from pos_service_console.sales import SCHEMA, Sales
from pos_service_console.service import ConsoleService
from pos_service_console.settings import ConsoleSettings
from pos_terminal.agent.console_pages import ConsolePage
from pos_terminal.agent.hookspecs import Service, hookimpl
from pos_terminal.agent.world import Agent

STORE = "sales"


@hookimpl
def pos_services(agent: Agent) -> Iterable[Service]:
    """What serves the pages, and what reads the journal for them."""
    sales = sales_of(agent)
    console = ConsoleService(agent, agent.settings(ConsoleSettings), lambda: sales.news)
    yield Service("pages", console.run)
    yield Service("sales", sales.follow)


@hookimpl
def pos_console_pages(agent: Agent) -> Iterable[ConsolePage]:
    """The pages of every shop."""
    return pages.of(agent, sales_of(agent))


def sales_of(agent: Agent) -> Sales:
    """What was sold, as this plug-in has read it; the same for both hooks."""
    return Sales.of(agent, agent.store(STORE, SCHEMA))
