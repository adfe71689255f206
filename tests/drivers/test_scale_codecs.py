"""The scales' bytes: what is read of them, by the sources' own examples and by chance."""

import binascii
import hashlib
import struct
from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pos_driver_scales import legal
from pos_driver_scales.legal import adam, cas, dialog06, hid, mt_sics, nci, sma, toledo
from pos_driver_scales.legal.reading import FrameError, NoWeight, Reason, grams
from pos_driver_scales.legal.toledo import Shape, Status
from pos_terminal.domain.weight import Weight

Read = Callable[[bytes], Any]

READERS: dict[str, Read] = {
    "toledo": lambda data: toledo.parse(data, Shape()),
    "cas": cas.parse,
    "nci": lambda data: nci.parse(data, 6),
    "sma": sma.parse,
    "mt-sics": lambda data: mt_sics.parse(data, b"S", 10),
    "adam": lambda data: adam.parse(data, 8),
    "dialog-06": dialog06.parse,
}

MOVING, OVER, UNDER = NoWeight(Reason.MOVING), NoWeight(Reason.OVERLOAD), Reason.UNDER_ZERO


@pytest.mark.parametrize(
    ("name", "data", "answer"),
    [
        ("toledo", b"\x0201.250\r", Weight(1250)),
        ("toledo", b"\x0214.995N\r", Weight(14_995, net=True)),
        ("toledo", b"\x02 1.250\r", Weight(1250)),
        ("toledo", b"\x02?A\r", Status.MOTION),
        ("toledo", b"\x02?B\r", Status.OVERLOAD),
        ("toledo", b"\x02?D\r", Status.UNDER_ZERO),
        ("toledo", b"\x02?H\r", Status.OUTSIDE_ZERO),
        ("toledo", b"\x02?\x70\r", Status.CENTRE_OF_ZERO),
        ("toledo", b"\x02?\x0d\r", Status.MOTION | Status.UNDER_ZERO | Status.OUTSIDE_ZERO),
        ("cas", b"\x01\x02S 01.250kg\x67\x03\x04", Weight(1250)),
        ("cas", b"\x01\x02U 01.250kg\x61\x03\x04", MOVING),
        ("cas", b"\x01\x02SF01.250kg\x01\x03\x04", OVER),
        ("cas", b"\x01\x02S-01.250kg\x6a\x03\x04", NoWeight(UNDER, "-1250 g")),
        ("nci", b"\n01.250KG\r\n00\r\x03", Weight(1250)),
        ("nci", b"\n01.250KG\r\nS00\r\x03", Weight(1250)),
        ("nci", b"\n  1250g \r\n20\r\x03", Weight(1250)),
        ("nci", b"\n01.250KG\r\n0p4\r\x03", Weight(1250, net=True)),
        ("nci", b"\n01.250KG\r\n10\r\x03", MOVING),
        ("nci", b"\n------KG\r\n02\r\x03", OVER),
        ("nci", b"\n------KG\r\n01\r\x03", NoWeight(UNDER)),
        ("nci", b"\n01.250KG\r\n08\r\x03", NoWeight(Reason.FAULT, "status b'08'")),
        ("sma", b"\n 1G       1.250kg \r", Weight(1250)),
        ("sma", b"\nZ1G       0.000kg_\r", Weight(0)),
        ("sma", b"\n 1N         250g  \r", Weight(250, net=True)),
        ("sma", b"\n 1GM      1.250kg \r", MOVING),
        ("sma", b"\nO1G      15.020kg \r", OVER),
        ("sma", b"\nU1G      -0.020kg \r", NoWeight(UNDER)),
        ("sma", b"\nI1G  ----------kg \r", NoWeight(Reason.FAULT, "initial zero error")),
        ("mt-sics", b"S S        100 g\r\n", (b"S", 100)),
        ("mt-sics", b"S D      1.250 kg\r\n", (b"D", 1250)),
        ("mt-sics", b"S +\r\n", (b"+", None)),
        ("adam", b"G/W  +   1.250 kg\r\n", Weight(1250)),
        ("adam", b"N/W  +   1.250 kg\r\n", Weight(1250, net=True)),
        ("adam", b"   1.250kg\r\n", Weight(1250)),
        ("adam", b"G/W  -   0.020 kg\r\n", NoWeight(UNDER, "-20 g")),
        ("dialog-06", b"\x06", True),
        ("dialog-06", b"\x15", False),
        ("dialog-06", b"\x0209\x1b20\x03", dialog06.Record(b"09", (b"20",))),
        (
            "dialog-06",
            b"\x0202\x1b3\x1b01250\x1b000100\x1b000125\x03",
            dialog06.Record(b"02", (b"3", b"01250", b"000100", b"000125")),
        ),
    ],
)
def test_an_answer_is_read_whole_and_only_whole(name: str, data: bytes, answer: object) -> None:
    assert READERS[name](data) == answer
    for end in range(len(data)):
        assert READERS[name](data[:end]) is None


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("toledo", b"\x021.250\r"),
        ("toledo", b"\x0201.25\r"),
        ("toledo", b"\x020 .250\r"),
        ("toledo", b"\x02-0.100\r"),
        ("toledo", b"\x0201.2505\r"),
        ("toledo", b"\x0201.250\r\x02"),
        ("toledo", b"\x02?A\r\x02"),
        ("toledo", b"\x0201.250NN\r"),
        ("toledo", b"\x020000000000000000"),
        ("toledo", b"\x02\xb01.250\r"),
        ("cas", b"\x01\x02S 01.250kg\x00\x03\x04"),
        ("cas", b"\x01\x02S 01.250lb\x58\x03\x04"),
        ("nci", b"\n?\r\x03"),
        ("nci", b"\n1.250KG\r\n00\r\x03"),
        ("nci", b"\n01.250LB\r\n00\r\x03"),
        ("nci", b"\n01.250KG\r\n0p\r\x03"),
        ("sma", b"\n?\r"),
        ("sma", b"\n 1G      1.250kg \r"),
        ("sma", b"\n 1G       1.250lb \r"),
        ("mt-sics", b"ES\r\n"),
        ("mt-sics", b"S S    100.00 g\r\n"),
        # The reference manual's own example is a balance's; 14.000 kg without its k look like it.
        ("mt-sics", b"S S     100.00 g\r\n"),
        ("mt-sics", b"S S     14.000 g\r\n"),
        ("adam", b"G/W  +   7.000 g\r\n"),
        ("mt-sics", b"S S     100.25 g\r\n"),
        ("adam", b"    1.250kg\r\n"),
        ("adam", b"hello\r\n"),
        ("dialog-06", b"\x0209\x1b20\x03\x04"),
        ("dialog-06", b"\x02x\x03"),
    ],
)
def test_anything_else_is_refused(name: str, data: bytes) -> None:
    with pytest.raises(FrameError):
        READERS[name](data)


