"""The lists of goods on paper: stock, open bottles, what to make, allergens."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import groupby

from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.catalog.allergens import labels
from pos_terminal.domain.catalog.catalog import Catalog, Item
from pos_terminal.domain.catalog.goods import amount
from pos_terminal.domain.language import say
from pos_terminal.domain.lookup.bottles import Bottle
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.notation import day_and_hour, short_day_and_hour
from pos_terminal.domain.printing.clock import unverified
from pos_terminal.domain.receipt import Align, Block, Listing, Receipt, Row, Rule, Text
from pos_terminal.domain.stock.production import Proposal, Proposed

WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
"""French, untranslated, as `date.weekday` counts."""


def paper(identity: Identity, listing: Listing, moment: Moment) -> Receipt:
    """The list as a document, printed at that moment."""
    mark = (Text(say("*** SIMULATION ***"), Align.CENTRE, bold=True),) if identity.simulated else ()
    return Receipt(
        listing.title,
        (
            Text(identity.shop.name, Align.CENTRE, bold=True),
            Text(""),
            Text(listing.title, Align.CENTRE, bold=True),
            Row(f"{say('Caisse')} {identity.terminal}", day_and_hour(moment.at)),
            *unverified(moment),
            *mark,
            *listing.blocks,
            *mark,
        ),
    )


def counted(item: Item, units: Fraction) -> str:
    """«19 verre», «3 1/6»: so much of an article, in what its stock is counted in."""
    unit = item.goods.unit
    return f"{amount(unit.count(units))} {unit.name}".rstrip()


def is_low(item: Item, held: Fraction) -> bool:
    """Whether there is no more of it than what the shop wants to be told of."""
    return item.goods.alert is not None and held <= item.goods.alert


def stock(catalog: Catalog, held: Mapping[str, Fraction]) -> Listing:
    """What there is of each article whose stock is followed: first what runs low, then by family.

    Of what there is nothing, and which has no alert, there is no line.
    """
    kept = [(item, held.get(item.plu, Fraction(0))) for item in catalog.items if item.goods.kept]
    low = [(item, left) for item, left in kept if is_low(item, left)]
    return Listing(say("STOCK"), tuple(_stock(kept, low)))


def _stock(
    kept: Sequence[tuple[Item, Fraction]], low: Sequence[tuple[Item, Fraction]]
) -> Iterator[Block]:
    if low:
        yield Rule()
        yield Text(say("PRESQUE EPUISE"), bold=True)
    for item, left in low:
        yield Row(item.name, counted(item, left))
    rows = sorted(
        ((item, left) for item, left in kept if left or is_low(item, left)),
        key=lambda row: (row[0].family, row[0].name),
    )
    for family, of_family in groupby(rows, key=lambda row: row[0].family):
        yield Rule()
        yield Text(family or say("Autres articles"), bold=True)
        for item, left in of_family:
            yield Row(item.name, counted(item, left))
    yield Rule()
    yield Text(f"{say('Articles suivis')} : {len(kept)}")


def bottles(catalog: Catalog, found: Iterable[Bottle]) -> Listing:
    """Poured against sold, bottle by bottle: the open ones, then those finished."""
    known = [(catalog.plu(each.plu), each) for each in found]
    ordered = sorted(known, key=lambda pair: (bool(pair[1].finished), pair[1].at, pair[1].plu))
    blocks = tuple(block for item, each in ordered for block in _bottle(item, each))
    return Listing(say("VERSE ET VENDU"), blocks or (Text(say("Aucune bouteille ouverte")),))


def _bottle(item: Item | None, each: Bottle) -> Iterator[Block]:
    def said(units: Fraction) -> str:
        return counted(item, units) if item else amount(units)

    yield Rule()
    yield Text(item.name if item else f"PLU {each.plu}", bold=True)
    yield Row(say("Ouverte"), short_day_and_hour(each.at))
    if each.finished:
        yield Row(say("Finie"), short_day_and_hour(each.finished))
    yield Row(say("Vendu"), said(each.sold.fraction))
    if each.given.numerator:
        yield Row(say("Donné ou perdu au verre"), said(each.given.fraction))
    vessel = item.vessel if item else None
    if each.finished:
        if each.left.numerator:
            yield Row(f"{say('Jeté')} ({each.reason})", said(each.left.fraction))
        yield Row(say("Versé, non encaissé"), said(each.missing.fraction), bold=True)
    elif vessel is not None:
        yield Row(say("Doit rester"), said(vessel - each.poured))


def production(proposal: Proposal) -> Listing:
    """What to make, by family; each row says how many days stand behind it."""
    day = proposal.day
    return Listing(say("PRODUCTION PROPOSEE"), tuple(_production(proposal, _named(day))))


def _production(proposal: Proposal, day: str) -> Iterator[Block]:
    yield Text(day, Align.CENTRE, bold=True)
    yield Text(f"{say('Jours ouverts sur les 30 derniers')} : {proposal.opened}")
    for family, rows in groupby(proposal.rows, key=lambda row: row.family):
        yield Rule()
        yield Text(family or say("Autres articles"), bold=True)
        for row in rows:
            yield from _proposed(row)
    if not proposal.rows:
        yield Rule()
        yield Text(say("Aucun article n'est dit fabriqué au catalogue"))


def _proposed(row: Proposed) -> Iterator[Block]:
    if row.make is None or row.expected is None:
        yield Row(row.name, "?", bold=True)
        yield Text(f"  {say('aucun jour comparable')}")
        return
    yield Row(row.name, amount(row.make), bold=True)
    parts = [
        f"{say('moyenne')} {_rounded(row.expected)} ({row.days} {say('j')})",
        f"{say('vendu')} {amount(row.sold)}",
    ]
    if row.stock is not None:
        parts.append(f"{say('stock')} {amount(row.stock)}")
    yield Text(f"  {', '.join(parts)}")


def allergens(items: Iterable[Item]) -> Listing:
    """Which of the fourteen are in what, by family; what nobody has said is said to be unknown."""
    ordered = sorted(items, key=lambda item: (item.family, item.name))
    return Listing(say("ALLERGENES"), tuple(_allergens(ordered)))


def _allergens(items: Iterable[Item]) -> Iterator[Block]:
    yield Text(say("Règlement (UE) 1169/2011, annexe II"), Align.CENTRE)
    for family, of_family in groupby(items, key=lambda item: item.family):
        yield Rule()
        yield Text(family or say("Autres articles"), bold=True)
        for item in of_family:
            yield Text(item.name)
            yield Text(f"  {contained(item)}")


def contained(item: Item) -> str:
    """«GLUTEN LAIT», «SANS ALLERGENE»; what nobody has said is not «without»."""
    numbers = item.goods.allergens
    if numbers is None:
        return say("NON RENSEIGNE")
    return " ".join(say(label) for label in labels(numbers)) or say("SANS ALLERGENE")


def _named(day: date) -> str:
    return f"{say(WEEKDAYS[day.weekday()])} {day.day:02d}/{day.month:02d}/{day.year}"


def _rounded(quantity: Fraction) -> str:
    """An average to one decimal: what is reckoned with is the fraction itself."""
    return amount(Fraction(round(quantity * 10), 10))
