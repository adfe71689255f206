"""Incidents: what is told of them, when, and what is not. Moments are seconds of a story."""

from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_terminal.domain import faults
from pos_terminal.domain.health.causes import SILENCES, silences
from pos_terminal.domain.health.incidents import ROOM, SECOND, Incidents, TableFull, Told

PAPER = faults.PAPER_OUT.code
GONE = faults.PRINTER_OFFLINE.code
SILENT = faults.TILL_SILENT.code
DAY = 86_400


class Story:
    """A table, and all that was told from it: (second, what, subject)."""

    def __init__(self) -> None:
        self.table = Incidents()
        self.told: list[tuple[int, str, str]] = []
        self.at = 0

    def until(self, second: int) -> "Story":
        """Time passes, and the table ticks every second of it."""
        while self.at < second:
            self.at += 1
            for change in self.table.tick(self.at * SECOND):
                self.told.append((self.at, change.what.value, change.incident.subject))
        return self

    def bad(self, subject: str = "printer", code: str = PAPER, detail: str = "") -> "Story":
        self.table.report(subject, code, self.at * SECOND, detail)
        return self

    def good(self, subject: str = "printer", code: str = PAPER) -> "Story":
        self.table.recover(subject, code, self.at * SECOND)
        return self


def test_it_is_told_once_it_has_lasted_and_when_it_is_over() -> None:
    story = Story().until(10).bad().until(100).good().until(200)
    assert story.told == [(15, "opened", "printer"), (101, "recovered", "printer")]
    assert list(story.table) == []


def test_a_blip_is_not_told() -> None:
    assert Story().bad().until(4).good().until(100).told == []


def test_it_is_told_again_ever_more_rarely() -> None:
    told = Story().bad().until(9 * 3600).told
    assert [second for second, what, _ in told if what == "repeated"] == [
        5 + 900, 5 + 900 + 3600, 5 + 900 + 3600 + 6 * 3600,
    ]  # fmt: skip


def test_reports_meanwhile_are_counted_and_not_told() -> None:
    story = Story().bad(detail="first")
    for second in range(1, 60):
        story.until(second).bad(detail=f"at {second}")
    story.bad()  # says nothing new
    (row,) = story.table
    assert (row.reports, row.detail, row.since) == (61, "at 59", 0)
    assert len(story.told) == 1


def test_an_hour_of_flapping_is_five_tellings_and_the_recovery() -> None:
    story = Story()
    for minute in range(60):
        story.until(minute * 60).bad().until(minute * 60 + 30).good()
    story.until(2 * 3600)
    assert [what for _, what, _ in story.told] == [
        "opened", "recovered", "opened", "recovered", "flapping", "recovered",
    ]  # fmt: skip
    assert story.told[-1][0] == 59 * 60 + 30 + 600


def test_blips_that_go_on_are_told_as_flapping() -> None:
    story = Story()
    for second in range(0, 60, 4):
        story.until(second).bad().until(second + 2).good()
    assert [what for _, what, _ in story.told] == ["flapping"]


def test_one_that_flapped_and_then_stays_down_is_told_again() -> None:
    story = Story().bad().until(20).good().until(40).bad().until(60).good().until(80).bad()
    story.until(3700)
    assert [what for _, what, _ in story.told][-2:] == ["flapping", "repeated"]
    (row,) = story.table
    assert row.ended is None


def test_a_cause_silences_what_follows_from_it_even_if_that_came_first() -> None:
    story = Story().bad("printer", GONE).until(2).bad("till", SILENT).until(60)
    assert story.told == [(7, "opened", "till")]
    assert {row.subject: row.cause for row in story.table} == {"till": "", "printer": SILENT}
    story.good("till", SILENT).until(63).good("printer", GONE).until(3600)
    assert story.told[1:] == [(61, "recovered", "till")]


def test_what_a_cause_leaves_behind_is_told_after_it() -> None:
    story = Story().bad("till", SILENT).bad("printer", GONE).until(60).good("till", SILENT)
    story.until(120)
    assert story.told[1:] == [(61, "recovered", "till"), (66, "opened", "printer")]


def test_a_cause_that_flaps_silences_what_is_bad_only_while_it_is_there() -> None:
    story = Story()
    for second in (0, 20, 40):
        story.until(second).bad("till", SILENT).until(second + 10).good("till", SILENT)
    story.until(60).bad("printer", GONE).until(80)
    assert story.told[-1] == (65, "opened", "printer")
    assert any(row.subject == "till" and row.flapping for row in story.table)


def test_what_was_told_before_its_cause_has_its_recovery_told() -> None:
    story = Story().bad("printer", GONE).until(60).bad("till", SILENT).until(120)
    story.good("printer", GONE).until(130)
    assert story.told[-1] == (121, "recovered", "printer")


def test_others_of_a_subject_recover_when_only_some_are_bad() -> None:
    story = Story().bad(code=PAPER).bad(code=GONE).bad("drawer", GONE).until(10)
    story.table.recover_others("printer", [PAPER], 10 * SECOND)
    assert {(row.subject, row.code) for row in story.until(20).table} == {
        ("printer", PAPER),
        ("drawer", GONE),
    }


def test_it_is_forgotten_when_it_is_long_over_and_begins_afresh() -> None:
    story = Story().bad().until(60).good().until(60 + 3600)
    assert story.table.row(("printer", PAPER)) is None
    story.bad().until(5000).good().until(5100).bad().until(5200)
    assert "flapping" not in [what for _, what, _ in story.told]


