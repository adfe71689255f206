"""Command barcodes: every key there and back, no damage taken for a command, scanned as pressed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_terminal.domain import faults
from pos_terminal.domain.codes.barcode import check_digit, has_gtin_form
from pos_terminal.domain.codes.own import MARK, check_characters
from pos_terminal.domain.counter.steps import Pressed
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.files.catalog import parse_catalog
from pos_terminal.domain.keyboard.command_codes import MOST_KEYS, decode, encode, is_command
from pos_terminal.domain.keyboard.key_table import ROWS
from pos_terminal.domain.keyboard.keys import (
    ANSWER_KEYS,
    BANKNOTE_KEYS,
    GOODS_KEYS,
    NAMED,
    TENDER_KEYS,
    TYPED,
    Function,
    Key,
    parse_key,
)
from tests.support.bench import BAGUETTE, Bench, bench

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
EVERY = [row.key for row in ROWS]
SINGLE = st.one_of(
    st.sampled_from(EVERY), st.integers(0, 999_999_999).map(lambda n: parse_key(f"article {n}"))
)
COMMANDS = st.tuples(
    st.lists(st.sampled_from([row.key for row in ROWS if row.prefix]), max_size=MOST_KEYS - 1),
    SINGLE,
).map(lambda parts: (*parts[0], parts[1]))


def keys_of(*words: str) -> list[Key]:
    return [parse_key(word) for word in words]


def test_the_table_has_every_key_once() -> None:
    functions = {f.value for f in set(Function) - NAMED - {Function.ARTICLE}}
    names = {*TYPED, *TENDER_KEYS, *BANKNOTE_KEYS, *GOODS_KEYS, *ANSWER_KEYS, *functions}
    assert sorted(row.name for row in ROWS) == sorted(names)


def test_letters_stand_in_a_code_without_blanks() -> None:
    letters = [*(f"A{digit}" for digit in "0123456789"), *(row.letters for row in ROWS)]
    clashes = [(a, b) for a in letters for b in letters if a is not b and b.startswith(a)]
    assert clashes == []
    assert set("".join(letters)) <= set(ALPHABET)


def test_the_check_is_the_standards() -> None:
    assert check_characters("ISO79") == "3W"  # the example of ISO/IEC 7064


@given(COMMANDS)
def test_there_and_back(command: tuple[Key, ...]) -> None:
    code = encode(command)
    assert is_command(code) and decode(code) == command
    assert set(code[1:]) <= set(ALPHABET) and not has_gtin_form(code)


def test_codes_stay_as_printed_sheets_have_them() -> None:
    """A sheet on a shop's wall outlives versions of this program."""
    printed = {("C",): "$CR0", ("CASH",): "$MK2", ("3", "x"): "$3X81", ("article 28",): "$A28I0"}
    assert {words: encode(keys_of(*words)) for words in printed} == printed


def test_a_narrow_label_is_enough_for_a_function() -> None:
    assert max(len(encode([key])) for key in EVERY) <= 5


@given(COMMANDS, st.data())
def test_one_wrong_character_is_found(command: tuple[Key, ...], data: st.DataObject) -> None:
    code = encode(command)
    at = data.draw(st.integers(1, len(code) - 1))
    wrong = data.draw(st.sampled_from([c for c in ALPHABET + " -$é\x1d\ufffd" if c != code[at]]))
    refused(code[:at] + wrong + code[at + 1 :])


@given(COMMANDS, st.data())
def test_two_swapped_characters_are_found(command: tuple[Key, ...], data: st.DataObject) -> None:
    code = encode(command)
    at = data.draw(st.integers(1, len(code) - 2))
    swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    if swapped != code:
        refused(swapped)


@given(st.text(max_size=300))
def test_any_text_with_the_mark_is_a_command_or_refused(text: str) -> None:
    try:
        command = decode(MARK + text)
    except Refused as error:
        assert error.fault is faults.COMMAND_UNREADABLE
    else:
        assert encode(command) == MARK + text


