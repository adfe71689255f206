"""One language's part of a letter: what is wrong, its facts, what to do. Pure."""

from collections.abc import Iterator

from msgspec import Struct

from pos_service_alerts.changed import told
from pos_service_alerts.situation import Situation
from pos_service_alerts.words import BOX, Say, fault_of, subject_of, tried
from pos_terminal.domain.health.incidents import SECOND, Change, Incident, Told
from pos_terminal.domain.notation import day_and_hour, short_day_and_hour

SHOWN = 8
"""Changes in a mail, the latest."""


class Block(Struct, frozen=True):
    """Some lines under a title; without lines it is not shown."""

    title: str
    lines: tuple[str, ...]


class Page(Struct, frozen=True):
    """A title, a sentence, facts by their labels, blocks of lines, who writes."""

    title: str
    sentence: str
    facts: tuple[tuple[str, str], ...]
    blocks: tuple[Block, ...]
    foot: str


def of_change(change: Change, known: Situation, say: Say) -> Page:
    """The page about one change of the table of incidents."""
    row, fault = change.incident, change.incident.fault
    title = f"{say(fault.text)} ({fault.code}), {subject_of(row.subject, known.kind, say)}"
    if change.what is Told.RECOVERED:
        title = say("Rétabli : {what}").format(what=title)
    return Page(
        title=title,
        sentence=say(fault.cause),
        facts=tuple(_facts(change, known, say)),
        blocks=(
            *_changes(change, known, say),
            Block(say("Dernières lignes du journal de la caisse"), known.lines),
        ),
        foot=foot(known, say),
    )


def _changes(change: Change, known: Situation, say: Say) -> Iterator[Block]:
    """What changed since it worked: the first question of whoever is called."""
    if known.changes is None or change.what is Told.RECOVERED:
        return
    title = say("Ce qui a changé depuis le {when}")
    lines = [told(each, say) for each in known.changes[-SHOWN:]] or [say("rien")]
    yield Block(title.format(when=short_day_and_hour(known.changes_since)), tuple(lines))


def _facts(change: Change, known: Situation, say: Say) -> Iterator[tuple[str, str]]:
    row = change.incident
    yield say("Depuis"), f"{day_and_hour(known.local(row.since))}{_often(row, say)}"
    if change.what is Told.RECOVERED:
        ended = row.ended or change.at
        yield say("Rétabli"), f"{day_and_hour(known.local(ended))} ({span(ended - row.since, say)})"
    yield say("La caisse vend"), selling(known, say)
    if change.what is not Told.RECOVERED:
        good = day_and_hour(known.good) if known.good else say("inconnu")
        yield say("Dernier bon moment"), good
        yield say("Essayé"), tried(row, known.kind, say)
        yield say("À faire"), say(row.fault.remedy)
        if known.phone:
            yield say("Appeler"), known.phone
    if row.detail:
        yield say("Détail"), row.detail
    if known.identity:
        yield say("Appareil"), known.identity
    if known.consequences:
        follow = (
            f"{fault_of(each.code, say)} ({subject_of(each.subject, each.kind, say)})"
            for each in known.consequences
        )
        yield say("Ce qui en découle"), ", ".join(follow)
    if not known.trusted:
        yield say("Horloge"), say("non vérifiée : les heures peuvent être fausses")


def selling(known: Situation, say: Say) -> str:
    """Whether the sale goes on: known, or not."""
    if known.selling is None:
        if known.kind == BOX:
            return say("inconnu : le boîtier se tait")
        return say("inconnu : la caisse ne répond pas")
    if known.selling:
        return say("oui")
    return say("non : {why}").format(why=", ".join(fault_of(each, say) for each in known.why))


def foot(known: Situation, say: Say) -> str:
    """Who writes."""
    version = f", {say('version')} {known.version}" if known.version else ""
    if not known.terminal:
        return f"{known.shop}{version}"
    till = f"{say('caisse')} {known.terminal}, {say('magasin')} {known.store}"
    return f"{known.shop}, {till}{version}"


def span(microseconds: int, say: Say) -> str:
    """«45 s», «12 min», «3 h 05», «2 j 4 h»: how long something lasted."""
    seconds = max(0, microseconds) // SECOND
    if seconds < 60:
        return f"{seconds} s"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if minutes < 60:
        return f"{minutes} min"
    if days < 1:
        return f"{hours} h {minutes % 60:02d}"
    return say("{days} j {hours} h").format(days=days, hours=hours % 24)


def _often(row: Incident, say: Say) -> str:
    if len(row.opened) < 2:
        return ""
    return f" ({len(row.opened)} {say('fois en une demi-heure')})"
