"""Closures: every Z of a day, month or year, in the words of its paper."""

import apsw
import msgspec

from pos_service_console import frame
from pos_service_console.pages.selling import Page
from pos_service_console.paper import drawn
from pos_service_console.sales import Sales
from pos_terminal.agent.console_pages import Asked, Html, NoSuchPage
from pos_terminal.domain import notation
from pos_terminal.domain.events.period import PeriodClosed
from pos_terminal.domain.language import say
from pos_terminal.domain.markup import joined, tag
from pos_terminal.domain.notation import euros
from pos_terminal.domain.printing.report_sums import sums
from pos_terminal.domain.receipt import Row, Text

SHOWN = 400
"""Closures that are listed: a year of days, its months and itself."""


def closures(sales: Sales) -> Page:
    """The page over what was read."""

    async def answer(asked: Asked) -> Html:
        if asked.path:
            return await _one(sales, asked.path)
        rows = await sales.ask(_read)
        none = frame.nothing(say("Aucune clôture encore."))
        head = (say("Clôture"), say("De"), say("Quand"), say("CA TTC"))
        listed = (
            (tag("a", f"Z {number}", href=f"/closures/{seq}"), f"{_named(period)} {label}",
             notation.day_and_hour(at), tag("span", frame.euros(net), class_="money"))
            for seq, at, period, number, label, net in rows
        )  # fmt: skip
        return Html(say("Clôtures"), frame.card(frame.table(head, listed) if rows else none))

    return answer


def _read(db: apsw.Connection) -> list[tuple[int, str, str, int, str, int]]:
    found = db.execute(
        "SELECT seq, at, period, number, label, body FROM closure "
        f"ORDER BY seq DESC LIMIT {SHOWN}"
    )
    return [
        (seq, at, period, number, label, _event(body).totals.net)
        for seq, at, period, number, label, body in found
    ]


def _event(body: bytes) -> PeriodClosed:
    return msgspec.json.decode(body, type=PeriodClosed)


def _named(period: str) -> str:
    return {"day": say("jour"), "month": say("mois"), "year": say("année")}.get(period, period)


async def _one(sales: Sales, path: tuple[str, ...]) -> Html:
    seq = path[0]
    if len(path) != 1 or not (seq.isascii() and seq.isdigit() and len(seq) < 12):
        raise NoSuchPage
    sql = "SELECT at, body FROM closure WHERE seq = ?"
    row = await sales.ask(lambda db: db.execute(sql, (int(seq),)).get)
    if row is None:
        raise NoSuchPage
    at, event = row[0], _event(row[1])
    first, last = event.first, event.last
    paper = drawn([
        Text(f"Z {event.number} {_named(event.period.value)} {event.label}"),
        Text(notation.day_and_hour(at)),
        Row("", say("Enregistrements {first} à {last}", first=first, last=last)),
        *sums(event.totals, of_day=event.period.value == "day"),
        Text(say("TOTAUX PERPETUELS")),
        Row(say("Net"), euros(event.net_ever)),
        Row(say("Sans les signes"), euros(event.absolute_ever)),
    ])  # fmt: skip
    back = tag("p", tag("a", say("Toutes les clôtures"), href="/closures"))
    return Html(f"Z {event.number} {event.label}", joined(back, paper))
