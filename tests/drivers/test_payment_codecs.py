"""The bytes of payment terminals: vectors by other hands, any bytes at all, and what is refused.

Vectors: HiPay, «Local API for Nepting» (Caisse-AP); the unit tests of Portalum.Zvt, recorded from
terminals, and of ecrterm (ZVT); Concert has none that are public: its counterpart is a program.
"""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_driver_payments.caisse_ap import CaisseAp, CaisseApSettings
from pos_driver_payments.cashlogy import Cashlogy, CashlogySettings
from pos_driver_payments.concert import Concert, ConcertSettings
from pos_driver_payments.frames import caisse_ap, cashlogy, concert, zvt, zvt_answers
from pos_driver_payments.talk import AnswerError
from pos_driver_payments.zvt import Zvt, ZvtSettings
from pos_terminal.domain.authorisation import Ending, Order, Original, Reason, Scheme, Service
from pos_terminal.domain.money import Cents

PURCHASE = Order(reference="A000000001", cents=Cents(12345))

# The page has lost two characters: what parts the halves of CF, and the end of AK's line.
HIPAY_REQUEST = b"CZ0040300CJ012247300123456CA00201CB00512345CD0010CE003978"
HIPAY_PAID = (
    b"CZ0040320CJ012999999999999CA00201CB00512345CC00300BCD0010CE003978AC006184117AE00210CF026"
    b"2023-05-04-010\x1dcustom dataCG0071234567ZT374CK003100AK361ICBDQVJURSBCQU5DQUlSRQogICAgI"
    b"CBTQU5TIENPTlRBQ1QKQTAwMDAwMDAwNDEwMTAKTWFzdGVyQ2FyZApMZSAxOS8xMi8yMDIyIGEgMTM6NTc6MjIKS"
    b"ElQQVkKOTJMRVZBTExPSVMKMTIzNDU2NyAzOTAzMzQyMjUwMDA5NiAzMDAwNAojIyMjIyMjIyMjIyM2MzY4CkQ2Q"
    b"zY5MUUxMkI3MEFDNDAKMDA1IDAwMSAwMDAwMTAgQyBAIApOVU0gQVVUTyA6IDE4NDExNwpNT05UQU5UIDoKICAgI"
    b"CAgICAgMTIzLDQ1IEVVUgpERUJJVAoKVElDS0VUIENMSUVOVApBIENPTlNFUlZFUgo=\n"
)
HIPAY_REJECTED = b"CZ0040320CJ012999999999999AE00201AF00209CA00201CB00512345CD0010CE003978"
ASKED = {"CA": "01", "CB": "12345", "CD": "0", "CE": "978", "CF": "2023-05-04-010\x1dcustom data"}


def test_caisse_ap_reads_and_writes_hipays_messages() -> None:
    found, at_end = caisse_ap.fields(HIPAY_REQUEST)
    assert (found["CJ"], found["CB"], at_end) == ("247300123456", "12345", True)
    assert caisse_ap.message(found.items()) == HIPAY_REQUEST
    paid = CaisseAp(CaisseApSettings(host="x")).read(ASKED, caisse_ap.fields(HIPAY_PAID)[0])
    assert (paid.ending, paid.cents, paid.scheme) == (Ending.APPROVED, 12345, Scheme.CB)
    assert (paid.authorisation, paid.contactless) == ("184117", True)
    assert (paid.customer_slip[0].strip(), paid.customer_slip[-1]) == (
        "CARTE BANCAIRE", "A CONSERVER",
    )  # fmt: skip
    assert paid.merchant_slip == ()
    no = CaisseAp(CaisseApSettings(host="x")).read(ASKED, caisse_ap.fields(HIPAY_REJECTED)[0])
    assert (no.ending, no.reason) == (Ending.REFUSED, Reason.NOT_DONE)


def test_caisse_ap_asks_as_the_sources_do() -> None:
    settings = CaisseApSettings(host="x", protocol_id="247300123456")
    asked = caisse_ap.message(CaisseAp(settings).request(PURCHASE).items())
    assert asked == HIPAY_REQUEST + b"BA0010CF010A000000001"
    small = CaisseAp(settings).request(Order(reference="A000000002", cents=Cents(5)))
    assert small["CB"] == "05"  # two digits at least, as caisse-ap-ip has it


values = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=200)
tags = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=2).filter(lambda t: t != "CZ")


@given(st.dictionaries(tags, values, max_size=8), st.integers(0, 2000))
def test_caisse_ap_fields_come_out_as_they_went_in(others: dict[str, str], cut: int) -> None:
    sent = {"CZ": "0300", **others}
    data = caisse_ap.message(sent.items())
    assert caisse_ap.fields(data) == (sent, True)
    found, at_end = caisse_ap.fields(data[:cut])
    assert found.items() <= sent.items()
    assert at_end is (data[:cut] == caisse_ap.message(found.items()) and bool(found))


