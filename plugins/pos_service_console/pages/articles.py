"""The catalogue: looked at, one article changed or a whole table put in, each change seen before.

What is put in stands here until somebody agrees to every difference; then the till checks it anew
and takes it up between two sales. Until then, and where anything is wrong, the old one sells on.
"""

import asyncio
import zlib
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from itertools import islice
from typing import Any

import apsw
from msgspec import Struct

from pos_service_console import frame
from pos_service_console.catalogue import Cell, Present, Read, cells_of, fetch, with_cells
from pos_service_console.comparing import SHOWN, Compared
from pos_service_console.pages import bulk
from pos_service_console.pages.labels import LabelPages
from pos_service_console.pages.page import today
from pos_service_console.sales import Sales
from pos_service_console.staging import Staging
from pos_service_console.till import do
from pos_terminal.agent.console_pages import Answer, Asked, Download, Html, NoSuchPage, Redirect
from pos_terminal.agent.world import Agent
from pos_terminal.channel.errors import ChannelError
from pos_terminal.domain import faults, notation
from pos_terminal.domain.catalog.catalog import Item
from pos_terminal.domain.language import how_many, say
from pos_terminal.domain.markup import Markup, joined, tag
from pos_terminal.domain.staff.grants import AT_ONCE

APPLY = "catalog.apply"

FIELDS = ("name", "price", "vat", "family")
"""Columns of which an article's page says what holds; the others as the file writes them."""

MANY = 5_000
"""Of a catalogue with more articles the whole file is not read for one: the agent stays small."""

FIXED = ("plu", "from")
"""Columns by which a row is known: another is a row more, in the table."""


class Staged(Struct, frozen=True):
    """What somebody put in, deflated: made from the catalogue `base`."""

    base: str
    deflated: bytes


