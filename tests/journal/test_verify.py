"""What `verify` finds, and that it names the first record that is wrong."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import msgspec
import msgspec.structs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_terminal.domain import faults
from pos_terminal.domain.events.event import SERIES, Event
from pos_terminal.domain.events.prepaid import VoucherMoved
from pos_terminal.domain.events.values import VoucherPurpose
from pos_terminal.journal.chain import Recount, Row, follow
from pos_terminal.journal.codec import Totals
from pos_terminal.journal.errors import Broken, JournalError
from pos_terminal.journal.record import Running
from pos_terminal.journal.scrub import Pass
from pos_terminal.journal.state_directory import MARK
from pos_terminal.journal.store import Journal
from pos_terminal.journal.verify import verify, verify_chain
from pos_terminal.verifier.books import Books
from pos_terminal.verifier.chain import Chain, leaf
from pos_terminal.verifier.messages import Bad
from pos_terminal.verifier.returns import Shelf
from pos_terminal.verifier.vouchers import Vouchers
from tests.conftest import run
from tests.support.journaling import (
    IDENTITY,
    SIGN_ON,
    closed,
    database,
    every_kind,
    kept,
    moment,
    mornings,
    row,
    stamped,
    tamper,
    ticket,
)

Rows = list[Row]


def rows_of(events: list[Event]) -> Rows:
    return [row(record) for record in stamped(events)]


def first_wrong(rows: Rows) -> int | None:
    """The record that the recount names; None where it finds nothing."""
    recount = Recount()
    try:
        for each in rows:
            recount.follow(each)
    except Broken as error:
        return error.seq
    return None


def with_field(record: Row, **fields: Any) -> Row:
    """The row with other fields and a hash that fits them: what an insider without keys can do."""
    said = json.loads(record.rec) | fields
    rec = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return Row(record.seq, said["kind"], rec, leaf(rec))


@given(mornings())
def test_all_that_is_stamped_verifies(events: list[Event]) -> None:
    rows = rows_of(events)
    assert first_wrong(rows) is None
    chain = Chain()
    for each in rows:
        follow(chain, each)
    assert chain.seq == len(rows)


@settings(max_examples=25, deadline=None)
@given(st.lists(mornings(most=12), max_size=4))
def test_all_that_is_appended_verifies(
    tmp_path_factory: pytest.TempPathFactory, sessions: list[list[Event]]
) -> None:
    """verify(append*), over restarts in the middle of sales."""
    directory = tmp_path_factory.mktemp("journal")

    async def body() -> Running:
        journal = Journal.open(directory, IDENTITY)
        for events in sessions:
            await journal.append(shifted(events, journal.running), moment())
            await journal.close()
            journal = Journal.open(directory, IDENTITY)
        await journal.close()
        return journal.running

    running = run(body())
    found = verify(database(directory))
    assert (found.records, found.head) == (running.seq, running.head.hex())
    assert (found.counts, found.total) == (running.counts, running.total)
    assert verify_chain(database(directory)) == running.seq


def shifted(events: list[Event], running: Running) -> list[Event]:
    """A morning's events with numbers that go on from where the journal stands."""
    moved = []
    for event in events:
        fields = {field.name: getattr(event, field.name) for field in msgspec.structs.fields(event)}
        if "sale" in fields:
            fields["sale"] += running.counts.sale
        if "number" in fields:
            fields["number"] += running.counts.tickets.get(fields["series"], 0)
        moved.append(type(event)(**fields))
    return moved


@given(st.data())
def test_any_changed_byte_is_found_where_it_is(data: st.DataObject) -> None:
    rows = rows_of(every_kind())
    which = data.draw(st.integers(0, len(rows) - 1))
    in_hash = data.draw(st.booleans())
    content = bytearray(rows[which].hash if in_hash else rows[which].rec)
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    changed = bytes(content)
    rows[which] = (
        rows[which]._replace(hash=changed) if in_hash else rows[which]._replace(rec=changed)
    )
    assert first_wrong(rows) == which + 1


@given(st.data())
def test_a_record_taken_out_swapped_or_put_in_is_found(data: st.DataObject) -> None:
    rows = rows_of([*ticket(1, 1), *ticket(2, 2), *ticket(3, 3)])
    which = data.draw(st.integers(0, len(rows) - 2))
    match data.draw(st.sampled_from(["out", "swap", "twice"])):
        case "out":
            del rows[which]
        case "swap":
            rows[which], rows[which + 1] = rows[which + 1], rows[which]
        case "twice":
            rows.insert(which, rows[which])
            which += 1
    assert first_wrong(rows) == which + 1


