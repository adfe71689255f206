"""What is wrong on the box, and since when: the table of incidents, with its remedies."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pos_service_console import frame
from pos_service_console.pages.page import Page
from pos_terminal.agent.console_pages import Asked, Html
from pos_terminal.agent.world import Agent
from pos_terminal.domain import notation
from pos_terminal.domain.health.incidents import Incident
from pos_terminal.domain.language import say
from pos_terminal.domain.markup import Markup, joined, tag


def incidents(agent: Agent) -> Page:
    """The page over this agent's table."""

    async def answer(_: Asked) -> Html:
        found = [_one(agent, each) for each in agent.incidents]
        well = frame.notice(say("Rien ne manque : tout va bien."))
        return Html(say("Incidents"), joined(*found) if found else well, live=True)

    return answer


def _one(agent: Agent, incident: Incident) -> Markup:
    since = datetime.fromtimestamp(incident.opened[-1] / 1e6, UTC)
    local = since.astimezone(ZoneInfo(agent.given.zone)).isoformat()
    detail = agent.redacted(incident.detail)
    when = say("depuis le {day} à {hour}", day=notation.day(local), hour=notation.hour(local))
    return tag(
        "section",
        tag("h2", f"{incident.code} {incident.subject}, {when}"),
        tag("p", say(incident.fault.cause)),
        tag("p", tag("strong", say(incident.fault.remedy))),
        tag("p", detail, class_="small") if detail else "",
    )
