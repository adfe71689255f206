"""What the ESC/POS driver says when the printer, the paper or the line fails it."""

import asyncio
from pathlib import Path

import pytest

from pos_driver_escpos import EscposSettings, open_printer
from pos_driver_escpos.capabilities import raster_logo
from pos_driver_escpos.commands import ASK_IN_ORDER, ask_status, raster
from pos_driver_escpos.printer import EscposPrinter
from pos_driver_escpos.profile import Profile
from pos_driver_escpos.session import QUIET
from pos_driver_sim.printer import PrinterEnd, Pulse
from pos_terminal.devices.errors import (
    DeviceError,
    DeviceLost,
    DeviceRefused,
    DeviceTimeout,
    OutcomeUnknown,
)
from pos_terminal.domain.faults import PRINT_UNKNOWN, PRINTER_BUSY, PRINTER_ERROR
from pos_terminal.domain.receipt import Logo, Receipt
from pos_terminal.links.background import background
from pos_terminal.links.link import LinkStalled
from pos_terminal.links.tcp import tcp_link
from pos_terminal.testing.hurried import run_hurried
from pos_terminal.testing.printer_contract import PATIENCE, ticket
from pos_terminal.testing.transports import (
    FAITHFUL,
    MemoryLink,
    Transport,
    link_pair,
    lossy,
    through,
)
from tests.support.escpos_far_end import settings
from tests.support.simulated_printer import Then

PAPER_OUT = (b"\x12", b"\x12", b"\x72")
"""Answers to DLE EOT 2, 3 and 4."""


async def built_in() -> Profile:
    return Profile()


def numbers(end: PrinterEnd) -> list[str]:
    """The ticket numbers on all papers, in order."""
    return [word for paper in end.papers for word in paper.text.split() if word.startswith("1-0")]


def test_a_roll_that_nobody_changes_leaves_the_outcome_unknown_and_says_why() -> None:
    async def body() -> None:
        then = Then()
        async with (
            PrinterEnd(on_event=then) as end,
            open_printer(settings(end, refill_timeout=0.2)) as printer,
        ):
            then.action = lambda: setattr(end, "paper_out", True)
            with pytest.raises(OutcomeUnknown, match="P-103"):
                await printer.print(ticket(1))

    run_hurried(body())


def test_an_acknowledgement_that_comes_late_is_not_the_next_ones() -> None:
    """Given up with its paper out, the first receipt is still in the printer when it goes on."""

    async def body() -> None:
        then, ended = Then(), asyncio.Event()

        def roll_ends() -> None:
            end.paper_out = True
            ended.set()

        async with (
            PrinterEnd(on_event=then) as end,
            open_printer(settings(end, print_timeout=PATIENCE)) as printer,
        ):
            then.action = roll_ends
            async with asyncio.TaskGroup() as group:
                printing = group.create_task(printer.print(ticket(1)))
                await ended.wait()
                printing.cancel()
            assert end.papers == []
            end.bytes_per_second = 3000
            end.paper_out = False
            await printer.print(ticket(2))
            assert numbers(end) == ["1-000001", "1-000002"]

    run_hurried(body())


def test_an_earlier_sessions_acknowledgement_is_not_the_next_ones(tmp_path: Path) -> None:
    """On a serial line, it arrives in the session that follows."""

    async def body() -> None:
        then = Then()
        async with PrinterEnd(pty=tmp_path / "printer", on_event=then) as end:
            async with open_printer(settings(end, refill_timeout=0.2)) as printer:
                then.action = lambda: setattr(end, "paper_out", True)
                with pytest.raises(OutcomeUnknown):
                    await printer.print(ticket(1))
            async with open_printer(settings(end, print_timeout=PATIENCE)) as printer:
                end.bytes_per_second = 3000
                end.paper_out = False
                await printer.print(ticket(2))
                assert numbers(end) == ["1-000001", "1-000002"]

    run_hurried(body())


def test_a_connection_that_breaks_within_a_receipt_leaves_it_unknown() -> None:
    """And the driver does not print it again by itself."""

    async def body() -> None:
        async with PrinterEnd() as end:
            async with open_printer(settings(end)) as printer:
                await printer.print(ticket(1))
                end.drop_after = 100
                with pytest.raises(OutcomeUnknown) as unknown:
                    await printer.print(ticket(2))
                assert unknown.value.fault is PRINT_UNKNOWN
                await asyncio.wait_for(printer.gone(), PATIENCE)
            async with open_printer(settings(end)) as printer:
                await printer.print(ticket(3))
            assert numbers(end) == ["1-000001", "1-000002", "1-000003"]
            assert end.papers[1].text.count("TOTAL") == 1

    run_hurried(body())


