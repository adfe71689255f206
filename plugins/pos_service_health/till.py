"""Whether the till answers: a till that has died cannot say so itself."""

from typing import NoReturn

from pos_terminal.agent.till import Contact
from pos_terminal.agent.world import Agent
from pos_terminal.domain import faults

SUBJECT = "till"


async def watch_till(agent: Agent) -> NoReturn:
    """Report a till that is silent, of another version, or does not let the agent in."""
    version = -1
    while True:
        link, version = await agent.till.links.newer(version)
        if link.contact is Contact.THERE:
            agent.incidents.found(SUBJECT, [])
        elif link.fault in (faults.OTHER_VERSION, faults.NOT_GRANTED):
            agent.incidents.found(SUBJECT, [(link.fault, link.detail)])
        else:
            agent.incidents.found(SUBJECT, [(faults.TILL_SILENT, link.detail)])
