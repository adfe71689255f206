"""What may be held, and until when."""

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_terminal.persons.item import Ground, PersonalItem, SealLabel, read_items, ten_years
from tests.support.people import AFTER, ALL, BEFORE, CONTACT, INVOICE, LAST_DAY


def test_an_invoice_is_kept_ten_years_from_the_close_of_its_fiscal_year() -> None:
    label = SealLabel.of("p", INVOICE)
    assert label.kept_until == LAST_DAY
    assert label.outlives_erasure(LAST_DAY)
    assert not label.outlives_erasure(AFTER)
    assert label.outlives_erasure(None), "an unknown date ends no obligation"


def test_what_no_law_obliges_to_keep_does_not_outlive_an_erasure() -> None:
    assert not SealLabel.of("p", CONTACT).outlives_erasure(BEFORE)
    limited = msgspec.structs.replace(CONTACT, kept_until=LAST_DAY)
    assert not SealLabel.of("p", limited).outlives_erasure(BEFORE)
    assert SealLabel.of("p", limited).expired(AFTER)
    assert not SealLabel.of("p", limited).expired(LAST_DAY)


def test_ten_years_from_a_leap_day() -> None:
    assert ten_years(date(2028, 2, 29)) == date(2038, 2, 28)
    assert ten_years(date(2026, 9, 30)) == date(2036, 9, 30)


@given(st.dates(max_value=date(9989, 12, 31)))
def test_ten_years_are_ten_years(day: date) -> None:
    end = ten_years(day)
    assert end.year == day.year + 10
    assert (end.month, end.day) in {(day.month, day.day), (2, 28)}


def test_items_are_read_as_they_are_written() -> None:
    assert read_items(msgspec.json.encode({"items": ALL})) == ALL


ITEM = '{"name":"a","purpose":"b","ground":"contract","data":{}}'


@pytest.mark.parametrize(
    ("items", "why"),
    [
        ("", "length >= 1"),
        ('{"name":"a"}', "purpose"),
        (f"{ITEM},{ITEM}", "même nom"),
        (ITEM.replace("{}", '{},"year_end":"2026-12-31"'), "year_end"),
        (ITEM.replace("{}", '{},"phone":"1"'), "phone"),
        (ITEM.replace("{}", '{},"kept_until":"2026-02-30"'), "date"),
        (ITEM.replace("{}", '{"siret":"1"}'), "siret"),
        (ITEM.replace("contract", "consent"), "consent"),
        (ITEM.replace("contract", "legal-obligation"), "obligation"),
        (ITEM.replace("contract", "habit"), "habit"),
        (ITEM.replace('"b"', '"Madame B"'), "regex"),
        (ITEM[:-1], "malformed"),
    ],
)
def test_a_wrong_file_is_refused_with_its_reason(items: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_items(f'{{"items":[{items}]}}'.encode())


def test_an_obligation_has_one_end() -> None:
    for end in (None, LAST_DAY):
        with pytest.raises(ValueError, match="year_end"):
            PersonalItem(
                name="a", purpose="b", ground=Ground.LEGAL_OBLIGATION, data=CONTACT.data,
                year_end=end, kept_until=end,
            )  # fmt: skip
