"""The settings that were good before: since when each, by whom, and what going back would change.

Which these are the till says; when and by whom each was tried stands in its records.
"""

from collections.abc import Mapping, Sequence

import apsw
from msgspec import Struct

from pos_service_console import frame
from pos_service_console.pages.changes import who
from pos_service_console.setting_fields import parts
from pos_terminal.agent.console_pages import Html
from pos_terminal.domain import notation
from pos_terminal.domain.language import say
from pos_terminal.domain.markup import Markup, joined, tag

Row = tuple[str, str, str]
"""A setting's name, what it is, what it would be."""


class Since(Struct, frozen=True):
    """When settings were first tried or found, by whom, and which keys they changed."""

    at: str
    grant: int = 0
    clerk: int = 0
    paths: Sequence[str] = ()


def since(db: apsw.Connection, names: Sequence[str]) -> dict[str, Since]:
    """The last time of each, by its SHA-256: what was tried has who tried it, a file has nobody."""
    found: dict[str, Since] = {}
    for name in names:
        row = db.execute(
            "SELECT c.at, c.grant_number, coalesce(g.clerk, 0), c.what FROM change c "
            "LEFT JOIN change g ON g.kind = 'grant.given' AND c.grant_number > 0 "
            "AND g.grant_number = c.grant_number "
            "WHERE c.what = ?1 OR c.what GLOB 'settings try ' || ?1 || ' *' "
            "ORDER BY c.kind = 'command.given' DESC, c.seq DESC LIMIT 1", (name,),
        ).fetchone()  # fmt: skip
        if row is not None:
            at, grant, clerk, what = row
            found[name] = Since(at, grant, clerk, what.partition(" : ")[2].split())
    return found


def listed(names: Sequence[str], known: Mapping[str, Since]) -> Markup:
    """They, the newest first, each with the way to it."""
    if not names:
        return frame.nothing(say("Il n'y en a pas eu d'autres."))
    labels = {field.path: field.label for part in parts() for field in part.fields}
    head = (say("Depuis"), say("Qui"), say("Quoi"))
    rows = (
        (tag("a", notation.day_and_hour(each.at) if each.at else say("Au début"),
             href=f"/settings/earlier/{name}"),
         who(each.grant, each.clerk),
         ", ".join(labels.get(path, path) for path in each.paths) or say("le fichier du boîtier"))
        for name in names for each in (known.get(name, Since("")),)
    )  # fmt: skip
    return frame.card(frame.table(head, rows, wide=True))


def table(rows: Sequence[Row]) -> Markup:
    """Each difference."""
    head = (say("Quoi"), say("Avant"), say("Après"))
    drawn = (
        (label, tag("span", before, class_="was"), tag("strong", after))
        for label, before, after in rows
    )
    return frame.card(frame.table(head, drawn, wide=True))


def differences(token: str, name: str, base: str, rows: Sequence[Row], wrong: str = "") -> Html:
    """What going back to those would change, and the way there."""
    every = tag("p", tag("a", say("Tous les réglages d'avant"), href="/settings/earlier"))
    if not rows:
        same = frame.notice(say("C'est ce qui vaut déjà."))
        return Html(say("Réglages d'avant"), joined(every, same))
    refused = frame.notice(say("Rien n'est changé. {why}", why=wrong), bad=True) if wrong else ""
    told = say("La caisse redémarre entre deux ventes et les essaie : sans un OUI, elle revient.")
    agree = frame.form(
        f"/settings/earlier/{name}", token,
        tag("input", type="hidden", name="base", value=base),
        tag("button", say("Revenir à ceux-ci")),
    )  # fmt: skip
    return Html(
        say("Revenir à ces réglages ?"), joined(every, refused, table(rows), tag("p", told), agree),
        status=409 if wrong else 200,
    )  # fmt: skip
