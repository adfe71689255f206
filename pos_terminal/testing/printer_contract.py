"""What every receipt printer must do, whatever drives it. Subclass, and supply the far end.

class TestMyPrinter(PrinterContract):
    @asynccontextmanager
    async def far_end(self): ...
"""

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import pytest

from pos_terminal.devices.classes import Printer
from pos_terminal.devices.errors import (
    DeviceError,
    DeviceLost,
    DeviceRefused,
    DeviceTimeout,
    OutcomeUnknown,
)
from pos_terminal.domain.faults import PAPER_OUT, PRINT_UNKNOWN, PRINTER_ANSWER, PRINTER_COVER
from pos_terminal.domain.receipt import Align, Receipt, Row, Rule, Text
from pos_terminal.testing.running import run

PATIENCE = 20.0
"""Seconds that a test waits for what must come; far more than any machine needs."""


NOBODYS = b"\xff\xfe\xfb"
"""Bytes that no printer's language has an answer of."""

FOREIGN = (
    NOBODYS,
    b"\x0200.500\r",  # a Toledo scale
    b"3017620422003\r\n",  # a scanner
    b"HTTP/1.1 400 Bad Request\r\n\r\n",
    b"\x23\x06\x00\x00",  # half a status of Star's
    b"\x80\x20\x42\x30",  # half a status of Brother's
    b"\x02030,0,0,",  # half a status of Zebra's
    b"login: ",
)
"""What other devices say, or a printer in part."""


class PrinterFarEnd(Protocol):
    """A printer under test, with a hand on its cover and eyes on its paper.

    The driver is to be opened with times as short as the far end allows: half a second to
    acknowledge, and at least `PATIENCE` for a person to change the roll.
    """

    def open(self) -> AbstractAsyncContextManager[Printer]:
        """The driver's way to open it."""

    def papers(self) -> list[str]:
        """The text of every paper cut off so far, its lines without blanks at their ends."""

    def pulses(self) -> list[int]:
        """The connector pin of every drawer pulse so far."""

    def paper_out(self, out: bool) -> None:
        """Take the roll away, or put one in."""

    def cover_open(self, is_open: bool) -> None:
        """Open or close the cover."""

    def out_after_a_line(self) -> None:
        """Let the roll end after one more line is printed."""

    def mute(self, mute: bool) -> None:
        """Let it print and answer nothing, or answer again."""

    def mute_in_order(self, mute: bool) -> None:
        """Let it not answer that it has processed what it was sent, or answer again."""

    def answers(self, garbage: bytes) -> None:
        """From now on, say this in the place of each answer; nothing: as it is."""

    def cut_after(self, count: int) -> None:
        """Let the line break once so many more bytes are printed, and be whole again at once."""

    def slow(self) -> None:
        """From now on, take its time over each line."""

    async def unplug(self) -> None:
        """Pull the cable."""

    async def replug(self) -> None:
        """Plug it in again, to be opened with the same settings."""


def ticket(number: int, lines: int = 3) -> Receipt:
    """A short receipt that says which one it is."""
    rows = (Row(f"Crème brûlée à l'œuf {n}", "1 234,50 €") for n in range(lines))
    head = Text(f"TICKET 1-{number:06}", Align.CENTRE, bold=True)
    total = Row("TOTAL", "3 703,50 €", tall=True)
    return Receipt(f"ticket 1-{number:06}", (head, Rule(), *rows, total))


