"""What may be installed on a box, and what a box remembers of it."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from pos_terminal.domain.faults import Failure
from pos_terminal.update import book, release
from pos_terminal.update.book import KEPT, RETURNED, TRYING, Attempt, Book, News
from pos_terminal.update.choice import Choice
from pos_terminal.update.release import Here, Manifest

OFFERED = Manifest(
    compatible="pos-terminal-amd64", version="0.10.0.202611300941",
    signed="2026-11-30T10:00:00+00:00", bundle="0.10.0.raucb", size=1, sha256="ab" * 32,
)  # fmt: skip
HERE = Here("pos-terminal-amd64", "0.9.1.202610010000", "2026-11-30T10:00:00+00:00")


@pytest.mark.parametrize(
    ("here", "code"),
    [
        (replace(HERE, compatible="pos-terminal-arm64"), "B-172"),
        (replace(HERE, newest="2026-11-30T12:00:01+02:00"), "B-173"),
        (replace(HERE, version="0.10.0.202612010000"), "B-173"),
        (replace(HERE, version="1"), "B-173"),
        (replace(HERE, given_up=OFFERED.version), "B-178"),
    ],
    ids=["another board", "signed before", "older build", "older version", "given up"],
)
def test_what_is_not_for_this_box_is_refused(here: Here, code: str) -> None:
    with pytest.raises(Failure) as refused:
        release.judge(OFFERED, here)
    assert refused.value.fault.code == code
    if code == "B-172":
        with pytest.raises(Failure):
            release.judge(OFFERED, here, insist=True)
    else:
        assert release.judge(OFFERED, here, insist=True)


def test_a_newer_one_is_taken_once() -> None:
    assert release.judge(OFFERED, HERE)
    assert not release.judge(OFFERED, replace(HERE, version=OFFERED.version))
    assert not release.judge(OFFERED, replace(HERE, version=OFFERED.version), insist=True)


@pytest.mark.parametrize(
    "change",
    [
        {"bundle": "../book.json"}, {"bundle": ".hidden"}, {"bundle": "a\nb"}, {"bundle": ""},
        {"sha256": "AB" * 32}, {"size": 0}, {"version": "1.0rc1"}, {"version": "١"},
        {"signed": "2026-11-30T10:00:00"}, {"signed": "yesterday"}, {"more": 1},
    ],
    ids=str,
)  # fmt: skip
def test_a_manifest_says_what_it_must_and_nothing_else(change: dict[str, object]) -> None:
    content = msgspec.json.encode(msgspec.to_builtins(OFFERED) | change)
    with pytest.raises(Failure) as refused:
        release.parse(content)
    assert refused.value.fault.code == "B-171"
    assert release.parse(msgspec.json.encode(OFFERED)) == OFFERED


def test_a_month_without_a_manifest_is_noticed() -> None:
    at = datetime(2026, 12, 30, 10, 0, tzinfo=UTC)
    assert not release.stale(OFFERED.signed, at)
    assert release.stale(OFFERED.signed, at.replace(second=1))
    assert release.stale("", at)


def test_a_trial_that_never_spoke_has_come_back_with_a_reason() -> None:
    trying = Book("", Attempt("2", "b", "now", "1", TRYING))
    back = book.settled_at_start(trying, "a", Choice("a"), "no word")
    assert back.attempt == Attempt("2", "b", "now", "1", RETURNED, "no word", "B-176")
    assert back.given_up == "2"
    said = Book("", Attempt("2", "b", "now", "1", TRYING, "the till did not sell"))
    told = book.settled_at_start(said, "a", Choice("a"), "no word").attempt
    assert told is not None and told.reason == "the till did not sell"
    kept = book.settled_at_start(trying, "b", Choice("b"), "no word")
    assert kept.attempt == Attempt("2", "b", "now", "1", KEPT)
    # Still to come, on trial itself, or long over: as it is.
    assert book.settled_at_start(trying, "a", Choice("a", "b"), "") == trying
    assert book.settled_at_start(trying, "b", Choice("a"), "") == trying
    assert book.settled_at_start(back, "a", Choice("a"), "") == back


def test_a_spoilt_book_keeps_no_box_from_settling(tmp_path: Path) -> None:
    assert book.read(tmp_path) == Book()
    kept = Book(OFFERED.signed, Attempt("2", "b", "now", "1", KEPT))
    book.write(tmp_path, kept)
    assert book.read(tmp_path) == kept
    (tmp_path / book.BOOK).write_bytes(b"\0" * 100)
    assert book.read(tmp_path) == Book()
    assert book.told(tmp_path) is None
    news = News("1", "a", settled=True, book=kept)
    book.tell(tmp_path, news)
    assert book.told(tmp_path) == news