def test_a_failing_printer_refuses() -> None:
    async def body() -> None:
        async with PrinterEnd() as end, open_printer(settings(end)) as printer:
            end.failing = True
            with pytest.raises(DeviceRefused) as refused:
                await printer.print(ticket(1))
            assert refused.value.fault is PRINTER_ERROR

    run_hurried(body())


def test_a_printer_that_never_answers_in_order_is_known_before_anything_is_sent() -> None:
    async def body() -> None:
        async with PrinterEnd() as end, open_printer(settings(end)) as printer:
            end.mute_in_order = True
            for _ in range(2):
                with pytest.raises(DeviceTimeout) as silent:
                    await printer.print(ticket(1))
                assert silent.value.fault is PRINTER_BUSY
            assert end.papers == []
            end.mute_in_order = False
            await printer.print(ticket(2))
            assert numbers(end) == ["1-000002"]
            assert end.unknown == []

    run_hurried(body())


def test_without_acknowledgement_by_choice_a_mute_printer_prints() -> None:
    async def body() -> None:
        async with (
            PrinterEnd() as end,
            open_printer(settings(end, acknowledge="none")) as printer,
        ):
            end.mute = True
            assert await printer.print(ticket(1)) is None
            await asyncio.wait_for(end.next_paper(), PATIENCE)
            await end.unplug()
            await asyncio.wait_for(printer.gone(), PATIENCE)
            with pytest.raises(DeviceError):
                await printer.print(ticket(2))

    run_hurried(body())


def test_noise_beside_the_acknowledgement_makes_it_doubtful() -> None:
    async def body() -> None:
        then = Then()
        async with PrinterEnd(on_event=then) as end, open_printer(settings(end)) as printer:
            then.action = lambda: setattr(end, "garbage", b"\xff\x00\xfe")
            with pytest.raises(OutcomeUnknown, match="noise"):
                await printer.print(ticket(1))
            with pytest.raises(DeviceTimeout):
                await printer.status()
            end.garbage = b""
            await printer.print(ticket(2))
            assert numbers(end) == ["1-000001", "1-000002"]

    run_hurried(body())


ALONE = ASK_IN_ORDER + ask_status(1)
"""A GS r without a receipt, and the question behind it."""


@pytest.mark.parametrize(
    ("first", "then"),
    [
        pytest.param(b"\x00", b"\x12\x00", id="over a slow line"),
        pytest.param(b"\x12", b"\x00\x00", id="from a printer that still prints"),
    ],
)
def test_what_follows_a_doubtful_acknowledgement_waits_for_the_true_one(
    first: bytes, then: bytes
) -> None:
    """Noise held a byte like an answer; the answer owed arrives when the next receipt is due.

    What is asked is answered long after the driver's time of silence.
    """

    async def body() -> None:
        near, far = link_pair()
        printer = EscposPrinter(near, EscposSettings(host="-", answer_timeout=PATIENCE), built_in)

        async def until(*needles: bytes) -> None:
            sent = b""
            while not all(needle in sent for needle in needles):
                sent += await far.receive()

        async def play() -> None:
            await until(ask_status(4))
            await far.send(b"\x12\x12\x12\x12")
            await until(ALONE)
            await far.send(b"\x00\x12")
            await until(b"TOTAL", ASK_IN_ORDER)
            await far.send(b"\xff\x00")  # noise
            await until(ask_status(4))
            await far.send(b"\x12\x12\x12\x12")
            await until(ALONE)
            await far.send(first)
            await asyncio.sleep(3 * QUIET)
            assert far.drain_input() == b""
            await far.send(then)
            await until(b"TOTAL", ASK_IN_ORDER)
            await asyncio.sleep(QUIET)
            assert not second.done()
            await far.send(b"\x00")

        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
            group.create_task(play())
            with pytest.raises(OutcomeUnknown, match="noise"):
                await printer.print(ticket(1))
            second = group.create_task(printer.print(ticket(2)))
        near.unplug()

    run_hurried(body())


