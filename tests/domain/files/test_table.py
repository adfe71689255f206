"""Tables that people made: whatever program wrote them, one broken row spoils no other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_terminal.domain.files.table import (
    LONGEST_ROW,
    NoTableError,
    Problem,
    TableRow,
    decode,
    rows,
)

HEADER = "plu,name,price\n"


def read(text: str) -> list[tuple[int, list[str]] | str]:
    """Each row as its line and cells, each problem as it prints."""
    return [
        str(row) if isinstance(row, Problem) else (row.line, list(row.cells.values()))
        for row in rows(text, ("plu",))
    ]


def test_rows_keep_the_line_that_an_editor_shows() -> None:
    text = HEADER + '1,"PAIN\r\nDE MIE","1,30"\r\n\r\n2,"L""ECLAIR",2\n ,,\n3,CAFE,1'
    assert read(text) == [
        (2, ["1", "PAIN\r\nDE MIE", "1,30"]),
        (5, ["2", 'L"ECLAIR', "2"]),
        (7, ["3", "CAFE", "1"]),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(delimiter: str, end: str) -> None:
    text = end.join(["PLU , Name", '1,"A,B;C"', "2,D"]).replace("1,", f"1{delimiter}")
    text = text.replace("PLU ,", f"PLU {delimiter}").replace("2,", f"2{delimiter}")
    assert read(text) == [(2, ["1", "A,B;C"]), (3, ["2", "D"])]


def test_a_quote_left_open_spoils_its_own_row_alone() -> None:
    many = "".join(f"{n},X,1\n" for n in range(10, 10 + 2 * LONGEST_ROW))
    result = read(HEADER + '1,"PAIN,1\n2,"OK",1\n' + many)
    assert result[0] == "ligne 2 : ',' expected after '\"'"
    assert result[1:] == [
        (3, ["2", "OK", "1"]),
        *((n - 6, [str(n), "X", "1"]) for n in range(10, 10 + 2 * LONGEST_ROW)),
    ]
    assert read(HEADER + '1,"PAIN,1\n2,X,1\n') == [
        "ligne 2 : des guillemets ouverts ne sont jamais fermés",
        (3, ["2", "X", "1"]),
    ]


def test_too_many_cells_are_a_decimal_comma_without_quotes() -> None:
    assert read(HEADER + "1,PAIN,1,30\n2,CAFE,1,\n3,THE\n") == [
        "ligne 2 : 4 cases sous 3 colonnes",
        (3, ["2", "CAFE", "1"]),
        (4, ["3", "THE"]),
    ]


def test_a_missing_cell_is_empty() -> None:
    (row,) = rows(HEADER + "1\n", ("plu",))
    assert isinstance(row, TableRow)
    assert (row["plu"], row["price"]) == ("1", "")


def test_lines_may_come_one_at_a_time() -> None:
    lines = ["plu,name\n", '1,"A\n', 'B"\n', "2,C\n"]
    found = list(rows(lines, ("plu",)))
    assert [row.line for row in found if isinstance(row, TableRow)] == [2, 4]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "ligne 1 : plu, a|b : l'en-tête n'a pas cette colonne"),
        ("\n", "ligne 1 : plu, a|b : l'en-tête n'a pas cette colonne"),
        ("plu,name\n1,X\n", "ligne 1 : a|b : l'en-tête n'a pas cette colonne"),
        ("x" * 200_000, "ligne 1 : field larger than field limit (131072)"),
    ],
)
def test_what_is_no_table(text: str, reason: str) -> None:
    with pytest.raises(NoTableError) as caught:
        list(rows(text, ("plu", "a|b")))
    assert str(caught.value.problem) == reason


def test_a_cell_without_end_is_one_broken_row() -> None:
    text = HEADER + "1,A,1\n" + "x" * 200_000 + "\n2,B,2\n"
    assert read(text) == [
        (2, ["1", "A", "1"]),
        "ligne 3 : field larger than field limit (131072)",
        (4, ["2", "B", "2"]),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_encodings_of_french_spreadsheets(encoding: str) -> None:
    assert decode("pâté à 5 €".encode(encoding)) == "pâté à 5 €"


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_else(source: bytes) -> None:
    try:
        found = list(rows(decode(source), ()))
    except NoTableError:
        return
    lines = [row.line for row in found]
    assert lines == sorted(set(lines))


@given(st.lists(st.lists(st.text("ab,;\"' \n", min_size=1), min_size=3, max_size=3), max_size=6))
def test_what_is_quoted_reads_back(table: list[list[str]]) -> None:
    bare = [[cell.strip() for cell in cells] for cells in table]
    kept = [cells for cells in bare if any(cells)]
    text = HEADER + "".join(
        ",".join('"' + cell.replace('"', '""') + '"' for cell in cells) + "\n" for cells in table
    )
    if all(sum(cell.count("\n") for cell in cells) < LONGEST_ROW - 1 for cells in table):
        found = [row for row in rows(text, ()) if isinstance(row, TableRow)]
        assert [list(row.cells.values()) for row in found] == kept
