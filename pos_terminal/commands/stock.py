"""`pos-terminal stock`: what there is, what was poured against sold, what to make.

Reads the journal and the catalogue in force only, also beside a till that is selling. Exit status:
0 done, 1 the journal or the catalogue cannot be read, 2 usage.
"""

import argparse
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from pos_terminal.commands.argument import day
from pos_terminal.commands.paper import plain
from pos_terminal.commands.till import add_options, enter
from pos_terminal.domain.catalog.catalog import Catalog
from pos_terminal.domain.catalog.goods import amount
from pos_terminal.domain.files.catalog import parse_catalog
from pos_terminal.domain.language import say
from pos_terminal.domain.lookup.bottles import Bottle
from pos_terminal.domain.printing import stock_lists as goods_paper
from pos_terminal.domain.receipt import Listing, Receipt
from pos_terminal.domain.stock.production import FARTHEST, Proposal, propose
from pos_terminal.journal import catalogs, stock_history
from pos_terminal.journal.errors import using
from pos_terminal.journal.stock_history import StockHistory
from pos_terminal.process.output import print_json
from pos_terminal.runtime.catalogue import IN_FORCE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar=say("ACTION"))
    show = actions.add_parser(
        "show", help=say("ce qu'il y a de chaque article dont le stock est suivi")
    )
    bottles = actions.add_parser(
        "bottles", help=say("versé en face de vendu, bouteille par bouteille")
    )
    bottles.add_argument(
        "--since", type=day, default=date.min, metavar=say("DATE"),
        help=say("finies depuis ce jour ; les ouvertes y sont toujours"),
    )  # fmt: skip
    make = actions.add_parser("make", help=say("la proposition de production"))
    make.add_argument(
        "--ahead", type=int, choices=range(FARTHEST + 1), default=0, metavar=say("JOURS"),
        help=say("pour dans tant de jours, {farthest} au plus").format(farthest=FARTHEST),
    )  # fmt: skip
    make.add_argument(
        "--today", type=day, metavar=say("DATE"), help=say("comme ce jour-là")
    )
    add_options(show, bottles, make)


def run(arguments: argparse.Namespace) -> int:
    """Do what the action says; 0, or 1 with the reason."""
    enter(arguments)
    # First: where there is no journal, that is what to say, and not that a catalogue is gone.
    found = stock_history.read(arguments.state)
    catalog = _catalog(arguments.state)
    {"show": _show, "bottles": _bottles, "make": _make}[arguments.action](catalog, found, arguments)
    return 0


def _catalog(state: Path) -> Catalog:
    """The catalogue in force; JournalError where there is none."""
    path = state / IN_FORCE
    with using(path):
        name = path.read_text()
    return parse_catalog(catalogs.load(state, name))[0]


def _show(catalog: Catalog, found: StockHistory, arguments: argparse.Namespace) -> None:
    held = {each.plu: Fraction(each.numerator, each.denominator) for each in found.stock}
    if arguments.json:
        print_json({"stock": list(_stock(catalog, held))})
    else:
        _print(goods_paper.stock(catalog, held))


def _stock(catalog: Catalog, held: dict[str, Fraction]) -> Iterator[dict[str, Any]]:
    for item in catalog.items:
        if item.goods.kept:
            left = held.get(item.plu, Fraction(0))
            yield {
                "plu": item.plu,
                "name": item.name,
                "family": item.family,
                **_exact(left),
                "counted": goods_paper.counted(item, left),
                "low": goods_paper.is_low(item, left),
            }


def _bottles(catalog: Catalog, found: StockHistory, arguments: argparse.Namespace) -> None:
    since = arguments.since.isoformat()
    wanted = [each for each in found.bottles if not each.finished or each.finished >= since]
    if arguments.json:
        print_json({"bottles": [_bottle(catalog, each) for each in wanted]})
    else:
        _print(goods_paper.bottles(catalog, wanted))


def _bottle(catalog: Catalog, each: Bottle) -> dict[str, Any]:
    item = catalog.plu(each.plu)
    parts = {
        name: _exact(getattr(each, name).fraction)
        for name in ("sold", "given", *(("content", "left", "missing") if each.finished else ()))
    }
    return {
        "plu": each.plu,
        "name": item.name if item else "",
        "opened": each.at,
        "finished": each.finished or None,
        **parts,
        "reason": each.reason,
    }


def _make(catalog: Catalog, found: StockHistory, arguments: argparse.Namespace) -> None:
    held = {each.plu: Fraction(each.numerator, each.denominator) for each in found.stock}
    today = arguments.today or date.today()
    proposal = propose(catalog, found.days, held, today, arguments.ahead)
    if arguments.json:
        print_json(_proposal(proposal))
    else:
        _print(goods_paper.production(proposal))


def _proposal(proposal: Proposal) -> dict[str, Any]:
    return {
        "day": proposal.day.isoformat(),
        "today": proposal.today.isoformat(),
        "opened": proposal.opened,
        "articles": [
            {
                "plu": row.plu,
                "name": row.name,
                "family": row.family,
                "days": row.days,
                "expected": _maybe(row.expected),
                "sold": _exact(row.sold),
                "stock": _maybe(row.stock),
                "make": _maybe(row.make),
            }
            for row in proposal.rows
        ],
    }


def _exact(quantity: Fraction) -> dict[str, Any]:
    """A quantity as the fraction that it is, and as it is written."""
    return {
        "numerator": quantity.numerator,
        "denominator": quantity.denominator,
        "text": amount(quantity),
    }


def _maybe(quantity: Fraction | None) -> dict[str, Any] | None:
    return None if quantity is None else _exact(quantity)


def _print(listing: Listing) -> None:
    print(plain(Receipt(listing.title, listing.blocks)))