def test_a_printer_left_within_a_picture_finds_back() -> None:
    """On USB and serial lines it still waits for the rest when the driver opens it again."""

    async def body() -> None:
        async with PrinterEnd() as end, tcp_link(*end.address) as link:
            await link.send(raster(72, bytes(72 * 24))[:100])
            times = EscposSettings(host="-", print_timeout=0.3)
            printer = EscposPrinter(link, times, built_in)
            await printer.initialise()
            with pytest.raises(DeviceTimeout, match="P-106"):
                await printer.print(ticket(1))
            await printer.print(ticket(2))
            assert numbers(end) == ["1-000002"]

    run_hurried(body())


def test_a_logo_cannot_open_the_drawer() -> None:
    """A printer obeys real-time commands inside pictures too."""
    rows = b"\x10\x14\x01\x00\x01\x10\x10\x10" * 24

    async def logo() -> Profile:
        return Profile(logo=raster_logo(rows, 8))

    async def body() -> None:
        async with PrinterEnd() as end, tcp_link(*end.address) as link:
            await link.send(raster(8, rows))
            printer = EscposPrinter(link, EscposSettings(host="-"), logo)
            await printer.print(Receipt("", (Logo(),)))
            assert len(end.pulses) == 24
            await printer.print(Receipt("", (Logo(),)))
            assert len(end.pulses) == 24
            assert end.papers[1].text.strip() == "[64 x 24]"

    run_hurried(body())


def test_the_nul_of_a_serial_power_off_is_no_acknowledgement(tmp_path: Path) -> None:
    async def body() -> None:
        then = Then()
        async with (
            PrinterEnd(pty=tmp_path / "printer", on_event=then) as end,
            open_printer(settings(end)) as printer,
        ):
            then.action = lambda: setattr(end, "garbage", b"\x00")
            with pytest.raises(OutcomeUnknown, match="then mute"):
                await printer.print(ticket(1))

    run_hurried(body())


def test_many_may_use_it_at_once() -> None:
    """Receipts come out whole and one after the other, between questions and pulses."""

    async def body() -> None:
        async with PrinterEnd() as end, open_printer(settings(end, print_timeout=5)) as printer:
            end.bytes_per_second = 20_000
            async with asyncio.TaskGroup() as group:
                for number in range(8):
                    group.create_task(printer.print(ticket(number)))
                    group.create_task(printer.status())
                    group.create_task(printer.pulse(2))
            assert sorted(numbers(end)) == [f"1-{number:06}" for number in range(8)]
            assert end.pulses == [Pulse(2, 0.1)] * 8

    run_hurried(body())


@pytest.mark.parametrize("trouble", ["paper_out", "cover_open", "mute"])
def test_a_pulse_that_would_wait_is_refused_and_never_sent(trouble: str) -> None:
    async def body() -> None:
        async with PrinterEnd() as end, open_printer(settings(end)) as printer:
            setattr(end, trouble, True)
            for _ in range(3):
                with pytest.raises(DeviceError):
                    await printer.pulse(2)
            setattr(end, trouble, False)
            await printer.print(ticket(1))
            assert end.pulses == []
            await printer.pulse(2)
            assert end.pulses == [Pulse(2, 0.1)], "the one that somebody waits for"

    run_hurried(body())


def test_a_pulse_at_once_opens_the_drawer_without_paper() -> None:
    async def body() -> None:
        async with (
            PrinterEnd() as end,
            open_printer(settings(end, pulse="at-once", pulse_on=0.2)) as printer,
        ):
            end.paper_out = True
            await printer.pulse(5)
            assert (await printer.status()).drawer_pin
            assert end.pulses == [Pulse(5, 0.2)]
            with pytest.raises(ValueError, match="not 4"):
                await printer.pulse(4)
            end.mute = True
            with pytest.raises(DeviceError):
                await printer.pulse(5)  # whoever hears nothing does not know that it opened

    run_hurried(body())


@pytest.mark.parametrize("transport", FAITHFUL, ids=str)
def test_it_prints_over_every_faithful_transport(transport: Transport) -> None:
    async def body() -> None:
        async with PrinterEnd() as end, through(tcp_link(*end.address), transport) as link:
            printer = EscposPrinter(link, EscposSettings(host="-"), built_in)
            await printer.initialise()
            for number in range(2):
                await printer.print(ticket(number, 1))
                assert numbers(end)[-1] == f"1-{number:06}"
            assert (await printer.status()).online
            assert end.unknown == []

    run_hurried(body())


