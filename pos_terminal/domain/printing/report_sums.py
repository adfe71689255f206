"""What a period's totals look like on the paper of an X, a service or a Z."""

from collections.abc import Iterable, Iterator

from pos_terminal.domain.catalog.catalog import Catalog
from pos_terminal.domain.events.breakdown import Breakdown
from pos_terminal.domain.events.period import PeriodTotals
from pos_terminal.domain.events.values import AccountMove, CashMovement
from pos_terminal.domain.language import say
from pos_terminal.domain.lookup.questions import ArticleSold, BestSold
from pos_terminal.domain.money import divide
from pos_terminal.domain.notation import euros, percent, thousandths
from pos_terminal.domain.period.drawer import drawers_used
from pos_terminal.domain.quantity import Unit
from pos_terminal.domain.receipt import Block, Row, Rule, Text
from pos_terminal.domain.tender.tender import DONATION, TENDERS

Pairs = Iterable[tuple[str, str]]


def amount(cents: int) -> str:
    """«1,30 €»."""
    return f"{euros(cents)} €"


def sums(totals: PeriodTotals, *, of_day: bool = True) -> Iterator[Block]:
    """All that a period adds up to; a part without anything in it is left out.

    What lies in drawers is said of a day or a service alone (`of_day`): it does not add up.
    """
    yield Rule()
    yield Row(say("CA TTC"), amount(totals.net), bold=True, tall=True)
    pieces = f"{say('Articles')} {totals.parts.pieces}" if totals.parts else ""
    yield Row(f"{say('Tickets')} {totals.tickets}", pieces)
    if totals.parts and totals.parts.baskets:
        baskets = totals.parts.baskets
        yield Row(f"{say('Panier moyen')} ({baskets})", euros(divide(totals.net, baskets)))
    if totals.refunds:
        # Beside its word: in the column of sums a number of tickets would be read as euros.
        yield Row(f"{say('dont remboursements')} {totals.refunds}", "")
    yield from _table("", ((_rate(vat.rate, vat.net), euros(vat.vat)) for vat in totals.vat))
    paid = [t for t in totals.tenders if t.tender != DONATION.name]
    gifts = [t for t in totals.tenders if t.tender == DONATION.name]
    yield from _table("", ((_tender(t.tender, t.count), euros(t.amount)) for t in paid))
    yield from _table(
        say("HORS CHIFFRE D'AFFAIRES"),
        (*_held(totals), *((_tender(t.tender, t.count), euros(-t.amount)) for t in gifts)),
    )
    if totals.parts:
        yield from _parts(totals.parts)
    yield from _table("", _corrections(totals))
    if totals.parts:
        yield from _table(say("ESPECES HORS VENTE"), _movements(totals.parts))
    yield from drawers(totals) if of_day else _gaps(totals)


def _held(totals: PeriodTotals) -> Pairs:
    """What customers paid in advance, less what was used of it."""
    if totals.parts and totals.parts.held:
        yield say("Avances reçues, moins utilisées"), euros(totals.parts.held)


def _accounts(parts: Breakdown) -> Pairs:
    """What went on customers' accounts, and what they paid of it."""
    labels = {
        AccountMove.CHARGED: say("Portés en compte"),
        AccountMove.CREDITED: say("Avoirs en compte"),
        AccountMove.SETTLED: say("Comptes réglés"),
    }
    for each in parts.accounts:
        yield f"{labels[AccountMove(each.what)]} ({each.count})", euros(each.amount)


def _movements(parts: Breakdown) -> Pairs:
    """The float, cash in and out by reason; safe drops one by one where they are known so."""
    labels = {
        CashMovement.FLOAT: say("Fond de caisse"),
        CashMovement.IN: say("Entrée"),
        CashMovement.OUT: say("Sortie"),
        CashMovement.DROP: say("Prélèvement"),
        CashMovement.BANK: say("Banque"),
    }
    for each in parts.movements:
        movement, _, reason = each.what.partition(" ")
        label = labels[CashMovement(movement)]
        if movement != CashMovement.DROP or not parts.drops:
            yield f"{label} {reason}".rstrip() + f" ({each.count})", euros(each.amount)
    several = len(parts.drawers) > 1
    for drop in parts.drops:
        which = f" {say('TIROIR')[0]}{drop.drawer}" if several else ""
        hour, minute = divmod(drop.minute, 60)
        when = f"{hour:02d}:{minute:02d}{which}"
        yield f"{labels[CashMovement.DROP]} {when}", euros(drop.amount)


def detail(totals: PeriodTotals, best: BestSold | None, catalog: Catalog) -> Iterator[Block]:
    """What an X has on request: by the hour, and the articles that brought in most."""
    if best is None:
        return
    hours = sorted(totals.parts.hours, key=lambda each: each.hour) if totals.parts else ()
    yield from _table(
        say("PAR HEURE"),
        ((f"{each.hour:02d}-{each.hour + 1:02d} h ({each.tickets})", euros(each.net))
         for each in hours),
    )  # fmt: skip
    yield from _table(
        say("MEILLEURES VENTES"),
        ((_article(catalog, each), euros(each.gross)) for each in best.articles),
    )


def _article(catalog: Catalog, sold: ArticleSold) -> str:
    item = catalog.plu(sold.plu)
    unit = f" {item.unit}" if item and item.unit is not Unit.PIECE else ""
    return f"{item.name if item else f'PLU {sold.plu}'} ({thousandths(sold.quantity)}{unit})"


