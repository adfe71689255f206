"""The pages over HTTP: who asks, which page answers, in which frame it stands."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from functools import partial
from hmac import compare_digest
from http import HTTPStatus
from pathlib import Path
from urllib.parse import unquote_to_bytes

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from pos_service_console import frame
from pos_service_console.api.document import BASE
from pos_service_console.sent import Sent
from pos_service_console.sessions import SESSION, WAITING, Session, Sessions, Waiting
from pos_terminal.agent.console_pages import (
    Answer,
    Asked,
    ConsolePage,
    Download,
    Html,
    NoSuchPage,
    Redirect,
)
from pos_terminal.agent.world import Agent
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import END_GRANT, GrantEnding
from pos_terminal.domain import faults
from pos_terminal.domain.events.values import ConsoleRole
from pos_terminal.domain.health.advice import advice
from pos_terminal.domain.language import say
from pos_terminal.domain.markup import Markup, joined, tag

log = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"
KINDS = {
    "console.css": "text/css",
    "console.js": "text/javascript",
    "icon.svg": "image/svg+xml",
    "pos_api.py": "text/x-python",
}

LONGEST = 8 << 20
"""Bytes of a form: a catalogue of 50,000 articles, with what a form makes of it."""

SENT = 30.0
"""Seconds that a form may take to come."""

FIELDS = 64
PIECE = 64 << 10
STREAMS = 8
"""Windows that hear at once that something was sold."""

PULSE = 1.0
"""Seconds between two looks of a stream: for news, and whether she is signed in still."""

SHOWN = 3
"""Seconds between two looks of a browser that waits."""

NO_ANSWER = (faults.TILL_SILENT, faults.CHANNEL_BROKEN)
"""Nobody is there, or too slow to be waited for: who only looks is shown it later."""

AWAY = 5
"""Seconds between two looks of a page whose till does not answer: it comes back by itself."""


class TooMuch(Exception):
    """A form is too large, or took too long."""


class Application:
    """The handlers. `ask` has the till asked for whoever waits; `news` counts what was read; `api`
    answers programs.
    """

    def __init__(
        self, agent: Agent, sessions: Sessions, ask: Callable[[Waiting], object], authority: str,
        *, news: Callable[[], int], api: ASGIApp,
    ) -> None:  # fmt: skip
        self._agent = agent
        self._sessions = sessions
        self._ask = ask
        self._authority = authority
        self._news_of = news
        self._api = api
        self._streams = 0
        self._sent = Sent()

    def routes(self) -> Starlette:
        """The application."""
        return Starlette(
            routes=[
                Mount(BASE, self._api),
                Route("/", self.home),
                Route("/enter", self.enter, methods=["GET", "POST"]),
                Route("/leave", self.leave, methods=["POST"]),
                Route("/live", self.live),
                Route("/authority.crt", self.authority),
                Route("/static/{name}", self.static),
                Route("/{page}", self.page, methods=["GET", "POST"]),
                Route("/{page}/{rest:path}", self.page, methods=["GET", "POST"]),
            ]
        )

    async def static(self, request: Request) -> Response:
        """Style, module, icon: nobody needs to be signed in to see them."""
        kind = KINDS.get(name := request.path_params["name"])
        if kind is None:
            return PlainTextResponse("Not Found", 404)
        return Response((STATIC / name).read_bytes(), media_type=kind)

    async def authority(self, _: Request) -> Response:
        """The authority that signed this box's certificate, for a phone to trust."""
        headers = {"content-disposition": 'attachment; filename="caisse.crt"'}
        return Response(self._authority, media_type="application/x-x509-ca-cert", headers=headers)

    async def home(self, request: Request) -> Response:
        """Her first page, or the way in."""
        session = self._session(request)
        if session is None:
            return RedirectResponse("/enter", 303)
        return RedirectResponse(f"/{self._pages(session)[0].name}", 303)

    async def page(self, request: Request) -> Response:
        """A page of somebody's plug-in."""
        session = self._session(request)
        if session is None:
            return RedirectResponse("/enter", 303)
        pages = {each.name: each for each in self._pages(session)}
        page = pages.get(request.path_params["page"])
        if page is None:
            return self._framed(session, "", _missing())
        form, once = None, ""
        if request.method == "POST":
            try:
                form = await _form(request)
            except TooMuch:
                answer = self._framed(session, page.name, _too_much())
                answer.headers["connection"] = "close"
                return answer
            if not compare_digest(form.pop("token", "").encode(), session.token.encode()):
                return PlainTextResponse("Forbidden", 403)
            once = form.pop(frame.ONCE, "")
        asked = Asked(
            session.visitor, session.token,
            tuple(filter(None, request.path_params.get("rest", "").split("/"))),
            dict(request.query_params), form,
        )  # fmt: skip
        return await self._answer(session, page, asked, once)

    async def _answer(
        self, session: Session, page: ConsolePage, asked: Asked, once: str
    ) -> Response:
        try:
            answer = await self._sent.answer(asked, once, partial(_of_page, page))
        except NoSuchPage:
            answer = _missing()
        except ChannelError as error:
            log.info("the till would not: %s", advice(error))
            if error.fault in NO_ANSWER and asked.form is None:
                return self._framed(session, page.name, _silent())
            body = frame.notice(f"{error.fault.code} {error.fault.text} : {error.detail}", bad=True)
            remedy = tag("p", say(error.fault.remedy))
            back = tag("p", tag("a", say(page.title), href=f"/{page.name}"))
            answer = Html(say("La caisse ne l'a pas fait"), joined(body, remedy, back), status=409)
        match answer:
            case Redirect(to):
                return RedirectResponse(to, 303)
            case Download():
                return _file(answer)
            case Html():
                return self._framed(session, page.name, answer)
        raise TypeError(f"{page.name} answered {answer!r}")

    def _framed(self, session: Session, at: str, answer: Html) -> Response:
        link = self._agent.till.link
        body = answer.body
        if link.fault and answer.status != HTTPStatus.SERVICE_UNAVAILABLE:
            silent = say("La caisse ne répond pas : ce qui suit est ce qu'elle a dit en dernier.")
            body = joined(frame.notice(silent, bad=True), body)
        given = self._agent.given
        return Response(
            frame.page(
                language=given.language, shop=given.shop, title=answer.title, body=body,
                menu=frame.menu(self._pages(session), at, session.token), live=answer.live,
                again=answer.again,
            ),
            answer.status, media_type="text/html",
        )  # fmt: skip

    def _pages(self, session: Session) -> list[ConsolePage]:
        pages = [each for each in self._agent.pages() if session.visitor.role in each.roles]
        return sorted(pages, key=lambda each: (each.place, each.name))

    def _session(self, request: Request) -> Session | None:
        return self._sessions.of(request.cookies.get(SESSION, ""))

    # Signing in.

    async def enter(self, request: Request) -> Response:
        """Choose what to be let in as; then the digits, until they were typed."""
        if request.method == "POST":
            return await self._begin(request)
        waits = self._sessions.waits(request.cookies.get(WAITING, ""))
        if waits is None:
            return self._outside(say("Console de la caisse"), _choice())
        if waits.session:
            self._sessions.done(waits)
            answer = RedirectResponse("/", 303)
            _set(answer, SESSION, waits.session)
            answer.delete_cookie(WAITING, secure=True, httponly=True, samesite="strict")
            return answer
        if waits.failed:
            self._sessions.done(waits)
            sorry = frame.notice(say("Personne n'a tapé les chiffres à la caisse."), bad=True)
            return self._outside(say("Console de la caisse"), joined(sorry, _choice()))
        return self._outside(say("Taper à la caisse"), _digits(waits.code), again=SHOWN)

    async def _begin(self, request: Request) -> Response:
        try:
            form = await _form(request)
            role = ConsoleRole(form.get("role", ""))
        except TooMuch:
            return PlainTextResponse("Content Too Large", 413, {"connection": "close"})
        except ValueError:
            return PlainTextResponse("Bad Request", 400)
        begun = self._sessions.wait(request.client.host if request.client else "", role)
        if begun is None:
            return PlainTextResponse("Too Many Requests", 429)
        cookie, waits = begun
        self._ask(waits)
        answer = RedirectResponse("/enter", 303)
        _set(answer, WAITING, cookie)
        return answer

    async def leave(self, request: Request) -> Response:
        """Sign out: the grant ends with it."""
        session = self._session(request)
        if session is None:
            return RedirectResponse("/enter", 303)
        try:
            form = await _form(request)
        except TooMuch:
            return PlainTextResponse("Content Too Large", 413, {"connection": "close"})
        if not compare_digest(form.get("token", "").encode(), session.token.encode()):
            return PlainTextResponse("Forbidden", 403)
        self._sessions.end(session)
        try:
            await self._agent.till.call(END_GRANT, GrantEnding(session.visitor.grant))
        except ChannelError as error:  # the till lists it, and it can be ended there
            log.warning("a grant was not given back: %s", advice(error))
        return RedirectResponse("/enter", 303)

    def _outside(self, title: str, body: Markup, again: int = 0) -> Response:
        given = self._agent.given
        whole = frame.page(
            language=given.language, shop=say("Caisse {terminal}", terminal=given.terminal),
            title=title, body=body, again=again,
        )  # fmt: skip
        return Response(whole, media_type="text/html")

    # What happens meanwhile.

    async def live(self, request: Request) -> Response:
        """Says, at most once a second, that there is something new to see."""
        session = self._session(request)
        if session is None:
            return PlainTextResponse("Forbidden", 403)
        if self._streams >= STREAMS:
            return PlainTextResponse("Service Unavailable", 503)
        return StreamingResponse(self._news(request), media_type="text/event-stream")

    async def _news(self, request: Request) -> AsyncIterator[str]:
        self._streams += 1
        try:
            told = None
            while self._session(request):
                till = self._agent.till
                opened = till.last.open_sales if till.last else 0
                found = (self._news_of(), opened, till.link.fault)
                if found != told:
                    yield "data: news\n\n"
                    told = found
                else:
                    yield ":\n\n"
                await asyncio.sleep(PULSE)
        finally:
            self._streams -= 1


