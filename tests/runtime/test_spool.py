"""Papers that wait on disk: what a start makes of each that it finds or misses."""

import errno
import stat
from collections.abc import Sequence
from pathlib import Path

import pytest

from pos_terminal.domain import faults
from pos_terminal.domain.counter.steps import Input, PaperDone, PrintVoucher, Trouble
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.paper import Form, ReceiptPrinted, ReceiptRequested
from pos_terminal.domain.events.prepaid import VoucherMoved
from pos_terminal.domain.events.values import PrintOutcome, VoucherPurpose
from pos_terminal.domain.receipt import Barcode, Logo, Qr, Receipt, Row, Rule, Text
from pos_terminal.runtime.spool import Paper, Slip, Spool, take_up
from pos_terminal.storage import files, reused
from pos_terminal.storage.reused import PAGE, ReusedFiles
from tests.support.bench import moment_of

REQUEST = ReceiptRequested(series="T", number=7, copy=0)
PRINTED = ReceiptPrinted(series="T", number=7, copy=0, outcome=PrintOutcome.PRINTED)
UNKNOWN = PaperDone(REQUEST, PrintOutcome.UNKNOWN, faults.PRINT_UNKNOWN)
EVERYTHING = Receipt("all", (Text("é"), Row("a", "1"), Rule(), Logo(), Barcode("1"), Qr("x")))

OF_SALE = Paper(REQUEST, EVERYTHING)
PATIENT = Paper(None, EVERYTHING, patient=True, record=12, kind="PrintClosure")
READING = Paper(None, EVERYTHING)


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    begun = Spool(tmp_path / "spool")
    begun.has_taken(0, "receipt")
    return Spool(tmp_path / "spool")


