"""One language's part of a letter: what is wrong, its facts, what to do. Pure."""

from collections.abc import Iterator

from msgspec import Struct

from pos_service_alerts.situation import Situation
from pos_service_alerts.words import BOX, Say, subject_of, tried
from pos_terminal.domain.health.incidents import SECOND, Change, Incident, Told
from pos_terminal.domain.notation import day_and_hour


class Page(Struct, frozen=True):
    """A title, a sentence, facts by their labels, the till's last lines, who writes."""

    title: str
    sentence: str
    facts: tuple[tuple[str, str], ...]
    lines_title: str
    lines: tuple[str, ...]
    foot: str


def of_change(change: Change, known: Situation, say: Say) -> Page:
    """The page about one change of the table of incidents."""
    row, fault = change.incident, change.incident.fault
    title = f"{say(fault.text)} ({fault.code}), {subject_of(row.subject, known.kind, say)}"
    if change.what is Told.RECOVERED:
        title = f"{say('Rétabli')} : {title}"
    return Page(
        title=title,
        sentence=say(fault.cause),
        facts=tuple(_facts(change, known, say)),
        lines_title=say("Dernières lignes du journal de la caisse"),
        lines=known.lines,
        foot=foot(known, say),
    )


def _facts(change: Change, known: Situation, say: Say) -> Iterator[tuple[str, str]]:
    row = change.incident
    yield say("Depuis"), f"{day_and_hour(known.local(row.since))}{_often(row, say)}"
    if change.what is Told.RECOVERED:
        ended = row.ended or change.at
        yield say("Rétabli"), f"{day_and_hour(known.local(ended))} ({span(ended - row.since)})"
    yield say("La caisse vend"), selling(known, say)
    if change.what is not Told.RECOVERED:
        good = day_and_hour(known.good) if known.good else say("inconnu")
        yield say("Dernier bon moment"), good
        yield say("Essayé"), tried(row.subject, known.kind, say)
        yield say("À faire"), say(row.fault.remedy)
    if row.detail:
        yield say("Détail"), row.detail
    if known.identity:
        yield say("Appareil"), known.identity
    if known.consequences:
        yield say("Ce qui en découle"), ", ".join(known.consequences)
    if not known.trusted:
        yield say("Horloge"), say("non vérifiée : les heures peuvent être fausses")


def selling(known: Situation, say: Say) -> str:
    """Whether the sale goes on: known, or not."""
    if known.selling is None:
        if known.kind == BOX:
            return say("inconnu : le boîtier se tait")
        return say("inconnu : la caisse ne répond pas")
    return say("oui") if known.selling else f"{say('non')} : {', '.join(known.why)}"


def foot(known: Situation, say: Say) -> str:
    """Who writes."""
    version = f", {say('version')} {known.version}" if known.version else ""
    if not known.terminal:
        return f"{known.shop}{version}"
    till = f"{say('caisse')} {known.terminal}, {say('magasin')} {known.store}"
    return f"{known.shop}, {till}{version}"


def span(microseconds: int) -> str:
    """«45 s», «12 min», «3 h 05», «2 j 4 h»: how long something lasted."""
    seconds = max(0, microseconds) // SECOND
    if seconds < 60:
        return f"{seconds} s"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if minutes < 60:
        return f"{minutes} min"
    return f"{hours} h {minutes % 60:02d}" if days < 1 else f"{days} j {hours % 24} h"


def _often(row: Incident, say: Say) -> str:
    if len(row.opened) < 2:
        return ""
    return f" ({len(row.opened)} {say('fois en une demi-heure')})"
