"""The paper of an X or a Z: what a period adds up to, for the shopkeeper and for an inspector."""

from collections.abc import Iterator, Sequence

from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.events.cash import CashCounted
from pos_terminal.domain.events.period import Period, PeriodClosed, PeriodReported, ServiceClosed
from pos_terminal.domain.language import say
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.notation import day, day_and_hour, euros
from pos_terminal.domain.period.drawer import DENOMINATIONS
from pos_terminal.domain.printing.clock import unverified
from pos_terminal.domain.printing.report_sums import amount, sums
from pos_terminal.domain.printing.ticket import support
from pos_terminal.domain.receipt import Align, Block, Qr, Receipt, Row, Rule, Text
from pos_terminal.domain.sale.open_sales import OpenSale


def closure(
    identity: Identity,
    closed: PeriodClosed,
    moment: Moment,
    *,
    head: str = "",
    exposed: int | None = None,
    copy: int = 0,
) -> Receipt:
    """The Z as a document. `moment` is the closing record's.

    `head` stands on it as a QR code, so that filed paper bears witness to the journal as it was;
    `exposed` is how many records no other witness has seen.
    From `copy` 1 on it is the duplicate of that number.
    """
    names = {Period.DAY: say("DU JOUR"), Period.MONTH: say("DU MOIS"), Period.YEAR: say("ANNUELLE")}
    title = f"{say('CLOTURE')} {names[closed.period]}"
    first, last = closed.sessions
    return Receipt(
        title=f"Z {closed.period} {closed.number}" + (f" duplicata {copy}" if copy else ""),
        blocks=(
            *shop_head(identity, f"{title} {day(closed.label)}", moment),
            Row(f"Z {say('no')} {closed.number}", _range(say("Journées"), first, last)),
            Row("", _range(say("Enregistrements"), closed.first, closed.last)),
            *_remarks(closed),
            *_mark(simulated=identity.simulated, copy=copy),
            *sums(closed.totals, of_day=closed.period is Period.DAY),
            Rule(),
            Text(say("TOTAUX PERPETUELS"), bold=True),
            Row(say("Net"), amount(closed.net_ever)),
            Row(say("Sans les signes"), amount(closed.absolute_ever)),
            *((Qr(head),) if head else ()),
            *(() if exposed is None else (Row(say("Ecritures sans témoin"), str(exposed)),)),
            *support(identity),
            *_mark(simulated=identity.simulated, copy=copy),
        ),
    )


def reading(
    identity: Identity, reported: PeriodReported, moment: Moment, detail: Sequence[Block] = ()
) -> Receipt:
    """The X as a document: the running day so far, and nothing closed; `detail` on request."""
    return Receipt(
        title=f"X {reported.session}",
        blocks=(
            *shop_head(identity, say("LECTURE X"), moment),
            Row("", f"{say('Journées')} {reported.session}"),
            *_mark(simulated=identity.simulated),
            *sums(reported.totals),
            *detail,
            *_mark(simulated=identity.simulated),
        ),
    )


def service(identity: Identity, closed: ServiceClosed, moment: Moment) -> Receipt:
    """A closed service as a document: what it brought in, and what the drawers held at its end."""
    return Receipt(
        title=f"service {closed.session}-{closed.number}",
        blocks=(
            *shop_head(identity, f"{say('SERVICE')} {closed.name}", moment),
            Row(f"{say('Journées')} {closed.session}", f"{say('SERVICE')} {closed.number}"),
            Row("", _range(say("Enregistrements"), closed.first, closed.last)),
            *_mark(simulated=identity.simulated),
            *sums(closed.totals),
            *_mark(simulated=identity.simulated),
        ),
    )


def open_sales(identity: Identity, sales: Sequence[OpenSale], moment: Moment) -> Receipt:
    """The sales that keep the day from being closed: whose they are, since when, and how much."""
    return Receipt(
        title=f"ventes ouvertes {moment.at[:16]}",
        blocks=(
            *shop_head(identity, say("VENTES NON FINIES"), moment),
            *_mark(simulated=identity.simulated),
            Rule(),
            *(block for sale in sales for block in _open_sale(sale)),
            Rule(),
            Row(f"{say('TOTAL')} ({len(sales)})", amount(sum(each.total for each in sales))),
            Text(say("Finir, annuler, ou REPORT puis Z")),
            *_mark(simulated=identity.simulated),
        ),
    )


def _open_sale(sale: OpenSale) -> Iterator[Block]:
    where = f" {say('ATTENTE')} {sale.held}" if sale.held else ""
    yield Row(f"{say('VENTE')} {sale.number}{where}", euros(sale.total))
    since = day_and_hour(sale.at)
    yield Row(f"  {say('VENDEUR')} {sale.clerk}", f"{sale.articles} {say('ART')}  {since}")


def count(identity: Identity, counted: CashCounted, moment: Moment, *, several: bool) -> Receipt:
    """A count of a drawer as a document: what was found, and not what should have been there.

    With `several` drawers it says which.
    """
    title = say("COMPTAGE DU TIROIR") + (f" {counted.drawer}" if several else "")
    pieces = zip(counted.pieces, DENOMINATIONS, strict=False)
    return Receipt(
        title=f"comptage {moment.at[:16]}",
        blocks=(
            *shop_head(identity, title, moment),
            *_mark(simulated=identity.simulated),
            Rule(),
            *(Row(f"{n} x {euros(cents)}", euros(n * cents)) for n, cents in pieces if n),
            Rule(),
            Row(say("TOTAL"), amount(counted.counted), bold=True, tall=True),
            *_mark(simulated=identity.simulated),
        ),
    )


def shop_head(identity: Identity, title: str, moment: Moment) -> Iterator[Block]:
    """The shop, what the paper is, of which till and when."""
    yield Text(identity.shop.name, Align.CENTRE, bold=True)
    for line in identity.shop.header:
        yield Text(line, Align.CENTRE)
    yield Text("")
    yield Text(title, Align.CENTRE, bold=True)
    yield Row(f"{say('Caisse')} {identity.terminal}", day_and_hour(moment.at))
    yield from unverified(moment)


def _remarks(closed: PeriodClosed) -> Iterator[Block]:
    if closed.period is Period.YEAR:
        yield Text(say("Exercice clos : l'archiver (journal archive)"))
    if closed.automatic:
        yield Text(say("Clôture automatique"))
    if closed.carried:
        sales = ", ".join(map(str, closed.carried))
        who = f" ({say('par')} {closed.authority})" if closed.authority else ""
        yield Text(f"{say('Ventes reportées')} {sales}{who}")


def _mark(*, simulated: bool, copy: int = 0) -> Iterator[Block]:
    if copy:
        yield Text(f"{say('DUPLICATA')} {copy}", Align.CENTRE, bold=True)
    if simulated:
        yield Text(say("*** SIMULATION ***"), Align.CENTRE, bold=True)


def _range(what: str, first: int, last: int) -> str:
    return f"{what} {first}" if first == last else f"{what} {first}-{last}"
