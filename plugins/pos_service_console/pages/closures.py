"""Closures: every Z in the words of its paper; an X now; a day, month or year to be closed.

The till closes, and prints the Z at the counter; what stands against it the page says in the
till's words.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

import apsw
import msgspec
from msgspec import Struct

from pos_service_console import frame
from pos_service_console.paper import drawn
from pos_service_console.sales import Sales
from pos_service_console.till import done
from pos_terminal.agent.console_pages import Answer, Asked, Html, NoSuchPage
from pos_terminal.agent.world import Agent
from pos_terminal.domain import notation
from pos_terminal.domain.events.period import Period, PeriodClosed, PeriodReported
from pos_terminal.domain.language import say
from pos_terminal.domain.markup import Markup, joined, tag
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.notation import euros
from pos_terminal.domain.period.overdue import label
from pos_terminal.domain.printing.report_sums import sums
from pos_terminal.domain.receipt import Row, Text

READ, CLOSE = "period.read", "period.close"
"""The till's acts."""

SHOWN = 400
"""The newest, that are listed: a year of days, its months and itself; others by their day."""


class Reading(Struct, frozen=True):
    """What the till answers to an X: the record's moment, and the day so far."""

    moment: Moment
    reported: PeriodReported


class Closure(Struct, frozen=True):
    """What it answers to a closing."""

    moment: Moment
    closed: PeriodClosed


class Listed(NamedTuple):
    """A closure as the journal has it: its record's number and local time, and which it is."""

    seq: int
    at: str
    period: str
    number: int
    label: str
    body: bytes

    @property
    def closed(self) -> PeriodClosed:
        """All of it."""
        return _event(self.body)


_CLOSURES = f"SELECT {', '.join(Listed._fields)} FROM closure"


class ClosurePages:
    """The pages over this terminal's periods."""

    def __init__(self, agent: Agent, sales: Sales) -> None:
        self._agent = agent
        self._sales = sales

    async def answer(self, asked: Asked) -> Answer:
        """One of them, by the path. ChannelError where the till would not."""
        match asked.path, asked.form:
            case (), None:
                return await self._list(asked)
            case ("x",), form if form is not None:
                return await self._read(asked)
            case ("close", name), None:
                return _sure(_period(name), asked.token)
            case ("close", name), form if form is not None:
                return await self._close(asked, _period(name), form)
            case (seq,), None:
                return await self._one(seq)
        raise NoSuchPage

    async def _list(self, asked: Asked) -> Html:
        on = _day(asked.query.get("on", ""))
        rows = await self._sales.ask(lambda db: [*_of_day(db, on)] if on else _newest(db))
        none = frame.nothing(
            say("Aucune clôture de ce jour.") if on else say("Aucune clôture encore.")
        )
        head = (say("Clôture"), say("De"), say("Quand"), say("CA TTC"))
        listed = (
            (tag("a", f"Z {each.number}", href=f"/closures/{each.seq}"),
             joined(_named(each.period), " ", tag("span", each.label, class_="whole")),
             frame.when(each.at),
             tag("span", frame.euros(each.closed.totals.net), class_="money"))
            for each in rows
        )  # fmt: skip
        return Html(
            say("Clôtures"),
            joined(
                _wanted(asked.token), _any_day(on),
                frame.card(frame.table(head, listed) if rows else none),
            ),
        )

    async def _read(self, asked: Asked) -> Html:
        """An X: nothing is closed, and no paper comes out at the counter."""
        read = await done(self._agent, asked.visitor.grant, READ, {}, Reading)
        paper = drawn([
            Text(say("LECTURE X")),
            Row(
                notation.day_and_hour(read.moment.at),
                f"{say('Journées')} {read.reported.session}",
            ),
            *sums(read.reported.totals),
        ])  # fmt: skip
        return Html(say("Lecture X"), joined(_back(), paper))

    async def _close(self, asked: Asked, period: Period, form: Mapping[str, str]) -> Html:
        arguments = {
            "period": period,
            "carry": "carry" in form,
            "because": form.get("because", "")[:200],
        }
        made = await done(self._agent, asked.visitor.grant, CLOSE, arguments, Closure)
        told = frame.notice(say("C'est clos : le Z sort à la caisse."))
        return Html(_title(made.closed), joined(told, _back(), _paper(made.moment.at, made.closed)))

    async def _one(self, seq: str) -> Html:
        if not (seq.isascii() and seq.isdigit() and len(seq) < 12):
            raise NoSuchPage
        sql = "SELECT at, body FROM closure WHERE seq = ?"
        row = await self._sales.ask(lambda db: db.execute(sql, (int(seq),)).get)
        if row is None:
            raise NoSuchPage
        at, event = row[0], _event(row[1])
        return Html(_title(event), joined(_back(), _paper(at, event)))


