"""Tickets with articles of which a choice must be made, recorded where nobody asked."""

import csv
from pathlib import Path

import pytest

from pos_terminal.domain.events.sale import LineSold, SaleClosed
from pos_terminal.journal.record import Record
from pos_terminal.replay.observer import Observer
from pos_terminal.replay.session import Job
from pos_terminal.replay.session import replay as session
from pos_terminal.replay.ticket_file import read_tickets
from pos_terminal.testing.running import run
from tests.support.replaying import records, replay
from tests.support.shopping import DAY, HEADER

CATALOG = """plu,name,price,unit,vat,family,option,for
1,TRADITION,"1,30",,5.5,pain,,
8,THE,"2,00",,5.5,bar,,
9,STEAK,"12,00",,10,grill,,
4,COMTE,"24,90",kg,5.5,fromage,,
50,COUPE,"0,15",,,,COUPE,pain; fromage
51,PETIT,"0",,,,TAILLE!,bar
52,GRAND,"0,50",,,,TAILLE!,bar
53,NATURE,"0",,,,GOUT!,bar
54,CITRON,"0",,,,GOUT!,bar
55,BLEU,"1,00",,,,CUISSON!,grill
"""
TICKETS = [
    [("8", "1", "2,00")],
    [("8", "2", "2,00"), ("GRAND", "2", "0,50"), ("1", "1", "1,30")],
    [("8", "1", "2,00"), ("GRAND", "1", "0,50"), ("CITRON", "1", "0,00"), ("8", "1", "1,80")],
    [("9", "1", "12,00"), ("1", "1", "1,30")],
    [("1", "3", "1,30"), ("COUPE", "3", "0,15")],
    [("1", "3", "1,30"), ("COUPE", "1", "0,15")],
    [("COUPE", "1", "0,15"), ("4", "0,250", "24,90"), ("COUPE", "1", "0,15")],
    [("8", "-1", "2,00"), ("1", "1", "1,30")],
    [("9", "1", "12,00"), ("BLEU", "1", "1,00")],
]
REFUSED = {4: ["CUISSON"], 6: ["does not follow"], 7: ["does not follow"]}


def write(folder: Path) -> tuple[Path, Path]:
    catalog, day = folder / "catalog.csv", folder / "tickets.csv"
    catalog.write_text(CATALOG)
    with day.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADER)
        for number, rows in enumerate(TICKETS, 1):
            for cells in rows:
                out.writerow((DAY, "1", "09:00", str(number), *cells, ""))
    return catalog, day


def test_a_forced_choice_is_answered_and_the_ticket_stays_what_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    catalog, day = write(tmp_path)
    status, summary = replay(capsys, catalog, tmp_path / "state", day)
    assert status == 1, "some rows are refused"
    closed = [r.event for r in records(tmp_path / "state") if isinstance(r.event, SaleClosed)]
    assert [[line.name for line in ticket.lines] for ticket in closed] == [
        ["THE", "PETIT", "NATURE"],
        ["THE", "GRAND", "NATURE", "TRADITION"],
        ["THE", "GRAND", "CITRON", "THE", "PETIT", "NATURE"],
        ["TRADITION"],
        ["TRADITION", "COUPE"],
        ["TRADITION"],
        ["COMTE", "COUPE"],
        ["THE", "PETIT", "NATURE", "TRADITION"],
        ["STEAK", "BLEU"],
    ]
    assert [ticket.total for ticket in closed] == [200, 630, 430, 130, 435, 390, 638, -70, 1300]
    assert [(each["ticket_number"]) for each in summary["refused"]] == ["4", "6", "7"]
    for each in summary["refused"]:
        assert all(word in each["reason"] for word in REFUSED[int(each["ticket_number"])])
    again = replay(capsys, catalog, tmp_path / "state", day)[1]
    assert again["refused"] == summary["refused"]
    assert (again["tickets"], again["total_cents"]) == (summary["tickets"], summary["total_cents"])


class Cut(Observer):
    """Stops a replay right behind its so many-th line."""

    def __init__(self, lines: int) -> None:
        self._lines = lines

    def on_record(self, record: Record) -> None:
        self._lines -= isinstance(record.event, LineSold)
        if self._lines == 0:
            raise InterruptedError


@pytest.mark.parametrize("lines", [1, 2, 3, 4, 5, 8])
def test_a_choice_that_was_left_open_is_made_before_the_next_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lines: int
) -> None:
    catalog, day = write(tmp_path)
    state = tmp_path / "state"
    with pytest.raises(InterruptedError):
        run(session(Job(read_tickets(day), catalog, state), Cut(lines)))
    status, summary = replay(capsys, catalog, state, day)
    assert status == 1
    closed = [r.event for r in records(state) if isinstance(r.event, SaleClosed)]
    assert [ticket.total for ticket in closed] == [200, 630, 430, 130, 435, 390, 638, -70, 1300]
    assert summary["tickets"] == len(TICKETS)