class ArticlePages:
    """The pages over this terminal's catalogue."""

    def __init__(self, agent: Agent, sales: Sales, present: Present) -> None:
        self._agent = agent
        self._sales = sales
        self._present = present
        self._labels = LabelPages(agent, present)
        self._staged: Staging[Staged] = Staging(AT_ONCE)

    async def answer(self, asked: Asked) -> Answer:
        """One of them, by the path. ChannelError where the till would not."""
        match asked.path, asked.form:
            case (), None:
                return await self._list(asked)
            case ("catalogue.csv",), None:
                return Download("catalogue.csv", "text/csv", await self._present.source())
            case ("edit", plu), None:
                return await self._edit(asked, plu)
            case ("edit", plu), form if form is not None:
                return await self._changed(asked, plu, form)
            case ("bulk",), form:
                return await (
                    self._bulk(asked, {}) if form is None else self._repriced(asked, form)
                )
            case ("labels",), _:
                return await self._labels.answer(asked)
            case ("import",), None:
                return Html(say("Importer un tableau"), _import(asked.token))
            case ("import",), form if form is not None:
                return await self._stage(asked, await _deflated(form.get("table", "")))
            case ("apply",), form if form is not None:
                return await self._apply(asked, form.get("sha256", ""))
            case ("versions",), None:
                return await self._versions(asked)
            case ("versions",), form if form is not None:
                wanted = await fetch(self._agent, form.get("sha256", ""))
                return await self._stage(asked, wanted)
        raise NoSuchPage

    async def _list(self, asked: Asked) -> Html:
        read, day = await self._present.read(), today(self._agent).date()
        sought = asked.query.get("q", "").strip()[:40]
        count, found = await asyncio.to_thread(_found, read, sought)
        head = (say("N°"), say("Article"), say("Prix"), say("TVA"), say("Famille"))
        listed = (
            (each.plu, tag("a", each.name, href=f"/articles/edit/{each.plu}"),
             _price(each, day), _rate(each, day), each.family or "–")
            for each in found
        )  # fmt: skip
        done = asked.query.get("done") == read.sha256[:12]
        parts = [
            frame.notice(say("C'est fait : la caisse vend à ces prix dès la prochaine vente."))
            if done else "",
            _search(sought),
            tag("p", how_many(count, "{count} article", "{count} articles"), class_="small"),
            frame.card(frame.table(head, listed)),
        ]  # fmt: skip
        return Html(say("Articles"), joined(*parts))

    async def _edit(self, asked: Asked, plu: str) -> Html:
        read = await self._present.read()
        cells = await self._cells(read, plu)
        labels = {"name": say("Libellé"), "price": say("Prix TTC"), "vat": say("TVA en %"),
                  "family": say("Famille")}  # fmt: skip
        fields = (
            tag("label", labels[name],
                tag("input", name=name, value=cells[name], autocomplete="off",
                    inputmode="decimal" if name in ("price", "vat") else None))
            for name in FIELDS
        )  # fmt: skip
        others = [
            tag("label", each.heading,
                tag("input", name=each.column, value=each.text, autocomplete="off"))
            for each in await self._others(read, plu)
        ]  # fmt: skip
        form = frame.form(
            f"/articles/edit/{plu}", asked.token, tag("div", *fields, class_="fields"),
            tag("details", tag("summary", say("Tout ce que le tableau en dit")),
                tag("div", *others, class_="fields long")) if others else "",
            tag("input", type="hidden", name="base", value=read.sha256),
            tag("button", say("Voir le changement")),
        )  # fmt: skip
        later = await self._later(read, plu)
        return Html(f"{plu} {cells['name']}", joined(later, frame.card(form)))

    async def _others(self, read: Read, plu: str) -> list[Cell]:
        if read.parsed.count > MANY:
            return []
        day = today(self._agent).date()
        found = await asyncio.to_thread(cells_of, read.source, plu.lstrip("0") or "0", day)
        return [each for each in found if each.column not in (*FIELDS, *FIXED)]

    async def _later(self, read: Read, plu: str) -> Markup:
        """The prices that it will have, from which day on."""
        item, day = await asyncio.to_thread(read.item, plu), today(self._agent).date()
        starts = item.prices.starts if item else ()
        told = (
            say("Dès le {day} : {price}", day=notation.day(start.isoformat()),
                price=frame.euros(price.cents))
            for start, price in starts if start > day
        )  # fmt: skip
        return joined(*(frame.notice(each) for each in told))

    async def _changed(self, asked: Asked, plu: str, form: Mapping[str, str]) -> Html:
        read, day = await self._present.read(), today(self._agent).date()
        if form.get("base") != read.sha256:
            # What was left as it was shown would undo what somebody else has changed since.
            raise ChannelError(faults.CATALOGUE_MOVED)
        others = {each.column: each.text for each in await self._others(read, plu)}
        before = {**await self._cells(read, plu), **others}
        cells = {
            name: form[name].strip() for name, text in before.items()
            if name in form and form[name].strip() != text.strip()
        }  # fmt: skip
        try:
            source = await asyncio.to_thread(with_cells, read.source, {plu: cells}, day)
        except ValueError as error:
            return Html(say("Article"), frame.notice(str(error), bad=True), status=409)
        return await self._stage(asked, await _deflated(source))

    async def _bulk(self, asked: Asked, known: Mapping[str, str], wrong: str = "") -> Html:
        read = await self._present.read()
        names = await asyncio.to_thread(bulk.families, read)
        told = frame.notice(wrong, bad=True) if wrong else ""
        form = bulk.drawn(asked.token, read.sha256, names, known)
        title = say("Changer plusieurs prix")
        return Html(title, joined(told, form), status=422 if wrong else 200)

    async def _repriced(self, asked: Asked, form: Mapping[str, str]) -> Html:
        read, day = await self._present.read(), today(self._agent).date()
        if form.get("base") != read.sha256:
            raise ChannelError(faults.CATALOGUE_MOVED)
        try:
            wanted = bulk.Bulk.typed(form)
            source = await asyncio.to_thread(bulk.repriced, read, wanted, day)
        except ValueError as error:
            return await self._bulk(asked, form, str(error))
        return await self._stage(asked, await _deflated(source))

    async def _cells(self, read: Read, plu: str) -> dict[str, str]:
        """What the form showed: what was left as it was stays as the file writes it."""
        item = await asyncio.to_thread(read.item, plu)
        day = today(self._agent).date()
        if item is None:
            raise NoSuchPage
        price, vat = item.listed(day), item.rate(day)
        return {
            "name": item.name,
            "price": notation.euros(price.cents) if price else "",
            "vat": notation.percent(vat) if vat is not None and item.vats.starts else "",
            "family": item.family,
        }

    async def _stage(self, asked: Asked, deflated: bytes) -> Html:
        """Show what differs, and what is wrong; keep it until she agrees."""
        present, found = await self._present.compared(deflated)
        if found.problems:
            return Html(say("Rien n'est changé"), _problems(found), status=422)
        if not found.count:
            same = frame.notice(say("Ce tableau dit la même chose."))
            return Html(say("Rien n'est changé"), same)
        self._staged.put(asked.visitor.key, found.sha256, Staged(present.sha256, deflated))
        agree = frame.form(
            "/articles/apply", asked.token,
            tag("input", type="hidden", name="sha256", value=found.sha256),
            tag("button", say("Mettre en vigueur")), " ",
            tag("a", say("Laisser"), href="/articles"),
        )  # fmt: skip
        count = how_many(found.count, "{count} changement", "{count} changements")
        return Html(say("À confirmer : {count}", count=count), joined(agree, _listed(found)))

    async def _apply(self, asked: Asked, sha256_: str) -> Redirect:
        staged = self._staged.held(asked.visitor.key, sha256_)
        if staged is None:
            raise NoSuchPage
        arguments = {"base": staged.base, "deflated": staged.deflated}
        await do(self._agent, asked.visitor.grant, APPLY, arguments)
        self._staged.drop(asked.visitor.key)
        return Redirect(f"/articles?done={sha256_[:12]}")

    async def _versions(self, asked: Asked) -> Html:
        present = sha256(await self._present.source()).hexdigest()
        rows = await self._sales.ask(_versions)
        listed = []
        for at, name, who in rows:
            back = say("en vigueur") if name == present else frame.form(
                "/articles/versions", asked.token,
                tag("input", type="hidden", name="sha256", value=name),
                tag("button", say("Y revenir"), class_="quiet"),
            )  # fmt: skip
            by = say("Vendeur {number}", number=who) if who else say("par le fichier")
            listed.append((notation.day_and_hour(at), by, name[:12], back))
        head = (say("Depuis"), say("Par"), say("Version"), "")
        return Html(say("Versions"), frame.card(frame.table(head, listed, wide=True)))