def _newest(db: apsw.Connection) -> list[Listed]:
    return [Listed(*row) for row in db.execute(f"{_CLOSURES} ORDER BY seq DESC LIMIT {SHOWN}")]


def _of_day(db: apsw.Connection, on: str) -> Iterator[Listed]:
    """The closures that day is in: its own or, where nobody made it, that of the day before which
    went on; its month's; its fiscal year's.
    """
    day = (
        "period = 'day' AND label = (SELECT max(label) FROM closure WHERE period = 'day' AND "
        "label <= ?1) AND (label = ?1 OR substr(at, 1, 10) >= ?1)"
    )
    longer = "(period = 'month' AND label = substr(?1, 1, 7)) OR period = 'year'"
    for row in db.execute(f"{_CLOSURES} WHERE ({day}) OR {longer} ORDER BY seq DESC", (on,)):
        found = Listed(*row)
        begins = found.closed.year_begins
        if found.period != Period.YEAR or found.label == label(Period.YEAR, on, begins):
            yield found


def _day(text: str) -> str:
    """A day as a form has it, empty for none; NoSuchPage."""
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError as error:
        raise NoSuchPage from error


def _any_day(on: str) -> Markup:
    """Where another day is chosen, however long ago."""
    return tag(
        "form",
        tag("label", say("Jour"), tag("input", type="date", name="on", value=on)),
        tag("button", say("Voir"), class_="quiet"),
        tag("a", say("Toutes les clôtures"), href="/closures") if on else "",
        class_="fields", method="get", action="/closures", role="search",
    )  # fmt: skip


def _event(body: bytes) -> PeriodClosed:
    return msgspec.json.decode(body, type=PeriodClosed)


def _period(name: str) -> Period:
    try:
        return Period(name)
    except ValueError as error:
        raise NoSuchPage from error


def _named(period: str) -> str:
    return {"day": say("jour"), "month": say("mois"), "year": say("année")}.get(period, period)


def _title(event: PeriodClosed) -> str:
    return f"Z {event.number} {event.label}"


def _back() -> Markup:
    return tag("p", tag("a", say("Toutes les clôtures"), href="/closures"))


def _wanted(token: str) -> Markup:
    links: Iterable[tuple[Period, str]] = (
        (Period.DAY, say("Clore le jour (Z)")),
        (Period.MONTH, say("Clore le mois")),
        (Period.YEAR, say("Clore l'année")),
    )
    return tag(
        "div",
        frame.form("/closures/x", token, tag("button", say("Lecture X"), class_="quiet")),
        *(tag("a", name, href=f"/closures/close/{period.value}") for period, name in links),
        class_="moves",
    )


def _sure(period: Period, token: str) -> Html:
    """What closing is, before it is done: nothing undoes it."""
    titles = {
        Period.DAY: say("Clore le jour ?"),
        Period.MONTH: say("Clore le mois ?"),
        Period.YEAR: say("Clore l'année ?"),
    }
    if period is Period.DAY:
        told = say("La caisse fait le Z du jour et l'imprime. Rien ne le défait.")
        more = tag(
            "label", tag("input", type="checkbox", name="carry", value="1"),
            say("Reporter les ventes ouvertes au lendemain"), class_="check",
        )  # fmt: skip
    else:
        told = say("La caisse clôt ce qui est fini et l'imprime. Rien ne le défait.")
        more = tag(
            "label", say("Pourquoi avant la fin (vide : seulement si elle est passée)"),
            tag("input", name="because", maxlength="200", autocomplete="off"),
        )  # fmt: skip
    form = frame.form(
        f"/closures/close/{period.value}", token, tag("p", told), more,
        tag("p", tag("button", say("Clore"))),
    )  # fmt: skip
    return Html(titles[period], joined(_back(), frame.card(form)))


def _paper(at: str, event: PeriodClosed) -> Markup:
    first, last = event.first, event.last
    return drawn([
        Text(f"Z {event.number} {_named(event.period.value)} {event.label}"),
        Text(notation.day_and_hour(at)),
        Row("", say("Enregistrements {first} à {last}", first=first, last=last)),
        *sums(event.totals, of_day=event.period is Period.DAY),
        Text(say("TOTAUX PERPETUELS")),
        Row(say("Net"), euros(event.net_ever)),
        Row(say("Sans les signes"), euros(event.absolute_ever)),
    ])  # fmt: skip
