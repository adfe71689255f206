"""Stock: what runs low, what there is, and what to make; by the sums of the till's own lists."""

import asyncio
from collections.abc import Iterable
from fractions import Fraction

from pos_service_console import frame, holdings
from pos_service_console.catalogue import Present
from pos_service_console.pages.page import Page, today
from pos_service_console.sales import Sales
from pos_terminal.agent.console_pages import Asked, Html, NoSuchPage
from pos_terminal.agent.world import Agent
from pos_terminal.domain.catalog.catalog import Item
from pos_terminal.domain.catalog.goods import amount
from pos_terminal.domain.language import say
from pos_terminal.domain.markup import Markup, joined, tag
from pos_terminal.domain.printing.stock_lists import counted, is_low
from pos_terminal.domain.stock.production import FARTHEST, Proposal, propose

NOTHING = Fraction(0)

Held = dict[str, Fraction]


def stock(agent: Agent, sales: Sales, present: Present) -> Page:
    """The page over what was read."""

    async def answer(asked: Asked) -> Html:
        read = await present.read()
        held, days = await sales.ask(lambda db: (holdings.stock(db), holdings.days_sold(db)))
        match asked.path:
            case ():
                return Html(say("Stock"), joined(_moves(), _listed([*read.stocked()], held)))
            case ("make",):
                sold = {plu for day in days for plu in day.quantities}
                catalog = await asyncio.to_thread(read.of_trade, sold)
                proposal = propose(catalog, days, held, today(agent).date(), _ahead(asked))
                title = say("À fabriquer")
                return Html(title, joined(_moves(), _days(proposal), _proposed(proposal)))
        raise NoSuchPage

    return answer


def low(stocked: Iterable[Item], held: Held) -> list[tuple[Item, Fraction]]:
    """Those of which there is too little, each with what is left."""
    kept = ((item, held.get(item.plu, NOTHING)) for item in stocked if item.goods.kept)
    return [(item, left) for item, left in kept if is_low(item, left)]


def list_low(short: Iterable[tuple[Item, Fraction]]) -> Markup:
    """They as a table."""
    return frame.table(
        (say("Article"), say("Reste")),
        ((item.name, tag("span", counted(item, left), class_="money"))
         for item, left in short),
    )  # fmt: skip


def _ahead(asked: Asked) -> int:
    days = asked.query.get("ahead", "0")
    if days not in map(str, range(FARTHEST + 1)):
        raise NoSuchPage
    return int(days)


def _moves() -> Markup:
    return tag(
        "div",
        tag("a", say("Stock"), href="/stock"),
        tag("a", say("À fabriquer"), href="/stock/make"),
        tag("a", say("Pour demain"), href="/stock/make?ahead=1"),
        class_="moves",
    )


def _listed(stocked: Iterable[Item], held: Held) -> Markup:
    kept = [item for item in stocked if item.goods.kept]
    if not kept:
        return frame.card(frame.nothing(say("Aucun article n'a de stock suivi.")))
    rows = sorted(kept, key=lambda item: (item.family, item.name))
    whole = frame.table(
        (say("Article"), say("Famille"), say("Reste")),
        ((item.name, item.family or "–",
          tag("span", counted(item, held.get(item.plu, NOTHING)), class_="money"))
         for item in rows),
    )  # fmt: skip
    short = low(kept, held)
    return joined(
        frame.section(say("Presque épuisé"), list_low(short)) if short else "",
        frame.section(say("Articles suivis"), whole),
    )


def _days(proposal: Proposal) -> Markup:
    told = say(
        "Pour le {day} : la moyenne du même jour de la semaine sur trente jours, moins ce qu'il y "
        "a. Jours ouverts : {opened}.",
        day=f"{proposal.day:%d/%m/%Y}", opened=proposal.opened,
    )  # fmt: skip
    return tag("p", told, class_="small")


def _proposed(proposal: Proposal) -> Markup:
    if not proposal.rows:
        return frame.card(frame.nothing(say("Aucun article n'est dit fabriqué au catalogue")))
    head = (say("Article"), say("À faire"), say("Moyenne"), say("Vendu"), say("Stock"))
    rows = (
        (row.name, tag("strong", "?" if row.make is None else amount(row.make)),
         "–" if row.expected is None else amount(Fraction(round(row.expected * 10), 10)),
         amount(row.sold), "–" if row.stock is None else amount(row.stock))
        for row in proposal.rows
    )  # fmt: skip
    return frame.card(frame.table(head, rows, wide=True))
