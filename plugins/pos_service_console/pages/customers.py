"""Customers: found, taken in while the till sells, changed, forgotten; what each owes, and the
invoices of what he bought on account.

Who they are the till tells, by the grant, and on record; nothing of it is kept here.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping

from msgspec import Struct

from pos_service_console import frame, holdings
from pos_service_console.pages import account_months
from pos_service_console.sales import Sales
from pos_service_console.till import do, done
from pos_terminal.agent.console_pages import Answer, Asked, Html, NoSuchPage, Redirect
from pos_terminal.agent.world import Agent
from pos_terminal.domain.language import how_many, say
from pos_terminal.domain.markup import Markup, joined, tag

LIST, PUT, ERASE = "customer.list", "customer.put", "customer.erase"
"""The till's acts."""

FIELDS = ("name", "address", "siret", "vat", "telephone", "email")

_PERSON = re.compile(r"[0-9a-f]{32}")
_SIRET, _VAT = re.compile(r"\d{14}"), re.compile(r"[A-Z]{2}[0-9A-Z]{2,13}")


Names = Callable[[Asked, Iterable[str]], Awaitable[dict[str, str]]]
"""Whoever of those people is a customer: name and telephone by pseudonym, as the till tells."""


class Customer(Struct, frozen=True):
    """One, as the till tells."""

    number: int
    person: str
    details: dict[str, str | dict[str, str]]

    def field(self, name: str) -> str:
        """A field of his, empty for none."""
        found = self.details.get(name) or ""
        return found if isinstance(found, str) else ""


class Customers(Struct, frozen=True):
    """They, and how many there are."""

    customers: list[Customer]
    count: int


class Taken(Struct, frozen=True):
    """Who was taken in."""

    number: int
    person: str


class CustomerPages:
    """The pages over this terminal's customers."""

    def __init__(self, agent: Agent, sales: Sales) -> None:
        self._agent = agent
        self._sales = sales

    async def answer(self, asked: Asked) -> Answer:
        """One of them, by the path. ChannelError where the till would not."""
        match asked.path, asked.form:
            case (), None:
                return await self._list(asked)
            case ("new",), None:
                return Html(say("Nouveau client"), _form(asked.token, "/customers/new", {}))
            case ("new",), form if form is not None:
                return await self._put(asked, form, "")
            case (person,), None if _PERSON.fullmatch(person):
                return await self._one(asked, person)
            case (person,), form if form is not None and _PERSON.fullmatch(person):
                return await self._put(asked, form, person)
            case (person, "invoice", month), _ if _PERSON.fullmatch(person):
                return await self._invoice(asked, person, month)
            case (person, "forget"), form if form is not None and _PERSON.fullmatch(person):
                await do(self._agent, asked.visitor.grant, ERASE, {"person": person})
                return Redirect("/customers?gone=1")
        raise NoSuchPage

    async def names(self, asked: Asked, people: Iterable[str]) -> dict[str, str]:
        """See Names. ChannelError where the till would not."""
        found = await done(self._agent, asked.visitor.grant, LIST, {"people": [*people]}, Customers)
        return {
            each.person: " ".join(filter(None, (each.field("name"), each.field("telephone"))))
            for each in found.customers
        }

    async def _list(self, asked: Asked) -> Html:
        sought = asked.query.get("q", "").strip()[:60]
        found = await done(self._agent, asked.visitor.grant, LIST, {"sought": sought}, Customers)
        owed = await self._sales.ask(holdings.accounts)
        head = (say("N°"), say("Nom"), say("Téléphone"), say("Doit"))
        rows = (
            (str(each.number), tag("a", each.field("name"), href=f"/customers/{each.person}"),
             each.field("telephone") or "–",
             tag("span", frame.euros(owed[each.person]), class_="money")
             if each.person in owed else "–")
            for each in found.customers
        )  # fmt: skip
        gone = frame.notice(say("C'est effacé, sauf ce qu'une loi oblige à garder."))
        none = frame.nothing(say("Aucun client trouvé."))
        return Html(say("Clients"), joined(
            gone if "gone" in asked.query else "", _search(sought),
            tag("p", how_many(found.count, "{count} client", "{count} clients"), class_="small"),
            frame.card(frame.table(head, rows) if found.customers else none),
        ))  # fmt: skip

    async def _known(self, asked: Asked, person: str) -> Customer:
        found = await done(self._agent, asked.visitor.grant, LIST, {"people": [person]}, Customers)
        if not found.customers:
            raise NoSuchPage
        return found.customers[0]

    async def _invoice(self, asked: Asked, person: str, name: str) -> Html:
        """A month's, once it was asked whether."""
        month = await account_months.one(self._sales, person, name)
        one = await self._known(asked, person)
        if asked.form is None:
            return account_months.sure(person, one.field("name"), month, asked.token)
        return await account_months.made(self._agent, asked, person, one.number, month.name)

    async def _one(self, asked: Asked, person: str) -> Html:
        one = await self._known(asked, person)
        owed = (await self._sales.ask(holdings.accounts)).get(person, 0)
        told = say("À la caisse : {number} CLIENT, puis FACTURE après la vente.", number=one.number)
        forget = frame.form(
            f"/customers/{person}/forget", asked.token,
            tag("p", say("Effacer détruit ce qu'aucune loi n'oblige à garder. Rien ne le défait."),
                class_="small"),
            tag("button", say("Effacer ce client"), class_="quiet"),
        )  # fmt: skip
        known = {name: one.field(name) for name in FIELDS} | {"number": str(one.number)}
        return Html(f"{one.number} {one.field('name')}", joined(
            frame.notice(say("C'est tenu : la caisse le connaît."))
            if "done" in asked.query else "",
            tag("p", told),
            tag("p", say("Doit {sum}", sum=frame.euros(owed))) if owed else "",
            await account_months.listed(self._sales, person),
            _form(asked.token, f"/customers/{person}", known), frame.card(forget),
        ))  # fmt: skip

    async def _put(self, asked: Asked, form: Mapping[str, str], person: str) -> Answer:
        given = {name: form.get(name, "").strip() for name in FIELDS}
        given["siret"] = given["siret"].replace(" ", "")
        given["vat"] = given["vat"].replace(" ", "").upper()
        number = form.get("number", "").strip()
        wrong = _wrong(given, number)
        if wrong:
            again = _form(asked.token, f"/customers/{person or 'new'}", {**given, "number": number})
            return Html(say("Client"), joined(frame.notice(wrong, bad=True), again), status=422)
        details = {name: value for name, value in given.items() if value}
        arguments = {"details": details, "number": int(number or 0), "person": person}
        taken = await done(self._agent, asked.visitor.grant, PUT, arguments, Taken)
        return Redirect(f"/customers/{taken.person}?done=1")


