"""Profiles and logos from the other process, and settings that make no sense."""

import asyncio
import logging
import os
import sys
from pathlib import Path

import msgspec
import pytest

from pos_driver_escpos import EscposSettings, open_printer, pos_register_drivers
from pos_driver_escpos.capabilities import BAND, from_capabilities, raster_logo
from pos_driver_escpos.profile import Answer, Profile, ProfileError, from_json, load, to_json
from pos_driver_sim.printer import PrinterEnd
from pos_terminal.devices.errors import DeviceLost
from pos_terminal.devices.registry import Drivers
from pos_terminal.domain.receipt import Barcode, Logo, Receipt, Rule
from tests.conftest import run
from tests.support.escpos_far_end import settings


@pytest.fixture
def logo(tmp_path: Path) -> str:
    """A black bar, 64 dots by 30, as a portable bitmap."""
    path = tmp_path / "logo.pbm"
    path.write_bytes(b"P4\n64 30\n" + b"\xff" * 8 * 30)
    return str(path)


def test_the_driver_is_declared() -> None:
    drivers = Drivers()
    pos_register_drivers(drivers)
    assert drivers.printers.get("escpos").settings is EscposSettings


def test_a_model_is_known_by_its_name() -> None:
    assert run(load("TM-T20II", "")) == Answer(Profile(columns=48, dots=576))
    assert run(load("ZJ-5870", "")) == Answer(
        Profile(columns=32, dots=384, cut="none", qr=False, barcode=False)
    )


def test_a_model_without_the_best_code_page_gets_the_next() -> None:
    features = {"paperPartCut": False, "paperFullCut": True, "qrCode": True, "barcodeB": True}
    profile = from_capabilities({
        "fonts": {"0": {"columns": 42}},
        "media": {"width": {"pixels": "Unknown"}},
        "features": features,
        "codePages": {"0": "CP437", "19": "CP858", "99": "CP858"},
    })  # fmt: skip
    assert profile == Profile(columns=42, dots=504, code_page=19, codec="cp858", cut="full")


def test_a_logo_becomes_bands_of_dots(logo: str) -> None:
    bands = run(load("TM-T20II", logo)).profile.logo
    head = b"\x1dv0\x00\x08\x00"
    assert bands == (
        head + bytes((BAND, 0)) + b"\xff" * 8 * BAND + head + b"\x06\x00" + b"\xff" * 8 * 6
    )


def test_a_logo_never_holds_a_real_time_command() -> None:
    rows = b"\x10\x04\x01\x00\x10\x14\x01\x00\x10\x05\x10\x10"
    data = raster_logo(rows, 4)
    assert not any(command in data for command in (b"\x10\x04", b"\x10\x05", b"\x10\x14"))
    assert data.endswith(b"\x11\x05\x10\x10")


