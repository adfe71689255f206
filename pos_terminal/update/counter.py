"""What the till has to say to an update: whether one may begin, and whether a new version sells."""

import time

from pos_terminal.channel import interface
from pos_terminal.channel.client import Client
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import Nothing, Status
from pos_terminal.domain.events.values import GrantLevel
from pos_terminal.domain.language import say

SCOPE = "update"
"""The scope of the grant by which somebody at the counter lets a box be updated meanwhile."""

ASKED_EVERY = 2.0


def waits_for(status: Status) -> str:
    """What an update has to wait for; empty: nothing."""
    if status.open_sales:
        return say("une vente est en cours")
    if is_shut(status) or is_agreed(status):
        return ""
    return say("la caisse n'est pas fermée, et personne n'y a donné l'accord")


def is_shut(status: Status) -> bool:
    """Whether nothing was sold since the last Z. Who is signed on says nothing: where nobody has
    to, somebody always is.
    """
    ticket, closure = status.last_ticket, status.last_closure
    return ticket is None or (closure is not None and ticket.at <= closure.at)


def is_agreed(status: Status) -> bool:
    """Whether somebody at the counter has agreed: by a grant for this, which the till keeps."""
    return any(
        SCOPE in grant.scope and grant.level is GrantLevel.CONTROL and grant.by
        for grant in status.grants
    )


def asked(till: Client) -> Status | None:
    """How the till fares; None where none answers."""
    try:
        return till.call(interface.STATUS, Nothing())
    except ChannelError:
        return None


def fails(till: Client, patience: float, steady: float) -> str:
    """Why the till does not sell within so many seconds; empty: it does, and went on for `steady`.

    To sell it has opened its journal and verified its end, with this version's code. Its network
    is not asked about: a shop whose line is down keeps what it has.
    """
    until = time.monotonic() + patience
    since, begun, why = "", 0.0, say("la caisse ne répond pas")
    while (now := time.monotonic()) < until:
        status = asked(till)
        if status is None or not status.selling or status.head is None:
            since = ""
            if status:
                why = " ".join(f"{each.code} {each.text}" for each in status.faults[:2])
        elif status.since != since:  # another start of it than the one that was seen
            since, begun = status.since, now
        elif now - begun >= steady:
            return ""
        time.sleep(min(ASKED_EVERY, steady))
    return why or say("la caisse ne vend pas")
