"""What pays out is proved as it pays: signed records say so, or it is not believed.

A projection is a file like another: whoever has the box can write into it. So each answer that
leads to money, or to a paper that is no duplicate, is made again from the records that name what
was asked for, each with its signature. A row that says otherwise is J-119; what was taken out of
the index together with its row, comparison.py finds.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import apsw

from pos_terminal.domain import faults
from pos_terminal.domain.events.balances import Balances
from pos_terminal.domain.events.copies import Copies
from pos_terminal.domain.events.period import BalancesOpened
from pos_terminal.domain.language import say
from pos_terminal.domain.lookup import names
from pos_terminal.domain.lookup.balances import RunningBalances
from pos_terminal.domain.lookup.changes import Changes
from pos_terminal.domain.lookup.questions import (
    AccountWanted,
    Answer,
    CustomerAccount,
    DepositsHeld,
    DepositWanted,
    TicketFound,
    TicketWanted,
    VoucherWanted,
    Wanted,
)
from pos_terminal.journal.database import Reader, StoredKeys
from pos_terminal.journal.errors import Broken, JournalError
from pos_terminal.journal.keyring import Verifier
from pos_terminal.journal.record import Record
from pos_terminal.journal.signatures import KeyInForce, first_wrong, keys_in_force


class Proof:
    """Proves answers of the projection `db` by the records of its journal."""

    def __init__(self, db: apsw.Connection, journal: Reader) -> None:
        self._db = db
        self._journal = journal
        self._stored: Sequence[StoredKeys] = ()
        self._keys: Sequence[KeyInForce] = ()
        self._verifiers: Sequence[Verifier] = ()
        self._carried: tuple[int, Balances] = (0, Balances())

    def must_hold(self, wanted: Wanted, answer: Answer | None) -> None:
        """JournalError (J-119) where the records do not come to this answer."""
        match wanted, answer:
            case VoucherWanted(reference), _:
                self._voucher(reference)
            case DepositWanted(order), DepositsHeld(said):
                told = self._told(names.order(order)).balances.balances().deposits
                held = [each for each in told if each.order == order and each.amount]
                _must_be(names.order(order), sorted(said, key=str), sorted(held, key=str))
            case AccountWanted(person), CustomerAccount(owed):
                accounts = self._told(names.customer(person)).balances.balances().accounts
                told_owed = sum(each.amount for each in accounts if each.person == person)
                _must_be(names.customer(person), owed, told_owed)
            case TicketWanted(), TicketFound():
                self._ticket(wanted, answer)
            case _:
                pass

    def _voucher(self, reference: str) -> None:
        sql = (
            "SELECT purpose, amount, plu, vat, expires, tax FROM voucher "
            "WHERE voucher = ? AND amount <> 0 ORDER BY purpose"
        )
        rows: list[Any] = self._db.execute(sql, (reference,)).fetchall()
        told = [
            (each.purpose, each.amount, each.plu, each.vat, each.expires, each.tax)
            for each in self._told(names.voucher(reference)).balances.vouchers
            if each.voucher == reference and each.amount
        ]
        _must_be(names.voucher(reference), rows, told)

    def _ticket(self, wanted: TicketWanted, found: TicketFound) -> None:
        place = (wanted.series, wanted.number)
        what = names.ticket(*place)
        record = self._signed(int(found.anchor.split()[0]))
        said = (found.closed.series, found.closed.number)
        _must_be(what, (said, found.closed), (place, record.event))
        made = found.invoice
        invoice = (made.series, made.number) if made else place
        told = self._told(what, names.ticket(*invoice))
        _must_be(what, place in made.places if made else True, True)
        back = {at[2]: each for at, each in told.returned.items() if at[:2] == place}
        _must_be(what, dict(found.returned), back)
        _must_be(what, found.papers, _papers(told, place))
        _must_be(what, found.gifts, _papers(told, place, gift=1))
        _must_be(what, found.invoice_papers, _papers(told, invoice) if made else frozenset())

    def _told(self, *objects: str) -> Changes:
        """What the records that name these come to, behind the balances of a purge."""
        changes = Changes(balances=RunningBalances.starting(self._opened()))
        for record in self._naming(objects):
            envelope = record.envelope
            changes.take(record.event, record.seq, envelope.session, envelope.at)
        return changes

    def _naming(self, objects: Iterable[str]) -> Iterable[Record]:
        sql = "SELECT seq FROM named WHERE object = ?"
        found = {seq for name in objects for (seq,) in self._db.execute(sql, (name,))}
        for seq in sorted(found):
            record = self._signed(seq)
            if not {*objects} & {*names.names(record.event)}:
                raise _disagree(
                    say("l'écriture {seq} ne nomme pas {what}", seq=seq, what=" ni ".join(objects))
                )
            yield record

    def _opened(self) -> Balances:
        """What stood when the records before were purged."""
        purged = self._journal.purged()
        if purged != self._carried[0]:
            for row in self._journal.of_kind(BalancesOpened.kind, purged):
                event = self._signed(row.seq).event
                if isinstance(event, BalancesOpened) and event.through == purged:
                    self._carried = purged, event.balances
        return self._carried[1]

    def _signed(self, seq: int) -> Record:
        """That record, signed by the key in force at its number; Broken where it is not."""
        stored = self._journal.stored_keys()
        if stored != self._stored:
            self._keys = keys_in_force(self._journal)
            self._verifiers = [Verifier(key.public) for key in self._keys]
            self._stored = stored
        row = self._journal.row(seq)
        wrong = first_wrong([row], self._keys, self._verifiers)
        if wrong:
            raise Broken(wrong.seq, wrong.how)
        return row.record()


def _papers(told: Changes, place: tuple[str, int], gift: int = 0) -> Copies:
    return frozenset(
        copy for (*at, form, copy), made in told.papers.items() if made and (*at,) == place
        and form == gift
    )  # fmt: skip


def _must_be(what: str, said: object, told: object) -> None:
    if said != told:
        raise _disagree(
            say(
                "{what} : projection.db dit {said}, et les écritures {told}",
                what=what, said=said, told=told,
            )
        )


def _disagree(detail: str) -> JournalError:
    return JournalError(faults.PROJECTION_FORGED, detail)