def frames(value: int) -> dict[str, bytes]:
    """This weight as each scale writes it; by hand, and not by the simulators."""
    kilograms = f"{value // 1000:02}.{value % 1000:03}"
    body = f"S {kilograms}kg".encode()
    check = 0
    for byte in body:
        check ^= byte
    return {
        "toledo": f"\x02{kilograms}\r".encode(),
        "cas": b"\x01\x02" + body + bytes([check]) + b"\x03\x04",
        "nci": f"\n{kilograms}KG\r\n00\r\x03".encode(),
        "sma": f"\n 1G  {value / 1000:>10.3f}kg \r".encode(),
        "mt-sics": f"S S {value / 1000:>10.3f} kg\r\n".encode(),
        "adam": f"{value / 1000:8.3f}kg\r\n".encode(),
        "dialog-06": f"\x0202\x1b3\x1b{value:05}\x1b000000\x1b000000\x03".encode(),
    }


def understood(name: str, data: bytes) -> int | None:
    """The grams that are read of it; None for anything else."""
    with suppress(FrameError):
        answer = mt_sics.parse(data, b"S", 10) if name == "mt-sics" else READERS[name](data)
        if isinstance(answer, dialog06.Record):
            answer = dialog06.weight_of(answer)
        if isinstance(answer, tuple):
            return answer[1] if answer[0] == b"S" else None
        if isinstance(answer, Weight):
            return answer.grams
    return None


@given(st.integers(0, 99_999))
def test_grams_are_exact(value: int) -> None:
    for name, data in frames(value).items():
        assert understood(name, data) == value, name


@example(45_000, 7)  # the k of a kg, as the next two
@example(7_000, 15)
@example(7_000, 8)
@given(st.integers(0, 99_999), st.integers(0, 24))
def test_a_dropped_byte_never_makes_another_weight(value: int, place: int) -> None:
    for name, data in frames(value).items():
        if place < len(data):
            assert understood(name, data[:place] + data[place + 1 :]) in (None, value), name


