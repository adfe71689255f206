"""Check digits and in-store labels; biip is the independent reader."""

import biip.checksums
import pytest
from biip.upc import Upc
from hypothesis import given
from hypothesis import strategies as st

from pos_terminal.domain.codes.barcode import (
    CheckDigitError,
    Label,
    Measure,
    Pattern,
    as_read,
    check_digit,
    has_gtin_form,
    is_gtin,
    is_readable,
    key_of,
    keys_of,
    price_check_digit,
    read_label,
    upc_a,
)

DIGITS = st.text("0123456789", min_size=1, max_size=20)


@pytest.mark.parametrize(
    "gtin",
    [
        "3010470111127",
        "3000100028864",
        "96385074",
        "036000291452",
        "10614141000415",
        "4006381333931",
    ],
)
def test_codes_printed_on_real_packages(gtin: str) -> None:
    assert is_gtin(gtin)
    for wrong in "0123456789".replace(gtin[-1], ""):
        assert not is_gtin(gtin[:-1] + wrong)
        assert has_gtin_form(gtin[:-1] + wrong)


@given(DIGITS)
def test_check_digits_agree(body: str) -> None:
    assert check_digit(body) == biip.checksums.gs1_standard_check_digit(body)


@given(st.text("0123456789", min_size=4, max_size=5))
def test_price_verifiers_agree(price: str) -> None:
    assert price_check_digit(price) == biip.checksums.gs1_price_weight_check_digit(price)


@pytest.mark.parametrize("price", ["", "123", "123456"])
def test_a_verifier_covers_four_or_five_digits(price: str) -> None:
    with pytest.raises(ValueError, match="four or five"):
        price_check_digit(price)


def test_upc_a_and_ean_13_meet() -> None:
    assert key_of("036000291452") == key_of("0036000291452") == "00036000291452"
    assert key_of("036000291453") == "036000291453"
    assert key_of("ABC") == "ABC"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("3017620422003", ("3017620422003", "")),
        (" 3017620422003  ", ("3017620422003", "")),
        ("]E03017620422003", ("3017620422003", "]E0")),
        ("]C0ABC ", ("ABC", "]C0")),
        ("]E0", ("]E0", "")),
        ("]", ("]", "")),
    ],
)
def test_what_a_reader_puts_around_a_code(text: str, read: tuple[str, str]) -> None:
    assert as_read(text) == read
    assert as_read(read[0], "]Q1") == (read[0], "]Q1")


@given(st.from_regex(r"[01][0-9]{6}", fullmatch=True))
def test_upc_e_is_the_upc_a_that_another_library_makes_of_it(body: str) -> None:
    whole = Upc.parse(body).as_upc_a()
    assert upc_a(body + whole[-1]) == whole
    assert not upc_a(body + str((int(whole[-1]) + 1) % 10))
    assert key_of(whole) in keys_of(body + whole[-1])


@pytest.mark.parametrize("add_on", ["", "05", "51299", " 05", " 51299"])
@pytest.mark.parametrize("code", ["3017620422003", "036000291452", "96385074"])
def test_a_code_is_found_beside_its_add_on(code: str, add_on: str) -> None:
    """But for an EAN-8 with nothing between: what follows may make another code of it."""
    found = code.zfill(14) in keys_of(code + add_on)
    assert found == (len(code) > 8 or " " in add_on or not add_on)


def test_eight_digits_that_are_right_twice_are_an_ean_8_first() -> None:
    twice = [f"0{n:06}{check_digit(f'0{n:06}')}" for n in range(10**4, 10**4 + 40)]
    both = [code for code in twice if upc_a(code)]
    assert both
    for code in both:
        assert [*keys_of(code)] == [code.zfill(14), upc_a(code).zfill(14), code]


@pytest.mark.parametrize("code", ["", "1234567", "٣" * 8, "3010470111128", "301047011112X"])
def test_what_is_no_gtin(code: str) -> None:
    assert not is_gtin(code)


def test_readable_is_text_with_separators() -> None:
    assert is_readable("0103010470111127\x1d10A")
    assert not any(map(is_readable, ["30104\ufffd", "\x00", "a\nb", "\x1b[A"]))


@pytest.mark.parametrize(
    ("template", "measure", "decimals", "reason"),
    [
        ("21IIIII", Measure.PRICE, 2, "au moins I et V"),
        ("21VVVVV", Measure.PRICE, 2, "au moins I et V"),
        ("21IIIIIVVVVVZ", Measure.PRICE, 2, "des chiffres, x, I, V, K et C"),
        ("21٣IIIIVVVVVC", Measure.PRICE, 2, "des chiffres, x, I, V, K et C"),
        ("21IIIIICVVVVV", Measure.PRICE, 2, "C vient en dernier"),
        ("21IIIIKKVVVVC", Measure.PRICE, 2, "K une fois au plus"),
        ("21IIIIIKVVVC", Measure.PRICE, 2, "quatre ou cinq V"),
        ("21IIIIIVVVVVC", Measure.PRICE, 3, "0 à 2 décimales"),
        ("21IIIIIVVVVVC", Measure.WEIGHT, 4, "0 à 3 décimales"),
        ("21IIIIIVVVVVC", Measure.PRICE, -1, "0 à 2 décimales"),
    ],
)
def test_bad_templates(template: str, measure: Measure, decimals: int, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Pattern(template, measure, decimals)


def with_check(body: str) -> str:
    return body + str(check_digit(body))


def test_a_price_label() -> None:
    patterns = [Pattern("21IIIIIVVVVVC", Measure.PRICE, 2)]
    code = with_check("210002800130")
    assert read_label(code, patterns) == Label("00028", Measure.PRICE, 130)
    assert read_label("3010470111127", patterns) is None
    assert read_label("21000280013", patterns) is None


@pytest.mark.parametrize(("decimals", "grams"), [(3, 480), (2, 4800), (0, 480_000)])
def test_a_weight_label(decimals: int, grams: int) -> None:
    patterns = [Pattern("02xIIIIVVVVVC", Measure.WEIGHT, decimals)]
    label = read_label(with_check("029002800480"), patterns)
    assert label == Label("0028", Measure.WEIGHT, grams)


@given(st.integers(0, 99_999), st.integers(0, 9999))
def test_a_label_with_a_price_verifier(item: int, price: int) -> None:
    patterns = [Pattern("20IIIIIKVVVVC", Measure.PRICE, 2)]
    body = f"20{item:05d}{price_check_digit(f'{price:04d}')}{price:04d}"
    assert read_label(with_check(body), patterns) == Label(f"{item:05d}", Measure.PRICE, price)


@pytest.mark.parametrize("place", [7, 12])
def test_a_wrong_digit_is_no_price(place: int) -> None:
    patterns = [Pattern("20IIIIIKVVVVC", Measure.PRICE, 2)]
    good = with_check(f"2000028{price_check_digit('0130')}0130")
    wrong = str((int(good[place]) + 1) % 10)
    bad = good[:place] + wrong + good[place + 1 :]
    if place < 12:
        bad = with_check(bad[:12])
    with pytest.raises(CheckDigitError):
        read_label(bad, patterns)


def test_the_first_pattern_that_fits_decides() -> None:
    narrow, wide = (
        Pattern("211IIIIVVVVVx", Measure.WEIGHT, 3),
        Pattern("21IIIIIVVVVVx", Measure.PRICE, 2),
    )
    assert read_label("2110028004800", [narrow, wide]) == Label("0028", Measure.WEIGHT, 480)
    assert read_label("2100028004800", [narrow, wide]) == Label("00028", Measure.PRICE, 480)
