"""A replayed day: its sums against an independent count, its records, and what a rerun does."""

import asyncio
import socket
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pos_driver_sim.bench import SimBench
from pos_terminal.archive.make import make
from pos_terminal.domain import faults
from pos_terminal.domain.events.sale import LineSold, SaleAbandoned, SaleClosed
from pos_terminal.domain.moment import Trust
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.verify import verify
from pos_terminal.replay.observer import Observer
from pos_terminal.replay.session import Job
from pos_terminal.replay.session import replay as session
from pos_terminal.replay.ticket_file import read_tickets
from pos_terminal.runtime.app import App
from pos_terminal.runtime.boot import boot
from pos_terminal.runtime.clock import SystemClock
from pos_terminal.runtime.far_ends import load
from pos_terminal.testing.running import run
from tests.support.replay_oracle import agrees, sums
from tests.support.replaying import records, replay
from tests.support.shopping import CATALOG, SPECIAL, write_day

Capture = pytest.CaptureFixture[str]


def test_a_day_agrees_to_the_cent_with_sums_taken_from_the_file(
    tmp_path: Path, capsys: Capture
) -> None:
    catalog, day = write_day(tmp_path, 60)
    state = tmp_path / "state"
    status, summary = replay(capsys, catalog, state, day)
    expected = sums(catalog, day)
    assert agrees(summary, expected)
    assert status == 1  # some rows are refused
    assert summary["printed_receipts"] == len(expected.tickets)
    latency = summary["latency_ms"]
    assert 0 < latency["key_to_display"]["p50"] <= latency["key_to_display"]["p99"]
    assert 0 < latency["key_to_durable"]["p50"] <= latency["key_to_durable"]["p99"]
    assert verify(state / "journal.db").counts.tickets == {"T": len(expected.tickets)}
    closed = [r.event for r in records(state) if isinstance(r.event, SaleClosed)]
    assert [
        [(line.name, Fraction(line.quantity), line.gross) for line in ticket.lines]
        for ticket in closed
    ] == [
        [(name, quantity * 1000, cents) for name, quantity, cents in ticket.lines]
        for ticket in expected.tickets
    ]


def test_what_was_replayed_can_be_archived(tmp_path: Path, capsys: Capture) -> None:
    catalog, day = write_day(tmp_path, 1)
    replay(capsys, catalog, tmp_path / "state", day)
    assert not make(tmp_path / "state", tmp_path / "a.zip").broken


def test_every_record_says_that_it_is_simulated_and_when(tmp_path: Path, capsys: Capture) -> None:
    catalog, day = write_day(tmp_path, 20)
    replay(capsys, catalog, tmp_path / "state", day)
    found = records(tmp_path / "state")
    assert all(record.envelope.sim and record.moment.trust is Trust.SIMULATED for record in found)
    recorded = read_tickets(day)
    for record in found:
        if isinstance(record.event, SaleClosed):
            origin = record.event.origin
            assert origin
            assert origin.file == recorded.sha256
            index = recorded.tickets.find(origin.date, origin.ticket)
            assert index is not None
            local = record.moment.local.replace(tzinfo=None)
            assert local == recorded.tickets.local(index)


def test_lines_are_scanned_weighed_keyed_and_overridden_as_the_file_asks(
    tmp_path: Path, capsys: Capture
) -> None:
    catalog, day = write_day(tmp_path, len(SPECIAL))
    replay(capsys, catalog, tmp_path / "state", day)
    lines = [r.event for r in records(tmp_path / "state") if isinstance(r.event, LineSold)]
    by_plu = {plu: [line for line in lines if line.plu == plu] for plu in ("1", "2", "4", "5")}
    assert {line.entry for line in by_plu["1"]} == {"key"}
    assert {line.entry for line in by_plu["4"]} == {"scale", "manual"}  # 20,5 kg: over the capacity
    assert all(
        line.entry == ("scan" if line.price == line.list_price else "key")
        for line in by_plu["2"] + by_plu["5"]
    )
    assert {(line.price, line.list_price) for line in by_plu["1"]} == {(130, 130), (110, 130)}


