"""The accounts: what an accountant or an inspector is handed, to be fetched or on a stick.

It is made in a process of the till's own, beside what is sold, and fetched in parts: a telephone
that is slow, or goes, costs the counter nothing.
"""

from collections.abc import AsyncIterator, Mapping

from pos_service_console import frame
from pos_service_console.pages.page import today
from pos_service_console.till import do
from pos_terminal.agent.console_pages import Answer, Asked, Download, Html, NoSuchPage, Redirect
from pos_terminal.agent.world import Agent
from pos_terminal.channel.exports import (
    ExportAsked,
    ExportFile,
    ExportKind,
    ExportPartAsked,
    ExportState,
    ExportTold,
)
from pos_terminal.channel.interface import EXPORT, EXPORT_BYTES
from pos_terminal.domain.language import say
from pos_terminal.domain.markup import Markup, joined, tag

MAKE = "export.make"
"""The till's act."""

YEARS = 11
"""Fiscal years that are offered: ten that must be kept (LPF, art. L. 102 B), and this one."""

AGAIN = 2
"""Seconds between two looks at what is being made."""


class AccountPages:
    """The pages over this terminal's exports."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent

    async def answer(self, asked: Asked) -> Answer:
        """One of them, by the path. ChannelError where the till would not."""
        match asked.path, asked.form:
            case (), None:
                return await self._show(asked)
            case (), form if form is not None:
                return await self._make(asked, form)
            case (number, name), None:
                return await self._fetch(asked, number, name)
        raise NoSuchPage

    async def _told(self, asked: Asked) -> ExportTold:
        return await self._agent.till.call(EXPORT, ExportAsked(asked.visitor.grant))

    async def _show(self, asked: Asked) -> Html:
        told = await self._told(asked)
        if told.state is ExportState.MAKING:
            making = say("La caisse prépare {what} ; elle vend pendant ce temps.", what=told.what)
            return Html(say("Comptes"), frame.notice(making), again=AGAIN)
        form = _form(asked.token, today(self._agent).year)
        return Html(say("Comptes"), joined(_ended(told), form, _explained()))

    async def _make(self, asked: Asked, form: Mapping[str, str]) -> Redirect:
        year = form.get("year", "")
        arguments = {
            "what": form.get("what", ""),
            "year": int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None,
            "stick": form.get("to") == "stick",
        }
        await do(self._agent, asked.visitor.grant, MAKE, arguments)
        return Redirect("/accounts")

    async def _fetch(self, asked: Asked, number: str, name: str) -> Download:
        told = await self._told(asked)
        file = next((each for each in told.files if each.name == name), None)
        if file is None or number != str(told.number) or told.stick:
            raise NoSuchPage
        # The first part before anything is answered: what the till refuses is a page that says so.
        first = await self._part(asked, told.number, name, 0)
        parts = self._parts(asked, told.number, file, first)
        return Download(name, "application/octet-stream", parts, file.size)

    async def _parts(
        self, asked: Asked, number: int, file: ExportFile, first: bytes
    ) -> AsyncIterator[bytes]:
        sent, part = 0, first
        while part:
            yield part
            sent += len(part)
            part = await self._part(asked, number, file.name, sent) if sent < file.size else b""

    async def _part(self, asked: Asked, number: int, name: str, offset: int) -> bytes:
        wanted = ExportPartAsked(number, name, offset, asked.visitor.grant)
        return (await self._agent.till.call(EXPORT_BYTES, wanted)).part


def _ended(told: ExportTold) -> Markup:
    """What came of the last one."""
    match told.state:
        case ExportState.READY if told.stick:
            names = ", ".join(each.name for each in told.files)
            return frame.notice(say("Sur la clé : {names}", names=names))
        case ExportState.READY:
            head = (say("Fichier"), say("Octets"), "SHA-256")
            rows = (
                (tag("a", each.name, href=f"/accounts/{told.number}/{each.name}", download=""),
                 f"{each.size:,}".replace(",", frame.THIN), tag("code", each.sha256[:16]))
                for each in told.files
            )  # fmt: skip
            table = frame.table(head, rows, wide=True)
            gone = tag("p", say("Gardé une heure au boîtier."), class_="small")
            return frame.section(say("Prêt : {what}", what=told.what), table, gone)
        case ExportState.FAILED:
            return frame.notice(say("L'export a échoué : {why}", why=told.why), bad=True)
    return frame.EMPTY


def _form(token: str, year: int) -> Markup:
    kinds = (
        (ExportKind.FEC, say("Écritures comptables (FEC)")),
        (ExportKind.CSV, say("Tables pour un tableur (CSV)")),
        (ExportKind.FACTURX, say("Factures (Factur-X)")),
        (ExportKind.EREPORTING, say("Ventes aux particuliers (e-reporting)")),
        (ExportKind.ARCHIVE, say("Archive complète, vérifiable")),
    )
    years = (tag("option", str(each), value=str(each)) for each in range(year, year - YEARS, -1))
    return frame.card(
        frame.form(
            "/accounts", token,
            tag(
                "div",
                tag("label", say("Quoi"),
                    tag("select", *(tag("option", name, value=kind) for kind, name in kinds),
                        name="what")),
                tag("label", say("Exercice commencé en"),
                    tag("select", *years, tag("option", say("tous"), value=""), name="year")),
                tag("label", say("Où"),
                    tag("select", tag("option", say("Télécharger"), value="here"),
                        tag("option", say("Sur la clé USB"), value="stick"), name="to")),
                class_="fields",
            ),
            tag("button", say("Préparer")),
        ),
    )  # fmt: skip


def _explained() -> Markup:
    told = say("Le FEC va au comptable et à l'administration ; l'archive est ce qu'un contrôleur "
               "vérifie seul. Chaque export est inscrit au journal.")  # fmt: skip
    return tag("p", told, class_="small")
