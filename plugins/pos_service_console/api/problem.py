"""What the API answers where it does not do what was asked: RFC 9457, with a code and a remedy."""

from collections.abc import Mapping
from http import HTTPStatus

from msgspec import Struct

from pos_terminal.channel.errors import ChannelError
from pos_terminal.domain import faults
from pos_terminal.domain.language import say

MEDIA = "application/problem+json"


class Problem(Struct, frozen=True, omit_defaults=True):
    """Why not. `code` is one of docs/api.md, or the till's own of docs/faults.md."""

    title: str
    status: int
    code: str
    remedy: str
    cause: str = ""


class Kind(Struct, frozen=True):
    """A problem of the API's own."""

    status: HTTPStatus
    code: str
    title: str
    remedy: str


NO_TOKEN = Kind(
    HTTPStatus.UNAUTHORIZED, "token-missing", "No token",
    "Send `Authorization: Bearer TOKEN`; the console makes tokens.",
)  # fmt: skip
BAD_TOKEN = Kind(
    HTTPStatus.UNAUTHORIZED, "token-unknown", "Not a token that stands",
    "Have one made in the console: it was ended, is over, or was never one.",
)  # fmt: skip
NO_SCOPE = Kind(
    HTTPStatus.FORBIDDEN, "scope-missing", "Not in this token's scope",
    "Have a token made with the scope that `cause` names.",
)  # fmt: skip
BAD_REQUEST = Kind(
    HTTPStatus.BAD_REQUEST, "bad-request", "Not a request that this address takes",
    "Compare path, query and headers with the API's description.",
)  # fmt: skip
BAD_BODY = Kind(
    HTTPStatus.UNPROCESSABLE_ENTITY, "bad-body", "The body is not what it should be",
    "Compare it with the API's description; `cause` says where it differs.",
)  # fmt: skip
NOT_FOUND = Kind(
    HTTPStatus.NOT_FOUND, "not-found", "There is no such thing",
    "Look at the number or name in the address.",
)  # fmt: skip
NO_METHOD = Kind(
    HTTPStatus.METHOD_NOT_ALLOWED, "method", "Not a method of this address",
    "Use one that the header `Allow` names.",
)  # fmt: skip
NO_PREVIEW = Kind(
    HTTPStatus.CONFLICT, "preview-missing", "Nothing of that hash was previewed by this token",
    "Send the table to `/catalog/preview`, look at the differences, then put its hash in force.",
)  # fmt: skip
KEY_REUSED = Kind(
    HTTPStatus.CONFLICT, "key-reused", "This key was used for another paper",
    "Make a new Idempotency-Key for each paper; repeat one only to ask what became of it.",
)  # fmt: skip
MOVED = Kind(
    HTTPStatus.PRECONDITION_FAILED, "moved", "It is another by now",
    "Read it anew, and make the change on that.",
)  # fmt: skip
TOO_LARGE = Kind(
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large", "Too large, or too slow to come",
    "Send less, at once.",
)  # fmt: skip
NO_MEDIA = Kind(
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "media-type", "Not a media type of this address",
    "Send the Content-Type that the API's description names.",
)  # fmt: skip
NO_CONDITION = Kind(
    HTTPStatus.PRECONDITION_REQUIRED, "condition-missing", "Which version is it made from?",
    "Send the ETag of the version that was read as `If-Match`.",
)  # fmt: skip
TOO_OFTEN = Kind(
    HTTPStatus.TOO_MANY_REQUESTS, "too-often", "Too many requests",
    "Wait for as many seconds as `Retry-After` says.",
)  # fmt: skip
FULL = Kind(
    HTTPStatus.SERVICE_UNAVAILABLE, "full", "Too many follow already",
    "Close a connection that is not needed, or try again later.",
)  # fmt: skip

KINDS = (
    NO_TOKEN, BAD_TOKEN, NO_SCOPE, BAD_REQUEST, BAD_BODY, NOT_FOUND, NO_METHOD,
    NO_PREVIEW, KEY_REUSED, MOVED, TOO_LARGE, NO_MEDIA, NO_CONDITION, TOO_OFTEN, FULL,
)  # fmt: skip
"""All of them: the table of docs/api.md."""


class Refusal(Exception):
    """A request ends with this problem."""

    def __init__(self, kind: Kind, cause: str = "", **headers: str) -> None:
        super().__init__(f"{kind.code} {cause}".rstrip())
        self.problem = Problem(kind.title, kind.status, kind.code, kind.remedy, cause[:500])
        self.headers: Mapping[str, str] = {
            name.replace("_", "-"): value for name, value in headers.items()
        }


_STATUS = {
    faults.CATALOGUE_MOVED: HTTPStatus.PRECONDITION_FAILED,
    faults.NOT_GRANTED: HTTPStatus.FORBIDDEN,
    faults.BAD_CATALOGUE: HTTPStatus.UNPROCESSABLE_ENTITY,
    faults.CATALOGUE_TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    faults.TILL_SILENT: HTTPStatus.SERVICE_UNAVAILABLE,
    faults.OTHER_VERSION: HTTPStatus.SERVICE_UNAVAILABLE,
    faults.CHANNEL_BROKEN: HTTPStatus.SERVICE_UNAVAILABLE,
}


def of_till(error: ChannelError) -> Problem:
    """What the till says; 409 for what it would not do now."""
    status = _STATUS.get(error.fault, HTTPStatus.CONFLICT)
    return Problem(
        say(error.fault.text), status, error.fault.code, say(error.fault.remedy), error.detail
    )
