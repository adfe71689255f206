"""The owner's console: pages for a phone or a desk in the shop's own network, and for nobody else.

Who is signed in is decided at the counter: the browser shows digits, a person types them with a PIN
(domain/staff/console). What changes the shop goes through the till, by the grant that it gave.
"""

from collections.abc import Iterable

from pos_service_console import hooks, pages
from pos_service_console.api import bearers, doing
from pos_service_console.api.bearers import Bearers
from pos_service_console.api.catalog import Catalogue
from pos_service_console.api.doing import Doing
from pos_service_console.api.goods import Goods
from pos_service_console.api.live import Live
from pos_service_console.api.reading import Reading
from pos_service_console.api.routing import Api
from pos_service_console.api.tickets import TicketReading
from pos_service_console.catalogue import Present
from pos_service_console.hooks import RULES, Hooks, HookService
from pos_service_console.sales import SCHEMA, Sales
from pos_service_console.service import ConsoleService
from pos_service_console.settings import ConsoleSettings
from pos_terminal.agent.console_pages import ConsolePage
from pos_terminal.agent.hookspecs import Service, hookimpl
from pos_terminal.agent.world import Agent

STORE, API_STORE = "trade", "api"
API_SCHEMA = bearers.SCHEMA + doing.SCHEMA + hooks.SCHEMA


@hookimpl
def pos_settings() -> type[ConsoleSettings]:
    """What `[service.console]` is held to."""
    return ConsoleSettings


@hookimpl
def pos_services(agent: Agent) -> Iterable[Service]:
    """What serves the pages, and what reads the journal for them."""
    sales = sales_of(agent)
    api = _api(agent, sales)
    console = ConsoleService(agent, agent.settings(ConsoleSettings), lambda: sales.news, api)
    yield Service("pages", console.run)
    yield Service("sales", sales.follow)
    store = agent.store(API_STORE, API_SCHEMA)
    calls = HookService(agent, Hooks(store), agent.settings(ConsoleSettings).webhook_ca)
    yield Service("webhook records", calls.collect)
    yield Service("webhook calls", calls.call, silence=3 * RULES.patience)


def _api(agent: Agent, sales: Sales) -> Api:
    store, present = agent.store(API_STORE, API_SCHEMA), Present.of(agent)
    endpoints = [
        *Reading(agent).endpoints(), *TicketReading(agent, sales).endpoints(),
        *Catalogue(agent, present).endpoints(), *Goods(sales, present).endpoints(),
        *Doing(agent, store).endpoints(),
    ]  # fmt: skip
    return Api(endpoints, Live(agent, sales).followed(), Bearers(agent, store))


@hookimpl
def pos_console_pages(agent: Agent) -> Iterable[ConsolePage]:
    """The pages of every shop."""
    store = agent.store(API_STORE, API_SCHEMA)
    return pages.of(agent, sales_of(agent), store, Present.of(agent))


def sales_of(agent: Agent) -> Sales:
    """What was sold, as this plug-in has read it; the same for both hooks."""
    return Sales.of(agent, agent.store(STORE, SCHEMA))
