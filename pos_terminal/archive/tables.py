"""The journal's records as tables: one row a ticket, a line, a payment, a closure... Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pos_terminal.archive.cells import Cents, Rate, Thousandths, Value
from pos_terminal.domain.audit import jet
from pos_terminal.domain.events.account import AccountMoved
from pos_terminal.domain.events.breakdown import Breakdown
from pos_terminal.domain.events.cash import CashCounted, CashMoved
from pos_terminal.domain.events.event import TRAINING_SERIES
from pos_terminal.domain.events.payment import PaymentChanged
from pos_terminal.domain.events.period import Period, PeriodClosed, PeriodTotals
from pos_terminal.domain.events.prepaid import DepositMoved, VoucherMoved
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.money import divide
from pos_terminal.journal.record import Record

Rows = Iterator[tuple[Value, ...]]


@dataclass(frozen=True, slots=True)
class Table:
    """A file of the archive: its columns, and the rows that a record adds to it."""

    name: str
    columns: tuple[str, ...]
    rows: Callable[[Record], Rows]


def _ticket(record: Record, ticket: SaleClosed) -> tuple[Value, ...]:
    return (record.seq, record.envelope.at, ticket.series, ticket.number)


def _tickets(record: Record) -> Rows:
    match record.event:
        case SaleClosed() as ticket:
            e = record.envelope
            yield (
                *_ticket(record, ticket),
                e.store,
                e.terminal,
                e.session,
                e.op,
                ticket.sale,
                sum(not line.voided for line in ticket.lines),
                Cents(ticket.total),
                Cents(ticket.turnover),
                Cents(ticket.change),
                ticket.series == TRAINING_SERIES,
                e.sim,
                e.trust,
                Cents(e.total.net),
                Cents(e.total.absolute),
                ticket.taken_at,
            )


def _lines(record: Record) -> Rows:
    match record.event:
        case SaleClosed() as ticket:
            for line in ticket.lines:
                yield (
                    *_ticket(record, ticket),
                    line.line,
                    line.plu,
                    line.name,
                    line.family,
                    line.unit,
                    Thousandths(line.quantity),
                    Cents(line.price),
                    Thousandths(line.per),
                    Rate(line.vat),
                    Cents(line.net),
                    Cents(line.gross),
                    line.voided,
                    Cents(line.discount),
                )


def _payments(record: Record) -> Rows:
    match record.event:
        case SaleClosed() as ticket:
            for paid in ticket.tenders:
                amounts = (Cents(paid.amount), Cents(paid.given), Cents(paid.change))
                yield (*_ticket(record, ticket), paid.tender, *amounts)


def _vat(record: Record) -> Rows:
    match record.event:
        case SaleClosed() as ticket:
            for rate in ticket.vat:
                amounts = (Cents(rate.net), Cents(rate.vat), Cents(rate.gross))
                yield (*_ticket(record, ticket), Rate(rate.rate), *amounts)


def _movements(record: Record) -> Rows:
    """Money that moved beside the tickets' own lines and payments."""
    amount, series, number, what, why, drawer = 0, "", 0, "", "", 0
    match record.event:
        case CashMoved() as event:
            amount, what, why, drawer = event.amount, event.movement, event.reason, event.drawer
        case CashCounted() as event:
            amount, what, drawer = event.counted - event.expected, "counted", event.drawer
        case PaymentChanged() as event:
            amount, series, number = event.amount, event.series, event.number
            drawer = event.drawer
            what = f"{event.from_tender} > {event.to_tender}"
        case VoucherMoved() as event:
            amount, series, number = event.amount, event.series, event.number
            what, why = event.purpose, event.voucher
        case AccountMoved() as event:
            amount, series, number = event.amount, event.series, event.number
            what, why = event.move, event.person
        case DepositMoved() as event:
            amount, series, number = event.amount, event.series, event.number
            what, why = event.nature, event.order
        case _:
            return
    e = record.envelope
    yield (record.seq, e.at, record.kind, what, Cents(amount), series, number, why, drawer, e.op)


def _closures(record: Record) -> Rows:
    match record.event:
        case PeriodClosed(totals=totals) as closure:
            yield (
                *_closure(record, closure),
                closure.label,
                closure.first,
                closure.last,
                *closure.sessions,
                totals.tickets,
                totals.refunds,
                Cents(totals.net),
                Cents(totals.absolute),
                Cents(totals.voided),
                totals.voided_lines,
                Cents(totals.abandoned),
                totals.abandoned_sales,
                totals.duplicates,
                totals.drawer_openings,
                Cents(totals.cash),
                Cents(closure.net_ever),
                Cents(closure.absolute_ever),
                closure.automatic,
                " ".join(map(str, closure.carried)),
                closure.authority,
                *(_made_of(totals.net, totals.parts) if totals.parts else ("",) * 4),
            )


def _made_of(net: int, parts: Breakdown) -> tuple[Value, ...]:
    """Pieces, baskets and the average one, money in advance."""
    average = divide(net, parts.baskets) if parts.baskets else 0
    return parts.pieces, parts.baskets, Cents(average), Cents(parts.held)