class CutLink(MemoryLink):
    """Lost once it has taken `room` bytes."""

    room = 1 << 20

    async def _write_some(self, data: memoryview) -> int:
        if self.room == 0:
            self.unplug()
            self._check(untouched=True)
        taken = await super()._write_some(data[: self.room])
        self.room -= taken
        return taken


@pytest.mark.parametrize("transport", [*FAITHFUL, lossy(7, 0.002)], ids=str)
def test_lost_means_that_nothing_of_it_left_wherever_the_line_is_cut(transport: Transport) -> None:
    """So it may be tried again; and once a byte has left it is unknown, and is not."""

    async def body() -> None:
        ends = []
        for room in (0, 5, 12, 13, 14, 30, 60, 200, 400):
            line = CutLink("near", transport, 1.0)
            events: list[object] = []
            async with (
                PrinterEnd(on_event=events.append) as end,
                through(tcp_link(*end.address), transport, line),
            ):
                printer = EscposPrinter(line, EscposSettings(host="-", print_timeout=0.3), built_in)
                await printer.initialise()
                line.room = room
                try:
                    await printer.print(ticket(1, 1))
                    ends.append("printed")
                except DeviceError as error:
                    ends.append(type(error).__name__)
                    if isinstance(error, DeviceLost):
                        assert (events, end.papers, end.idle) == ([], [], True)
        assert {"DeviceLost", "OutcomeUnknown"} <= {*ends}, ends
        assert ends == sorted(ends), "once unknown, never lost again"

    run_hurried(body())


@pytest.mark.parametrize("seed", range(3))
def test_over_a_lossy_line_an_acknowledged_receipt_has_been_processed(seed: int) -> None:
    """What was lost of its text nobody can tell; but nothing of it is still to be printed."""

    async def body() -> None:
        acknowledged = 0
        times = EscposSettings(host="-", answer_timeout=0.3, print_timeout=0.3, refill_timeout=0.1)
        async with PrinterEnd() as end:
            end.bytes_per_second = 100_000
            for session in range(8):
                transport = lossy(100 * seed + session, 0.002)
                async with through(tcp_link(*end.address), transport) as link:
                    printer = EscposPrinter(link, times, built_in)
                    for number in range(3):
                        try:
                            await printer.print(ticket(number, 1))
                        except DeviceError:
                            continue
                        assert end.idle
                        acknowledged += 1
        assert acknowledged

    run_hurried(body())


class StallingLink(MemoryLink):
    """Takes `room` bytes, then no more until there is room again."""

    room = 1 << 20

    async def send(self, data: bytes) -> None:
        fits = data[: self.room]
        self.room -= len(fits)
        if fits:
            await super().send(fits)
        if len(fits) < len(data):
            await asyncio.sleep(0.01)
            raise LinkStalled(self.name, len(fits), len(data))


def stalling(patience: float = PATIENCE) -> tuple[EscposPrinter, StallingLink, MemoryLink]:
    """A printer without a pre-check, so that the first bytes are the receipt's."""
    _, far = link_pair()
    link = StallingLink("near", Transport("clean"), 5.0)
    link.join(far)
    blind = EscposSettings(host="-", acknowledge="none", refill_timeout=patience)
    return EscposPrinter(link, blind, built_in), link, far


def test_a_receipt_goes_on_where_it_stalled() -> None:
    async def body() -> None:
        printer, link, far = stalling()
        await printer.print(ticket(1))
        whole = far.drain_input()
        link.room = 50
        async with asyncio.TaskGroup() as group:
            printing = group.create_task(printer.print(ticket(1)))
            await asyncio.sleep(0.05)
            assert not printing.done()
            link.room = 1 << 20
        assert far.drain_input() == whole

    run_hurried(body())


def test_a_receipt_stuck_half_way_is_unknown_and_ends_the_session() -> None:
    """What is sent next would be taken for its rest, so the printer has to be opened anew."""

    async def body() -> None:
        printer, link, _ = stalling(0.05)
        link.room = 50
        with pytest.raises(OutcomeUnknown):
            await printer.print(ticket(1))
        await asyncio.wait_for(printer.gone(), PATIENCE)

    run_hurried(body())