async def _form(request: Request) -> dict[str, str]:
    """What a form has, of each name the last; TooMuch where it is more than a form."""
    body = bytearray()
    try:
        async with asyncio.timeout(SENT):
            async for piece in request.stream():
                body += piece
                if len(body) > LONGEST:
                    raise TooMuch
        fields = bytes(body).split(b"&", FIELDS)
        if len(fields) > FIELDS:
            raise TooMuch
        named = (field.partition(b"=") for field in fields if field)
        return {_unescaped(name): _unescaped(value) for name, _, value in named}
    except (TimeoutError, ClientDisconnect, ValueError) as error:
        raise TooMuch from error


def _unescaped(text: bytes) -> str:
    """A name or value of a form, piece by piece: an object is made of each escape, and all at once
    would take forty times the text.
    """
    made = bytearray()
    at = 0
    while at < len(text):
        end = at + PIECE
        cut = text.rfind(b"%", end - 2, end)  # an escape is three bytes, in one piece
        end = cut if cut > at else end
        made += unquote_to_bytes(text[at:end].replace(b"+", b" "))
        at = end
    return made.decode(errors="replace")


def _file(answer: Download) -> Response:
    headers = {"content-disposition": f'attachment; filename="{answer.name}"'}
    if isinstance(answer.content, bytes):
        return Response(answer.content, media_type=answer.kind, headers=headers)
    if answer.size is not None:
        headers["content-length"] = str(answer.size)  # so that what is cut short is none
    return StreamingResponse(answer.content, media_type=answer.kind, headers=headers)


