"""What is asked of a stick and which release of many is chosen: foreign text, and pure rules."""

from string import hexdigits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_terminal.domain import faults
from pos_terminal.domain.audit.stick import (
    StickAction,
    StickAsked,
    check,
    code_of,
    key_of,
    read_asked,
)
from pos_terminal.domain.faults import Failure
from pos_terminal.stick.releases import Offered, choose
from pos_terminal.update.release import Here, Manifest, version_key

HERE = Here("pos-terminal-amd64", "2.0", newest="2026-11-01T10:00:00+00:00")


@given(st.text("0123456789abcdef", min_size=12, max_size=64))
def test_a_keypad_types_a_key_by_its_number(key: str) -> None:
    code = code_of(key)
    assert code.isdigit() and len(code) == 15
    assert key_of(code) == key[:12]


@given(st.one_of(st.text(), st.text("0123456789", max_size=20)))
def test_a_number_is_a_keys_or_none(text: str) -> None:
    try:
        key = key_of(text)
    except ValueError:
        return
    assert code_of(key) == text and set(key) <= set(hexdigits)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("version", StickAsked(StickAction.UPDATE)),
        ("\ufeffVERSION\r\n", StickAsked(StickAction.UPDATE)),
        (" Reprise \r\n", StickAsked(StickAction.TAKE)),
        ("remise 00000 00000 00255\n", StickAsked(StickAction.HAND, "000000000000255")),
        ("remise", None),
        ("version 2", None),
        ("", None),
    ],
)
def test_a_technician_writes_a_word(text: str, asked: StickAsked | None) -> None:
    if asked:
        assert read_asked(text) == asked
        return
    with pytest.raises(ValueError):
        read_asked(text)


@given(st.text())
def test_whatever_is_written_is_asked_for_or_nothing(text: str) -> None:
    try:
        check(read_asked(text))
    except ValueError:
        return


def manifest(
    version: str, signed: str = "2026-11-30T10:00:00+00:00", *, board: str = "amd64"
) -> Manifest:
    return Manifest(f"pos-terminal-{board}", version, signed, "it.raucb", 1, "0" * 64)


def test_of_ten_releases_the_newest_that_may_be_is_taken_and_each_is_spoken_of() -> None:
    offered = [
        Offered("", manifest("2.0")),
        Offered("a", manifest("2.1")),
        Offered("b", manifest("2.10", "2026-11-29T10:00:00+00:00")),
        Offered("c", manifest("2.10")),
        Offered("d", manifest("9.0", board="arm64")),
        Offered("e", manifest("9.1", "2026-10-01T10:00:00+00:00")),
        Offered("f", manifest("1.9")),
        Offered("g", None, Failure(faults.UPDATE_SIGNATURE, "x" * 900)),
        Offered("h", manifest("2.2")),
        Offered("i", manifest("2.9")),
    ]
    chosen = choose(offered, HERE)
    assert chosen.best == offered[3]
    said = "\n".join(chosen.lines)
    assert [line.split(" : ")[0] for line in chosen.lines] == ["/", *"abcdefghi"]
    for code in ("B-172", "B-173", "B-171"):
        assert code in said
    assert len(said) < 1000 and "2.0 tourne déjà" in said


def test_none_of_them_may_be_none_that_may_be_is_left() -> None:
    assert choose([], HERE).best is None
    assert choose([Offered("f", manifest("1.9"))], HERE).best is None
    given_up = Here(HERE.compatible, HERE.version, HERE.newest, given_up="2.1")
    assert choose([Offered("a", manifest("2.1"))], given_up).best is None


@given(
    st.lists(
        st.builds(
            manifest,
            st.sampled_from(["1.9", "2.0", "2.1", "2.10", "3"]),
            st.integers(2020, 2030).map(lambda year: f"{year}-01-01T00:00:00+00:00"),
            board=st.sampled_from(["amd64", "arm64"]),
        ),
        max_size=12,
    )
)
def test_what_is_chosen_is_newer_for_this_board_and_the_best_there_is(
    found: list[Manifest],
) -> None:
    offered = [Offered(str(at), each) for at, each in enumerate(found)]
    best = choose(offered, HERE).best
    able = [each for each in offered if choose([each], HERE).best]
    assert (best is None) == (not able)
    if best and best.manifest:
        assert best.manifest.compatible == HERE.compatible
        newest = max(version_key(each.manifest.version) for each in able if each.manifest)
        assert version_key(best.manifest.version) == newest > version_key(HERE.version)
