"""What the two lines of the customer display say of goods that are not sold."""

from pos_terminal.domain.catalog.catalog import Item
from pos_terminal.domain.language import say
from pos_terminal.domain.notation import euros, thousandths
from pos_terminal.domain.quantity import ONE, Price, Unit
from pos_terminal.domain.screen import WIDTH, Screen, both_ends


def moved(label: str, count: str, name: str) -> Screen:
    """Goods moved beside sales: how, how many, of what."""
    return Screen(both_ends(say(label), count), name)


def stock(name: str, count: str) -> Screen:
    """How many there are."""
    return Screen(name, both_ends(say("STOCK"), count))


def price(item: Item, listed: Price) -> Screen:
    """What an article costs: by the kilo, by so many, or by the piece."""
    per = "/kg" if item.unit is Unit.KG else ""
    if listed.per != ONE:
        per = f"/{thousandths(listed.per)}{per.removeprefix('/')}"
    return Screen(item.name, both_ends(say("PRIX"), f"{euros(listed.cents)}{per}"))


def low(name: str, count: str | None) -> str:
    """«PLUS QUE 3 RHONE» on one line; without a count there is nothing left."""
    text = f"{say('EPUISE')} {name}" if count is None else f"{say('PLUS QUE')} {count} {name}"
    return text[:WIDTH].rstrip()


def bottle_opened(name: str) -> Screen:
    """A bottle is open. What was missing from the one before stands on paper alone."""
    return Screen(say("BOUTEILLE OUVERTE"), name)


def bottle_finished(name: str) -> Screen:
    """The open bottle is done with."""
    return Screen(say("BOUTEILLE FINIE"), name)


def allergens(name: str, text: str) -> tuple[Screen, bool]:
    """What is in an article, and whether all of it fits: whole words, and «+» where more follow."""
    if len(text) <= WIDTH:
        return Screen(name, text), True
    cut = text[: WIDTH - 1].rpartition(" ")[0]
    return Screen(name, f"{cut} +"), False
