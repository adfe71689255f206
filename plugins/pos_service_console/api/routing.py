"""From a request to its endpoint, and from what that gives to an answer; nothing else answers."""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from msgspec import Struct
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from pos_service_console.api import problem
from pos_service_console.api.bearers import Bearers
from pos_service_console.api.document import described
from pos_service_console.api.endpoint import CSV, JSON, Asked, Endpoint, Given
from pos_service_console.api.live import Followed, Sockets
from pos_service_console.api.problem import MEDIA, Problem, Refusal
from pos_terminal.channel.errors import ChannelError

S = TypeVar("S", bound=Struct)

DOCUMENT = "/openapi.json"

SENT = 30.0
"""Seconds that a body may take to come."""

_TAG = re.compile(r'(?:W/)?"([^"]*)"')


class Api:
    """Answers under `/api/v1`."""

    def __init__(
        self, endpoints: Sequence[Endpoint], followed: Sequence[Followed], bearers: Bearers
    ) -> None:
        self._bearers = bearers
        self._followed = {each.path: each for each in followed}
        self._sockets = Sockets(bearers)
        self._routes = [
            (Route(each.path, self.answer, methods=[each.method]), each)
            for each in endpoints
        ]
        self._document = msgspec.json.encode(described(endpoints, followed))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As an application below `/api/v1`."""
        if scope["type"] == "websocket":
            await self._follow(WebSocket(scope, receive, send))
            return
        answer = await self.answer(Request(scope, receive))
        await answer(scope, receive, send)

    async def answer(self, request: Request) -> Response:
        """What any request gets."""
        try:
            if request.scope["path"].endswith(DOCUMENT) and request.method == "GET":
                # No secret, and asked for before there is a token.
                return Response(self._document, media_type=JSON)
            return await self._answered(request)
        except Refusal as refusal:
            return told(refusal.problem, refusal.headers)
        except ChannelError as error:
            return told(problem.of_till(error))

    async def _follow(self, socket: WebSocket) -> None:
        try:
            path = socket.scope["path"].removeprefix(socket.scope.get("root_path", ""))
            followed = self._followed.get(path)
            if followed is None:
                raise Refusal(problem.NOT_FOUND)
            address = socket.client.host if socket.client else ""
            who = await self._bearers.of(
                socket.headers.get("authorization", ""), address, followed.scope
            )
            query = _query(socket, followed.query)
            asked = Asked(who, None, query, None, socket.headers)
            await self._sockets.serve(socket, followed, asked)
        except Refusal as refusal:
            await socket.send_denial_response(told(refusal.problem, refusal.headers))
        except ChannelError as error:
            await socket.send_denial_response(told(problem.of_till(error)))

    async def _answered(self, request: Request) -> Response:
        endpoint, path = self._found(request)
        address = request.client.host if request.client else ""
        who = await self._bearers.of(
            request.headers.get("authorization", ""), address, endpoint.scope
        )
        given = await endpoint.answer(
            Asked(
                who,
                _at(path, endpoint.at),
                _query(request, endpoint.query),
                await _body(request, endpoint),
                request.headers,
            )
        )
        return await _written(request, endpoint, given)

    def _found(self, request: Request) -> tuple[Endpoint, Mapping[str, str]]:
        allowed = []
        for route, endpoint in self._routes:
            match, scope = route.matches(request.scope)
            if match is Match.FULL:
                return endpoint, scope["path_params"]
            if match is Match.PARTIAL:
                allowed += sorted(route.methods or ())
        if allowed:
            raise Refusal(problem.NO_METHOD, allow=", ".join(allowed))
        raise Refusal(problem.NOT_FOUND)


def told(what: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """A problem as an answer."""
    return Response(msgspec.json.encode(what), what.status, dict(headers or {}), MEDIA)


def _at(path: Mapping[str, str], to: type[S]) -> S:
    try:
        return msgspec.convert(dict(path), to, strict=False)
    except msgspec.ValidationError as error:
        raise Refusal(problem.NOT_FOUND, str(error)) from error


def _query(request: HTTPConnection, to: type[S]) -> S:
    given = request.query_params.multi_items()
    try:
        if len({name for name, _ in given}) != len(given):
            raise msgspec.ValidationError("a name twice")
        return msgspec.convert(dict(given), to, strict=False)
    except msgspec.ValidationError as error:
        raise Refusal(problem.BAD_REQUEST, str(error)) from error


async def _body(request: Request, endpoint: Endpoint) -> Any:
    if endpoint.body is None:
        return None
    wanted = JSON if isinstance(endpoint.body, type) else endpoint.body
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != wanted:
        raise Refusal(problem.NO_MEDIA, f"wanted: {wanted}")
    body = bytearray()
    try:
        async with asyncio.timeout(SENT):
            async for piece in request.stream():
                body += piece
                if len(body) > endpoint.largest:
                    raise Refusal(problem.TOO_LARGE, connection="close")
    except (TimeoutError, ClientDisconnect) as error:
        raise Refusal(problem.TOO_LARGE, connection="close") from error
    if not isinstance(endpoint.body, type):
        return bytes(body)
    try:
        return msgspec.json.decode(body, type=endpoint.body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Refusal(problem.BAD_BODY, str(error)) from error


async def _written(request: Request, endpoint: Endpoint, given: Given) -> Response:
    headers = {"etag": f'"{given.etag}"'} if given.etag else {}
    if given.etag in tags(request.headers.get("if-none-match", "")) and endpoint.conditional:
        return Response(status_code=304, headers=headers)
    value, media = given.value, given.media
    if isinstance(value, Struct):
        # Off the loop: the stock of thousands of articles is some MiB.
        value = await asyncio.to_thread(msgspec.json.encode, value)
    elif isinstance(value, Iterator):  # off the loop too, piece by piece
        return StreamingResponse(value, given.status, headers, media)
    charset = "; charset=utf-8" if media != JSON else ""
    return Response(value, given.status, headers, media + charset if media == CSV else media)


def tags(header: str) -> list[str]:
    """The ETags that a condition names, without their quotes (RFC 9110, section 8.8.3)."""
    return _TAG.findall(header)
