"""The API's description, OpenAPI 3.1, made of the table that routes it: the two cannot differ."""

from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any

import msgspec
from msgspec import Struct

from pos_service_console.api import problem
from pos_service_console.api.endpoint import JSON, Endpoint
from pos_service_console.api.live import Followed
from pos_service_console.api.problem import Kind, Problem

BASE = "/api/v1"
VERSION = "1.0.0"
REF = "#/components/schemas/{name}"

ALWAYS = (
    problem.NO_TOKEN, problem.BAD_TOKEN, problem.NO_SCOPE, problem.BAD_REQUEST, problem.TOO_OFTEN,
)  # fmt: skip
"""What every address answers where it must."""


def described(endpoints: Sequence[Endpoint], followed: Sequence[Followed]) -> dict[str, Any]:
    """The whole document. OpenAPI has no words for WebSocket: `x-websockets` says in the same ones
    what each message is.
    """
    paths: dict[str, dict[str, Any]] = {}
    for each in endpoints:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each)
    sockets = {each.path: _socket(each) for each in followed}
    structs = [*_structs(endpoints), *(each.tells for each in followed)]
    _, components = msgspec.json.schema_components(structs, ref_template=REF)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "pos-terminal",
            "version": VERSION,
            "summary": "Reads a till, and has it print, show and weigh. It sells nothing.",
        },
        "servers": [{"url": BASE}],
        "security": [{"token": []}],
        "paths": paths,
        "x-websockets": sockets,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _structs(endpoints: Sequence[Endpoint]) -> Iterator[type[Struct]]:
    yield Problem
    for each in endpoints:
        if each.gives:
            yield each.gives
        if isinstance(each.body, type):
            yield each.body


def _socket(each: Followed) -> dict[str, Any]:
    return {
        "summary": each.does,
        "description": f"For a token with the scope `{each.scope}`.",
        "parameters": [*_fields("query", each.query)],
        "message": _of(each.tells),
    }


def _operation(each: Endpoint) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": each.name,
        "summary": each.does,
        "description": f"For a token with the scope `{each.scope}`.",
        "parameters": [*_parameters(each)],
        "responses": _responses(each),
    }
    if each.body is not None:
        # Of what is no JSON a schema says nothing.
        content: dict[str, Any] = (
            {each.body: {}} if isinstance(each.body, str) else {JSON: {"schema": _of(each.body)}}
        )
        found["requestBody"] = {"required": True, "content": content}
    return found


def _parameters(each: Endpoint) -> Iterator[dict[str, Any]]:
    yield from _fields("path", each.at)
    yield from _fields("query", each.query)
    for header in each.headers:
        yield {
            "name": header.name, "in": "header", "required": header.required,
            "description": header.meaning,
            "schema": {"type": "string"} | ({"pattern": header.pattern} if header.pattern else {}),
        }  # fmt: skip


def _fields(place: str, struct: type[Struct]) -> Iterator[dict[str, Any]]:
    # Inline: a parameter's schema has nothing that is shared.
    properties = msgspec.json.schema(struct)["$defs"][struct.__name__]["properties"]
    for field in msgspec.structs.fields(struct):
        schema = properties[field.name]
        yield {"name": field.name, "in": place, "required": field.required, "schema": schema}


def _responses(each: Endpoint) -> dict[str, Any]:
    schema = _of(each.gives) if each.gives else {"type": "string"}
    good: dict[str, Any] = {
        "description": HTTPStatus(each.status).phrase,
        "content": {media: {"schema": schema if media == JSON else {"type": "string"}}
                    for media in each.media},
    }  # fmt: skip
    found = {str(each.status): good}
    if each.conditional:
        good["headers"] = {"ETag": {"schema": {"type": "string"}, "description": "its version"}}
        found["304"] = {"description": HTTPStatus.NOT_MODIFIED.phrase}
    # The till itself: silent, or it would not.
    statuses = {kind.status for kind in problems(each)} | {409, 503}
    for status in sorted(statuses):
        found[str(int(status))] = {
            "description": HTTPStatus(status).phrase,
            "content": {problem.MEDIA: {"schema": _of(Problem)}},
        }
    return found


def problems(each: Endpoint) -> Iterator[Kind]:
    """Those of its own, and those that any has that is made like it."""
    yield from ALWAYS
    yield from each.problems
    if each.at.__struct_fields__:
        yield problem.NOT_FOUND
    if each.body is not None:
        yield from (problem.BAD_BODY, problem.TOO_LARGE, problem.NO_MEDIA)


def _of(struct: type[Struct] | None) -> dict[str, Any]:
    return {"$ref": REF.format(name=struct.__name__)} if struct else {}

