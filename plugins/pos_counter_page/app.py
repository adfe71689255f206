"""The page over HTTP: what a window gets, what it sends, and the stream of what there is to see."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from pos_counter_page.acts import Hands, Impossible, read
from pos_counter_page.board import Board, as_event
from pos_counter_page.door import HEADERS

STATIC = Path(__file__).parent / "static"
KINDS = {"counter.css": "text/css", "counter.js": "text/javascript"}

LONGEST = 64 * 1024
"""Bytes that a message may have."""


class Application:
    """The handlers, over one board and one pair of hands; the others draw what is asked for."""

    def __init__(
        self,
        board: Board,
        hands: Hands,
        *,
        page: Callable[[], str],
        sheet: Callable[[], str],
        scene: Callable[[], str],
    ) -> None:
        self._board = board
        self._hands = hands
        self._page, self._sheet, self._scene = page, sheet, scene

    def routes(self) -> Starlette:
        """The application."""
        return Starlette(
            routes=[
                Route("/", self.page),
                Route("/events", self.events),
                Route("/acts", self.acts, methods=["POST"]),
                Route("/papers", self.papers),
                Route("/codes", self.codes),
                Route("/scene.md", self.scene),
                Route("/{name}", self.static),
            ]
        )

    async def page(self, _: Request) -> Response:
        """The page itself."""
        return Response(self._page(), media_type="text/html", headers=HEADERS)

    async def static(self, request: Request) -> Response:
        """Its style and its module."""
        kind = KINDS.get(name := request.path_params["name"])
        if kind is None:
            return PlainTextResponse("Not Found", 404)
        return Response((STATIC / name).read_bytes(), media_type=kind, headers=HEADERS)

    async def events(self, _: Request) -> Response:
        """Everything that there is to see, and then whatever changes."""
        return StreamingResponse(self._stream(), media_type="text/event-stream", headers=HEADERS)

    async def _stream(self) -> AsyncIterator[bytes]:
        async for told in self._board.follow():
            yield as_event(told)

    async def acts(self, request: Request) -> Response:
        """Do what a window asks for. 204 done, 400 no sense, 409 impossible, 413 too much."""
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > LONGEST:
                return PlainTextResponse("Content Too Large", 413)
        try:
            await self._hands.do(read(body))
        except Impossible as why:
            return PlainTextResponse(str(why), 409)
        except ValueError as error:
            return PlainTextResponse(str(error), 400)
        return Response(status_code=204)

    async def codes(self, _: Request) -> Response:
        """The sheet of barcodes, as the shop's catalogue has them now."""
        return Response(self._sheet(), media_type="text/html", headers=HEADERS)

    async def scene(self, _: Request) -> Response:
        """What was done so far, as a page that `pos-terminal scenes` plays again."""
        return Response(self._scene(), media_type="text/markdown", headers=HEADERS)

    async def papers(self, request: Request) -> Response:
        """Papers in front of one, for whoever scrolls back through the roll."""
        before = request.query_params.get("before", "")
        if not before.isdecimal():
            return PlainTextResponse("before=NUMBER", 400)
        found = self._board.papers(int(before))
        drawn = "".join(each.value for each in found)
        return Response(drawn, media_type="text/html", headers=HEADERS)
