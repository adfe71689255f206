"""What was changed, when and by whom, as `pos-terminal changes` has it: settings, catalogue,
version, clerks, keys, and whoever was at it from outside.
"""

from typing import Any

import apsw

from pos_service_console import frame
from pos_service_console.pages.page import Page
from pos_service_console.sales import Sales
from pos_terminal.agent.console_pages import Asked, Html
from pos_terminal.domain import notation
from pos_terminal.domain.language import say

SHOWN = 200
"""Changes that are listed, the newest first."""


def changes(sales: Sales) -> Page:
    """The page over what was read."""

    async def answer(_: Asked) -> Html:
        rows = await sales.ask(_read)
        if not rows:
            return Html(say("Changements"), frame.nothing(say("Rien n'a été changé.")))
        head = (say("Quand"), say("Qui"), say("Quoi"))
        listed = (
            (notation.day_and_hour(at), who(grant, by), told) for at, grant, by, told in rows
        )
        return Html(say("Changements"), frame.card(frame.table(head, listed, wide=True)))

    return answer


def _read(db: apsw.Connection) -> list[tuple[Any, ...]]:
    return db.execute(
        "SELECT c.at, c.grant_number, coalesce(nullif(c.clerk, 0), g.clerk, 0), c.told "
        "FROM change c LEFT JOIN change g ON g.kind = 'grant.given' AND c.grant_number > 0 "
        f"AND g.grant_number = c.grant_number ORDER BY c.seq DESC LIMIT {SHOWN}"
    ).fetchall()


def who(grant: int, by: int) -> str:
    """A clerk and his grant; whoever was at the box where it is neither."""
    if by:
        clerk = say("Vendeur {number}", number=by)
        return say("{who}, accès {grant}", who=clerk, grant=grant) if grant else clerk
    return say("accès {grant}", grant=grant) if grant else say("au boîtier même")