async def _deflated(table: str | bytes) -> bytes:
    """As it is kept and sent: a tenth."""
    source = table.encode() if isinstance(table, str) else table
    return await asyncio.to_thread(zlib.compress, source)


def _found(read: Read, sought: str) -> tuple[int, list[Item]]:
    """How many articles there are with this name, number or barcode, and the first of them."""
    if not sought:
        return read.parsed.count, [*islice(read.items(), SHOWN)]
    found = (
        each
        for each in read.items()
        if sought.lower() in each.name.lower() or sought in (each.plu, *each.barcodes)
    )
    first = [*islice(found, SHOWN)]
    return len(first) + sum(1 for _ in found), first


def _versions(db: apsw.Connection) -> list[tuple[Any, ...]]:
    """Each catalogue that came into force, the newest first, and whose PIN was behind it.

    The first is that with which the till began.
    """
    return db.execute(
        "SELECT c.at, c.what, coalesce((SELECT g.clerk FROM change d JOIN change g "
        "ON g.kind = 'grant.given' AND g.grant_number = d.grant_number "
        "WHERE d.kind = 'command.given' AND d.grant_number > 0 AND d.seq < c.seq "
        "AND d.what = 'catalog apply ' || c.what ORDER BY d.seq DESC LIMIT 1), 0) "
        "FROM (SELECT *, lag(what) OVER (ORDER BY seq) AS before FROM change "
        "WHERE kind IN ('catalog.changed', 'till.started')) c "
        f"WHERE c.what IS NOT c.before ORDER BY c.seq DESC LIMIT {SHOWN}"
    ).fetchall()


