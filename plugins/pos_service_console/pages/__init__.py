"""The pages that every shop has, each added through the same hook as anybody else's."""

from collections.abc import Iterable

from pos_service_console.catalogue import Present
from pos_service_console.pages.accounts import AccountPages
from pos_service_console.pages.articles import ArticlePages
from pos_service_console.pages.changes import changes
from pos_service_console.pages.clerks import ClerkPages
from pos_service_console.pages.closures import ClosurePages
from pos_service_console.pages.customers import CustomerPages
from pos_service_console.pages.devices import DevicePages
from pos_service_console.pages.held import orders, vouchers
from pos_service_console.pages.incidents import incidents
from pos_service_console.pages.selling import selling
from pos_service_console.pages.settings import SettingPages
from pos_service_console.pages.stock import stock
from pos_service_console.pages.tickets import tickets
from pos_service_console.pages.tokens import NAME as TOKENS
from pos_service_console.pages.tokens import TokenPages
from pos_service_console.sales import Sales
from pos_terminal.agent.console_pages import ConsolePage
from pos_terminal.agent.world import Agent
from pos_terminal.domain.events.values import ConsoleRole
from pos_terminal.storage.worker import Worker

MANAGER = frozenset({ConsoleRole.MANAGER})
BOTH = frozenset(ConsoleRole)


def of(agent: Agent, sales: Sales, api: Worker, present: Present) -> Iterable[ConsolePage]:
    """All of them, in the menu's order. Titles are French, translated where they are shown."""
    customers = CustomerPages(agent, sales)
    articles = ArticlePages(agent, sales, present)
    return [
        ConsolePage("sales", "Ventes", MANAGER, selling(agent, sales, present), 10),
        ConsolePage("tickets", "Tickets", MANAGER, tickets(agent, sales), 20),
        ConsolePage("articles", "Articles", MANAGER, articles.answer, 30),
        ConsolePage("stock", "Stock", MANAGER, stock(agent, sales, present), 31),
        ConsolePage("orders", "Commandes", MANAGER, orders(sales, customers.names), 32),
        ConsolePage("vouchers", "Bons", MANAGER, vouchers(sales), 33),
        ConsolePage("customers", "Clients", MANAGER, customers.answer, 34),
        ConsolePage("clerks", "Vendeurs", MANAGER, ClerkPages(agent).answer, 36),
        ConsolePage("closures", "Clôtures", MANAGER, ClosurePages(agent, sales).answer, 35),
        ConsolePage("accounts", "Comptes", MANAGER, AccountPages(agent).answer, 37),
        ConsolePage("settings", "Réglages", MANAGER, SettingPages(agent, sales).answer, 39),
        ConsolePage("devices", "Appareils", BOTH, DevicePages(agent).answer, 40),
        ConsolePage("incidents", "Incidents", BOTH, incidents(agent), 50),
        ConsolePage(TOKENS, "Programmes", MANAGER, TokenPages(agent, api).answer, 70),
        ConsolePage("changes", "Changements", MANAGER, changes(sales), 60),
    ]