def test_a_receipt_of_which_nothing_was_taken_was_not_sent() -> None:
    async def body() -> None:
        printer, link, _ = stalling(0.05)
        link.room = 0
        with pytest.raises(DeviceTimeout):
            await printer.print(ticket(1))
        link.room = 1 << 20
        await printer.print(ticket(1))

    run_hurried(body())


@pytest.mark.parametrize("answered", [{1}, {4}, {2, 4}, {1, 2, 3}])
def test_a_printer_that_answers_a_part_of_the_questions_works_with_these(
    answered: set[int], caplog: pytest.LogCaptureFixture
) -> None:
    async def body() -> None:
        async with PrinterEnd() as end:
            end.status_answers = answered
            for number in range(2):  # opened anew, it is known
                async with open_printer(settings(end, answer_timeout=0.3)) as printer:
                    said = await printer.print(ticket(number))
                    status = await printer.status()
                    assert status.online and said == status
                    assert status.paper_low is (False if 4 in answered else None)
                    assert status.drawer_pin is (False if 1 in answered else None)
                    end.paper_out = True
                    out = (await printer.status()).paper_out
                    assert out == bool(answered & {2, 4})
                    end.paper_out = False
            assert numbers(end) == ["1-000000", "1-000001"]

    run_hurried(body())
    assert sum("DLE EOT" in line for line in caplog.messages) == 1


def test_a_printer_switched_off_while_it_is_asked_is_not_one_that_knows_less() -> None:
    async def body() -> None:
        near, far = link_pair()
        printer = EscposPrinter(near, EscposSettings(host="h", answer_timeout=0.2), built_in)
        answers = {b"\x01": [b"\x16", b"\x16"]}  # its power goes after these two

        async def play() -> None:
            while True:
                for question in (await far.receive()).split(b"\x10\x04")[1:]:
                    if left := answers.get(question):
                        await far.send(left.pop())

        async with background(play()), asyncio.timeout(PATIENCE):
            with pytest.raises(DeviceTimeout):
                await printer.status()
            answers |= {bytes([n]): [answer] for n, answer in enumerate((b"\x16", *PAPER_OUT), 1)}
            assert (await printer.status()).paper_out

    run_hurried(body())


def test_without_flow_control_no_byte_of_a_long_receipt_is_lost(tmp_path: Path) -> None:
    """The line is faster than the print: what does not fit into the buffer would be gone."""

    async def body() -> None:
        async with PrinterEnd(pty=tmp_path / "printer") as end:
            end.buffer = 4096
            end.bytes_per_second = 200_000
            async with open_printer(settings(end, print_timeout=PATIENCE)) as printer:
                await printer.print(ticket(1, 250))
            (paper,) = end.papers
            assert [n for n in range(250) if f"l'œuf {n} " not in paper.text] == []

    run_hurried(body())


def test_a_line_that_breaks_between_two_pieces_leaves_it_unknown(tmp_path: Path) -> None:
    """What came before is on paper, so nothing is printed again by itself."""

    async def body() -> None:
        async with (
            PrinterEnd(pty=tmp_path / "printer") as end,
            open_printer(settings(end, print_timeout=PATIENCE)) as printer,
        ):
            end.drop_after = 3000
            with pytest.raises(OutcomeUnknown):
                await printer.print(ticket(1, 250))

    run_hurried(body())


def test_two_tills_share_a_printer_of_one_session() -> None:
    """It answers whoever was first, and the other one only once that has hung up."""

    async def body() -> None:
        async with PrinterEnd() as end:
            end.one_session = True
            shared = settings(end, shared=True, print_timeout=PATIENCE, answer_timeout=PATIENCE)
            async with (
                open_printer(shared) as one,
                open_printer(shared) as other,
                asyncio.timeout(4 * PATIENCE),
                asyncio.TaskGroup() as group,
            ):
                for number in range(3):
                    group.create_task(one.print(ticket(number)))
                    group.create_task(other.print(ticket(10 + number)))
                    group.create_task(other.pulse(2))
            assert sorted(numbers(end)) == [f"1-{n:06}" for n in (0, 1, 2, 10, 11, 12)]

    run_hurried(body())
    with pytest.raises(ValueError, match="host"):
        EscposSettings(device="/dev/usb/lp0", shared=True)