@pytest.mark.parametrize(
    ("found", "why"),
    [
        ({"AE": "10"}, "without an amount"),
        ({**ASKED, "AE": "10", "CB": ""}, "amount"),
        ({**ASKED, "AE": "10", "CB": "0"}, "amount"),
        ({**ASKED, "AE": "10", "CB": "-5"}, "amount"),
        ({**ASKED, "AE": "10", "CE": "840"}, "another currency"),
        ({**ASKED, "AE": "10", "CF": "A000000009"}, "another reference"),
        ({**ASKED, "AE": "01", "CF": "A000000009"}, "another reference"),
        ({**ASKED, "AE": "10", "CA": "02"}, "another till"),
        ({**ASKED, "AE": "10", "CD": "1"}, "another service"),
        ({tag: text for tag, text in {**ASKED, "AE": "10"}.items() if tag != "CF"}, "without CF"),
        ({**ASKED, "AE": "11"}, "neither"),
        (ASKED, "neither"),
    ],
)
def test_caisse_ap_believes_no_other_answer(found: dict[str, str], why: str) -> None:
    with pytest.raises(AnswerError):
        CaisseAp(CaisseApSettings(host="x")).read(ASKED, found)


def test_the_red_button_has_no_amount_and_is_an_answer() -> None:
    no = CaisseAp(CaisseApSettings(host="x")).read(ASKED, {"CZ": "0300", "AE": "01", "AF": "11"})
    assert (no.ending, no.reason) == (Ending.ABANDONED, Reason.CANCELLED)


@pytest.mark.parametrize(
    "data",
    [b"CJ003012", b"CZ0040300CB000", b"CZ00A", b"cz004", b"CZ0040300CB00210CB00211", b"\xff"],
)
def test_caisse_ap_refuses_what_is_no_message(data: bytes) -> None:
    with pytest.raises(caisse_ap.FrameError):
        caisse_ap.fields(data)


def test_a_concert_request_is_these_bytes() -> None:
    """The layout of pyTeliumManager's `TeliumAsk`."""
    request = Concert(ConcertSettings(port="x")).request(PURCHASE)
    text = b"01" b"00012345" b"1" b"1" b"0" b"978" b"A000000001" b"A010" b"B010"
    check = 0
    for byte in text + b"\x03":
        check ^= byte
    assert request == b"\x02" + text + b"\x03" + bytes([check])


@given(
    st.integers(1, 99), st.sampled_from("079"), st.integers(0, concert.MOST),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=55, max_size=55),
    st.integers(0, 999_999_999),
)  # fmt: skip
def test_a_concert_answer_comes_out_as_it_went_in(
    till: int, result: str, cents: int, report: str, number: int
) -> None:
    private = f"A{number:09}"
    text = f"{till:02}{result}{cents:08}1{report}978{private}".encode()
    data = concert.frame(text)
    assert [concert.text_of(data[:n]) for n in range(len(data))] == [None] * len(data)
    assert concert.answer(concert.text_of(data) or b"") == concert.Answer(
        till, result, cents, "1", report, "978", private
    )
    short = f"{till:02}{result}{cents:08}1978{private}".encode()
    assert concert.answer(short).report == ""


@pytest.mark.parametrize("place", range(1, 83))
def test_concert_refuses_a_frame_with_one_bit_wrong(place: int) -> None:
    text = b"010000123451" + b"4970".ljust(55) + b"978A000000001"
    data = bytearray(concert.frame(text))
    data[place] ^= 0x01
    with pytest.raises(concert.FrameError):
        concert.answer(concert.text_of(bytes(data)) or b"")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"010000000001" + bytes(55) + b"978A000000001", "nothing"),
        (b"019000123451" + b" " * 55 + b"978A000000001", "not verified"),
        (b"010000123451" + b" " * 55 + b"840A000000001", "dollars"),
        (b"020000123451" + b" " * 55 + b"978A000000001", "another till"),
    ],
)
def test_concert_believes_no_other_answer(text: bytes, why: str) -> None:
    with pytest.raises(AnswerError):
        Concert(ConcertSettings(port="x")).read(concert.answer(text))


def test_cashlogy_reads_and_writes_what_its_sources_do() -> None:
    """The Odoo module's remarks of what a machine answered, and what clients of the manual send."""
    speech = Cashlogy(CashlogySettings(host="x", till="TPV"))
    assert speech.request(PURCHASE) == b"#C#A000000001#TPV#12345#0#0#0#0#0#1#0#0#"
    back = Order(reference="A000000002", cents=Cents(500), service=Service.REFUND)
    assert speech.request(back) == b"#P#500#1#0#0#"
    (cancelled,), _ = cashlogy.answers(b"#WR:CANCEL#1800#1800#0#0#")
    assert speech.read(PURCHASE, cancelled).ending is Ending.ABANDONED
    (paid,), at_end = cashlogy.answers(b"#WR:LEVEL#1700#0#0#0#")
    assert (speech.read(PURCHASE, paid).cents, at_end) == (1700, True)
    assert cashlogy.answers(b"#0#2.5#")[0] == (cashlogy.Answer("0", ("2.5",)),)
    assert speech.read(back, cashlogy.answers(b"#0#500#")[0][0]).scheme is Scheme.CASH


