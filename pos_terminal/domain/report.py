"""The paper of an X or a Z: what a period adds up to, for the shopkeeper and for an inspector."""

from collections.abc import Iterator

from pos_terminal.domain.cash_events import CashCounted
from pos_terminal.domain.drawer import DENOMINATIONS
from pos_terminal.domain.money import euros, percent
from pos_terminal.domain.payment import TENDERS
from pos_terminal.domain.period_events import Period, PeriodClosed, PeriodReported, PeriodTotals
from pos_terminal.domain.receipt import Align, Block, Qr, Receipt, Row, Rule, Text
from pos_terminal.domain.ticket import Shop
from pos_terminal.domain.words import say


def closure(
    shop: Shop, terminal: str, closed: PeriodClosed, at: str, *, simulated: bool, head: str = ""
) -> Receipt:
    """The Z as a document. `at` is the closing record's local time, ISO 8601.

    `head` stands on it as a QR code, so that filed paper bears witness to the journal as it was.
    """
    names = {Period.DAY: say("DU JOUR"), Period.MONTH: say("DU MOIS"), Period.YEAR: say("ANNUELLE")}
    title = f"{say('CLOTURE')} {names[closed.period]}"
    first, last = closed.sessions
    return Receipt(
        title=f"Z {closed.period.value} {closed.number}",
        blocks=(
            *_head(shop, terminal, f"{title} {_french(closed.label)}", at),
            Row(f"Z {say('no')} {closed.number}", _range(say("Journées"), first, last)),
            Row("", _range(say("Enregistrements"), closed.first, closed.last)),
            *_remarks(closed),
            *_mark(simulated=simulated),
            *_totals(closed.totals),
            Rule(),
            Text(say("TOTAUX PERPETUELS"), bold=True),
            Row(say("Net"), _amount(closed.net_ever)),
            Row(say("Sans les signes"), _amount(closed.absolute_ever)),
            *((Qr(head),) if head else ()),
            *_mark(simulated=simulated),
        ),
    )


def reading(
    shop: Shop, terminal: str, reported: PeriodReported, at: str, *, simulated: bool
) -> Receipt:
    """The X as a document: the running day so far, and nothing closed."""
    return Receipt(
        title=f"X {reported.session}",
        blocks=(
            *_head(shop, terminal, say("LECTURE X"), at),
            Row("", f"{say('Journées')} {reported.session}"),
            *_mark(simulated=simulated),
            *_totals(reported.totals),
            *_mark(simulated=simulated),
        ),
    )


def count(
    shop: Shop, terminal: str, counted: CashCounted, at: str, *, simulated: bool
) -> Receipt:
    """A count of the drawer as a document: what was found, and not what should have been there."""
    pieces = zip(counted.pieces, DENOMINATIONS, strict=False)
    return Receipt(
        title=f"comptage {at[:16]}",
        blocks=(
            *_head(shop, terminal, say("COMPTAGE DU TIROIR"), at),
            *_mark(simulated=simulated),
            Rule(),
            *(Row(f"{n} x {euros(cents)}", euros(n * cents)) for n, cents in pieces if n),
            Rule(),
            Row(say("TOTAL"), _amount(counted.counted), bold=True, tall=True),
            *_mark(simulated=simulated),
        ),
    )


def _head(shop: Shop, terminal: str, title: str, at: str) -> Iterator[Block]:
    yield Text(shop.name, Align.CENTRE, bold=True)
    for line in shop.header:
        yield Text(line, Align.CENTRE)
    yield Text("")
    yield Text(title, Align.CENTRE, bold=True)
    yield Row(f"{say('Caisse')} {terminal}", f"{_french(at[:10])} {at[11:16]}")


def _remarks(closed: PeriodClosed) -> Iterator[Block]:
    if closed.automatic:
        yield Text(say("Clôture automatique"))
    if closed.carried:
        sales = ", ".join(map(str, closed.carried))
        yield Text(f"{say('Ventes reportées')} {sales} ({say('par')} {closed.authority})")


def _mark(*, simulated: bool) -> Iterator[Block]:
    if simulated:
        yield Text(say("*** SIMULATION ***"), Align.CENTRE, bold=True)


def _totals(totals: PeriodTotals) -> Iterator[Block]:
    yield Rule()
    yield Row(say("TOTAL"), _amount(totals.net), bold=True, tall=True)
    yield Row(say("Tickets"), str(totals.tickets))
    if totals.refunds:
        yield Row(say("dont remboursements"), str(totals.refunds))
    if totals.vat:
        yield Rule()
    for vat in totals.vat:
        rate = f"{say('TVA')} {percent(vat.rate).replace('.', ',')} %"
        yield Row(f"{rate}  {say('HT')} {euros(vat.net)}", euros(vat.vat))
    if totals.tenders:
        yield Rule()
    for paid in totals.tenders:
        kind = TENDERS.get(paid.tender)
        label = say(kind.label) if kind else paid.tender
        yield Row(f"{label} ({paid.count})", euros(paid.amount))
    yield from _corrections(totals)
    if totals.counts:
        yield Rule()
        yield Row(say("Tiroir attendu"), euros(totals.expected))
        yield Row(say("Tiroir compté"), euros(totals.counted))
        yield Row(say("Ecart"), euros(totals.counted - totals.expected), bold=True)


def _corrections(totals: PeriodTotals) -> Iterator[Block]:
    """What an owner looks at for mistakes and worse; nothing where there were none."""
    rows = (
        (totals.voided_lines, say("Lignes annulées"), euros(totals.voided)),
        (totals.abandoned_sales, say("Ventes abandonnées"), euros(totals.abandoned)),
        (totals.duplicates, say("Duplicatas"), ""),
        (totals.drawer_openings, say("Tiroir sans vente"), ""),
    )
    seen = [(f"{label} ({count})", amount) for count, label, amount in rows if count]
    if totals.cash:
        seen.append((say("Espèces hors vente"), euros(totals.cash)))
    if seen:
        yield Rule()
    for left, right in seen:
        yield Row(left, right)


def _amount(cents: int) -> str:
    return f"{euros(cents)} €"


def _range(what: str, first: int, last: int) -> str:
    return f"{what} {first}" if first == last else f"{what} {first}-{last}"


def _french(label: str) -> str:
    """«22/11/2026» for «2026-11-22», «11/2026» for «2026-11»."""
    return "/".join(reversed(label.split("-")))