FORGED: list[tuple[int, dict[str, Any], str]] = [
    (14, {"total": {"abs": 130, "net": 129}}, "totaux perpétuels"),
    (14, {"counts": {"sale": 2, "tickets": {SERIES: 2}}}, "counts est"),
    (14, {"session": 2}, "session est"),
    (14, {"op": 8}, "op est"),
    (14, {"base": 5}, "base est"),
    (14, {"seq": 13}, "prev ou seq"),
    (14, {"prev": "00" * 32}, "prev ou seq"),
    (14, {"v": 2}, "son format est 2"),
    (14, {"store": "cave"}, "d'une autre caisse"),
    (14, {"sim": True}, "d'une autre caisse"),
    (14, {"utc": "noon"}, "no record"),
    (6, {"kind": "sale.abandoned"}, "totaux perpétuels"),
    (2, {"kind": "sale.opened"}, "pas une écriture"),
]


@pytest.mark.parametrize(("seq", "fields", "how"), FORGED)
def test_a_field_that_does_not_add_up_is_found_though_hashes_fit(
    seq: int, fields: dict[str, Any], how: str
) -> None:
    rows = rows_of(every_kind())[:seq]
    rows[-1] = with_field(rows[-1], **fields)
    recount = Recount()
    with pytest.raises(Broken, match=how) as caught:
        for each in rows:
            recount.follow(each)
    assert caught.value.seq == seq


def test_a_column_that_says_another_kind_is_found() -> None:
    rows = rows_of(every_kind())
    rows[4] = rows[4]._replace(kind="line.voided")
    assert first_wrong(rows) == 5


def test_unknown_kinds_verify_and_are_counted() -> None:
    rows = rows_of(every_kind())
    rows[-1] = with_field(rows[-1], kind="menu.sold", total={"abs": 500, "net": 500})
    recount = Recount()
    for each in rows:
        recount.follow(each)
    assert recount.unknown == 1
    assert recount.running is not None and recount.running.total == Totals(500, 500)


EDITS: list[tuple[str, str]] = [
    ("UPDATE journal SET rec = CAST(replace(rec, '\"gross\":130', '\"gross\":30') AS BLOB)"
     " WHERE seq = 7", "ceux de son empreinte"),
    ("UPDATE journal SET hash = x'00' WHERE seq = 7", "ceux de son empreinte"),
    ("UPDATE journal SET kind = 'line.voided' WHERE seq = 7", "la colonne dit"),
    ("DELETE FROM journal WHERE seq = 7", "manque"),
    ("DELETE FROM journal WHERE seq = 7; UPDATE journal SET seq = seq - 1 WHERE seq > 7",
     "ne suit pas"),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "how"), EDITS)