@pytest.mark.parametrize("content", [None, b"", b"not a picture", b"P4\n1000 1\n" + b"\xff" * 125])
def test_a_logo_that_cannot_be_used_costs_itself_alone(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "logo.pbm"
    if content is not None:
        path.write_bytes(content)
    answer = run(load("TM-T20II", str(path)))
    assert answer.profile == Profile(columns=48, dots=576)
    assert [str(path) in problem for problem in answer.problems] == [True]


def test_a_model_that_is_unknown_leaves_the_logo(logo: str) -> None:
    answer = run(load("TM-X", logo))
    assert answer.problems == ("python-escpos has no profile 'TM-X'",)
    assert answer.profile == Profile(logo=run(load("TM-T20II", logo)).profile.logo)


def test_a_logo_is_measured_by_the_columns_of_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "logo.pbm"
    path.write_bytes(b"P4\n400 1\n" + b"\xff" * 50)
    narrow = run(load("TM-T20II", str(path), 32))
    assert (narrow.profile.logo, len(narrow.problems)) == (b"", 1)
    wide = run(load("TM-T20II", str(path), 34))
    assert (wide.profile.logo != b"", wide.problems) == (True, ())


def test_profiles_go_through_json() -> None:
    said = Answer(Profile(columns=32, logo=b"\x00\xff"), ("no such logo",))
    assert from_json(to_json(said).encode()) == said
    profiles = (b"[]", b"{}", b'{"logo": 1}', b'{"logo": "", "colour": 1}')
    answers = [b'{"problems": [], "profile": %s}' % profile for profile in profiles]
    for answer in (b"", b"[]", b"{}", b'{"profile": {"logo": ""}}', *answers):
        with pytest.raises(ProfileError):
            from_json(answer)


def test_the_other_process_leaves_nothing_and_trusts_no_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty pickle, left by a power cut, must not stop it: it does not even look there."""
    old = tmp_path / "old"
    old.mkdir()
    (old / f"{sys.version.split()[0]}.capabilities.pickle").touch()
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("ESCPOS_CAPABILITIES_PICKLE_DIR", str(old))
    monkeypatch.setenv("TMPDIR", str(temporary))
    assert run(load("TM-T20II", "")).profile.columns == 48

    async def cancelled() -> None:
        async with asyncio.timeout(0.15):
            await load("TM-T20II", "")

    with pytest.raises(TimeoutError):
        run(cancelled())
    assert list(temporary.iterdir()) == []


def test_python_escpos_never_enters_this_process() -> None:
    async def body() -> None:
        async with PrinterEnd() as end, open_printer(settings(end)) as printer:
            await printer.print(Receipt("", (Rule(),)))
            assert end.papers[0].text == "-" * 48 + "\n"

    run(body())
    assert "escpos" not in sys.modules


def test_an_unknown_model_prints_with_the_defaults_and_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def body() -> None:
        async with PrinterEnd() as end, open_printer(settings(end, profile="TM-X")) as printer:
            await printer.print(Receipt("", (Logo(), Rule())))
            assert end.papers[0].text == "-" * 42 + "\n"

    with caplog.at_level(logging.WARNING):
        run(body())
    assert "python-escpos has no profile 'TM-X'" in caplog.text


def test_a_late_profile_does_not_keep_the_customer(caplog: pytest.LogCaptureFixture) -> None:
    async def body() -> None:
        async with PrinterEnd() as end:
            table = settings(end, profile="TM-T88V", profile_wait=0, columns=40)
            async with open_printer(table) as printer:
                await printer.print(Receipt("", (Rule(),)))
                assert end.papers[0].text == "-" * 40 + "\n"

    with caplog.at_level(logging.WARNING):
        run(body())
    assert "'TM-T88V' is late" in caplog.text


def test_settings_override_the_profile() -> None:
    async def body() -> None:
        async with PrinterEnd() as end:
            table = settings(end, columns=30, encoding="cp858", code_page=19, cancel_kanji=True)
            async with open_printer(table) as printer:
                await printer.print(Receipt("", (Rule(),)))
                assert end.papers[0].text == "-" * 30 + "\n"
                assert b"\x1c.\x1bR\x00\x1bt\x13" in end.papers[0].raw

    run(body())


def test_fewer_columns_are_fewer_dots() -> None:
    """Of two codes the one that fits is drawn, the far end says [so]; the other one is text."""

    async def body() -> None:
        async with PrinterEnd() as end, open_printer(settings(end, columns=16)) as printer:
            await printer.print(Receipt("", (Barcode("1234"), Barcode("0123456789" * 2))))
            lines = [line.strip() for line in end.papers[0].text.splitlines()]
            assert lines == ["[1234]", "0123456789012345", "6789"]

    run(body())


def test_a_printer_that_is_not_there_is_lost() -> None:
    async def body() -> None:
        async with PrinterEnd() as end:
            nowhere = settings(end)
        with pytest.raises(DeviceLost) as lost:
            async with open_printer(nowhere):
                pytest.fail("opened")
        assert lost.value.fault.code == "P-101"

    run(body())


@pytest.mark.parametrize(
    "place",
    [
        {"usb": {"vendor": 0x04B8, "product": 0xFFFF}},
        {"device": "/dev/usb/no-such-printer"},
        {"serial": {"port": "/dev/no-such-port", "baudrate": 38400, "flow": "rtscts"}},
    ],
)
def test_every_kind_of_place_may_be_empty(place: dict[str, object]) -> None:
    async def body() -> None:
        with pytest.raises(DeviceLost, match="P-101"):
            async with open_printer(msgspec.convert(place, EscposSettings)):
                pytest.fail("opened")

    run(body())


def test_a_one_way_node_prints_without_acknowledgement(tmp_path: Path) -> None:
    node = tmp_path / "lp0"
    os.mkfifo(node)
    reader = os.open(node, os.O_RDONLY | os.O_NONBLOCK)

    async def body() -> None:
        async with open_printer(EscposSettings(device=str(node), acknowledge="none")) as printer:
            await printer.print(Receipt("", (Rule(),)))

    try:
        run(body())
        assert os.read(reader, 4096).endswith(b"-" * 48 + b"\n\x1dVB\x00")
    finally:
        os.close(reader)


def test_what_happens_to_its_user_is_passed_on_as_it_is() -> None:
    async def body() -> None:
        async with PrinterEnd() as end, open_printer(settings(end)):
            raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        run(body())


@pytest.mark.parametrize(
    "table",
    [
        {},
        {"host": "a", "device": "/dev/usb/lp0"},
        {"host": "a", "columns": 8},
        {"host": "a", "answer_timeout": 0.1},
        {"host": 1},
    ],
)
def test_settings_that_make_no_sense_are_refused(table: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(table, EscposSettings)