def test_a_rerun_sells_nothing_anew_and_sums_up_the_same(tmp_path: Path, capsys: Capture) -> None:
    catalog, day = write_day(tmp_path, 20)
    state = tmp_path / "state"
    first_status, first = replay(capsys, catalog, state, day)
    before = len([r for r in records(state) if isinstance(r.event, SaleClosed)])
    again_status, again = replay(capsys, catalog, state, day)
    assert (first_status, again_status) == (1, 1)
    for summary in (first, again):
        del summary["latency_ms"]
        summary["refused"] = [refusal["line"] for refusal in summary["refused"]]
    assert first == again
    assert len([r for r in records(state) if isinstance(r.event, SaleClosed)]) == before


def test_another_file_on_the_same_state_has_its_own_summary(
    tmp_path: Path, capsys: Capture
) -> None:
    catalog, day = write_day(tmp_path, 16)
    state = tmp_path / "state"
    replay(capsys, catalog, state, day)
    other = tmp_path / "other.csv"
    other.write_text(
        "date,time,ticket_number,article,quantity,unit_price\n2021-02-01,09:00,1,3,1,1.50\n"
    )
    status, summary = replay(capsys, catalog, state, other)
    assert (status, summary["tickets"], summary["total_cents"]) == (0, 1, 150)
    assert summary["by_vat"] == {"10": {"gross": 150, "net": 136, "vat": 14}}


class Halt(Observer):
    """Stops a replay in the middle of a sale."""

    def __init__(self, breaths: int) -> None:
        self._breaths = breaths
        self.warnings: list[str] = []

    async def pause(self) -> None:
        self._breaths -= 1
        if self._breaths == 0:
            raise InterruptedError

    def warn(self, text: str) -> None:
        self.warnings.append(text)


def halted_in_a_sale(catalog: Path, state: Path, day: Path) -> None:
    with pytest.raises(InterruptedError):
        run(session(Job(read_tickets(day), catalog, state), Halt(2)))  # of a ticket with 3 lines


def test_an_open_sale_is_finished_at_its_own_prices(tmp_path: Path, capsys: Capture) -> None:
    catalog, day = write_day(tmp_path, 15)
    expected = sums(catalog, day)
    state = tmp_path / "state"
    halted_in_a_sale(catalog, state, day)
    begun = [r.event for r in records(state) if isinstance(r.event, LineSold)]
    assert 0 < len(begun) < len(expected.tickets[0].lines)
    catalog.write_text(CATALOG.replace("BAGUETTE", "BAGUETTE DU JOUR"))
    replay(capsys, catalog, state, day)
    first = next(r.event for r in records(state) if isinstance(r.event, SaleClosed))
    names = [name for name, _, _ in expected.tickets[0].lines]
    assert [line.name for line in first.lines] == names
    assert "BAGUETTE" in names
    later = [line.name for r in records(state)[-40:] if isinstance(r.event, SaleClosed)
             for line in r.event.lines]  # fmt: skip
    assert "BAGUETTE" not in later


def test_an_open_sale_of_a_changed_file_is_abandoned_aloud(tmp_path: Path) -> None:
    catalog, day = write_day(tmp_path, 15)
    state = tmp_path / "state"
    halted_in_a_sale(catalog, state, day)
    day.write_text(day.read_text() + "\n")
    watcher = Halt(0)
    summary = run(session(Job(read_tickets(day), catalog, state), watcher))
    assert agrees(
        {**summary.as_json(), "by_vat": _plain(summary.as_json()["by_vat"]),
         "refused": [{"line": r.line} for r in summary.refused]},
        sums(catalog, day),
    )  # fmt: skip
    assert any("abandoned" in warning for warning in watcher.warnings)
    assert [r.event.total for r in records(state) if isinstance(r.event, SaleAbandoned)] != []


def _plain(by_vat: object) -> object:
    assert isinstance(by_vat, dict)
    return {
        rate: {"gross": sums.gross, "net": sums.net, "vat": sums.vat}
        for rate, sums in by_vat.items()
    }


async def open_till(folder: Path) -> None:
    """A till of the same number, as `run` starts it; it stops once it is ready."""
    (folder / "catalog.csv").write_text(CATALOG)
    config = folder / "terminal.toml"
    config.write_text('[shop]\nname = "A"\n[terminal]\ncatalog = "catalog.csv"\n')
    booted = boot(config, folder / "state")
    app = App(booted.settings, booted.plugins, folder / "state", SystemClock(ZoneInfo("UTC")))
    async with asyncio.TaskGroup() as group:
        group.create_task(app.run())
        await app.ready.wait()
        app.stop()


