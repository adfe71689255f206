"""The mails about boxes: those of the service «alerts», with what a receiver knows of a box."""

from collections.abc import Iterator
from functools import partial

from msgspec.structs import replace

from pos_service_alerts.book import SCHEMA, AlertBook
from pos_service_alerts.digest import Digest, Summed
from pos_service_alerts.mailer import RULES, Mailer
from pos_service_alerts.oauth import Tokens
from pos_service_alerts.overview import SHOWN, line
from pos_service_alerts.page import Block, Page, foot
from pos_service_alerts.post import Post
from pos_service_alerts.settings import topic
from pos_service_alerts.situation import Situation
from pos_service_alerts.teller import Teller
from pos_service_alerts.words import BOX, Say
from pos_terminal.agent.world import Agent
from pos_terminal.domain.health.incidents import Incident
from pos_terminal.domain.health.silence import is_expected
from pos_terminal.domain.notation import day_and_hour
from pos_terminal.receiver.heard import Heard, HeardBook
from pos_terminal.receiver.settings import WatchedTill, WatchSettings
from pos_terminal.tasks.supervise import Work


class Mails:
    """What tells people. `agent` is a world without a till."""

    def __init__(self, agent: Agent, settings: WatchSettings, heard: HeardBook) -> None:
        self._agent = agent
        self._settings = settings
        self._heard = heard
        self._tills = {each.name: each for each in settings.tills}

    def tasks(self) -> Iterator[tuple[str, Work]]:
        """What is to be run for ever, each by its name."""
        agent, mail = self._agent, self._settings.mail
        book = AlertBook(agent.store("book", SCHEMA), agent.clock)
        post = Post(agent, mail, book)
        teller = Teller(agent, mail, book, post, self.known)
        yield "letters", teller.run
        yield "summary", teller.sum_up
        if mail.digest:
            yield "digest", Digest(mail, book, post, self._day).run
        mailer = Mailer(agent, mail, Tokens(agent, mail, book))
        for number, recipient in enumerate(mail.recipients, 1):
            deliver = partial(agent.outbox.deliver, topic(recipient.address), mailer.send, RULES)
            yield f"mail {number}", deliver

    def known(self, about: Incident | None) -> Situation:
        """What is known of the box that an incident is about; of the receiver for any other."""
        clock, given = self._agent.clock, self._agent.given
        till = self._tills.get(about.subject) if about else None
        nothing = Situation(
            shop=given.shop, store="", terminal="", zone=given.zone, version="",
            now=clock.utc(), trusted=True, selling=None, kind=BOX if till else "",
        )  # fmt: skip
        return _of_box(nothing, till, self._heard[till.name]) if till else nothing

    def _day(self) -> Summed:
        known, rows = self.known(None), list(self._agent.incidents)
        return Summed(known, len(rows), partial(self._page, rows, known))

    def _page(self, rows: list[Incident], known: Situation, say: Say) -> Page:
        """The daily digest: also when all is well, or nobody would miss the receiver."""
        now = self._agent.clock.utc()
        expected = sum(is_expected(self._heard[name].life, now) for name in self._tills)
        worse = say("Pannes ouvertes : {count}")
        lines = [f"{day_and_hour(known.local(each.since))} {line(each, say)}" for each in rows]
        return Page(
            title=worse.format(count=len(rows)) if rows else say("Tout va bien"),
            sentence=say("Ce message vient chaque jour ; s'il manque, la réception est à voir."),
            facts=(
                (say("Boîtiers"), str(len(self._tills))),
                (say("Magasins ouverts"), str(expected)),
            ),
            blocks=(Block(say("Pannes ouvertes"), tuple(lines[:SHOWN])),),
            foot=foot(known, say),
        )


def _of_box(nothing: Situation, till: WatchedTill, last: Heard) -> Situation:
    beat = last.beat
    store = beat.store if beat else "?"
    known = replace(nothing, shop=till.shop, terminal=till.number, store=store)
    return replace(known, version=beat.version, good=nothing.local(last.at)) if beat else known


def detail(last: Heard) -> str:
    """What a silent box had said of itself, in codes: its last Z and what was wrong with it."""
    beat = last.beat
    if beat is None:
        return "jamais entendu"
    closure = [f"Z {beat.last_closure}"] if beat.last_closure else []
    return ", ".join([*closure, *beat.incidents])
