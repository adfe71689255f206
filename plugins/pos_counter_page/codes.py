"""The sheet of barcodes to click: articles, the till's commands, badges. Pure."""

from collections.abc import Iterator
from datetime import date

from pos_counter_page.paper_drawing import upright
from pos_counter_page.symbols import bars
from pos_terminal.domain.catalog.catalog import Catalog
from pos_terminal.domain.files.table import Problem, rows
from pos_terminal.domain.keyboard.command_sheet import families, functions, heading, price_text
from pos_terminal.domain.language import say
from pos_terminal.domain.markup import Markup, joined, tag
from pos_terminal.domain.staff.clerks import badge_code
from pos_terminal.scenes.shop import TEAM_COLUMNS

TEAM = """numéro;code;droits;badge;nom
12;4821;;1212121212121212;LEA
13;7305;aucun;1313131313131313;SAM
14;9162;formation;1414141414141414;TOM
1;5930;tous;0101010101010101;ANNE
"""
"""Clerks who come when asked to: an ordinary one, one without rights, a trainee, a manager."""

HEIGHT = 44


def draw(catalog: Catalog, day: date, team: str) -> Markup:
    """The whole sheet; `team` is a table of clerks who work here, or empty."""
    parts = [_group(say("Vendeurs"), list(_badges(team)))] if team else []
    own = [
        _code(item.barcodes[0], item.name, price_text(item, day))
        for item in catalog.items
        if item.barcodes
    ]
    if own:
        parts.append(_group(say("Articles à code-barres"), own))
    for group in (*families(catalog, day), *functions()):
        cards = [_code(each.code, each.called, say(each.purpose)) for each in group.commands]
        parts.append(_group(heading(group), cards))
    return joined(*parts)


def _badges(team: str) -> Iterator[Markup]:
    for row in rows(team, TEAM_COLUMNS):
        if not isinstance(row, Problem) and row["badge"]:
            pin = say("n° {number}, code {pin}", number=row["numéro"], pin=row["code"])
            yield _code(badge_code(row["badge"]), row["nom"], pin)


def _group(title: str, cards: list[Markup]) -> Markup:
    return tag(
        "details", tag("summary", title), tag("div", *cards, class_="cards"), class_="codes"
    )


def _code(code: str, name: str, what: str) -> Markup:
    widths = bars(code)
    symbol = tag(
        "svg", upright(widths, 1, HEIGHT), viewBox=f"0 0 {sum(widths)} {HEIGHT}",
        preserveAspectRatio="none", aria_hidden="true",
    )  # fmt: skip
    return tag(
        "button", tag("b", name), tag("span", what), symbol, type="button", class_="card",
        data_code=code,
    )  # fmt: skip