@given(st.lists(st.integers(0, 99_999), min_size=4, max_size=4), st.integers(0, 40))
def test_a_cashlogy_answer_is_read_whole_and_only_whole(sums: list[int], cut: int) -> None:
    data = b"#0#" + b"".join(b"%d#" % each for each in sums)
    assert cashlogy.answers(data) == ((cashlogy.Answer("0", tuple(map(str, sums))),), True)
    found, _ = cashlogy.answers(data[:cut])
    numbers = found[0].numbers if found else ()
    assert numbers == tuple(map(str, sums))[: len(numbers)]


@pytest.mark.parametrize(
    "data",
    [b"#0#1700#2000#0#0#", b"#WR:CANCEL#1800#800#0#0#", b"#ER:GENERIC#100#200#0#0#",
     b"#0#1.5#0#0#0#", b"#0#100#"],
)  # fmt: skip
def test_cashlogy_believes_no_sums_that_do_not_add_up(data: bytes) -> None:
    with pytest.raises(AnswerError):
        Cashlogy(CashlogySettings(host="x")).read(PURCHASE, cashlogy.answers(data)[0][0])


FRAMES = [
    ("06 00 06 12 34 56 BA 09 78", "10 02 06 00 06 12 34 56 BA 09 78 10 03 24 C3"),
    ("06 93 03 12 34 56", "10 02 06 93 03 12 34 56 10 03 CA A4"),
    ("06 01 0A 04 00 00 00 01 10 00 49 09 78",
     "10 02 06 01 0A 04 00 00 00 01 10 10 00 49 09 78 10 03 F2 FF"),
    ("06 70 00", "10 02 06 70 00 10 03 D9 F9"),
    ("80 00 00", "10 02 80 00 00 10 03 F5 1F"),
    ("84 9C 00", "10 02 84 9C 00 10 03 C3 41"),
    ("05 01 03 12 34 56", "10 02 05 01 03 12 34 56 10 03 E0 43"),
]  # fmt: skip
"""Of ecrterm's tests: a command, and how it stands on a serial line."""


@pytest.mark.parametrize(("plain", "framed"), FRAMES)
def test_zvt_frames_are_ecrterms(plain: str, framed: str) -> None:
    command = zvt.first(bytes.fromhex(plain))
    assert command is not None
    assert bytes(command) == bytes.fromhex(plain)
    assert zvt.Framed().wrap(command) == bytes.fromhex(framed)
    assert zvt.Framed().feed(bytes.fromhex(framed)) == [command]


def test_zvt_asks_as_the_sources_do() -> None:
    speech = Zvt(ZvtSettings(host="x", slips=True), zvt.Raw)
    assert bytes(speech.command(PURCHASE)).hex(" ") == "06 01 0a 04 00 00 00 01 23 45 49 09 78"
    original = Original(reference="A000000001", cents=Cents(12345), number="0470")
    back = Order(reference="A000000002", cents=Cents(12345), service=Service.REVERSAL,
                 original=original)  # fmt: skip
    assert bytes(speech.command(back)).hex(" ") == "06 30 06 00 00 00 87 04 70"


PAID = (
    "27 00 04 00 00 00 00 20 40 0B 00 04 70 0C 22 39 53 0D 10 06 0E 25 12 17 00 01 19 70"
    "22 F0 F8 EE EE EE EE EE EE 47 71 29 28 00 48 69 2A 31 30 30 34 36 31 37 36 33 20 20"
    "20 20 20 20 3B 36 31 31 38 30 34 00 00 3C F0 F1 F4 47 45 4E 2E 4E 52 2E 3A 36 31 31"
    "38 30 34 49 09 78 87 04 70 88 00 04 70 8A 2E 8B F1 F7 44 65 62 69 74 20 4D 61 73 74"
    "65 72 63 61 72 64 00"
)
CONTACTLESS = (
    "27 00 0C 23 13 55 0D 10 29 0E 99 99 22 F0 F8 EE EE EE EE EE EE 47 71 A0 01 29 00 00"
    "00 06 87 00 08 0B 00 00 00 8A 06 8B F1 F1 4D 41 53 54 45 52 43 41 52 44 00 06 2E 2F"
    "08 1F 12 01 02 1F 10 01 00 60 1B 43 07 A0 00 00 00 04 10 10 44 10 44 65 62 69 74 20"
    "4D 61 73 74 65 72 63 61 72 64 1F 2B 04 10 01 50 08"
)
ABORTED = "27 6C 29 28 00 48 69 3C F0 F1 F9 41 62 62 72 75 63 68 20 64 75 72 63 68 20 4B 75"
ABORTED += " 6E 64 65"
ECRTERMS = (
    "27 00 04 00 00 00 00 40 00 49 09 78 0C 09 38 48 0D 04 25 22 F1 F1 59 66 66 66 66 D2"
    "00 21 22 01 00 17 00 01 87 01 75 0B 61 39 95 19 40 29 60 09 99 14 0E 05 12 8A 02"
)
"""Statuses, of terminals: Portalum.Zvt's «PaymentGood1», «TlvInfos1», «AbortByKey»; ecrterm's."""


