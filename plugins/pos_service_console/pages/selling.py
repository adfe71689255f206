"""What was sold: today, as the till sells; any day, month or year likewise."""

import asyncio
import logging
from datetime import datetime

from pos_service_console import frame, holdings, plot
from pos_service_console.catalogue import Present
from pos_service_console.figures import Figures, Named, Span, figures
from pos_service_console.frame import euros, section
from pos_service_console.pages.page import Page, today
from pos_service_console.pages.stock import list_low, low
from pos_service_console.sales import Sales
from pos_terminal.agent.console_pages import Asked, Html, NoSuchPage
from pos_terminal.agent.world import Agent
from pos_terminal.channel.errors import ChannelError
from pos_terminal.domain import notation
from pos_terminal.domain.language import how_many, say
from pos_terminal.domain.markup import Markup, joined, tag
from pos_terminal.domain.tender.tender import TENDERS

log = logging.getLogger(__name__)

SHORT = 20
"""Articles that run low: the page of the stock has them all."""

CATALOGUE = 60.0
"""Seconds for which the catalogue counts as known, where a page is looked at again and again."""


def selling(agent: Agent, sales: Sales, present: Present) -> Page:
    """The page over this terminal."""

    async def answer(asked: Asked) -> Html:
        now = today(agent)
        try:
            span = Span.read(asked.query.get("on") or now.date().isoformat())
        except ValueError as error:
            raise NoSuchPage from error
        current = span.begin <= now.date() < span.end
        hour = now.hour + 1 if current and span.is_day else None
        sold, before, then = await sales.ask(
            lambda db: (
                figures(db, span), figures(db, span.before),
                figures(db, span.before, until=hour) if hour else None,
            )
        )  # fmt: skip
        title = say("Aujourd'hui") if hour else _title(span)
        parts = [_behind(agent, sales), _moves(span, now), _cards(sold, then or before, span, hour)]
        if current:
            parts += [_state(agent), await _low(sales, present)]
        parts.append(_plot(span, sold, before))
        parts.append(tag(
            "div",
            section(say("Articles"), _articles(sold)),
            section(say("Moyens de paiement"), _list(_means(sold), sold.turnover, say("Aucun"))),
            section(say("Vendeurs"), _clerks(sold)),
            class_="columns",
        ))  # fmt: skip
        return Html(title, joined(*parts), live=current)

    return answer


def _title(span: Span) -> str:
    if span.is_day:
        return f"{_weekday(span)} {notation.day(span.name)}"
    return notation.day(span.name)


def _weekday(span: Span) -> str:
    names = (
        say("Lundi"), say("Mardi"), say("Mercredi"), say("Jeudi"), say("Vendredi"), say("Samedi"),
        say("Dimanche"),
    )  # fmt: skip
    return names[span.begin.weekday()]


def _behind(agent: Agent, sales: Sales) -> Markup:
    """Whether the journal is being read still: then these are not all sales."""
    status = agent.till.last
    last = status.head.seq if status and status.head else 0
    if sales.at >= last - 50:
        return frame.EMPTY
    told = say("Lecture du journal : {at} sur {last} écritures.", at=sales.at, last=last)
    return frame.notice(told)


def _moves(span: Span, now: datetime) -> Markup:
    this = now.date().isoformat()
    links = [
        tag("a", "←", href=f"?on={span.step(-1)}", aria_label=say("Avant")),
        tag("a", "→", href=f"?on={span.step(1)}", aria_label=say("Après")),
    ]
    for name, length in ((say("Jour"), 10), (say("Mois"), 7), (say("Année"), 4)):
        whole = span.begin.isoformat() if length <= len(span.name) else this
        at = "page" if len(span.name) == length else None
        links.append(tag("a", name, href=f"?on={whole[:length]}", aria_current=at))
    pick = tag(
        "form",
        tag("input", type="date", name="on", value=span.begin.isoformat(), aria_label=say("Jour")),
        tag("button", say("Voir"), class_="quiet"), method="get", action="/sales",
    )  # fmt: skip
    return tag("div", *links, pick, class_="moves")


