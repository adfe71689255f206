"""The pure parts of the ESC/POS driver: text, layout, commands, answers; golden bytes."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_driver_escpos import commands
from pos_driver_escpos.answers import Answers, printer_status
from pos_driver_escpos.compose import compose
from pos_driver_escpos.profile import Profile
from pos_driver_sim.escpos import Roll, length
from pos_driver_sim.paper import Commands
from pos_terminal.devices.paper_layout import Line, lay_out
from pos_terminal.devices.paper_text import ENCODINGS, representable, to_bytes
from pos_terminal.domain.codes.papers import TillName, ticket_code
from pos_terminal.domain.codes.vouchers import voucher_code
from pos_terminal.domain.receipt import Align, Barcode, Logo, Qr, Receipt, Row, Rule, Text

GOLDEN = Path(__file__).parent.parent / "golden" / "escpos"
TM_T20II = Profile(columns=48, dots=576)

BAKERY = Receipt(
    "ticket 1-000042",
    (
        Logo(),
        Text("BOULANGERIE DE L'ŒUVRE", Align.CENTRE, bold=True, tall=True),
        Text("12 place du Marché\n14600 Honfleur", Align.CENTRE),
        Text("Ticket 1-000042", Align.RIGHT),
        Rule(),
        Row("2 x Croissant au beurre AOP", "2,60 €"),
        Row("Gâteau d'anniversaire, six parts, décor à la pâte d'amande", "1 234,50 €"),
        Row("    0,750 kg à 12,40 €/kg", "9,30 €"),
        Rule(),
        Row("TOTAL", "1 246,40 €", bold=True, tall=True),
        Text("Ÿ ç é è ê ë à â ù û ü ô î ï œ æ « » ’ … €"),
        Barcode("1-000042"),
        Qr("https://example.org/t/1-000042"),
    ),
)


def lines(receipt: Receipt, columns: int = 48, codec: str = "cp1252") -> list[str]:
    return [i.text for i in lay_out(receipt, columns, codec) if isinstance(i, Line)]


def test_a_french_receipt_is_these_bytes() -> None:
    """The file holds one printed line per line, escaped as in a Python literal."""
    written = (GOLDEN / "bakery.txt").read_text("ascii").replace("\n", "")
    golden = written.encode("ascii").decode("unicode_escape").encode("latin-1")
    profile = Profile(columns=48, dots=576, logo=commands.raster(2, b"\xff\xff\x80\x01"))
    assert compose(BAKERY, profile) == golden


def test_euro_and_ligature_are_code_page_16s() -> None:
    assert to_bytes(representable("œ Œ € Ÿ", "cp1252"), "cp1252") == b"\x9c \x8c \x80 \x9f"
    assert commands.code_page(16).endswith(b"\x1bt\x10")


@pytest.mark.parametrize(
    ("text", "codec", "shown"),
    [
        ("1\u202f234,50\u00a0€", "cp1252", "1 234,50 €"),
        ("cœur 2 €", "cp437", "coeur 2 EUR"),
        ("cœur 2 €", "cp858", "coeur 2 €"),
        ("e\u0301te\u0301", "cp1252", "été"),
        ("ﬁn ⅓ Ž Ł 漢字 🥐", "cp437", "fin 1/3 Z ? ?? ?"),
        ("tab\tand\x1b@escape\x00\x7f\x9b", "cp1252", "tab and @escape   "),
        ("z\u0323 x\u0323", "cp1252", "z x"),
    ],
)
def test_what_a_page_lacks_is_spelled_out(text: str, codec: str, shown: str) -> None:
    assert to_bytes(representable(text, codec), codec).decode(codec) == shown


@settings(deadline=None)
@given(st.text(), st.sampled_from(sorted(ENCODINGS.values())))
def test_no_text_breaks_the_encoder_or_reaches_the_printer_as_a_command(
    text: str, codec: str
) -> None:
    shown = to_bytes(representable(text, codec), codec)
    assert all(byte >= 0x20 for byte in shown)


def test_left_wraps_and_the_figure_stays_whole() -> None:
    assert lines(Receipt("", (Row("Pain de campagne au levain", "12,50 €"),)), 24) == [
        "Pain de campagne",
        "au levain        12,50 €",
    ]
    assert lines(Receipt("", (Row("Pain", "1234567890123456789"),)), 24) == [
        "Pain 1234567890123456789"
    ]
    assert lines(Receipt("", (Row("Pain", "12345678901234567890"),)), 24) == [
        "Pain",
        "    12345678901234567890",
    ]


@pytest.mark.parametrize(
    ("text", "columns", "printed"),
    [
        ("frais de recouvrement : 40,00 €", 22, ["frais de", "recouvrement : 40,00 €"]),
        ("frais de recouvrement : 40,00 €", 21, ["frais de", "recouvrement :", "40,00 €"]),
        ("Remboursement du ticket n° 2-000001", 32, ["Remboursement du ticket", "n° 2-000001"]),
        ("Avoir sur facture 2-I1 du 07/01/2026", 26, ["Avoir sur facture 2-I1", "du 07/01/2026"]),
        ("c'est « bon » !", 9, ["c'est", "« bon » !"]),
    ],
)
def test_a_line_breaks_where_french_breaks(text: str, columns: int, printed: list[str]) -> None:
    assert lines(Receipt("", (Text(text),)), columns) == printed


words = st.text("abé €œ-'\u00a0", max_size=60)


@settings(deadline=None)
@given(words, st.text("0123456789, €-", max_size=30), st.integers(16, 64))
def test_no_line_is_too_wide_and_nothing_is_lost(left: str, right: str, columns: int) -> None:
    printed = lines(Receipt("", (Row(left, right), Text(left), Rule())), columns)
    assert all(len(line) <= columns for line in printed)
    kept = "".join("".join(printed).replace("\u00a0", "").split())
    row = "".join((left + right).replace("\u00a0", "").split())
    text = "".join(left.replace("\u00a0", "").split())
    assert kept == row + text + "-" * columns


@settings(deadline=None)
@given(words, st.from_regex(r"-?[0-9]{1,4},[0-9]{2} €", fullmatch=True), st.integers(24, 64))
def test_a_figure_is_never_cut(left: str, figure: str, columns: int) -> None:
    assert lines(Receipt("", (Row(left, figure),)), columns)[-1].endswith(figure)


def test_an_empty_text_is_an_empty_line() -> None:
    assert lines(Receipt("", (Text(""), Text("a\n\nb")))) == ["", "a", "", "b"]


def test_code_128_doubles_braces_and_states_its_length() -> None:
    assert commands.code128("A{1}", 2).endswith(b"\x1dk\x49\x07{BA{{1}")


@pytest.mark.parametrize(
    ("data", "symbol", "characters"),
    [
        ("12345", b"{B12345", 7),
        ("A123456", b"{BA{C\x0c\x22\x38", 7),
        ("1234567B", b"{C\x0c\x22\x38{B7B", 8),
        ("00010203", b"{C\x00\x01\x02\x03", 6),
    ],
)
def test_code_128_writes_digits_in_pairs_where_that_is_narrower(
    data: str, symbol: bytes, characters: int
) -> None:
    assert commands.code128(data, 2).endswith(b"\x1dk\x49" + bytes((len(symbol),)) + symbol)
    assert commands.code128_dots(data, 1) == 11 * characters + 13


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=40))
def test_what_a_printer_reads_in_code_128_is_what_was_meant(data: str) -> None:
    sent, roll = compose(Receipt("", (Barcode(data),)), Profile(dots=99999)), Roll()
    cuts = [roll.obey(command)[1] for command in Commands(length).feed(sent)]
    assert cuts[-1]
    assert f"[{data}]" in [line.text.strip(" ") for line in cuts[-1].lines]


def test_the_tills_own_codes_fit_the_narrowest_paper() -> None:
    till = TillName("boulangerie du port", "arrière")
    for code in (ticket_code(till, "T", 999_999), voucher_code("2" * 16)):
        assert commands.code128_dots(code, 2) <= 384


def test_codes_that_cannot_be_drawn_are_given_as_text() -> None:
    receipt = Receipt("", (Barcode("X" * 60), Barcode("né"), Barcode(""), Qr("a" * 3000)))
    data = compose(receipt, TM_T20II)
    assert b"\x1dk" not in data
    assert b"\x1d(k" not in data
    assert data.count(b"X") == 60
    assert b"n\xe9\n" in data
    plain = Profile(qr=False, barcode=False, cut="none")
    assert b"https://" in compose(Receipt("", (Qr("https://x"), Barcode("12"), Logo())), plain)
    assert compose(Receipt("", ()), plain).endswith(commands.feed(6))


def test_a_pulse_lasts_what_it_is_told() -> None:
    assert commands.pulse_in_order(2, 0.1, 0.1) == bytes.fromhex("1B70003232")
    assert commands.pulse_in_order(5, 0.2, 1.0) == bytes.fromhex("1B700164FF")
    assert commands.pulse_at_once(5, 0.2) == bytes.fromhex("1014010102")
    with pytest.raises(ValueError, match="pin 2 or 5, not 3"):
        commands.pulse_in_order(3, 0.1, 0.1)


def test_answers_are_told_apart_by_their_bits() -> None:
    """GS r, DLE EOT, an automatic status whose last bytes look like GS r, flow control, noise."""
    answers = Answers()
    answers.feed(bytes.fromhex("00 13 12 11 14 03 00 0F 16 03 0C"))
    assert (answers.processed, answers.status, answers.unreadable) == (3, [0x12, 0x16], 0)
    answers.feed(b"\xff\x80\x20")
    assert (answers.processed, answers.unreadable) == (3, 3)


def test_a_status_amid_an_automatic_one_is_still_a_status() -> None:
    answers = Answers()
    answers.feed(bytes.fromhex("18 00 72 0F 00 00"))
    assert (answers.processed, answers.status) == (1, [0x72])


@settings(deadline=None)
@given(st.binary(max_size=60), st.data())
def test_pieces_of_any_size_give_the_same_answers(stream: bytes, data: st.DataObject) -> None:
    whole, pieces = Answers(), Answers()
    whole.feed(stream)
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        pieces.feed(stream[:size])
        stream = stream[size:]
    assert pieces == whole


@pytest.mark.parametrize(
    ("answers", "facts"),
    [
        ("12 12 12 12", {}),
        ("16 12 12 12", {"drawer_pin": True}),
        ("1A 16 12 12", {"online": False, "cover_open": True}),
        ("1A 32 12 7E", {"online": False, "paper_out": True, "paper_low": True}),
        ("12 12 12 1E", {"paper_low": True}),
        ("1A 52 1A 12", {"online": False, "error": True}),
    ],
)
def test_status_bits(answers: str, facts: dict[str, bool]) -> None:
    status = printer_status(dict(enumerate(bytes.fromhex(answers), 1)))
    fine = {
        "online": True, "paper_out": False, "paper_low": False, "cover_open": False,
        "error": False, "drawer_pin": False,
    }  # fmt: skip
    assert {name: getattr(status, name) for name in fine} == fine | facts


@settings(deadline=None)
@given(st.integers(1, 7))
def test_the_simulated_printer_reads_pieces_of_any_size(size: int) -> None:
    data = compose(BAKERY, TM_T20II)
    commands_, roll, papers = Commands(length), Roll(), []
    for start in range(0, len(data), size):
        for command in commands_.feed(data[start : start + size]):
            paper = roll.obey(command)[1]
            papers += [paper] if paper else []
    (paper,) = papers
    assert paper.raw == data
    assert roll.unknown == []
    assert "TOTAL" + "1 246,40 €".rjust(43) in paper.text