def _set(answer: Response, name: str, value: str) -> None:
    answer.set_cookie(
        name, value, max_age=12 * 3600, path="/", secure=True, httponly=True, samesite="strict"
    )


def _missing() -> Html:
    nothing = frame.nothing(say("Il n'y a rien à cette adresse."))
    return Html(say("Introuvable"), nothing, status=404)


def _silent() -> Html:
    """She sees this page again once the till is there."""
    told = say("La caisse ne répond pas. Cette page revient dès qu'elle est là.")
    status = HTTPStatus.SERVICE_UNAVAILABLE
    return Html(say("Un instant"), frame.notice(told, bad=True), status=status, again=AWAY)


async def _of_page(page: ConsolePage, asked: Asked) -> Answer:
    """What the page answers. Whether a till that was too slow has done it, or does it still, nobody
    knows: the form is answered with that, so that it is not done anew by a second tap.
    """
    try:
        return await page.answer(asked)
    except ChannelError as error:
        if error.fault is not faults.CHANNEL_BROKEN or asked.form is None:
            raise
        log.warning("whether the till did it is not known: %s", advice(error))
        told = say(
            "{code} : la caisse n'a pas répondu à temps : c'est peut-être fait, peut-être pas. "
            "Regarder d'abord, et ne recommencer qu'ensuite.", code=error.fault.code,
        )  # fmt: skip
        back = tag("p", tag("a", say(page.title), href=f"/{page.name}"))
        body = joined(frame.notice(told, bad=True), back)
        return Html(say("Peut-être fait"), body, status=HTTPStatus.SERVICE_UNAVAILABLE)


def _too_much() -> Html:
    told = say(
        "Plus de 8 Mio, ou trop lent à venir : rien n'est changé. Un catalogue plus grand se met "
        "au boîtier par le fichier."
    )
    return Html(say("Trop grand"), frame.notice(told, bad=True), status=413)


def _choice() -> Markup:
    told = say("Les chiffres que cette page va montrer se tapent à la caisse, avec un code PIN.")
    trust = tag("a", say("Faire confiance à ce boîtier sur ce téléphone"), href="/authority.crt")
    form = tag(
        "form",
        tag("button", say("Gérant"), name="role", value=ConsoleRole.MANAGER.value),
        tag("button", say("Technicien"), name="role", value=ConsoleRole.TECHNICIAN.value,
            class_="quiet"),
        action="/enter", method="post", class_="choice",
    )  # fmt: skip
    return joined(tag("p", told), form, tag("p", trust, class_="small"))


def _digits(code: str) -> Markup:
    if not code:
        return frame.nothing(say("La caisse est priée de donner des chiffres..."))
    steps = (
        say("Taper ces six chiffres, puis ACCES"),
        say("Lire ce que l'écran demande, puis ACCES"),
        say("Taper son numéro, VENDEUR, son PIN, VENDEUR"),
    )
    safe = say("Cette page n'a jamais besoin d'un code PIN. Elle change d'elle-même.")
    return joined(
        tag("p", f"{code[:3]} {code[3:]}", class_="code"),
        tag("ol", *(tag("li", each) for each in steps)),
        tag("p", safe, class_="small"),
    )
