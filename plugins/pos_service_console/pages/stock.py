"""Stock: what runs low, what there is, and what to make; by the sums of the till's own lists."""

import asyncio
from collections.abc import Iterable, Sequence
from fractions import Fraction
from urllib.parse import urlencode

from pos_service_console import frame, holdings
from pos_service_console.catalogue import Present
from pos_service_console.pages.page import Page, today
from pos_service_console.sales import Sales
from pos_terminal.agent.console_pages import Asked, Html, NoSuchPage
from pos_terminal.agent.world import Agent
from pos_terminal.domain.catalog.catalog import Item
from pos_terminal.domain.catalog.goods import amount
from pos_terminal.domain.language import how_many, say
from pos_terminal.domain.markup import Markup, joined, tag
from pos_terminal.domain.printing.stock_lists import counted, is_low
from pos_terminal.domain.stock.production import FARTHEST, Proposal, propose

NOTHING = Fraction(0)

SHOWN = 200
"""Rows of a page."""

Held = dict[str, Fraction]
Kept = tuple[str, str, str]  # family, name, what is left: 50,000 articles would be 60 MiB
Short = tuple[str, str]  # name, what is left


def stock(agent: Agent, sales: Sales, present: Present) -> Page:
    """The page over what was read."""

    async def answer(asked: Asked) -> Html:
        read = await present.read()
        held, days = await sales.ask(lambda db: (holdings.stock(db), holdings.days_sold(db)))
        match asked.path:
            case ():
                sought = asked.query.get("q", "").strip()[:40]
                begin = _begin(asked)
                listed = await asyncio.to_thread(_listed, read.stocked(), held, sought, begin)
                return Html(say("Stock"), joined(_moves(), _search(sought), listed))
            case ("make",):
                sold = {plu for day in days for plu in day.quantities}
                catalog = await asyncio.to_thread(read.of_trade, sold)
                proposal = propose(catalog, days, held, today(agent).date(), _ahead(asked))
                title = say("À fabriquer")
                return Html(title, joined(_moves(), _days(proposal), _proposed(proposal)))
        raise NoSuchPage

    return answer


def low(stocked: Iterable[Item], held: Held) -> list[Short]:
    """Those of which there is too little, in the order of their names."""
    kept = ((item, held.get(item.plu, NOTHING)) for item in stocked if item.goods.kept)
    return sorted((item.name, counted(item, left)) for item, left in kept if is_low(item, left))


def list_low(short: Sequence[Short], most: int, *more: Markup) -> Markup:
    """The first of them as a part of a page, where there are any."""
    if not short:
        return frame.EMPTY
    rows = ((name, tag("span", left, class_="money")) for name, left in short[:most])
    count = how_many(len(short), "{count} article", "{count} articles")
    return frame.section(
        say("Presque épuisé"),
        tag("p", tag("a", count, href="/stock"), class_="small") if len(short) > most else "",
        frame.table((say("Article"), say("Reste")), rows),
        *more,
    )


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


def _begin(asked: Asked) -> int:
    begin = asked.query.get("from", "0")
    if not (begin.isascii() and begin.isdigit() and len(begin) <= 6):
        raise NoSuchPage
    return int(begin)


def _search(sought: str) -> Markup:
    return tag(
        "form",
        tag("input", type="search", name="q", value=sought, aria_label=say("Chercher"),
            placeholder=say("Nom ou famille")),
        tag("button", say("Chercher"), class_="quiet"), method="get", action="/stock",
        role="search", class_="moves",
    )  # fmt: skip


def _listed(stocked: Iterable[Item], held: Held, sought: str, begin: int) -> Markup:
    """A page of what is kept, by family and name, and of what runs low. Of a long list nothing is
    held but what it is put in order by.
    """
    wanted = sought.lower()
    kept, short = list[Kept](), list[Short]()
    for item in stocked:
        left = held.get(item.plu, NOTHING)
        if item.goods.kept and wanted in f"{item.name}\n{item.family}".lower():
            kept.append((item.family, item.name, counted(item, left)))
            if is_low(item, left):
                short.append((item.name, counted(item, left)))
    if not kept:
        none = say("Aucun article trouvé.") if sought else say("Aucun article n'a de stock suivi.")
        return frame.card(frame.nothing(none))
    page = sorted(kept)[begin : begin + SHOWN]
    head = (say("Article"), say("Famille"), say("Reste"))
    whole = frame.table(
        head,
        ((name, family or "–", tag("span", left, class_="money")) for family, name, left in page),
    )
    listed = frame.section(say("Articles suivis"), whole, _pages(len(kept), sought, begin))
    return joined(list_low(sorted(short), SHOWN) if not begin else "", listed)


def _pages(count: int, sought: str, begin: int) -> Markup:
    """Where in the list this is, and the way on."""

    def way(to: int, text: str) -> Markup:
        return tag("a", text, href=f"/stock?{urlencode({'q': sought, 'from': to})}")

    shown = say("{first} à {last} sur {count}", first=begin + 1, last=min(begin + SHOWN, count),
                count=count)  # fmt: skip
    return tag(
        "div",
        way(max(begin - SHOWN, 0), say("Avant")) if begin else "",
        tag("span", shown, class_="small"),
        way(begin + SHOWN, say("Suite")) if begin + SHOWN < count else "",
        class_="moves",
    ) if count > SHOWN else frame.EMPTY  # fmt: skip


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