_PERIODS = {Period.DAY: "jour", Period.MONTH: "mois", Period.YEAR: "exercice"}


def _closure(record: Record, closure: PeriodClosed) -> tuple[Value, ...]:
    return (record.seq, record.envelope.at, _PERIODS[closure.period], closure.number)


def _closure_vat(record: Record) -> Rows:
    match record.event:
        case PeriodClosed() as closure:
            for rate in closure.totals.vat:
                amounts = (Cents(rate.net), Cents(rate.vat), Cents(rate.gross))
                yield (*_closure(record, closure), Rate(rate.rate), *amounts)


def _closure_payments(record: Record) -> Rows:
    match record.event:
        case PeriodClosed() as closure:
            for paid in closure.totals.tenders:
                yield (*_closure(record, closure), paid.tender, Cents(paid.amount), paid.count)


def _closure_cash(record: Record) -> Rows:
    """Cash beside sales: the float, in and out by reason, safe drops."""
    match record.event:
        case PeriodClosed(totals=PeriodTotals(parts=Breakdown() as parts)) as closure:
            for moved in parts.movements:
                movement, _, reason = moved.what.partition(" ")
                what = (movement, reason, moved.count, Cents(moved.amount))
                yield (*_closure(record, closure), *what)


def _closure_drawers(record: Record) -> Rows:
    match record.event:
        case PeriodClosed(totals=PeriodTotals(parts=Breakdown() as parts)) as closure:
            for each in parts.drawers:
                sums = (each.brought, each.taken, each.moved, each.counted, each.gap)
                left = each.left if closure.period is Period.DAY else 0
                amounts = (*map(Cents, sums), Cents(left))
                yield (*_closure(record, closure), each.drawer, each.counts, *amounts)


def _closure_hours(record: Record) -> Rows:
    match record.event:
        case PeriodClosed(totals=PeriodTotals(parts=Breakdown() as parts)) as closure:
            for each in sorted(parts.hours, key=lambda row: row.hour):
                yield (*_closure(record, closure), each.hour, each.tickets, Cents(each.net))


def _jet(record: Record) -> Rows:
    entry = jet.jet_line(record.event)
    if entry:
        e = record.envelope
        what = (entry.code, entry.label, entry.detail)
        yield (record.seq, e.at, e.trust, *what, record.kind, e.op, e.sw)


_TICKET = ("enregistrement", "horodatage", "serie", "ticket")
_CLOSURE = ("enregistrement", "horodatage", "periode", "numero")
_AMOUNTS = ("ht", "tva", "ttc")

TABLES = (
    Table(
        "tickets.csv",
        (
            *_TICKET, "magasin", "caisse", "journee", "operateur", "vente", "lignes", "total_ttc",
            "ca_ttc", "rendu", "formation", "simulation", "horloge", "perpetuel_net",
            "perpetuel_absolu", "vente_par_panne",
        ),
        _tickets,
    ),
    Table(
        "lines.csv",
        (
            *_TICKET, "ligne", "plu", "libelle", "famille", "unite", "quantite", "prix_ttc",
            "prix_pour", "taux_tva", "ht", "ttc", "annulee", "remise",
        ),
        _lines,
    ),
    Table("payments.csv", (*_TICKET, "moyen", "montant", "recu", "rendu"), _payments),
    Table("vat.csv", (*_TICKET, "taux_tva", *_AMOUNTS), _vat),
    Table(
        "movements.csv",
        (
            "enregistrement", "horodatage", "evenement", "nature", "montant", "serie", "ticket",
            "motif", "tiroir", "operateur",
        ),
        _movements,
    ),
    Table(
        "closures.csv",
        (
            *_CLOSURE, "libelle", "premier", "dernier", "premiere_journee", "derniere_journee",
            "tickets", "remboursements", "total_net", "total_absolu", "annule", "lignes_annulees",
            "abandonne", "ventes_abandonnees", "duplicatas", "ouvertures_tiroir",
            "mouvements_especes", "perpetuel_net", "perpetuel_absolu", "automatique",
            "ventes_reportees", "autorisation", "articles", "paniers", "panier_moyen", "avances",
        ),
        _closures,
    ),
    Table("closure_vat.csv", (*_CLOSURE, "taux_tva", *_AMOUNTS), _closure_vat),
    Table("closure_payments.csv", (*_CLOSURE, "moyen", "montant", "nombre"), _closure_payments),
    Table(
        "closure_cash.csv",
        (*_CLOSURE, "mouvement", "motif", "nombre", "montant"),
        _closure_cash,
    ),
    Table(
        "closure_drawers.csv",
        (
            *_CLOSURE, "tiroir", "comptages", "au_debut", "ventes", "mouvements", "compte",
            "ecart", "reste",
        ),
        _closure_drawers,
    ),
    Table("closure_hours.csv", (*_CLOSURE, "heure", "tickets", "ca_ttc"), _closure_hours),
    Table(
        "jet.csv",
        (
            "enregistrement", "horodatage", "horloge", "code", "libelle", "detail", "evenement",
            "operateur", "version",
        ),
        _jet,
    ),
)  # fmt: skip
"""Every table of the archive and of the CSV export."""