def test_a_state_that_run_made_is_refused(tmp_path: Path, capsys: Capture) -> None:
    run(open_till(tmp_path))
    catalog, day = write_day(tmp_path, 15)
    status, answer = replay(capsys, catalog, tmp_path / "state", day)
    assert (status, answer["code"]) == (1, faults.JOURNAL_FOREIGN.code)
    assert answer["detail"] == "il a de vraies ventes"
    assert answer["remedy"] == faults.JOURNAL_FOREIGN.remedy


def test_run_refuses_a_state_that_replay_made(tmp_path: Path, capsys: Capture) -> None:
    catalog, day = write_day(tmp_path, 15)
    replay(capsys, catalog, tmp_path / "state", day)
    with pytest.raises(BaseExceptionGroup) as raised:
        run(open_till(tmp_path))
    error = raised.value.exceptions[0]
    assert isinstance(error, JournalError)
    assert (error.fault, error.detail) == (faults.JOURNAL_FOREIGN, "il a des ventes simulées")


def test_what_is_wrong_with_the_call_is_said(tmp_path: Path, capsys: Capture) -> None:
    catalog, day = write_day(tmp_path, 1)
    state = tmp_path / "state"
    status, answer = replay(capsys, catalog, state, tmp_path / "nowhere.csv")
    assert (status, answer["code"]) == (1, faults.FILE_UNREADABLE.code)
    day.write_text("a,b\n1,2\n")
    status, answer = replay(capsys, catalog, state, day)
    assert (status, answer["code"]) == (1, faults.REPLAY_STOPPED.code)
    assert "ticket_number" in answer["detail"]
    _, day = write_day(tmp_path, 1)
    status, answer = replay(capsys, catalog, state, day, "--zone", "Atlantis")
    assert (status, answer["code"]) == (1, faults.BAD_CONFIGURATION.code)


def test_articles_whose_catalogue_row_is_broken_are_refused_and_the_rest_sold(
    tmp_path: Path, capsys: Capture
) -> None:
    catalog, day = write_day(tmp_path, 1)
    catalog.write_text('plu,name,price\n1,TRADITION,"1,30"\n2,BAGUETTE,oops\n')
    day.write_text(
        "date,time,ticket_number,article,quantity,unit_price\n"
        "2021-01-02,08:00,1,TRADITION,1,1.30\n"
        "2021-01-02,08:00,1,BAGUETTE,1,1.00\n"
    )
    status, summary = replay(capsys, catalog, tmp_path / "state", day)
    assert (status, summary["lines"], summary["total_cents"]) == (1, 1, 130)
    assert [refusal["line"] for refusal in summary["refused"]] == [3]


def write_tickets(day: Path, *rows: str) -> None:
    day.write_text("\n".join(["date,time,ticket_number,article,quantity,unit_price", *rows, ""]))


def test_a_ticket_of_the_second_pass_through_an_hour_is_recorded_behind_the_first(
    tmp_path: Path, capsys: Capture
) -> None:
    catalog, day = write_day(tmp_path, 1)
    write_tickets(
        day,
        "2021-10-31,02:40,1,1,1,1.30",
        "2021-10-31,02:10,2,1,1,1.30",
        "2021-10-31,02:50,3,1,1,1",
    )
    assert replay(capsys, catalog, tmp_path / "state", day)[0] == 0
    closed = [r for r in records(tmp_path / "state") if isinstance(r.event, SaleClosed)]
    assert [r.moment.at[11:] for r in closed] == [
        "02:40:00.000+02:00", "02:10:00.000+01:00", "02:50:00.000+01:00",
    ]  # fmt: skip
    assert [r.moment.utc for r in closed] == sorted(r.moment.utc for r in closed)


def test_sales_go_on_where_the_printer_is_away(tmp_path: Path, capsys: Capture) -> None:
    catalog, day = write_day(tmp_path, 30)
    with socket.create_server(("127.0.0.1", 0)) as closing:
        port = closing.getsockname()[1]
    address = f"127.0.0.1:{port}"  # nobody listens there any more
    _, summary = replay(capsys, catalog, tmp_path / "state", day, "--printer", address)
    assert agrees(summary, sums(catalog, day))
    assert summary["printed_receipts"] == 0


def test_the_simulators_are_the_far_ends_that_a_replay_asks_for(tmp_path: Path) -> None:
    assert load() is SimBench