def test_zvt_reads_what_terminals_have_said() -> None:
    found = zvt.bitmaps(bytes.fromhex(PAID))
    paid = zvt_answers.approved(found, (), ())
    assert (paid.cents, paid.scheme, paid.last_four) == (2040, Scheme.MASTERCARD, "4771")
    assert (paid.authorisation, paid.number, paid.terminal) == ("611804", "0470", "28004869")
    assert (paid.contactless, zvt_answers.numbered(found)) == (None, "0470-000470")
    ecrterms = zvt.bitmaps(bytes.fromhex(ECRTERMS))
    assert zvt_answers.approved(ecrterms, (), ()).cents == 4000
    assert zvt_answers.numbered(ecrterms) == "0175-613995"
    aborted = zvt.bitmaps(bytes.fromhex(ABORTED))
    assert zvt_answers.reason_of(aborted[0x27][0]) == (Ending.ABANDONED, Reason.CANCELLED)
    extra = dict(zvt.tlvs(zvt.bitmaps(bytes.fromhex(CONTACTLESS))[0x06]))
    assert (extra[0x1F12], extra[0x43].hex()) == (b"\x02", "a0000000041010")


def test_zvt_believes_no_approval_without_an_amount_or_in_another_currency() -> None:
    for data in (CONTACTLESS, PAID.replace("49 09 78", "49 08 40"), "27 00",
                 "27 00 04 00 00 00 00 00 00", "27 00 04 00 00 00 00 20 4A"):  # fmt: skip
        with pytest.raises(zvt.FrameError):
            zvt_answers.approved(zvt.bitmaps(bytes.fromhex(data)), (), ())


@pytest.mark.parametrize(
    "data", ["27", "04 00 00", "27 00 27 00", "FF 00", "22 00 08", "06 81", "06 05 1F"]
)
def test_zvt_refuses_fields_that_lie(data: str) -> None:
    with pytest.raises(zvt.FrameError):
        zvt.bitmaps(bytes.fromhex(data))


commands = st.builds(zvt.Apdu, st.integers(0, 0xFFFF), st.binary(max_size=400))


@given(st.lists(commands, max_size=4), st.integers(1, 50), st.sampled_from([zvt.Raw, zvt.Framed]))
def test_zvt_commands_come_out_as_they_went_in(
    sent: list[zvt.Apdu], piece: int, framing: Any
) -> None:
    data, reader = b"".join(map(framing().wrap, sent)), framing()
    pieces = [data[at : at + piece] for at in range(0, len(data), piece)]
    assert [each for part in pieces for each in reader.feed(part)] == sent


@given(commands, st.integers(0), st.integers(0, 7))
def test_a_damaged_zvt_frame_is_never_another_command(
    sent: zvt.Apdu, place: int, bit: int
) -> None:
    data = bytearray(zvt.Framed().wrap(sent))
    data[place % len(data)] ^= 1 << bit
    heard = zvt.Framed().feed(bytes(data))
    assert [each for each in heard if isinstance(each, zvt.Apdu) and each != sent] == []


@given(st.binary(max_size=120))
def test_any_bytes_break_no_reader(data: bytes) -> None:
    """They refuse in their own words, and in no others."""
    for read, words in (
        (caisse_ap.fields, caisse_ap.FrameError),
        (cashlogy.answers, cashlogy.FrameError),
        (concert.text_of, concert.FrameError),
        (concert.answer, concert.FrameError),
        (zvt.Raw().feed, zvt.FrameError),
        (zvt.Framed().feed, zvt.FrameError),
        (zvt.bitmaps, zvt.FrameError),
        (zvt_answers.block, zvt.FrameError),
        (lambda each: zvt_answers.approved(zvt.bitmaps(each), (), ()), zvt.FrameError),
        (lambda each: zvt_answers.totals(zvt.bitmaps(each), "", ()), zvt.FrameError),
    ):  # type: Any
        with suppress(words):
            read(data)
    caisse_ap.ticket({"ZT": data.decode("latin-1")})
    list(zvt.tlvs(data))