@pytest.mark.parametrize("body", ["", "A", "A1234567890", "CASH", "MX", "Q", "A28C", "1" * 9, "Z"])
def test_a_right_check_over_no_command_is_refused(body: str) -> None:
    refused(MARK + body + check_characters(body))


def refused(code: str) -> None:
    with pytest.raises(Refused) as error:
        decode(code)
    assert error.value.fault is faults.COMMAND_UNREADABLE


@pytest.mark.parametrize(
    "command", [[], [parse_key("C")] * 2, [parse_key("1")] * 9, [parse_key("article 1")] * 2]
)
def test_what_can_be_no_command(command: list[Key]) -> None:
    with pytest.raises(ValueError, match=r"keys|last key"):
        encode(command)


def test_an_article_cannot_take_the_mark() -> None:
    _, (problem,) = parse_catalog(b'plu,name,price,barcode\n1,A,"1,00",$A28FO\n')
    assert "commandes" in problem.reason


@given(st.integers(0, 10**13 - 1))
def test_a_gtin_is_no_command(number: int) -> None:
    body = f"{number:012d}"
    assert not is_command(body + str(check_digit(body)))


# At the counter


def both(text: str) -> tuple[Bench, Bench]:
    """A counter at which it was pressed, and one at which it was scanned, command by command."""
    pressed, scanned = bench(), bench()
    for word in text.split():
        typed = word.replace(",", "").isdigit()
        for name in word if typed else [word]:
            pressed.press(name)
            scanned.scan(encode(keys_of(name)))
        same(pressed, scanned)
    return pressed, scanned


def same(pressed: Bench, scanned: Bench) -> None:
    assert [event for event, _ in scanned.events] == [event for event, _ in pressed.events]
    assert (scanned.shown, scanned.fault) == (pressed.shown, pressed.fault)


@pytest.mark.parametrize(
    "text",
    ["3 x 2 PLU ST CASH TICKET TICKET", "1 PLU 0,5 x 4 PLU CORR CANCEL", "PLU C 1 PLU", "CASH C",
     "130 PRIX 1 PLU RF 2 PLU 1000 CASH", "99 PLU CASH C C 1 PLU 2 PLU VOID 1 PLU 50 CARD CARD"],
)  # fmt: skip
def test_scanned_is_pressed(text: str) -> None:
    both(text)


@given(st.lists(SINGLE, max_size=40))
def test_any_keys_scanned_are_any_keys_pressed(command: list[Key]) -> None:
    pressed, scanned = bench(), bench()
    for key in command:
        pressed.put(Pressed(key))
        scanned.scan(encode([key]))
        same(pressed, scanned)


def test_a_sequence_is_one_scan() -> None:
    till = bench()
    till.scan(encode(keys_of("3", "x", "article 2")))
    assert till.total == 300
    till.scan(encode(keys_of("2", "x")))
    till.scan(BAGUETTE)
    assert till.total == 500


def test_a_sequence_that_is_refused_leaves_nothing_behind() -> None:
    till = bench()
    till.scan(encode(keys_of("3", ",", ",", "x", "article 2")))
    assert till.fault is faults.BAD_NUMBER and not till.events
    till.press("C")
    assert till.counter.desk.entry.empty


def test_an_error_is_cleared_by_the_barcode_of_c_and_by_no_other() -> None:
    till = bench()
    till.press("99 PLU")
    assert till.fault is faults.UNKNOWN_ARTICLE
    till.scan(encode(keys_of("CASH")))
    assert till.fault is faults.UNKNOWN_ARTICLE
    till.scan(encode(keys_of("C")))
    assert till.fault is None


def test_a_damaged_command_is_refused_aloud() -> None:
    till = bench()
    step = till.scan("$A2800")
    assert till.fault is faults.COMMAND_UNREADABLE and step.effects