class PrinterContract:
    """Subclass it and override `far_end`.

    `run` runs each body; `hurried.run_hurried` does so without waiting, where the far end is in its
    loop.
    """

    run = staticmethod(run)

    def far_end(self) -> AbstractAsyncContextManager[PrinterFarEnd]:
        """A printer, plugged in, with paper."""
        raise NotImplementedError

    def test_it_prints_every_line_in_order_and_cuts(self) -> None:
        """French letters and the euro sign included; figures flush right and whole."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as printer:
                for number in range(3):
                    said = await printer.print(ticket(number))
                    assert said is None or said.trouble is None
                papers = end.papers()
                assert len(papers) == 3
                for number, paper in enumerate(papers):
                    lines = [line for line in paper.splitlines() if line]
                    assert lines[0].strip() == f"TICKET 1-{number:06}"
                    assert [line.split()[-3:] for line in lines[2:5]] == [["1", "234,50", "€"]] * 3
                    assert lines[2].startswith("Crème brûlée à l'œuf 0 ")
                    assert lines[5].startswith("TOTAL ") and lines[5].endswith(" 3 703,50 €")
                    assert len(lines) == 6

        self.run(body())

    def test_it_returns_once_the_paper_is_cut(self) -> None:
        """Not when the bytes have been handed over."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as printer:
                end.slow()
                await printer.print(ticket(1))
                assert len(end.papers()) == 1

        self.run(body())

    def test_without_paper_it_refuses_and_prints_nothing_later(self) -> None:
        """The clerk has been told; the receipt must not come out with the next roll."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as printer:
                end.paper_out(True)
                with pytest.raises(DeviceRefused) as refused:
                    await printer.print(ticket(1))
                assert refused.value.fault is PAPER_OUT
                end.paper_out(False)
                await printer.print(ticket(2))
                assert [paper.split()[1] for paper in end.papers()] == ["1-000002"]

        self.run(body())

    def test_with_its_cover_open_it_refuses(self) -> None:
        """And prints again once it is closed."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as printer:
                end.cover_open(True)
                with pytest.raises(DeviceRefused) as refused:
                    await printer.print(ticket(1))
                assert refused.value.fault is PRINTER_COVER
                end.cover_open(False)
                await printer.print(ticket(2))
                assert len(end.papers()) == 1

        self.run(body())

    def test_a_roll_that_ends_within_a_receipt_may_be_changed(self) -> None:
        """It waits longer than its time to print, and the receipt comes out once, whole."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as printer, asyncio.TaskGroup() as group:
                await printer.print(ticket(1))
                end.out_after_a_line()
                printing = group.create_task(printer.print(ticket(2)))
                done, _ = await asyncio.wait([printing], timeout=1.5)
                assert not done
                assert len(end.papers()) == 1
                end.paper_out(False)
                await asyncio.wait_for(printing, PATIENCE)
                assert end.papers()[1].count("1-000002") == 1

        self.run(body())

    def test_a_mute_printer_is_known_before_anything_is_sent(self) -> None:
        """Switched off, or not a printer: nothing is printed, and that is certain."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as printer:
                end.mute(True)
                with pytest.raises((DeviceTimeout, DeviceLost, DeviceRefused)):
                    await printer.print(ticket(1))
                end.mute(False)
                await printer.print(ticket(2))
                assert [paper.split()[1] for paper in end.papers()] == ["1-000002"]

        self.run(body())

    def test_without_acknowledgement_the_outcome_is_unknown(self) -> None:
        """And the next receipt is acknowledged by its own answer, never by a late one."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as printer:
                await printer.print(ticket(1))
                end.mute_in_order(True)
                with pytest.raises(OutcomeUnknown) as unknown:
                    await printer.print(ticket(2))
                assert unknown.value.fault is PRINT_UNKNOWN
                end.mute_in_order(False)
                await printer.print(ticket(3))
                assert [paper.split()[1] for paper in end.papers()][-1] == "1-000003"

        self.run(body())

    def test_what_answers_otherwise_is_no_printer_and_its_bytes_are_kept(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Noise and other devices' words are no «printed», and are told from a pulled cable."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as printer:
                for garbage in FOREIGN:
                    end.answers(garbage)
                    with pytest.raises(DeviceError):
                        await printer.print(ticket(1))
                end.answers(NOBODYS)
                caplog.clear()
                with pytest.raises(DeviceTimeout) as foreign:
                    await printer.status()
                assert foreign.value.fault is PRINTER_ANSWER
                assert NOBODYS.hex(" ") in foreign.value.detail
                assert NOBODYS.hex(" ") in caplog.text
                end.answers(b"")
                await printer.print(ticket(2))
                assert end.papers()[-1].split()[1] == "1-000002"

        self.run(body())

    def test_wherever_the_line_breaks_within_a_receipt_it_is_printed_or_in_doubt(self) -> None:
        """Never refused when something of it is on paper; and what follows is not its rest."""

        async def body() -> None:
            async with self.far_end() as end:
                for count in (1, 15, 60, 400):
                    async with end.open() as printer:
                        await printer.status()
                        end.cut_after(count)
                        before = len(end.papers())
                        try:
                            await printer.print(ticket(1))
                        except OutcomeUnknown:
                            assert len(end.papers()) <= before + 1
                        except DeviceError:
                            assert len(end.papers()) == before
                        else:
                            assert "TOTAL" in end.papers()[before]
                    end.cut_after(0)
                    async with end.open() as printer:
                        await printer.print(ticket(2))
                    paper = end.papers()[-1]
                    assert ("1-000002" in paper, paper.count("TOTAL")) == (True, 1)

        self.run(body())

    def test_its_status_is_read_from_the_device(self) -> None:
        """Now, not from memory; and silence is an error, never «fine»."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as printer:
                status = await printer.status()
                assert (status.online, status.paper_out, status.cover_open) == (True, False, False)
                end.cover_open(True)
                assert (await printer.status()).cover_open
                end.cover_open(False)
                end.paper_out(True)
                status = await printer.status()
                assert (status.online, status.paper_out, status.cover_open) == (False, True, False)
                end.mute(True)
                with pytest.raises(DeviceTimeout):
                    await printer.status()

        self.run(body())

    def test_a_pulse_is_done_or_refused_while_a_receipt_waits(self) -> None:
        """Who opens the drawer learns at once whether it opens, and it opens at no other time."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as printer, asyncio.TaskGroup() as group:
                await printer.pulse(2)
                await printer.print(ticket(1))
                assert end.pulses() == [2]
                end.out_after_a_line()
                printing = group.create_task(printer.print(ticket(2)))
                await asyncio.sleep(0.2)
                opened = [5]
                try:
                    await asyncio.wait_for(printer.pulse(5), PATIENCE)
                except DeviceRefused:
                    opened = []
                assert not printing.done()
                end.paper_out(False)
                await printing
                await printer.status()
                assert end.pulses() == [2, *opened]

        self.run(body())

    def test_unplug_replug_print(self) -> None:
        """The loss is noticed unasked; after the replug nothing comes out that was not asked."""

        async def body() -> None:
            async with self.far_end() as end:
                async with end.open() as printer:
                    await printer.print(ticket(1))
                    await end.unplug()
                    await asyncio.wait_for(printer.gone(), PATIENCE)
                    with pytest.raises(DeviceLost):
                        await printer.print(ticket(2))
                with pytest.raises(DeviceError):
                    async with end.open():
                        pass
                await end.replug()
                async with end.open() as printer:
                    await printer.print(ticket(3))
                numbers = [paper.split()[1] for paper in end.papers()]
                assert numbers == ["1-000001", "1-000003"]

        self.run(body())
