"""`pos-terminal journal export facturx|ereporting`: what goes to a platform for e-invoicing.

Both read the journal beside a till that sells, and the personal store for whom an invoice was made
out to. That something was taken out is recorded by commands/journal_export.py.
"""

from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from msgspec.structs import replace

from pos_terminal.archive import facturx
from pos_terminal.archive.cells import Sheet, Style
from pos_terminal.archive.ereporting import COLUMNS, Reporter
from pos_terminal.archive.export import records
from pos_terminal.domain import faults
from pos_terminal.domain.audit.identity import Identity, Seller
from pos_terminal.domain.events.paper import InvoiceMade
from pos_terminal.domain.events.payment import PaymentChanged
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.lookup.customers import Buyer
from pos_terminal.domain.lookup.questions import TicketFound
from pos_terminal.journal import filed_invoices, state_directory
from pos_terminal.journal.errors import JournalError
from pos_terminal.persons import buyers
from pos_terminal.persons.store import exists, reading
from pos_terminal.runtime.config import ShopSettings
from pos_terminal.runtime.maintenance import shop_settings
from pos_terminal.storage.files import write_durably

Find = Callable[[InvoiceMade], Buyer | None]
"""Whom an invoice was made out to; None once nothing is held of him any more."""


@dataclass(frozen=True, slots=True)
class Written:
    """The invoices in the file, and those that are not: their customers are known no more.

    `last` is the number of the last of them, which `note_filed` keeps for a folder.
    """

    invoices: tuple[str, ...]
    gone: tuple[str, ...]
    last: int = 0


def write_invoices(
    state: Path, config: Path | None, out: Path, first: date, last: date
) -> Written:
    """Each invoice and credit note that was issued from `first` to `last`, as a ZIP of XML.

    NotEnough where the settings say too little of the seller; JournalError, PersonsError, OSError.
    """
    identity = _identity(state, config)
    facturx.must_say_enough(identity.seller)
    days = first.isoformat(), last.isoformat()
    made = _made(state, lambda each: days[0] <= each.issued[:10] <= days[1])
    written, gone = [], []
    out.touch(mode=0o600)  # it names customers
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for number, document in _documents(state, identity, made):
            if document is None:
                gone.append(number)
                continue
            # With a date of its own, so that the same invoices are the same bytes.
            entry = ZipInfo(f"{number}.xml")
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, document)
            written.append(number)
    return Written(tuple(written), tuple(gone))


def file_invoices(state: Path, config: Path | None, folder: Path) -> Written:
    """Each invoice that was not yet put into the folder, as a file of its own; which they are.

    A file that is there is left. As `write_invoices`.
    """
    identity = _identity(state, config)
    facturx.must_say_enough(identity.seller)
    filed = filed_invoices.noted(state)
    made = _made(state, lambda each: each.number > filed)
    written, gone = [], []
    for number, document in _documents(state, identity, made):
        if document is None:
            gone.append(number)
            continue
        path = folder / f"{number}.xml"
        if not path.exists():
            write_durably(path, document, 0o600)  # it names customers
        written.append(number)
    last = max((each.number for each in made), default=filed)
    return Written(tuple(written), tuple(gone), last)


def note_filed(state: Path, made: Written) -> None:
    """Keep that these are in the folder; OSError where the disk does not take it."""
    if made.last > filed_invoices.noted(state):
        filed_invoices.note(state, made.last)


def _made(state: Path, wanted: Callable[[InvoiceMade], bool]) -> list[InvoiceMade]:
    events = (record.event for record in records(state))
    return [each for each in events if isinstance(each, InvoiceMade) and wanted(each)]


def _documents(
    state: Path, identity: Identity, made: Sequence[InvoiceMade]
) -> Iterator[tuple[str, bytes | None]]:
    """Each invoice's number and its XML; None where a purge took a ticket, or ten years a customer:
    either way there is no invoice to make."""
    found = _tickets(state, {place for each in made for place in each.places})
    with _finding(state) as find:
        for each in made:
            number = facturx.file_name(identity, each).removesuffix(".xml")
            buyer, tickets = find(each), [found.get(place) for place in each.places]
            there = [ticket for ticket in tickets if ticket]
            if buyer is None or len(there) < len(tickets):
                yield number, None
            else:
                yield number, facturx.invoice(identity, each, there, buyer)


def _tickets(
    state: Path, wanted: Set[tuple[str, int]]
) -> dict[tuple[str, int], TicketFound]:
    """These tickets, each with the corrections of how it was paid."""
    found: dict[tuple[str, int], TicketFound] = {}
    for record in records(state) if wanted else ():
        event = record.event
        if not isinstance(event, SaleClosed | PaymentChanged):
            continue
        place = event.series, event.number
        if isinstance(event, SaleClosed) and place in wanted:
            found[place] = TicketFound(event, record.moment)
        elif isinstance(event, PaymentChanged) and place in found:
            had = found[place]
            found[place] = replace(had, changed=(*had.changed, event))
    return found


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
