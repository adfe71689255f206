"""Mails the shop's and the technician's people what is wrong with a till, and that it is mended.

Every change of the table of incidents becomes a letter, a letter waits in the agent's outbox, and
one task for each recipient delivers them in order: whom a server refuses keeps nobody else waiting.
"""

from collections.abc import Iterable
from functools import partial

from pos_service_alerts.book import SCHEMA, AlertBook
from pos_service_alerts.digest import Digest, Summed, day_of
from pos_service_alerts.history import History
from pos_service_alerts.log_tail import LogTail
from pos_service_alerts.mailer import RULES, Mailer
from pos_service_alerts.oauth import Tokens
from pos_service_alerts.overview import of_day
from pos_service_alerts.post import Post
from pos_service_alerts.settings import AlertsSettings, topic
from pos_service_alerts.situation import Situation, situation, with_changes
from pos_service_alerts.teller import Teller
from pos_terminal.agent.hookspecs import Service, hookimpl
from pos_terminal.agent.world import Agent
from pos_terminal.domain.health.incidents import Incident


@hookimpl
def pos_settings() -> type[AlertsSettings]:
    """What `[service.alerts]` is held to."""
    return AlertsSettings


@hookimpl
def pos_services(agent: Agent) -> Iterable[Service]:
    """What writes letters, what remembers the till's last words, and what delivers."""
    settings = agent.settings(AlertsSettings)
    book, tail = AlertBook(agent.store("book", SCHEMA), agent.clock), LogTail(agent)
    history = History(agent, book)
    post = Post(agent, settings, book)
    teller = Teller(agent, settings, book, post, partial(_known, agent, tail, history))
    yield Service("letters", teller.run)
    yield Service("summary", teller.sum_up)
    yield Service("log", tail.run)
    yield Service("changes", history.run)
    if settings.digest:
        yield Service("digest", Digest(settings, book, post, partial(_day, agent)).run)
    mailer = Mailer(agent, settings, Tokens(agent, settings, book))
    for number, recipient in enumerate(settings.recipients, 1):
        deliver = partial(agent.outbox.deliver, topic(recipient.address), mailer.send, RULES)
        yield Service(f"mail {number}", deliver, silence=3 * RULES.patience)


def _known(
    agent: Agent, tail: LogTail, history: History, about: Incident | None
) -> Situation:
    """What is known now; a till's last words, and what changed, are about what happened to it."""
    if about is None:
        return situation(agent, None)
    return with_changes(situation(agent, about, tail.lines), about, history)


def _day(agent: Agent) -> Summed:
    """The box's day, for the digest."""
    known, rows = situation(agent, None), list(agent.incidents)
    return Summed(known, len(rows), partial(of_day, rows, day_of(agent.till.link), known))