def _wrong(given: Mapping[str, str], number: str) -> str:
    """Why the till would not take it, in the words of the form."""
    if not given["name"]:
        return say("Un nom est nécessaire.")
    if given["siret"] and not _SIRET.fullmatch(given["siret"]):
        return say("SIRET : quatorze chiffres.")
    if given["vat"] and not _VAT.fullmatch(given["vat"]):
        return say("N° de TVA : deux lettres, puis des chiffres.")
    if number and not (number.isascii() and number.isdigit() and 0 < len(number) <= 6):
        return say("Numéro : un à six chiffres.")
    return say("Trop long.") if any(len(each) > 2000 for each in given.values()) else ""


def _search(sought: str) -> Markup:
    return tag(
        "div",
        tag("form",
            tag("input", type="search", name="q", value=sought, aria_label=say("Chercher"),
                placeholder=say("Nom ou numéro")),
            tag("button", say("Chercher"), class_="quiet"), method="get", action="/customers",
            role="search"),
        tag("a", say("Nouveau client"), href="/customers/new"),
        class_="moves",
    )  # fmt: skip


def _form(token: str, action: str, known: Mapping[str, str]) -> Markup:
    labels = {
        "name": say("Nom ou raison sociale"), "address": say("Adresse"), "siret": say("SIRET"),
        "vat": say("N° de TVA"), "telephone": say("Téléphone"), "email": say("Courriel"),
    }  # fmt: skip
    fields = (
        tag("label", labels[name],
            tag("input", name=name, value=known.get(name, ""), autocomplete="off",
                required=name == "name"))
        for name in FIELDS
    )  # fmt: skip
    number = tag(
        "label", say("Numéro (vide : le prochain)"),
        tag("input", name="number", value=known.get("number", ""), inputmode="numeric",
            autocomplete="off", readonly=bool(known.get("number"))),
    )  # fmt: skip
    inside = tag("div", *fields, number, class_="fields long")
    return frame.card(frame.form(action, token, inside, tag("button", say("Enregistrer"))))
