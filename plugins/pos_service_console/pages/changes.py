"""What was changed, when and by whom, as `pos-terminal changes` has it: settings, catalogue,
version, clerks, keys, and whoever was at it from outside.
"""

import re
from typing import Any

import apsw

from pos_service_console import frame
from pos_service_console.pages.page import Page
from pos_service_console.sales import Sales
from pos_terminal.agent.console_pages import Asked, Html
from pos_terminal.domain import notation
from pos_terminal.domain.language import say
from pos_terminal.domain.markup import joined, tag

SHOWN = 200
"""Changes that are listed, the newest first."""

_HASH = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{52}\b")
"""A SHA-256, of which as much is shown as the page of versions does."""


def changes(sales: Sales) -> Page:
    """The page over what was read."""

    async def answer(asked: Asked) -> Html:
        every = "all" in asked.query
        rows = await sales.ask(lambda db: _read(db, every=every))
        more = tag("p", frame.EMPTY if every else tag(
            "a", say("Montrer aussi chaque usage d'un accès"), href="/changes?all=1"
        ))  # fmt: skip
        if not rows:
            none = frame.nothing(say("Rien n'a été changé."))
            return Html(say("Changements"), joined(none, more))
        head = (say("Quand"), say("Qui"), say("Quoi"))
        listed = (
            (notation.day_and_hour(at), who(grant, by), _HASH.sub(r"\1...", told))
            for at, grant, by, told in rows
        )
        table = frame.table(head, listed, wide=True)
        return Html(say("Changements"), joined(more, frame.card(table)))

    return answer


def _read(db: apsw.Connection, *, every: bool) -> list[tuple[Any, ...]]:
    """What changed has its own record; that somebody's access was used, mostly to read, would hide
    it among hundreds, and is told where it is asked for.
    """
    return db.execute(
        "SELECT c.at, c.grant_number, coalesce(nullif(c.clerk, 0), g.clerk, 0), c.told "
        "FROM change c LEFT JOIN change g ON g.kind = 'grant.given' AND c.grant_number > 0 "
        "AND g.grant_number = c.grant_number "
        "WHERE c.kind <> 'till.started' AND (? OR c.kind <> 'grant.used') "
        f"ORDER BY c.seq DESC LIMIT {SHOWN}", (every,),
    ).fetchall()  # fmt: skip


def who(grant: int, by: int) -> str:
    """A clerk and his grant; whoever was at the box where it is neither."""
    if by:
        clerk = say("Vendeur {number}", number=by)
        return say("{who}, accès {grant}", who=clerk, grant=grant) if grant else clerk
    return say("accès {grant}", grant=grant) if grant else say("au boîtier même")
