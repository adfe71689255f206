"""Reading recorded tickets: forms of figures, broken rows, tickets in pieces, the clock."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pos_terminal.domain.files.table import NoTableError
from pos_terminal.replay.ticket_file import read_tickets
from pos_terminal.replay.tickets import (
    Refusal,
    Tickets,
    parse_date,
    parse_price,
    parse_quantity,
    parse_time,
)
from pos_terminal.runtime.simulated_clock import instants

PARIS = ZoneInfo("Europe/Paris")
HEADER = "date,time,ticket_number,article,quantity,unit_price\n"


def tickets(*rows: str) -> Tickets:
    return Tickets([HEADER, *(f"{row}\n" for row in rows)])


@pytest.mark.parametrize(
    ("text", "cents"),
    [("1,15 €", 115), ("1.15", 115), ("1,15", 115), ("1", 100), ("0,9", 90), ("1 234,50", 123450)],
)
def test_a_price_is_written_in_many_ways(text: str, cents: int) -> None:
    assert parse_price(text) == cents


@pytest.mark.parametrize(
    ("text", "thousandths"),
    [("1", 1000), ("1.0", 1000), ("0,5", 500), ("-2", -2000), ("-0.125", -125), ("0,480", 480)],
)
def test_a_quantity_may_be_negative_or_fractional(text: str, thousandths: int) -> None:
    assert parse_quantity(text) == thousandths


@pytest.mark.parametrize("text", ["2021-03-09", "09/03/2021", "09-03-2021"])
def test_a_date_is_written_in_three_ways(text: str) -> None:
    assert parse_date(text) == "2021-03-09"


@pytest.mark.parametrize(
    ("text", "seconds"), [("8:05", 29100), ("08:05", 29100), ("08:05:30", 29130)]
)
def test_a_time_may_have_seconds(text: str, seconds: int) -> None:
    assert parse_time(text) == seconds


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("2021-13-01,08:00,1,A,1,1", "date"),
        ("0001-01-01,08:00,1,A,1,1", "date"),
        ("09/03-2021,08:00,1,A,1,1", "date"),
        ("2021-01-01,24:00,1,A,1,1", "time"),
        ("2021-01-01,08:00,,A,1,1", "ticket_number"),
        ("2021-01-01,08:00,1,,1,1", "article"),
        ("2021-01-01,08:00,1,A,0,1", "quantity"),
        ("2021-01-01,08:00,1,A,1e3,1", "quantity"),
        ("2021-01-01,08:00,1,A,0.0001,1", "quantity"),
        ("2021-01-01,08:00,1,A,1,-1", "unit_price"),
        ("2021-01-01,08:00,1,A,1,", "unit_price"),
        ("2021-01-01,08:00,1,A,1", "unit_price"),
    ],
)
def test_a_broken_row_is_told_with_its_column_and_spoils_no_other(row: str, column: str) -> None:
    read = tickets("2021-01-01,08:00,1,A,1,1", row, "2021-01-01,08:00,1,B,1,1")
    assert [(refusal.line, refusal.reason.split(" :")[0]) for refusal in read.refused] == [
        (3, column)
    ]
    assert [each.line for each in read[0].rows] == [2, 4]


def test_a_quote_left_open_takes_one_line_along() -> None:
    read = tickets('2021-01-01,08:00,1,"A,1,1', "2021-01-01,08:00,1,B,1,1")
    assert [refusal.line for refusal in read.refused] == [2]
    assert [each.article for each in read[0].rows] == ["B"]


def test_rows_of_one_ticket_need_not_stand_together_and_are_never_merged() -> None:
    read = tickets(
        "2021-01-01,08:00,7.0,A,1,1",
        "2021-01-01,08:01,8.0,B,1,1",
        "01/01/2021,08:02,7.0,A,1,1",
        "2021-01-02,08:00,7.0,C,1,1",
    )
    assert [(t.day.day, t.number, [r.line for r in t.rows]) for t in read] == [
        (1, "7.0", [2, 4]),
        (1, "8.0", [3]),
        (2, "7.0", [5]),
    ]
    assert read[0].local == datetime(2021, 1, 1, 8, 0)
    assert read.find("2021-01-02", "7.0") == 2
    assert read.find("2021-01-02", "7") is None


def test_a_ticket_stands_where_its_first_row_stands_even_a_broken_one() -> None:
    read = tickets(
        "2021-01-01,oops,1,A,1,1", "2021-01-01,08:00,2,A,1,1", "2021-01-01,08:05,1,A,1,1"
    )
    assert [(t.number, len(t.rows)) for t in read] == [("1", 1), ("2", 1)]
    assert read[0].local == datetime(2021, 1, 1, 8, 5)


def test_the_header_may_come_in_any_order_with_any_delimiter() -> None:
    read = Tickets(
        [
            "Unit_Price;x;ARTICLE;quantity;ticket_number;time;date\r\n",
            "1,15 €;?;A;1;1;08:00;2021-01-01\r\n",
        ]
    )
    assert read[0].rows[0].cents == 115
    with pytest.raises(NoTableError, match="unit_price"):
        Tickets(["date,time,ticket_number,article,quantity\n"])


def test_a_file_of_windows_is_read_as_one(tmp_path: Path) -> None:
    file = tmp_path / "tickets.csv"
    row = '2021-01-01,08:00,1,ÉCLAIR,1,"1,15 €"\n'
    for encoding in ("utf-8", "utf-8-sig", "cp1252"):
        file.write_bytes((HEADER + row).encode(encoding))
        read = read_tickets(file).tickets
        assert read.refused == []
        assert (read[0].rows[0].article, read[0].rows[0].cents) == ("ÉCLAIR", 115)


def test_a_row_of_unknown_ticket_is_told_without_one() -> None:
    assert tickets('2021-01-01,08:00,1,"A').refused == [
        Refusal(2, "", "des guillemets ouverts ne sont jamais fermés")
    ]


def test_the_clock_never_goes_back_through_the_repeated_hour() -> None:
    times = [
        datetime(2021, 10, 31, hour, minute)
        for hour, minute in ((1, 59), (2, 10), (2, 50), (2, 5), (2, 50), (2, 55), (3, 0))
    ]
    seen = list(instants(times, PARIS))
    assert seen == sorted(seen)
    offsets = [datetime.fromtimestamp(at / 1e6, PARIS).utcoffset() for at in seen]
    hours = [offset.seconds // 3600 for offset in offsets if offset]
    assert hours == [2, 2, 2, 1, 1, 1, 1]


def test_elsewhere_the_clock_follows_the_file() -> None:
    times = [datetime(2021, 5, 1, 12), datetime(2021, 5, 1, 9), datetime(2021, 10, 31, 2, 30)]
    seen = [datetime.fromtimestamp(at / 1e6, PARIS) for at in instants(times, PARIS)]
    assert [at.replace(tzinfo=None) for at in seen] == times


def test_a_time_that_the_clocks_skip_is_the_hour_after() -> None:
    (at,) = instants([datetime(2021, 3, 28, 2, 30)], PARIS)
    assert datetime.fromtimestamp(at / 1e6, PARIS).hour == 3
