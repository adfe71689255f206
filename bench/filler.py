"""Long journals, made fast: real records, stamped and signed, and written without waiting."""

from pathlib import Path

import msgspec.structs

from bench.journal import IDENTITY, LINE, MOMENT, OPENED
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.period import Period
from pos_terminal.domain.events.sale import Paid, SaleClosed, Tender, TicketLine, VatSum
from pos_terminal.domain.events.system import KeyMade
from pos_terminal.journal import database, keyring, state_directory
from pos_terminal.journal.batch import Batch
from pos_terminal.journal.database import NAME
from pos_terminal.journal.merkle import Frontier
from pos_terminal.journal.record import Running
from pos_terminal.storage.sqlite import let_go

TOGETHER = 1000
"""Records a statement."""

DAY = 1000
"""Records from one Z to the next, about."""


def ticket(number: int) -> tuple[Event, ...]:
    """A sale of one line, paid."""
    line = TicketLine(
        line=1, plu=LINE.plu, name=LINE.name, unit=LINE.unit, family=LINE.family, quantity=1000,
        price=130, per=1000, vat=550, gross=130, net=123, voided=False,
    )  # fmt: skip
    closed = SaleClosed(
        sale=number, series="A", number=number, catalog="c" * 64, lines=(line,),
        vat=(VatSum(rate=550, gross=130, net=123, vat=7),),
        tenders=(Paid(tender="cash", amount=130, given=200, change=70),), total=130,
        turnover=130, change=70,
    )  # fmt: skip
    sold = msgspec.structs.replace(LINE, sale=number)
    paid = Tender(sale=number, tender="cash", amount=130, given=200, change=70)
    return type(OPENED)(sale=number, catalog=OPENED.catalog), sold, paid, closed


def fill(directory: Path, records: int) -> Path:
    """A journal of at least so many records in `directory`, closed; some 20,000 a second."""
    directory.mkdir(parents=True)
    signer = keyring.software(directory, "")
    keys = signer.public
    running, tree = Running(identity=IDENTITY), Frontier()
    leaves: list[bytes] = []
    path = directory / NAME
    db = database.open_writer(path, "")
    db.pragma("synchronous", "off")
    number = 0
    made = KeyMade(key=keys.key, record_key=keys.record.hex(), checkpoint_key=keys.checkpoint.hex())
    while running.seq < records:
        batch = Batch(running, tree, signer, leaves)
        if running.seq == 0:
            state_directory.write_mark(directory, batch.add(made, MOMENT))
        while len(batch.records) < TOGETHER:
            number += 1
            for event in ticket(number):
                batch.add(event, MOMENT)
        book = batch.running.book
        if batch.running.seq - book.day.first >= DAY:
            closure = book.closure(Period.DAY, batch.running.seq + 1, MOMENT.at[:10])
            batch.add(closure, MOMENT)
        with db:
            db.execute(database.insert(len(batch.records)), batch.rows)
            db.executemany("INSERT INTO checkpoint VALUES (?,?,?)", batch.seals)
            db.executemany("INSERT INTO keys VALUES (?,?,?,?,NULL)", batch.keys)
        if number % 50_000 < TOGETHER:
            db.wal_checkpoint()
        running, tree, leaves = batch.running, batch.tree, batch.leaves  # a batch has a checkpoint
    let_go(db)
    return path
