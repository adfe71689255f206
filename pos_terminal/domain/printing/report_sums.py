"""What a period's totals look like on the paper of an X, a service or a Z."""

from collections.abc import Iterable, Iterator

from pos_terminal.domain.events.breakdown import Breakdown
from pos_terminal.domain.events.period import PeriodTotals
from pos_terminal.domain.language import say
from pos_terminal.domain.notation import euros, percent
from pos_terminal.domain.period.drawer import drawers_used
from pos_terminal.domain.receipt import Block, Row, Rule, Text
from pos_terminal.domain.tender.tender import DONATION, TENDERS

Pairs = Iterable[tuple[str, str]]


def amount(cents: int) -> str:
    """«1,30 €»."""
    return f"{euros(cents)} €"


def sums(totals: PeriodTotals) -> Iterator[Block]:
    """All that a period adds up to; a part without anything in it is left out."""
    yield Rule()
    yield Row(say("CA TTC"), amount(totals.net), bold=True, tall=True)
    yield Row(say("Tickets"), str(totals.tickets))
    if totals.refunds:
        yield Row(say("dont remboursements"), str(totals.refunds))
    yield from _table("", ((_rate(vat.rate, vat.net), euros(vat.vat)) for vat in totals.vat))
    paid = [t for t in totals.tenders if t.tender != DONATION.name]
    gifts = [t for t in totals.tenders if t.tender == DONATION.name]
    yield from _table("", ((_tender(t.tender, t.count), euros(t.amount)) for t in paid))
    yield from _table(
        say("HORS CHIFFRE D'AFFAIRES"),
        ((_tender(t.tender, t.count), euros(-t.amount)) for t in gifts),
    )
    if totals.parts:
        yield from _parts(totals.parts)
    yield from _table("", _corrections(totals))
    yield from drawers(totals)


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
    families = sorted(parts.families, key=lambda each: each.family)
    yield from _table(
        say("PAR FAMILLE") if any(each.family for each in families) else "",
        (
            (f"{each.family or say('sans famille')} ({each.lines})", euros(each.gross))
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
    if totals.cash:
        yield say("Espèces hors vente"), euros(totals.cash)


def drawers(totals: PeriodTotals) -> Iterator[Block]:
    """Each drawer that was counted: what it should have held, what it held, and the gap."""
    used = drawers_used(totals)
    for each in used:
        if not each.counts:
            continue
        which = f" {each.drawer}" if len(used) > 1 else ""
        yield Rule()
        yield Row(f"{say('Tiroir attendu')}{which}", euros(each.expected))
        yield Row(f"{say('Tiroir compté')}{which}", euros(each.counted))
        yield Row(f"{say('Ecart')}{which}", euros(each.gap), bold=True)
    gaps = [each.gap for each in used if each.counts]
    if len(gaps) > 1:
        yield Row(f"{say('Ecart')} {say('TOTAL')}", euros(sum(gaps)), bold=True)
