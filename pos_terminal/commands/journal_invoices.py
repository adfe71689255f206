"""`pos-terminal journal export facturx|ereporting`: what goes to a platform for e-invoicing.

Both read the journal beside a till that sells, and the personal store for whom an invoice was made
out to. That something was taken out is recorded by commands/journal_export.py.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from pos_terminal.archive import facturx
from pos_terminal.archive.cells import Sheet, Style
from pos_terminal.archive.ereporting import COLUMNS, Reporter
from pos_terminal.archive.export import records
from pos_terminal.domain import faults
from pos_terminal.domain.audit.identity import Identity, Seller
from pos_terminal.domain.events.paper import InvoiceMade
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.lookup.customers import Buyer
from pos_terminal.journal import state_directory
from pos_terminal.journal.errors import JournalError
from pos_terminal.persons import buyers
from pos_terminal.persons.store import exists, reading
from pos_terminal.runtime.config import ShopSettings
from pos_terminal.runtime.maintenance import shop_settings

Find = Callable[[InvoiceMade], Buyer | None]
"""Whom an invoice was made out to; None once nothing is held of him any more."""


@dataclass(frozen=True, slots=True)
class Written:
    """The invoices in the file, and those that are not: their customers are known no more."""

    invoices: tuple[str, ...]
    gone: tuple[str, ...]


def write_invoices(
    state: Path, config: Path | None, out: Path, first: date, last: date
) -> Written:
    """Each invoice and credit note that was issued from `first` to `last`, as a ZIP of XML.

    NotEnough where the settings say too little of the seller; JournalError, PersonsError, OSError.
    """
    identity = _identity(state, config)
    facturx.must_say_enough(identity.seller)
    made = [
        record.event
        for record in records(state)
        if isinstance(record.event, InvoiceMade)
        and first.isoformat() <= record.event.issued[:10] <= last.isoformat()
    ]
    wanted = {(each.ticket_series, each.ticket_number) for each in made}
    tickets = {
        (ticket.series, ticket.number): ticket
        for ticket in (record.event for record in records(state))
        if isinstance(ticket, SaleClosed) and (ticket.series, ticket.number) in wanted
    }
    written, gone = [], []
    out.touch(mode=0o600)  # it names customers
    with _finding(state) as find, ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for each in made:
            name = facturx.file_name(identity, each)
            # A purge takes a ticket, ten years a customer: either way there is no invoice to make.
            ticket, buyer = tickets.get((each.ticket_series, each.ticket_number)), find(each)
            if ticket is None or buyer is None:
                gone.append(name.removesuffix(".xml"))
                continue
            # With a date of its own, so that the same invoices are the same bytes.
            entry = ZipInfo(name)
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, facturx.invoice(identity, each, ticket, buyer))
            written.append(name.removesuffix(".xml"))
    return Written(tuple(written), tuple(gone))


def write_report(state: Path, out: Path, first: date, last: date, style: Style) -> int:
    """What consumers bought on each closed day from `first` to `last`, as a table: its rows.

    Disagrees where a day's tickets are not what its closure says; JournalError, PersonsError,
    OSError.
    """
    rows = 0
    with _finding(state) as find:
        reporter = Reporter(lambda made: _is_firm(find(made)))
        for record in records(state):
            reporter.take(record)
        with out.open("w", encoding="utf-8", newline="") as file:
            sheet = Sheet(file, COLUMNS, style)
            for total in reporter.totals(first.isoformat(), last.isoformat()):
                sheet.add(total.row())
                rows += 1
    return rows


def _is_firm(buyer: Buyer | None) -> bool:
    """One of whom nothing is known any more is taken for a firm: his invoice was transmitted."""
    return buyer is None or bool(buyer.siret or buyer.vat)


def _identity(state: Path, config: Path | None) -> Identity:
    mark = state_directory.read_mark(state)
    if mark is None:
        raise JournalError(faults.JOURNAL_MISSING, str(state))
    settings = shop_settings(state, config) or ShopSettings.plain(mark.store)
    seller: Seller = settings.seller
    return Identity(mark.store, mark.terminal, "", mark.simulated, settings.shop, seller)


@contextmanager
def _finding(state: Path) -> Iterator[Find]:
    if not exists(state):
        yield lambda made: None
        return
    with reading(state) as repository:
        yield lambda made: buyers.buyer(repository, made.person, made.details)
