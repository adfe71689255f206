"""`AIDE`: the remedy of the last code, and whom to call, over whatever is shown."""

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.audit.identity import UNNAMED, Support
from pos_terminal.domain.counter.steps import Trouble
from pos_terminal.domain.screen import WIDTH, Screen, frames, running
from tests.support.bench import BAGUETTE, Bench, counter_of, goods, keys

PHONE = "01 23 45 67 89"


def till() -> Bench:
    return Bench(counter_of(goods(), identity=replace(UNNAMED, support=Support(PHONE))))


def read(screen: Screen) -> str:
    """All that runs past, read at its first character."""
    return "".join(frame.line2[0] for frame in islice(frames(screen), 4, 400))


def test_it_says_the_remedy_of_the_last_code_and_the_number() -> None:
    bench = till()
    bench.press("99 PLU AIDE")
    assert bench.shown.line1 == "AIDE A-101".ljust(WIDTH)
    assert f"{faults.UNKNOWN_ARTICLE.remedy} - ASSISTANCE {PHONE}" in read(bench.shown)
    bench.press("C")
    assert (bench.fault, bench.shown) == (None, bench.screen), "C was for both"
    bench.press("1 PLU AIDE")
    assert bench.shown.line1.startswith("AIDE A-101"), "still the last one"
    bench.press("C")
    assert bench.shown.line1.startswith("TRADITION")


def test_a_notice_and_no_code_at_all() -> None:
    bench = till()
    bench.press("AIDE")
    assert bench.shown == Screen("AIDE", f"ASSISTANCE {PHONE}"[:WIDTH], f"ASSISTANCE {PHONE}")
    bench.press("C")
    bench.put(Trouble(faults.PAPER_OUT))
    bench.press("AIDE")
    assert bench.shown.line1.startswith("AIDE P-103")
    bench.scan(BAGUETTE)
    assert bench.total == 100, "whatever follows goes on as ever"


@given(st.lists(st.sampled_from(("1 PLU", "4 PLU", "99 PLU", "7 CLIENT", "CASH", "3", "C")),
                max_size=6))  # fmt: skip
def test_it_changes_nothing(typed: list[str]) -> None:
    """Looked at between any two keys, but for C, which then is for the help."""
    helped, never = till(), till()
    for key in keys(" ".join(typed)):
        for bench in (helped, never):
            bench.put(key)
        before = never.shown
        helped.press("AIDE")
        if helped.fault is None:
            helped.press("C")
        else:
            helped.counter.desk.helping = False
        assert helped.shown == before
        assert [event for event, _ in helped.events] == [event for event, _ in never.events]
        assert helped.counter.desk.entry == never.counter.desk.entry
        assert helped.counter.desk.ahead == never.counter.desk.ahead


def test_a_short_text_stands_still_and_a_long_one_begins_anew() -> None:
    assert [*frames(Screen("A", "B"))] == [Screen("A", "B")]
    assert running("A", "x" * WIDTH).running == ""
    text = "abcdefghijklmnopqrstuvwxyz"
    shown = [frame.line2 for frame in islice(frames(running("A", text)), 100)]
    assert shown[0] == shown[3] == text[:WIDTH]
    assert shown[4] == text[:WIDTH]
    assert shown[5] == text[1 : WIDTH + 1]
    assert shown.count(text[:WIDTH]) == 10, "twice: it has come round"


@pytest.mark.parametrize("phone", ["01 23 45 67 89", "+33123456789", "3 90 90", ""])
def test_a_number(phone: str) -> None:
    assert Support(phone).phone == phone


@pytest.mark.parametrize("phone", ["appeler Jean", "01-23", "+33 1 23 45 67 89", "٠١"])
def test_what_is_no_number(phone: str) -> None:
    with pytest.raises(ValueError, match="phone"):
        Support(phone)
