"""Options of articles: slicing, sizes, cooking. Which may follow a line, and which must. Pure."""

from msgspec import Struct

from pos_terminal.domain import faults
from pos_terminal.domain.catalog.catalog import Catalog, Item
from pos_terminal.domain.events.sale import LineSold
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.sale.sale import Sale


class Question(Struct, frozen=True):
    """A choice that must be made for the last article, before anything else is sold."""

    group: str
    choices: tuple[Item, ...]


def question(sale: Sale | None, catalog: Catalog) -> Question | None:
    """The first forced choice that the last article still lacks, in the catalogue's order."""
    article = sale.last_article if sale else ()
    # What comes back or was paid in advance is not asked how it shall be cut.
    item = catalog.plu(article[0].plu) if article and not article[0].firm else None
    if item is None:
        return None
    made = {_group(catalog, line) for line in article[1:]}
    for group, choices in catalog.options(item).items():
        if group not in made and any(each.choice and each.choice.forced for each in choices):
            return Question(group, choices)
    return None


def parent(sale: Sale, option: Item, catalog: Catalog) -> LineSold:
    """The last article's line, where the option may follow it. Raises Refused."""
    article = sale.last_article
    item = catalog.plu(article[0].plu) if article and not article[0].firm else None
    if item is None or option.choice is None:
        raise Refused(faults.OPTION_REFUSED)
    choices = catalog.options(item).get(option.choice.group, ())
    forced = any(each.choice and each.choice.forced for each in choices)
    made = {_group(catalog, line) for line in article[1:]}
    if option not in choices or (forced and option.choice.group in made):
        raise Refused(faults.OPTION_REFUSED)
    return article[0]


def _group(catalog: Catalog, line: LineSold) -> str:
    item = catalog.plu(line.plu)
    return item.choice.group if item and item.choice else ""
