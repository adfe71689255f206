"""A till that is told to stop leaves a paper that is on its way the time to end, and no more."""

from pathlib import Path

from pos_driver_sim.bench import SimBench
from pos_driver_sim.printer import Event
from pos_terminal.archive.export import records
from pos_terminal.domain.events.paper import ReceiptPrinted
from pos_terminal.domain.events.system import TillStopped
from pos_terminal.domain.events.values import PrintOutcome
from pos_terminal.testing.running import run
from tests.support.process import terminal
from tests.support.shop import keys, write_settings
from tests.support.toys import until
from tests.support.waiting_papers import sent, waiting


def stopped_in_a_ticket(tmp_path: Path, *, bytes_per_second: float) -> list[PrintOutcome]:
    """Stop a till once a ticket's first line is on paper; the outcomes that are on record."""
    (tmp_path / "wires").mkdir()
    lines = list[Event]()

    async def body() -> None:
        async with SimBench(tmp_path / "wires", on_print=lines.append) as bench:
            config = write_settings(tmp_path, bench.toml())
            async with terminal(config, tmp_path / "state") as process:
                await bench.keyboard.press(*keys("1 PLU CASH"))
                await bench.display.wait_for(lambda screen: "1,30" in screen.line1 + screen.line2)
                bench.printer.bytes_per_second = bytes_per_second
                await bench.keyboard.press(*keys("TICKET"))
                await until(lambda: bool(lines))
                process.terminate()
                assert await process.wait() == 0

    run(body())
    events = [record.event for record in records(tmp_path / "state")]
    assert isinstance(events[-1], TillStopped)
    return [event.outcome for event in events if isinstance(event, ReceiptPrinted)]


def test_a_ticket_that_is_on_its_way_ends_as_printed(tmp_path: Path) -> None:
    # A ticket here has some 1,000 bytes.
    assert stopped_in_a_ticket(tmp_path, bytes_per_second=3_000) == [PrintOutcome.PRINTED]
    assert waiting(tmp_path / "state") == []


def test_one_that_does_not_end_keeps_no_till_from_stopping(tmp_path: Path) -> None:
    assert stopped_in_a_ticket(tmp_path, bytes_per_second=50) == []
    (paper,) = waiting(tmp_path / "state")
    assert sent(paper), "the next start says that it may be on paper"
