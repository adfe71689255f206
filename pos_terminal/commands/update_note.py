"""What a technician reads on the first partition of a box, which has no screen for him.

Any computer shows it. Nothing in it changes while nothing else does: it is written to a card, and
only where it is new.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from pos_terminal.channel.client import Client
from pos_terminal.channel.interface import Status
from pos_terminal.commands.status_text import whether_it_sells
from pos_terminal.domain import faults
from pos_terminal.domain.audit.stick import StickAnswer
from pos_terminal.domain.faults import by_code
from pos_terminal.domain.file_errors import about
from pos_terminal.domain.language import say
from pos_terminal.process.translation import set_language
from pos_terminal.storage import in_place
from pos_terminal.update import book, counter
from pos_terminal.update.book import News
from pos_terminal.update.box import Box

LANGUAGES = ("fr", "en")
SIZE = 4096
"""Bytes, whatever it says: the file is overwritten where it lies."""

NONE = b" " * SIZE
"""A box's that has not started yet."""

END = "\r\n"
"""Of a line, for the computers that technicians have."""


def leave(box: Box, till: Client, version: Callable[[], Iterable[str]]) -> None:
    """Write how the till fares, and `version`, what is known of the box's, where that is news.

    A note that cannot be written is no reason to leave a version, or to install none. What is said
    after it is said in the last of its languages.
    """
    status = counter.asked(till)
    lines: list[str] = []
    for language in LANGUAGES:
        set_language(language)
        lines += (*_fares(status, box), *version(), "")
    now = datetime.now().astimezone()
    try:
        put(box, f"{now:%d/%m/%Y %H:%M}", lines)
    except OSError as error:
        print(about(error, box.note))


def put(box: Box, when: str, lines: Iterable[str]) -> None:
    """Write the lines below the moment, if they are others than those that are there. OSError."""
    said = "\n".join(lines).splitlines()  # what a tool has said may be several lines
    head, text = f"{when}{END}".encode(), END.join(said).encode()
    # No letter in half where it is cut off.
    text = text[: SIZE - len(head)].decode(errors="ignore").encode().ljust(SIZE - len(head))
    if _below(box.note) != text:
        with box.writable():
            in_place.overwrite(box.note, head + text)


def _below(note: Path) -> bytes:
    """What stands there below the moment."""
    return note.read_bytes().partition(END.encode())[2] if note.exists() else b""


def _fares(status: Status | None, box: Box) -> Iterator[str]:
    """Does it sell, what is wrong, and what to do about it, in the language that is set."""
    if status is None:
        yield f"{say('CAISSE')}  {say('NE VEND PAS')}"
        yield from _wrong(faults.TILL_SILENT.code, "", "")
        yield from box.log("pos-terminal")
        return
    yield whether_it_sells(status)
    for fault in status.faults:
        yield from _wrong(fault.code, fault.detail, "")
    for device in status.devices:
        if device.fault:
            yield from _wrong(device.fault.code, device.fault.detail, device.name)
    own = {(fault.code, fault.detail) for fault in status.faults}
    for incident in status.incidents:
        if (incident.code, incident.detail) not in own:  # the agent has those of the till, too
            yield from _wrong(incident.code, incident.detail, incident.subject)
    if status.simulated:  # where somebody has asked for the journal: why it has not begun
        yield from box.log("pos-commission")


def _wrong(code: str, detail: str, where: str) -> Iterator[str]:
    fault = by_code(code)  # and not as the till says it: that speaks one language
    yield " : ".join(filter(None, (f"{code} {say(fault.text)}", where, detail)))
    yield f"      {say(fault.remedy)}"


def version(box: Box) -> list[str]:
    """What is known of the box's version, and what came of the stick that was looked at last."""
    news, stick = book.told(box.news), box.stick
    answer = msgspec.json.decode(stick.read_bytes(), type=StickAnswer) if stick.exists() else None
    return [*(of_news(news) if news else ()), *(of_stick(answer) if answer else ())]


def of_stick(answer: StickAnswer) -> Iterator[str]:
    """What was found on a stick and done with it."""
    if answer.fault:
        yield from _wrong(answer.fault, answer.detail, say("CLE USB"))
    for line in answer.lines:
        yield f"{say('CLE USB')} : {line}"


def of_news(news: News) -> list[str]:
    """What is known of the version that runs, and of the last update."""
    tried = "" if news.settled else say(" (à l'essai)")
    lines = [
        say("version {version}, place {slot}{tried}",
            version=news.version, slot=news.slot, tried=tried),
        say("dernières nouvelles signées : {newest}", newest=news.book.newest or say("aucunes")),
    ]  # fmt: skip
    last = news.book.attempt
    if last:
        ended = {
            book.TRYING: say("à l'essai"), book.KEPT: say("gardée"), book.RETURNED: say("rendue"),
        }[last.outcome]  # fmt: skip
        text = say("mise à jour {version} du {at} : {ended}",
                   version=last.version, at=last.at[:10], ended=ended)  # fmt: skip
        lines.append(" ; ".join(filter(None, (text, last.code, last.reason))))
    if news.book.refused:
        refused = news.book.refused
        text = say("pas installée : {code} {why}", code=refused.code, why=refused.reason)
        lines.append(text)
    elif news.code:
        lines.append(f"{news.code} {news.why}")
    return lines
