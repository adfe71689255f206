"""What stands around every page: head, menu, and how money, days and shares are written."""

import secrets
from collections.abc import Iterable

from pos_terminal.agent.console_pages import ConsolePage
from pos_terminal.domain import notation
from pos_terminal.domain.language import say
from pos_terminal.domain.markup import Markup, joined, tag

DOCTYPE = "<!doctype html>"
ONCE = "once"
THIN = "\N{NARROW NO-BREAK SPACE}"


EMPTY = joined()


def page(
    *,
    language: str,
    shop: str,
    title: str,
    body: Markup,
    menu: Markup = EMPTY,
    live: bool = False,
    again: int = 0,
) -> str:
    """A whole page; with `again` the browser asks anew after so many seconds."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", f"{title} · {shop}"),
        tag("link", rel="stylesheet", href="/static/console.css"),
        tag("link", rel="icon", href="/static/icon.svg", type="image/svg+xml"),
        tag("script", src="/static/console.js", type="module"),
    )
    away = tag("p", say("La console ne répond pas. Cette page continue d'essayer."), id="away",
               class_="away", role="alert", hidden=True)  # fmt: skip
    main = tag(
        "main", tag("h1", title), body, id="main", data_live=live, data_again=again or None
    )
    skip = tag("a", say("Aller au contenu"), href="#main", class_="skip")
    top = tag("header", tag("a", shop, href="/", class_="shop"), menu)
    return DOCTYPE + tag("html", head, tag("body", skip, top, away, main), lang=language)


def menu(pages: Iterable[ConsolePage], at: str, token: str) -> Markup:
    """The pages that she may see, and the way out."""
    links = (
        tag(
            "a", say(each.title), href=f"/{each.name}",
            aria_current="page" if each.name == at else None,
        )
        for each in sorted(pages, key=lambda each: (each.place, each.name))
    )  # fmt: skip
    leave = form("/leave", token, tag("button", say("Quitter"), class_="quiet"))
    return tag("nav", tag("div", *links, class_="pages"), leave, aria_label=say("Pages"))


def form(action: str, token: str, *inside: str, method: str = "post", **more: str | None) -> Markup:
    """A form; one that writes has the token of whoever is signed in, and a name of its own by which
    it is known that it was sent twice.
    """
    hidden = joined(
        tag("input", type="hidden", name="token", value=token),
        tag("input", type="hidden", name=ONCE, value=secrets.token_urlsafe(12)),
    ) if method == "post" else ""  # fmt: skip
    return tag("form", hidden, *inside, action=action, method=method, **more)


def euros(cents: int) -> str:
    """«1 234,50 €» (with spaces that do not break)."""
    sign, size = ("-" if cents < 0 else ""), abs(cents)
    whole = f"{size // 100:,}".replace(",", THIN)
    return f"{sign}{whole},{size % 100:02d}{THIN}€"


def when(at: str) -> Markup:
    """A record's local time, ISO 8601: its day and its hour, broken between the two alone."""
    day, hour = notation.day(at[:10]), notation.hour(at)
    return joined(tag("span", day, class_="whole"), " ", tag("span", hour, class_="whole"))


def table(head: Iterable[str], rows: Iterable[Iterable[str]], *, wide: bool = False) -> Markup:
    """A table whose cells know their column's name: a phone stacks those of a `wide` one."""
    names = list(head)
    # A header without words would be read out as one; what stands below are buttons, which say it.
    heads = (tag("th", name, scope="col") if name else tag("td") for name in names)
    cells = (
        tag("tr", *(tag("td", cell, data_name=name) for name, cell in zip(names, row, strict=True)))
        for row in rows
    )
    return tag(
        "table",
        tag("thead", tag("tr", *heads)),
        tag("tbody", *cells),
        class_="wide" if wide else None,
    )


def notice(text: str, *, bad: bool = False) -> Markup:
    """Something to be read first."""
    return tag("p", text, class_="notice bad" if bad else "notice", role="alert" if bad else None)


def section(title: str, *inside: str) -> Markup:
    """A part of a page."""
    return tag("section", tag("h2", title), *inside)


def card(*inside: str) -> Markup:
    """The same, where the page's own title says it."""
    return tag("div", *inside, class_="card")


def nothing(text: str) -> Markup:
    """There is none."""
    return tag("p", text, class_="none")