def _table(title: str, rows: Pairs) -> Iterator[Block]:
    """A rule, a title and its rows; nothing where there are none."""
    found = list(rows)
    if not found:
        return
    yield Rule()
    if title:
        yield Text(title, bold=True)
    for left, right in found:
        yield Row(left, right)


def _rate(rate: int, net: int) -> str:
    return f"{say('TVA')} {percent(rate)} %  {say('HT')} {euros(net)}"


def _tender(name: str, count: int) -> str:
    kind = TENDERS.get(name)
    return f"{say(kind.label) if kind else name} ({count})"


def _parts(parts: Breakdown) -> Iterator[Block]:
    reductions = [
        *((f"{say('Remises')} {each.name}", each) for each in parts.discounts),
        *((f"{say('Promotions')} {each.name}", each) for each in parts.promotions),
    ]
    rows = [(f"{label} ({each.count})", euros(-each.amount)) for label, each in reductions]
    if parts.returned_lines:
        rows.append((f"{say('Retours')} ({parts.returned_lines})", euros(parts.returned)))
    yield from _table("", rows)
    yield from _table(
        say("BONS ET AVOIRS"),
        ((f"{_voucher(each.what)} ({each.count})", euros(each.amount)) for each in parts.vouchers),
    )
    yield from _table(
        say("COMMANDES"),
        ((f"{_deposit(each.what)} ({each.count})", euros(each.amount)) for each in parts.deposits),
    )
    yield from _table(
        say("CONSIGNES"),
        (
            (f"{_packaging(each.what)} ({each.count})", euros(each.amount))
            for each in parts.packaging
        ),
    )
    yield from _table(say("CLIENTS EN COMPTE"), _accounts(parts))
    families = sorted(parts.families, key=lambda each: each.family)
    yield from _table(
        say("PAR FAMILLE") if any(each.family for each in families) else "",
        (
            (f"{each.family or say('sans famille')} ({each.pieces})", euros(each.gross))
            for each in families
            if any(other.family for other in families)
        ),
    )
    yield from _table(
        say("PAR VENDEUR"),
        (
            (f"{say('VENDEUR')} {each.operator} ({each.tickets})", euros(each.net))
            for each in sorted(parts.operators, key=lambda each: each.operator)
        ),
    )
    yield from _table(
        say("PAR SERVICE"),
        ((f"{each.name} ({each.tickets})", euros(each.net)) for each in parts.services),
    )


def _voucher(what: str) -> str:
    names = {
        "issued": say("Émis"),
        "used": say("Utilisés"),
        "expired": say("Périmés"),
        "given": say("Offerts"),
    }
    one_rate = what.startswith("single ")
    name = names.get(what.removeprefix("single "), what)
    return f"{name} {say('(dans le CA)')}" if one_rate else name


def _packaging(what: str) -> str:
    return {"taken": say("Consignes reçues"), "returned": say("Consignes rendues")}.get(what, what)


def _deposit(what: str) -> str:
    names = {
        "acompte taken": say("Acomptes reçus"),
        "acompte deducted": say("Acomptes déduits"),
        "acompte returned": say("Acomptes rendus"),
        "arrhes taken": say("Arrhes reçues"),
        "arrhes deducted": say("Arrhes déduites"),
        "arrhes returned": say("Arrhes rendues"),
    }
    return names.get(what, what)


def _corrections(totals: PeriodTotals) -> Pairs:
    """What an owner looks at for mistakes and worse; nothing where there were none."""
    rows = (
        (totals.voided_lines, say("Lignes annulées"), euros(totals.voided)),
        (totals.abandoned_sales, say("Ventes abandonnées"), euros(totals.abandoned)),
        (totals.duplicates, say("Duplicatas"), ""),
        (totals.drawer_openings, say("Tiroir sans vente"), ""),
    )
    yield from ((f"{label} ({count})", sum_) for count, label, sum_ in rows if count)


def drawers(totals: PeriodTotals) -> Iterator[Block]:
    """Each drawer: what it began with; once counted what it should hold, held, the gap, the rest.

    The rest differs from the count where something went to the safe since.
    """
    used = drawers_used(totals)
    for each in used:
        which = f" {each.drawer}" if len(used) > 1 else ""
        rows = [(f"{say('Au début')}{which}", each.brought, False)] * bool(each.brought)
        if each.counts:
            rows += [
                (f"{say('Tiroir attendu')}{which}", each.expected, False),
                (f"{say('Tiroir compté')}{which}", each.counted, False),
                (f"{say('Ecart')}{which}", each.gap, True),
                (f"{say('Reste en caisse')}{which}", each.left, True),
            ]
        if rows:
            yield Rule()
        yield from (Row(label, euros(cents), bold=bold) for label, cents, bold in rows)
    gaps = [each.gap for each in used if each.counts]
    if len(gaps) > 1:
        yield Row(f"{say('Ecart')} {say('TOTAL')}", euros(sum(gaps)), bold=True)


def _gaps(totals: PeriodTotals) -> Iterator[Block]:
    """The sum of the days' gaps, by drawer: what drawers held on each day is no sum."""
    counted = [each for each in drawers_used(totals) if each.counts]
    for each in counted:
        which = f" {each.drawer}" if len(counted) > 1 else ""
        yield Rule()
        yield Row(f"{say('Total des écarts')}{which}", euros(each.gap), bold=True)