def _cards(sold: Figures, than: Figures, span: Span, hour: int | None) -> Markup:
    if not span.is_day:
        than_what = notation.day(span.before.name)
    elif hour:
        than_what = say("{day} à cette heure", day=_weekday(span).lower())
    else:
        than_what = f"{_weekday(span).lower()} {notation.day(span.before.name)[:5]}"
    basket = euros(sold.basket) if sold.basket is not None else "–"
    cards = (
        (say("Chiffre d'affaires TTC"), euros(sold.turnover), sold.turnover, than.turnover),
        (say("Tickets"), str(sold.tickets), sold.tickets, than.tickets),
        (say("Panier moyen"), basket, sold.basket or 0, than.basket or 0),
        (say("Articles vendus"), str(sold.pieces), sold.pieces, than.pieces),
    )
    return tag(
        "dl",
        *(
            tag("div", tag("dt", name), tag("dd", shown), _against(value, before, than_what),
                class_="card")
            for name, shown, value, before in cards
        ),
        class_="figures",
    )  # fmt: skip


def _against(value: int, before: int, than_what: str) -> Markup:
    if before <= 0:
        return tag("dd", say("rien {than_what}", than_what=than_what), class_="small")
    change = round(100 * (value - before) / before)
    sign, way = ("▲", "up") if change > 0 else ("▼", "down") if change else ("=", None)
    return tag(
        "dd", tag("span", f"{sign} {abs(change)} %", class_=way), f" / {than_what}", class_="small"
    )


def _state(agent: Agent) -> Markup:
    """How the till fares now: open sales, and what is wrong."""
    status = agent.till.last
    if status is None:
        return frame.EMPTY
    parts = []
    if status.open_sales:
        count = status.open_sales
        parts.append(
            tag("p", how_many(count, "{count} vente ouverte", "{count} ventes ouvertes"))
        )
    if status.faults:
        parts.append(tag(
            "ul",
            *(tag("li", f"{each.code} {each.text} : {each.remedy}") for each in status.faults),
        ))  # fmt: skip
    return section(say("La caisse"), *parts) if parts else frame.EMPTY


async def _low(sales: Sales, present: Present) -> Markup:
    """What runs low, by the catalogue as it was a moment ago: the page is asked for at each sale.

    Nothing where the till is away, which the page says by itself.
    """
    try:
        read = await present.read(CATALOGUE)
    except ChannelError as error:
        log.debug("no catalogue: %s", error)
        return frame.EMPTY
    held = await sales.ask(holdings.stock)
    short = await asyncio.to_thread(low, read.stocked(), held)
    more = tag("p", tag("a", say("À fabriquer"), href="/stock/make"), class_="small")
    return list_low(short, SHORT, more)


def _plot(span: Span, sold: Figures, before: Figures) -> Markup:
    if span.is_day:
        names, title = [f"{at} h" for at in range(24)], say("Par heure")
    elif len(span.name) == 4:
        names, title = [f"{at:02d}" for at in range(1, 13)], say("Par mois")
    else:
        names, title = [str(at) for at in range(1, span.parts + 1)], say("Par jour")
    legend = tag(
        "p", tag("span", notation.day(span.name), class_="is-now"),
        tag("span", notation.day(span.before.name)), class_="legend",
    )  # fmt: skip
    title = say("{title}, en euros", title=title)
    return section(title, plot.columns(sold.columns, before.columns, names), legend)


def _means(sold: Figures) -> tuple[Named, ...]:
    return tuple(
        Named(say(TENDERS[each.name].label) if each.name in TENDERS else each.name, each.amount)
        for each in sold.means
    )


def _articles(sold: Figures) -> Markup:
    named = tuple(
        Named(f"{each.name} × {_quantity(each)}", each.amount) for each in sold.articles
    )
    return _list(named, sold.turnover, say("Rien n'est vendu encore."))


def _quantity(each: Named) -> str:
    shown = notation.thousandths(each.count)
    return shown if each.unit == "piece" else f"{shown} {each.unit}"


def _clerks(sold: Figures) -> Markup:
    named = tuple(
        Named(
            f"{say('Vendeur {number}', number=each.name)}, "
            + how_many(each.count, "{count} ticket", "{count} tickets"),
            each.amount,
        )
        for each in sold.clerks
    )
    return _list(named, sold.turnover, say("Personne"))


def _list(rows: tuple[Named, ...], whole: int, none: str) -> Markup:
    if not rows:
        return frame.nothing(none)
    return tag(
        "ul",
        *(
            tag("li", tag("span", each.name), tag("span", euros(each.amount), class_="amount"),
                plot.share(each.amount, whole))
            for each in rows
        ),
        class_="list",
    )  # fmt: skip