def test_a_clock_set_back_tells_twice_rather_than_not_at_all() -> None:
    story = Story().until(DAY).bad().until(DAY + 10)
    changes = story.table.tick(1000 * SECOND)
    assert [change.what for change in changes] == [Told.REPEATED]
    assert story.table.tick(1001 * SECOND) == []


def test_a_source_that_makes_up_subjects_fills_the_table_and_no_more() -> None:
    story = Story().bad("over").until(10).good("over").until(11)
    for number in range(ROOM):
        story.bad(f"made up {number}")
    with pytest.raises(TableFull):
        story.bad("one more")
    assert story.table.row(("over", PAPER)) is None, "what is over makes room"


def test_codes_that_silence_and_are_silenced_exist() -> None:
    codes = {fault.code for fault in faults.every()}
    assert set(SILENCES) <= codes
    for beginnings in SILENCES.values():
        assert all(any(code.startswith(each) for code in codes) for each in beginnings)
    assert not any(silences(code, code) for code in codes)


def test_a_till_that_is_silent_stands_for_what_it_told_of_payments_too() -> None:
    for fault in (faults.TERMINAL_OFFLINE, faults.CARD_DAY_DIFFERS):
        assert silences(SILENT, fault.code)


Step = tuple[int, bool, tuple[str, str]]
"""Seconds until the next, whether it is bad, and of whom."""

SUBJECTS = (
    ("till", SILENT), ("printer", GONE), ("scale", faults.SCALE_OFFLINE.code),
    ("power", faults.UNDER_VOLTAGE.code), ("disk", faults.DISK_LOW.code),
)  # fmt: skip
steps = st.tuples(
    st.one_of(st.integers(1, 20), st.integers(200, 1300)), st.booleans(), st.sampled_from(SUBJECTS)
)


@st.composite
def rhythms(draw: st.DrawFn) -> list[Step]:
    """One that comes and goes too slowly to flap: chance alone hardly ever gets as far as the cap.

    There are no three openings in half an hour, but four in an hour, each told with its recovery.
    """
    subject = draw(st.sampled_from(SUBJECTS))
    bad, period = draw(st.integers(15, 400)), draw(st.integers(910, 1100))
    return [(bad, True, subject), (period - bad, False, subject)] * draw(st.integers(2, 8))


stories = st.lists(st.one_of(steps.map(lambda step: [step]), rhythms()), max_size=30)


@settings(deadline=None, max_examples=30)
@given(stories.map(lambda parts: list(chain.from_iterable(parts))), st.integers(1, 9))
def test_whatever_happens_five_tellings_an_hour_say_all_of_it(
    story: list[Step], pause: int
) -> None:
    """Causes, consequences and bystanders come and go at any moments, looked at in any rhythm."""
    table, at, bad = Incidents(), 0, dict.fromkeys(SUBJECTS, False)
    told: dict[tuple[str, str], list[tuple[int, Told]]] = {key: [] for key in SUBJECTS}

    def until(second: int) -> None:
        nonlocal at
        while at < second:
            at += pause
            for change in table.tick(at * SECOND):
                row = change.incident
                told[row.subject, row.code].append((at, change.what))

    for seconds, is_bad, (subject, code) in story:
        (table.report if is_bad else table.recover)(subject, code, at * SECOND)
        bad[subject, code] = is_bad
        until(at + seconds)
    silenced = {
        key: any(bad[cause] and silences(cause[1], key[1]) for cause in SUBJECTS)
        for key in SUBJECTS
    }
    until(at + 2 * 3600)  # now it is quiet: what is to be said is said
    for key, said in told.items():
        moments = [moment for moment, _ in said]
        for first, sixth in zip(moments, moments[5:], strict=False):
            assert sixth - first >= 3600, said
        open_ = False
        for _, what in said:
            assert open_ or what in (Told.OPENED, Told.FLAPPING), said
            open_ = what is not Told.RECOVERED
        if bad[key] and not silenced[key]:
            assert open_, said
        if not bad[key]:
            assert not open_, said


def test_what_comes_and_goes_too_slowly_to_flap_is_held_to_five_an_hour_too() -> None:
    story = Story()
    for quarter in range(8):
        story.until(quarter * 960).bad().until(quarter * 960 + 60).good()
    story.until(8 * 960 + 3600)
    moments = [second for second, _, _ in story.told]
    assert all(sixth - first >= 3600 for first, sixth in zip(moments, moments[5:], strict=False))
    assert story.told[-1][1] == "recovered" and len(moments) >= 8


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(1, 700), st.booleans(), st.sampled_from([GONE, SILENT]))))
def test_every_story_is_told_in_order(steps: list[tuple[int, bool, str]]) -> None:
    """Of each subject: opened or flapping first, its recovery last, and nothing told twice."""
    story = Story()
    for seconds, bad, code in steps:
        (story.bad if bad else story.good)(code, code)
        story.until(story.at + seconds)
    for code in (GONE, SILENT):
        story.good(code, code)
    story.until(story.at + 2 * 3600)
    assert list(story.table) == []
    for code in (GONE, SILENT):
        open_ = False
        for what in [what for _, what, subject in story.told if subject == code]:
            assert open_ == (what in ("repeated", "recovered")) or what == "flapping"
            open_ = what != "recovered"
        assert not open_
    assert story.table.touched >= {(code, code) for _, bad, code in steps if bad}
