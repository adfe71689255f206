"""The 8217 protocol's bytes."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_driver_toledo.frames import FrameError, NoWeight, Shape, StatusByte, parse
from pos_terminal.domain.weight import Weight


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        (b"\x0201.250\r", Weight(1250, net=False)),
        (b"\x0200.000\r", Weight(0, net=False)),
        (b"\x0214.995N\r", Weight(14_995, net=True)),
        (b"\x02 1.250\r", Weight(1250, net=False)),
        (b"\x02?A\r", NoWeight(StatusByte.MOTION)),
        (b"\x02?B\r", NoWeight(StatusByte.OVERLOAD)),
        (b"\x02?D\r", NoWeight(StatusByte.UNDER_ZERO)),
        (b"\x02?H\r", NoWeight(StatusByte.OUTSIDE_ZERO)),
        (b"\x02?\x70\r", NoWeight(StatusByte.CENTRE_OF_ZERO)),
        (
            b"\x02?\x0d\r",
            NoWeight(StatusByte.MOTION | StatusByte.UNDER_ZERO | StatusByte.OUTSIDE_ZERO),
        ),
    ],
)
def test_an_answer_is_read_whole_and_only_whole(data: bytes, answer: object) -> None:
    assert parse(data, Shape()) == answer
    for end in range(len(data)):
        assert parse(data[:end], Shape()) is None


@pytest.mark.parametrize(
    "data",
    [
        b"x",
        b"\x021.250\r",
        b"\x0201.25\r",
        b"\x02001.250\r",
        b"\x020 .250\r",
        b"\x02-0.100\r",
        b"\x0201250\r",
        b"\x0201.2505\r",
        b"\x0201.250\r\x02",
        b"\x02?A\r\x02",
        b"\x02?AB",
        b"\x02\r",
        b"\x0201.250NN\r",
        b"\x020000000000000000",
        b"\x02E\r",
        b"\x02\xb01.250\r",
    ],
)
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(FrameError):
        parse(data, Shape())


def test_a_scale_may_be_set_to_another_shape() -> None:
    assert parse(b"\x02012.50\r", Shape(3, 2)) == Weight(12_500, net=False)
    with pytest.raises(FrameError):
        parse(b"\x0212.500\r", Shape(3, 2))


@given(st.integers(0, 99_999), st.integers(0, 7))
def test_a_dropped_byte_never_makes_another_weight(grams: int, place: int) -> None:
    data = f"\x02{grams // 1000:02}.{grams % 1000:03}\r".encode()
    with suppress(FrameError):
        assert parse(data[:place] + data[place + 1 :], Shape()) is None


@given(st.integers(0, 99_999), st.booleans())
def test_grams_are_exact(grams: int, net: bool) -> None:
    data = f"\x02{grams // 1000:02}.{grams % 1000:03}{'N' * net}\r".encode()
    assert parse(data, Shape()) == Weight(grams, net)


@given(st.binary(max_size=24))
def test_noise_never_passes_for_more_than_it_says(data: bytes) -> None:
    try:
        answer = parse(data, Shape())
    except FrameError:
        return
    if isinstance(answer, Weight):
        assert data[0] == 0x02
        assert data[-1] == 0x0D
        assert float(data[1:-1].rstrip(b"N")) * 1000 == pytest.approx(answer.grams)