@given(st.binary(max_size=40))
def test_noise_is_refused_in_words_and_never_breaks_a_reader(data: bytes) -> None:
    for name in READERS:
        understood(name, data)


@given(
    st.sampled_from(list(READERS)),
    st.integers(0, 99_999),
    st.integers(0, 30),
    st.integers(1, 255),
)
def test_an_answer_of_one_protocol_is_no_weight_of_another(
    name: str, value: int, place: int, flip: int
) -> None:
    """And a damaged one breaks no reader."""
    data = bytearray(frames(value)[name])
    for other in READERS:
        if other != name:
            assert understood(other, bytes(data)) is None
    if place < len(data):
        data[place] ^= flip
        understood(name, bytes(data))


@pytest.mark.parametrize(
    ("number", "unit", "expected"),
    [(b"1.25", b"kg", 1250), (b" - 0.5", b"KG", -500), (b"480", b"g_", 480), (b"480.0", b"g", 480)],
)
def test_a_number_has_its_unit(number: bytes, unit: bytes, expected: int) -> None:
    assert grams(number, unit) == expected


@pytest.mark.parametrize(
    ("number", "unit"), [(b"1.25", b"lb"), (b"1.2345", b"kg"), (b"", b"kg"), (b"1", b"")]
)
def test_what_is_no_grams_is_none(number: bytes, unit: bytes) -> None:
    with pytest.raises(FrameError):
        grams(number, unit)


@given(st.integers(0, 0xFFFF))
def test_the_correction_is_the_remainder(checksum: int) -> None:
    """By another hand: the standard library's CRC is of x^16 + x^12 + x^5 + 1, too."""
    expected = binascii.crc_hqx(checksum.to_bytes(2, "big"), 0)
    assert dialog06.correction(checksum, 0x11021) == expected


@given(st.integers(0, 0xFFFF), st.integers(0, 15))
def test_turning_back_gives_the_same(value: int, places: int) -> None:
    turned = dialog06.rotated_left(value, places)
    assert dialog06.rotated_right(turned, places) == value
    assert f"{turned:016b}" == (f"{value:016b}" * 2)[places : places + 16]


@pytest.mark.parametrize(
    ("report", "reading"),
    [
        ("04 02 00 e2 04", Weight(1250)),
        ("04 03 fd e2 04", Weight(1250)),
        ("04 02 01 7d 00", Weight(1250)),
        ("04 02 ff d4 30", Weight(1250)),
        ("02 0b ff 00 00", None),
        ("02 02 80 00 00", Weight(0)),
        ("03 02 00 e2 04", NoWeight(Reason.MOVING, "status 3")),
        ("06 02 00 00 00", NoWeight(Reason.OVERLOAD, "status 6")),
        ("05 02 00 00 00", NoWeight(UNDER, "status 5")),
        ("01 02 00 00 00", NoWeight(Reason.FAULT, "status 1")),
        ("04 0c ff e2 04", None),
        ("04 02 ff e3 04", None),
        ("04 02 7f 01 00", None),
        ("09 02 00 00 00", None),
        ("04 02 00 e2", None),
    ],
)
def test_a_usb_report_is_read(report: str, reading: object) -> None:
    if reading is None:
        with pytest.raises(FrameError):
            hid.parse(bytes.fromhex(report))
    else:
        assert hid.parse(bytes.fromhex(report)) == reading


STABLE = st.tuples(st.sampled_from([2, 4]), st.sampled_from([2, 3]), *[st.integers(0, 255)] * 3)


@given(STABLE.map(bytes) | st.binary(max_size=6))
def test_any_usb_report_is_exact_or_refused(report: bytes) -> None:
    with suppress(FrameError):
        reading = hid.parse(report)
        if isinstance(reading, Weight):
            (exponent,) = struct.unpack_from("<b", report, 2)
            value = Fraction(10) ** exponent * int.from_bytes(report[3:], "little")
            assert reading.grams == value * {2: 1, 3: 1000}[report[1]]


def test_the_legal_part_is_named_by_all_of_its_files(tmp_path: Path) -> None:
    whole = hashlib.sha256()
    folder = Path(legal.__file__).parent
    for path in sorted(folder.glob("*.py")):
        whole.update(f"{path.name} {path.stat().st_size}\n".encode() + path.read_bytes())
    assert legal.checksum() == whole.hexdigest()
    assert {path.stem for path in folder.glob("*.py")} >= {"toledo", "cas", "reading", "hid"}
