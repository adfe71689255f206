"""What is on paper of support from afar: the code, who came in, and what was done. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.grants import (
    GrantEnded,
    GrantGiven,
    SupportAnswered,
    SupportClosed,
    SupportCommanded,
    SupportOpened,
    SupportRefused,
)
from pos_terminal.domain.events.values import Answer, GrantEnd, GrantLevel
from pos_terminal.domain.language import how_many, labelled, say
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.printing.report import shop_head
from pos_terminal.domain.receipt import Align, Block, Receipt, Row, Rule, Text
from pos_terminal.domain.staff.support import spoken

MOST_LINES = 200
"""Of an account on paper: what is longer is in the journal, and the paper says so."""


class Told(Struct, frozen=True):
    """Something of a consent, when it was recorded, and the record's number."""

    moment: Moment
    seq: int
    event: Event


def code_paper(
    identity: Identity, code: str, level: GrantLevel, moment: Moment, *, until: str, key: str
) -> Receipt:
    """The code, for whoever telephones; `key` is how the supporter knows that it is this till."""
    return Receipt(
        say("assistance, code"),
        (
            *shop_head(identity, say("ASSISTANCE : CODE"), moment),
            Rule(),
            Text(spoken(code), Align.CENTRE, bold=True, tall=True),
            Rule(),
            Row(say("Pour"), identity.support.firm),
            Row(say("Droit"), level_words(level)),
            Row(say("Jusqu'à"), until[11:16]),
            Row(say("Clé de la caisse"), key),
            Text(say("À lire au téléphone, à l'assistance seule ; vaut une fois, 10 minutes.")),
            Text(say("La touche ASSISTANCE met fin à tout, à tout moment.")),
            Text(say("CE N'EST PAS UN TICKET"), Align.CENTRE),
        ),
    )


def opened_paper(
    identity: Identity, opened: SupportOpened, given: GrantGiven, moment: Moment
) -> Receipt:
    """Somebody is in."""
    return Receipt(
        say("assistance, début"),
        (
            *shop_head(identity, say("ASSISTANCE : DEBUT"), moment),
            Row(say("Accord"), str(given.grant)),
            Row(say("Vient"), opened.who),
            Text(opened.key),
            Row(say("Droit"), level_words(given.level)),
            Text(say("La touche ASSISTANCE met fin à tout, à tout moment.")),
            Text(say("CE N'EST PAS UN TICKET"), Align.CENTRE),
        ),
    )


def account(identity: Identity, told: Sequence[Told]) -> Receipt:
    """All that the journal has of one consent, in order: what was agreed to, done, and its end."""
    (given,) = (each.event for each in told if isinstance(each.event, GrantGiven))
    end = told[-1].moment
    lines = list(_lines(told))
    return Receipt(
        say("assistance, compte rendu"),
        (
            *shop_head(identity, say("ASSISTANCE : COMPTE RENDU"), end),
            Row(say("Accord"), str(given.grant)),
            Row(say("Droit"), level_words(given.level)),
            Row(say("Donné par"), str(given.by) if given.by else say("règle du commerce")),
            Rule(),
            *lines[:MOST_LINES],
            *_left_out(len(lines) - MOST_LINES),
            Rule(),
            Text(say("Tout est au journal, avec la signature de la caisse.")),
            Text(say("CE N'EST PAS UN TICKET"), Align.CENTRE),
        ),
    )


def _left_out(count: int) -> Iterator[Block]:
    if count > 0:
        yield Text(how_many(count, "et {count} ligne au journal", "et {count} lignes au journal"))


def _lines(told: Iterable[Told]) -> Iterator[Block]:
    for each in told:
        hour = each.moment.at[11:19]
        match each.event:
            case GrantGiven():
                yield Row(say("Accord donné"), hour)
            case SupportOpened(who=who):
                yield Row(labelled(say("Entrée"), who), hour)
            case SupportRefused(times=times):
                yield Row(labelled(say("Code faux"), times), hour)
            case SupportCommanded(line=line, words=words, refused=refused):
                yield Row(labelled(say("Refusé"), words) if refused else words, hour)
                yield Text(f"  {line}")
            case SupportAnswered(asked=asked, answer=answer):
                yield Row(labelled(asked or say("La caisse dit"), answer_words(answer)), hour)
            case SupportClosed(recording=recording, undone=undone):
                yield Row(say("Sortie"), hour)
                if undone:
                    yield Text(labelled(say("Inachevé"), undone))
                yield Text(say("Enregistrement : {hash}", hash=recording or say("aucun")))
            case GrantEnded(why=why):
                yield Row(labelled(say("Fin de l'accord"), end_words(why)), hour)


def level_words(level: GrantLevel) -> str:
    """What a level lets its holder do, in a word or three."""
    return {
        GrantLevel.OBSERVE: say("voir"),
        GrantLevel.DIAGNOSE: say("voir, essayer"),
        GrantLevel.CONTROL: say("voir, essayer, changer"),
    }[level]


def answer_words(answer: Answer) -> str:
    """What the shop answered."""
    words = {Answer.YES: say("OUI"), Answer.NO: say("NON"), Answer.NONE: say("pas de réponse")}
    return words[answer]


def end_words(why: GrantEnd) -> str:
    """Why it is over."""
    return {
        GrantEnd.EXPIRED: say("temps écoulé"),
        GrantEnd.RETURNED: say("rendu par l'assistance"),
        GrantEnd.ENDED: say("arrêté à la caisse"),
        GrantEnd.LOST: say("liaison perdue"),
        GrantEnd.TRIES: say("trop de codes faux"),
    }[why]