def restarted(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool")


@pytest.mark.parametrize("sent", ["no", "then", "at once"])
@pytest.mark.parametrize(
    ("paper", "events", "told_sent", "again_sent"),
    [
        (OF_SALE, (REQUEST,), (UNKNOWN,), None),
        (PATIENT, (), (), True),
        (READING, (), (Trouble(faults.PRINT_UNKNOWN),), None),
    ],
)
def test_what_had_not_left_is_printed_and_what_had_is_doubtful(
    spool: Spool, tmp_path: Path, *, sent: str, paper: Paper, events: Sequence[Event],
    told_sent: tuple[Input, ...], again_sent: bool | None,
) -> None:  # fmt: skip
    slip = spool.keep(paper, "receipt", sent=sent == "at once")
    if sent == "then":
        spool.send(slip)
    found = take_up(restarted(tmp_path), events)
    if sent == "no":
        assert ([each.paper for each in found.again], found.told) == ([paper], ())
        return
    assert found.told == told_sent
    assert [each.paper.doubtful for each in found.again] == ([again_sent] if again_sent else [])
    # Told, and killed before that is on record: the next start tells the same.
    assert take_up(restarted(tmp_path), events).told == (told_sent if paper is OF_SALE else ())


def test_a_paper_whose_end_is_on_record_is_gone(spool: Spool, tmp_path: Path) -> None:
    spool.send(spool.keep(OF_SALE, "receipt"))
    found = take_up(restarted(tmp_path), (REQUEST, PRINTED))
    assert (found.again, found.ended, found.told) == ((), (), ())
    assert restarted(tmp_path).load() == []


def test_a_paper_that_was_asked_for_and_never_came_is_refused(spool: Spool, tmp_path: Path) -> None:
    gift = ReceiptRequested(series="T", number=7, copy=0, form=Form.GIFT)
    found = take_up(spool, (REQUEST, PRINTED, gift))
    assert found.told == (PaperDone(gift, PrintOutcome.REFUSED, faults.NOT_PRINTED),)
    elsewhere = take_up(Spool(tmp_path / "elsewhere"), (REQUEST,))
    assert elsewhere.told == (UNKNOWN,), "a journal put back: its own spool would know"


def test_order_and_numbers_go_on(spool: Spool, tmp_path: Path) -> None:
    titles = [f"{n}" for n in range(12)]
    for title in titles[:6]:
        spool.keep(Paper(None, Receipt(title, ()), patient=True), "report")
    after = restarted(tmp_path)
    assert [slip.paper.receipt.title for slip in after.load()] == titles[:6]
    for title in titles[6:]:
        after.keep(Paper(None, Receipt(title, ()), patient=True), "report")
    assert [slip.paper.receipt.title for slip in restarted(tmp_path).load()] == titles


def test_the_till_alone_reads_it_and_no_voucher_is_in_it(spool: Spool, tmp_path: Path) -> None:
    made = VoucherMoved(
        number=1, series="T", voucher="h", amount=500, seed="0", purpose=VoucherPurpose.MULTI
    )  # fmt: skip
    secret = Receipt("BON", (Barcode("$YB2107511897797353"),))
    voucher = PrintVoucher(made, moment_of("2026-11-29T18:00:00+01:00"))
    slip = spool.keep(Paper(None, secret, True, record=3, voucher=voucher), "receipt")
    spool.doubt(slip)
    for path in (tmp_path / "spool").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert b"2107511897797353" not in path.read_bytes()
    (found,) = restarted(tmp_path).load()
    assert found.paper.voucher == voucher


def test_each_role_knows_how_far_it_took_in(spool: Spool, tmp_path: Path) -> None:
    spool.keep(PATIENT, "report")
    spool.has_taken(5, "report")
    after = restarted(tmp_path)
    assert (after.taken("report"), after.taken("receipt"), after.taken("label")) == (12, 0, None)


def test_what_cannot_be_read_stays_and_stops_nothing(
    spool: Spool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ReusedFiles(tmp_path / "spool").put(b"{")  # a later version's, perhaps, that was taken back
    for _ in range(2):
        assert restarted(tmp_path).load() == []
    assert ReusedFiles(tmp_path / "spool").load()[0].content == b"{"
    assert "cannot be read" in caplog.text


@pytest.mark.parametrize("place", [0, PAGE], ids=["mark", "content"])
@pytest.mark.parametrize("sent", [False, True])
def test_a_page_that_a_card_spoils_leaves_no_paper_for_untouched(
    spool: Spool, tmp_path: Path, caplog: pytest.LogCaptureFixture, *, place: int, sent: bool
) -> None:
    slip = spool.keep(OF_SALE, "receipt")
    if sent:
        spool.send(slip)
    with kept_in(slip).open("r+b") as file:
        file.seek(place)
        file.write(bytes(PAGE))
    found = take_up(restarted(tmp_path), (REQUEST,))
    assert (found.told, found.again) == ((UNKNOWN,), ())
    assert ("not whole" in caplog.text) == (place == PAGE)


def test_a_disk_that_takes_nothing_costs_no_paper(tmp_path: Path) -> None:
    (tmp_path / "spool").write_bytes(b"")
    spool = Spool(tmp_path / "spool")
    slip = spool.keep(PATIENT, "report")
    spool.send(slip)
    spool.remove(slip)
    assert (slip.kept, slip.paper) == (None, PATIENT)


def test_a_disk_that_takes_nothing_at_a_start_stops_no_start(
    spool: Spool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    spool.send(spool.keep(PATIENT, "report"))
    spool.keep(READING, "report")
    (tmp_path / "spool" / "half.new").mkdir()  # what no start can take away
    for module in (files, reused):
        monkeypatch.setattr(module.os, "open", refuse)
    for _ in range(2):
        again, other = take_up(restarted(tmp_path), ()).again
        assert (again.sent, again.paper.doubtful, other.sent) == (True, True, False)
    assert "spool: " in caplog.text


def refuse(*_: object) -> int:
    raise OSError(errno.EROFS, "read-only")


def test_what_a_cut_left_half_written_goes_at_the_next_start(spool: Spool, tmp_path: Path) -> None:
    spool.keep(PATIENT, "report")
    cut = tmp_path / "spool" / "000009.kept.new"
    cut.write_bytes(b"M. Mar")
    (found,) = restarted(tmp_path).load()
    assert found.paper == PATIENT
    assert not cut.exists()


def test_a_paper_that_somebody_renamed_is_one_all_the_same(spool: Spool, tmp_path: Path) -> None:
    kept_in(spool.keep(PATIENT, "report")).rename(tmp_path / "spool" / "copie de 1.kept")
    after = restarted(tmp_path)
    (slip,) = after.load()
    assert slip.paper == PATIENT
    after.remove(slip)
    assert kept_in(after.keep(READING, "receipt")).name == "copie de 1.kept"


def kept_in(slip: Slip) -> Path:
    assert slip.kept
    return slip.kept.path


def test_what_was_printed_is_nowhere_in_it_and_its_place_is_used_again(
    spool: Spool, tmp_path: Path
) -> None:
    long = Paper(None, Receipt("M. Martin", (Text("Martin " * 3000),)), patient=True)
    for paper in (long, OF_SALE, long, PATIENT):
        spool.send(slip := spool.keep(paper, "receipt"))
        spool.remove(slip)
        (file,) = (tmp_path / "spool").glob("*.kept")
        assert b"Martin" not in file.read_bytes()


def test_a_start_leaves_few_empty_files_and_no_large_one(spool: Spool, tmp_path: Path) -> None:
    long = Paper(None, Receipt("", (Text("x" * reused.LARGE),)), patient=True)
    slips = [spool.keep(paper, "receipt") for paper in (long, *[PATIENT] * 9)]
    waits = spool.keep(long, "receipt")
    for slip in slips:
        spool.remove(slip)
    assert [each.paper for each in restarted(tmp_path).load()] == [long]
    sizes = {path: path.stat().st_size for path in (tmp_path / "spool").glob("*.kept")}
    assert sizes.pop(kept_in(waits)) > reused.LARGE
    assert [*sizes.values()] == [2 * PAGE] * reused.SPARE


def test_a_doubtful_paper_that_the_printer_took_nothing_of_stays_doubtful(
    spool: Spool, tmp_path: Path
) -> None:
    spool.send(spool.keep(PATIENT, "report"))
    first = restarted(tmp_path)
    (slip,) = take_up(first, ()).again
    first.unsend(slip)
    (again,) = take_up(restarted(tmp_path), ()).again
    assert (again.sent, again.paper.doubtful) == (False, True)


def test_a_secret_is_not_on_disk(spool: Spool, tmp_path: Path) -> None:
    slip = spool.keep(Paper(None, Receipt("code 4711", ()), secret=True), "report")
    assert slip.kept is None
    assert not any(b"4711" in path.read_bytes() for path in (tmp_path / "spool").iterdir())