def _price(item: Item, day: date) -> Markup:
    price = item.listed(day)
    return tag("span", frame.euros(price.cents) if price else say("tapé"), class_="money")


def _rate(item: Item, day: date) -> str:
    found = item.vats.on(day)
    return f"{notation.percent(found)}\N{NO-BREAK SPACE}%" if found is not None else "–"


def _search(sought: str) -> Markup:
    return tag(
        "div",
        tag("form",
            tag("input", type="search", name="q", value=sought, aria_label=say("Chercher"),
                placeholder=say("Nom, n° ou code-barres")),
            tag("button", say("Chercher"), class_="quiet"), method="get", action="/articles",
            role="search"),
        tag("a", say("Plusieurs prix"), href="/articles/bulk"),
        tag("a", say("Étiquettes"), href="/articles/labels"),
        tag("a", say("Importer"), href="/articles/import"),
        tag("a", say("Exporter"), href="/articles/catalogue.csv"),
        tag("a", say("Versions"), href="/articles/versions"),
        class_="moves",
    )  # fmt: skip


def _import(token: str) -> Markup:
    return frame.card(
        frame.form(
            "/articles/import", token,
            tag("label", say("Fichier CSV"),
                tag("input", type="file", accept=".csv,text/csv,text/plain", data_into="table")),
            tag("label", say("ou le tableau, collé ici"),
                tag("textarea", name="table", id="table", required=True, spellcheck="false")),
            tag("p", say("Rien n'est changé avant que chaque différence soit montrée."),
                class_="small"),
            tag("button", say("Voir les différences")),
        ),
    )  # fmt: skip


def _problems(found: Compared) -> Markup:
    told = frame.notice(say("Le tableau est refusé ; l'ancien catalogue vend toujours."), bad=True)
    head = (say("Ligne"), say("Colonne"), say("Raison"))
    listed = ((str(each.line), each.key or "–", each.reason) for each in found.problems)
    return joined(told, frame.card(frame.table(head, listed)))


def field_names() -> Mapping[str, str]:
    """What each field of an article is called that may differ."""
    return {
        "new": say("nouveau"), "gone": say("retiré"), "name": say("Libellé"),
        "prices": say("Prix"), "vats": say("TVA"), "family": say("Famille"),
        "barcodes": say("Codes-barres"), "unit": say("Unité"), "staff": say("Prix du personnel"),
        "pro": say("Prix des professionnels"), "vats_on_spot": say("TVA sur place"),
        "meal_voucher": say("Titre-restaurant"), "choice": say("Option de"),
        "least": say("Prix au moins"), "most": say("Prix au plus"), "voucher": say("Bon cadeau"),
        "fixed": say("Jamais remisé"), "returnable": say("Consigne"), "stock": say("Stock suivi"),
        "alert": say("Alerte de stock"), "stock_unit": say("Unité du stock"),
        "part": say("Fait partie de"), "content": say("Contenance"), "made": say("Fait ici"),
        "tare": say("Emballage (g)"), "allergens": say("Allergènes"),
    }  # fmt: skip


def _listed(found: Compared) -> Markup:
    names = field_names()
    head = (say("N°"), say("Article"), say("Quoi"), say("Avant"), say("Après"))
    listed = (
        (each.plu, each.name, names[each.field],
         tag("span", each.before, class_="was"), tag("strong", each.after))
        for each in found.differences
    )  # fmt: skip
    return frame.card(frame.table(head, listed, wide=True))