def test_edits_behind_the_triggers_back_are_found(tmp_path: Path, edit: str, how: str) -> None:
    run(kept(tmp_path, every_kind()))
    assert verify(database(tmp_path)).records == 17
    tamper(tmp_path, *edit.split("; "))
    with sqlite3.connect(database(tmp_path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",), "SQLite sees nothing"
    db.close()
    with pytest.raises(Broken, match=how) as caught:
        verify(database(tmp_path))
    assert caught.value.seq == 7


def test_a_journal_of_its_own_hashes_but_not_of_this_place_is_found(tmp_path: Path) -> None:
    run(kept(tmp_path, every_kind()))
    run(kept(tmp_path / "other", every_kind()[1:6]))
    database(tmp_path / "other").replace(database(tmp_path))
    with pytest.raises(Broken, match="ne la connaît pas"):
        verify(database(tmp_path))


def test_an_emptied_journal_is_found(tmp_path: Path) -> None:
    run(kept(tmp_path, every_kind()))
    tamper(tmp_path, "DELETE FROM journal", "DELETE FROM checkpoint", "DELETE FROM keys")
    with pytest.raises(Broken, match="manque"):
        verify(database(tmp_path))
    (tmp_path / MARK).unlink()
    assert verify(database(tmp_path)).records == 0


def test_a_page_of_rubbish_is_found(tmp_path: Path) -> None:
    run(kept(tmp_path, [SIGN_ON] * 500))
    with database(tmp_path).open("r+b") as file:
        file.seek(20 * 4096)
        file.write(b"rubbish " * 512)
    with pytest.raises(Broken, match="abîmé"):
        verify(database(tmp_path))


def test_progress_reaches_the_end(tmp_path: Path) -> None:
    run(kept(tmp_path, [SIGN_ON] * 2500))
    seen: list[tuple[int, int]] = []
    verify(database(tmp_path), lambda done, last: seen.append((done, last)))
    assert seen == [(1000, 2501), (2000, 2501), (2501, 2501)]


def test_no_journal_is_an_error_and_makes_none(tmp_path: Path) -> None:
    with pytest.raises(JournalError) as caught:
        verify(database(tmp_path))
    assert caught.value.fault is faults.JOURNAL_MISSING
    assert list(tmp_path.iterdir()) == []


def test_a_journal_that_is_gone_is_no_wrong_folder(tmp_path: Path) -> None:
    """Its mark is still there: nobody is told to look elsewhere."""
    run(kept(tmp_path, [SIGN_ON]))
    database(tmp_path).unlink()
    with pytest.raises(JournalError, match="un journal était tenu ici") as caught:
        verify(database(tmp_path))
    assert caught.value.fault is faults.JOURNAL_LOST


def test_what_the_program_itself_wrote_wrong_and_signed_is_found_by_verify_and_in_rounds(
    tmp_path: Path,
) -> None:
    """The verifier shares no rule with the state that wrote it."""
    *sold, paid = ticket(1, 1)
    wrong = msgspec.structs.replace(paid, total=131)
    run(kept(tmp_path, [*ticket(1, 1), *shifted_by_one([*sold, wrong])]))
    how = "ticket T-2 : lignes, total et paiements diffèrent"
    with pytest.raises(Broken, match=how) as caught:
        verify(database(tmp_path))
    with pytest.raises(Broken, match=how) as met:
        Pass(database(tmp_path)).step()
    assert caught.value.seq == met.value.seq == 9
    assert caught.value.facts["before"] == met.value.facts["before"] != ""


def shifted_by_one(events: list[Event]) -> list[Event]:
    """A sale's events as those of the next one."""
    more = {"sale": 2, "number": 2}
    return [
        msgspec.structs.replace(event, **{k: v for k, v in more.items() if hasattr(event, k)})
        for event in events
    ]


def voucher(amount: int) -> VoucherMoved:
    return VoucherMoved(voucher="B-0001", purpose=VoucherPurpose.MULTI, amount=amount)


def test_a_voucher_that_pays_more_than_was_put_on_it_is_found(tmp_path: Path) -> None:
    run(kept(tmp_path, [voucher(1000), voucher(-400), voucher(-600)]))
    assert verify(database(tmp_path)).records == 4
    run(kept(tmp_path, [voucher(-1)]))
    with pytest.raises(Broken, match="bon B-0001 : il paie plus") as caught:
        verify(database(tmp_path))
    assert caught.value.seq == 5


def test_where_the_beginning_is_purged_only_what_is_seen_to_be_issued_is_held_to() -> None:
    rest = Vouchers(whole=False).takes["voucher.moved"]
    rest(7, {"voucher": "old", "purpose": "multi", "amount": -500, "series": SERIES})
    rest(8, {"voucher": "new", "purpose": "multi", "amount": 500, "series": SERIES})
    rest(9, {"voucher": "new", "purpose": "multi", "amount": -900, "series": "F"})
    with pytest.raises(Bad):
        rest(10, {"voucher": "new", "purpose": "multi", "amount": -501, "series": SERIES})


BEFORE = {"counts": {"sale": 1, "tickets": {SERIES: 1}}, "total": {"net": 0, "abs": 0}}
PAPER = {"series": SERIES, "number": 2**52, "copy": 0, "form": "", "outcome": "printed"}


def said(kind: str, **body: Any) -> dict[str, Any]:
    return {"kind": kind, "at": moment().at, "body": body, "total": {"net": 0, "abs": 0}}


def lost(number: int) -> dict[str, Any]:
    """Numbers up to there may have been given by a lost card, as somebody said."""
    tickets = [{"series": SERIES, "number": number}]
    return said("key.replaced", tickets=tickets, sale=number, days=0, months=0, years=0)


def test_a_number_as_large_as_numbers_go_takes_no_memory_and_no_time() -> None:
    books = Books(BEFORE)
    books.take(2, lost(2**52 - 1))
    for seq, body in enumerate((closed(1, 2**52, 0), closed(1, 2**52 + 1, 0)), 3):
        ticket = msgspec.json.decode(msgspec.json.encode(body))
        books.take(seq, said("sale.closed", **ticket))
    books.take(5, said("receipt.requested", **PAPER))
    books.take(6, said("receipt.printed", **PAPER))
    with pytest.raises(Bad, match=r"copie 4503599627370496 n'a pas|copy 4503599627370496 was not"):
        books.take(7, said("receipt.printed", **PAPER | {"copy": 2**52}))
    between = {"series": SERIES, "number": 7, "sale": 2**52, "before": 0}
    with pytest.raises(Bad, match=f"{SERIES}-7"):
        books.take(8, said("refund.opened", **between))


def test_of_a_ticket_that_is_not_remembered_any_more_nothing_is_held() -> None:
    shelf = Shelf(0, 2)
    for number in range(1, 6):
        shelf.put([(1, 0, 1000, number)])
    assert [shelf.lines(number) for number in (0, 1, 2, 5, 6)] == [
        [], None, None, [[1, 0, 1000, 5]], []
    ]  # fmt: skip
    assert shelf.lines(3) == [[1, 0, 1000, 3]]
