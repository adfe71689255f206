"""A mail as bytes: French and English, text and HTML, in one message (RFC 5322, RFC 2046). Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

from msgspec import Struct

from pos_service_alerts.page import Page

RULE = "-" * 40
"""Between two languages."""

WIDTH = 22
"""Columns of a fact's label."""


_PRE = "font-size:12px;background:#f4f4f4;padding:8px;white-space:pre-wrap"


class Envelope(Struct, frozen=True, kw_only=True):
    """A mail's head. `id` is the same at each attempt; `root` is the mail that began the thread."""

    sender: str
    to: str
    subject: str
    at: str
    id: str
    root: str = ""


def letter(envelope: Envelope, pages: Sequence[Page]) -> bytes:
    """The whole message, whose bytes are the same for the same content."""
    message = EmailMessage(SMTP)
    message["From"] = envelope.sender
    message["To"] = envelope.to
    message["Subject"] = one_line(envelope.subject)
    message["Date"] = format_datetime(datetime.fromisoformat(envelope.at))
    message["Message-ID"] = envelope.id
    if envelope.root and envelope.root != envelope.id:
        message["In-Reply-To"] = envelope.root
        message["References"] = envelope.root
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday notice answers
    message.set_content(f"\n\n{RULE}\n\n".join(map(text, pages)) + "\n", cte="quoted-printable")
    message.add_alternative(html(pages), subtype="html", cte="quoted-printable")
    message.set_boundary("=_pos-terminal_=")  # in quoted-printable no line can be this
    return message.as_bytes()


def one_line(words: str) -> str:
    """Without what would end a header: a shop's name is whatever somebody typed."""
    return " ".join("".join(c if c.isprintable() else " " for c in words).split())


def text(page: Page) -> str:
    """A page as plain text."""
    return "\n".join(_text(page))


def _text(page: Page) -> Iterator[str]:
    yield page.title
    yield ""
    yield page.sentence
    yield ""
    for label, value in page.facts:
        yield f"{label:<{WIDTH}}{value}"
    for block in page.blocks:
        if block.lines:
            yield ""
            yield block.title
            yield from (f"  {line}" for line in block.lines)
    yield ""
    yield page.foot


def html(pages: Sequence[Page]) -> str:
    """All pages as one document, with nothing to fetch: no pictures, scripts, links or fonts."""
    parts = "\n<hr>\n".join("\n".join(_html(page)) for page in pages)
    return (
        "<!doctype html>\n<html><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width'></head>\n"
        "<body style='font-family:sans-serif;font-size:15px;color:#222;max-width:44em'>\n"
        f"{parts}\n</body></html>\n"
    )


def _html(page: Page) -> Iterator[str]:
    yield f"<h2 style='font-size:19px'>{escape(page.title)}</h2>"
    yield f"<p>{escape(page.sentence)}</p>"
    yield "<table cellpadding='4'>"
    for label, value in page.facts:
        head = f"<th align='left' valign='top' nowrap>{escape(label)}</th>"
        yield f"<tr>{head}<td>{escape(value)}</td></tr>"
    yield "</table>"
    for block in page.blocks:
        if block.lines:
            yield f"<p><b>{escape(block.title)}</b></p>"
            lines = "\n".join(map(escape, block.lines))
            yield f"<pre style='{_PRE}'>{lines}</pre>"
    yield f"<p style='color:#666;font-size:13px'>{escape(page.foot)}</p>"
