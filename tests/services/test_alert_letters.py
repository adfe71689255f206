"""What a technician reads: golden mails, in text and HTML, and what no mail can be broken by."""

from email import message_from_bytes
from email.policy import SMTP
from html.parser import HTMLParser

import pytest

from pos_service_alerts.letter import Envelope, letter
from pos_service_alerts.page import Block, Page, span
from pos_terminal.domain.health.incidents import SECOND
from tests.support.letters import FOLDER, PAGES, made, text_and_html


@pytest.mark.parametrize("name", PAGES)
def test_a_mail_is_the_golden_one(name: str) -> None:
    text, html = text_and_html(name)
    assert text == (FOLDER / f"{name}.txt").read_text()
    assert html == (FOLDER / f"{name}.html").read_text()


def test_every_golden_mail_is_made() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(PAGES)


class Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words += data.split()


@pytest.mark.parametrize("name", PAGES)
def test_text_and_html_say_the_same(name: str) -> None:
    text, html = text_and_html(name)
    reader = Words()
    reader.feed(html)
    assert [word for word in text.split() if set(word) != {"-"}] == reader.words


@pytest.mark.parametrize("name", PAGES)
def test_a_mail_keeps_to_the_limits_of_a_line(name: str) -> None:
    """RFC 5322, 2.1.1: 998 characters at most; 7 bits, so that no server has to change it."""
    lines = made(name).split(b"\r\n")
    assert max(map(len, lines)) <= 78 and all(line.isascii() for line in lines)


PAGE = Page("t", "s", (("f", "<b>&"),), (Block("", ("<script>alert(1)</script>",)),), "f")


def test_a_shops_name_or_a_detail_breaks_no_mail() -> None:
    envelope = Envelope(
        sender="a@example.org", to="b@example.org", at="2025-10-09T10:53:26+02:00",
        subject="[KO P-103] Chez\r\nBcc: eve@example.org\x00 Zoé \u202e/ caisse 2",
        id="<1@example.org>",
    )  # fmt: skip
    mail = message_from_bytes(letter(envelope, [PAGE]), policy=SMTP)
    assert mail["Bcc"] is None
    assert mail["Subject"] == "[KO P-103] Chez Bcc: eve@example.org Zoé / caisse 2"
    html = mail.get_body(("html",))
    assert html and "<script>" not in html.get_content()


def test_a_span_is_as_short_as_it_may_be() -> None:
    seconds = (-5, 0, 59, 60, 3599, 3600, 11_220, 187_200)
    spans = [span(each * SECOND, str) for each in seconds]
    assert spans == ["0 s", "0 s", "59 s", "1 min", "59 min", "1 h 00", "3 h 07", "2 j 4 h"]
