"""What may be done with a closed ticket from elsewhere on the box: another paper of it."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Protocol

import msgspec
from msgspec import Struct

from pos_terminal.acts.asked import Asked, given
from pos_terminal.channel.acts import Act, Actor, Acts
from pos_terminal.channel.errors import ChannelError
from pos_terminal.domain import faults
from pos_terminal.domain.events.event import SERIES
from pos_terminal.domain.events.system import CommandGiven
from pos_terminal.domain.language import say
from pos_terminal.domain.lookup.questions import Answer, TicketFound, TicketWanted
from pos_terminal.journal.errors import JournalError

TICKET_REPRINT = "ticket.reprint"


class Printing(Protocol):
    """The till that serves, by what is asked of it (runtime/till.py)."""

    async def reprint(self, command: CommandGiven, found: TicketFound) -> int:
        """Print another paper of that ticket, on record; which copy it is."""


class ReprintTicket(Asked, frozen=True, kw_only=True):
    """The ticket of that number."""

    number: Annotated[int, msgspec.Meta(ge=1)]


class TicketReprinted(Struct, frozen=True):
    """Which copy it is that is printed; 0: the first paper of that ticket."""

    copy: int


def ticket_acts(
    find: Callable[[TicketWanted], Awaitable[Answer | None]], till: Callable[[], Printing | None]
) -> Acts:
    """The acts over what the past says and the till that serves."""

    async def reprint(asked: ReprintTicket, actor: Actor) -> TicketReprinted:
        printing = till()
        if printing is None:
            raise ChannelError(faults.JOURNAL_FAILED, say("la caisse est hors service"))
        try:
            found = await find(TicketWanted(SERIES, asked.number))
            if not isinstance(found, TicketFound):
                raise ChannelError(faults.TICKET_UNKNOWN, f"{SERIES} {asked.number}")
            command = given(f"ticket reprint {asked.number}", asked, actor)
            return TicketReprinted(await printing.reprint(command, found))
        except JournalError as error:
            raise ChannelError(error.fault, error.detail) from error

    return {TICKET_REPRINT: Act(ReprintTicket, reprint)}
