"""Pages about more than one incident: what an hour's cap held back, and the daily digest. Pure."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from pos_service_alerts.page import Block, Page, foot, selling
from pos_service_alerts.situation import Situation
from pos_service_alerts.words import TAGS, Say, subject_of
from pos_terminal.domain.health.incidents import Change, Incident
from pos_terminal.domain.notation import day_and_hour

SHOWN = 100
"""Lines of a list in a mail: who has more to read reads the till's status."""


class Day(Struct, frozen=True, kw_only=True):
    """What stands in a digest beside the incidents; None or empty where it is not known."""

    last_closure: str = ""
    last_backup: str = ""
    records: int | None = None
    exposed: int | None = None
    papers: int = 0


def of_summary(changes: Sequence[Change], more: int, known: Situation, say: Say) -> Page:
    """What was held back, as a list."""
    lines = [
        f"{known.local(each.at)[11:16]} {TAGS[each.what]} {line(each.incident, say)}"
        for each in changes[:SHOWN]
    ]
    more += len(changes) - len(lines)
    if more:
        lines.append(say("... et encore {count}").format(count=more))
    return Page(
        title=say("Alertes retenues : {count}").format(count=len(changes) + more),
        sentence=say("Tant d'alertes en une heure ne sont plus envoyées une à une."),
        facts=((say("La caisse vend"), selling(known, say)),),
        blocks=(Block(say("Ce qui a été retenu"), tuple(lines)),),
        foot=foot(known, say),
    )


def of_day(open_now: Sequence[Incident], day: Day, known: Situation, say: Say) -> Page:
    """The daily digest: also when all is well, or nobody would miss it."""
    lines = [
        f"{day_and_hour(known.local(each.since))} {line(each, say)}" for each in open_now[:SHOWN]
    ]
    worse = say("Pannes ouvertes : {count}").format(count=len(open_now))
    return Page(
        title=worse if open_now else say("Tout va bien"),
        sentence=say("Ce message vient chaque jour ; s'il manque, le boîtier est à voir."),
        facts=tuple(_facts(day, known, say)),
        blocks=(Block(say("Pannes ouvertes"), tuple(lines)),),
        foot=foot(known, say),
    )


def _facts(day: Day, known: Situation, say: Say) -> Iterator[tuple[str, str]]:
    unknown = say("inconnu")
    yield say("La caisse vend"), selling(known, say)
    yield say("Dernier Z"), day.last_closure or unknown
    backup = day_and_hour(day.last_backup) if day.last_backup else unknown
    yield say("Sauvegarde"), backup
    if day.records is not None:
        alone = "" if day.exposed is None else f", {say('sans témoin')} {day.exposed}"
        yield say("Journal"), f"{day.records}{alone}"
    yield say("Papiers en attente"), str(day.papers)
    trusted = say("vérifiée") if known.trusted else say("non vérifiée")
    yield say("Horloge"), trusted


def line(row: Incident, say: Say) -> str:
    """An incident in a list."""
    said = say("{where} : {what}")
    return f"{row.code} " + said.format(
        where=subject_of(row.subject, "", say), what=say(row.fault.text)
    )
