"""Requests and answers of CashDro's web service, «Cashdro3WS»: GET over HTTPS, JSON back.

    ?name=..&password=..&operation=startOperation&type=4&posid=..&posuser=..&parameters={"amount":1234}
                                                    -> {"code":1,"data":"90210"}
    ..&operation=acknowledgeOperationId&operationId=90210        -> {"code":1,"data":""}
    ..&operation=askOperation&operationId=90210
        -> {"code":1,"data":"{\"operation\":{\"operationid\":\"90210\",\"state\":\"F\",
                              \"total\":\"1234\",\"totalin\":\"2000\",\"totalout\":\"-766\",..},..}"}
    ..&operation=finishOperation&type=2&operationId=90210        gives up what is under way
    ..&operation=setOperationImported&operationId=90210          the till has it on its books

Type 4 is a sale; 3 is money that goes back to a customer: only `totalout` moves then. «index.php»
has the answer's `data`, a text in which JSON stands once more; «index3.php» has it as `response`,
in JSON alone. An operation is carried out once its number has been acknowledged. Its states: I
begun, Q queued, E under way, F finished. Sums are cents, as numbers or texts. A code that is not 1
is an error. Sources: the Odoo module of Tecnativa, used on machines, and public clients and
simulators of both pages.
"""

import re
from typing import Any
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

NUMBER = re.compile(r"[0-9A-Za-z-]{1,32}")
"""What a machine calls an operation."""

DONE = 1
FINISHED, BEGUN, UNDER_WAY = "F", "I", ("I", "Q", "E")


NO_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What msgspec says of bytes that are none, of texts that are none, and of a thousand brackets."""


class FrameError(ValueError):
    """What came cannot be believed. It says where, and shows none of it."""


class Operation(Struct, frozen=True):
    """How an operation stands: cents that came in and went out, and whether all went well."""

    number: str
    state: str
    total: int
    come: int
    gone: int
    whole: bool


def target(page: str, name: str, password: str, operation: str, **rest: object) -> str:
    """A request's target. It has the password in it: it is shown to nobody."""
    words = {"name": name, "password": password, "operation": operation, **rest}
    return f"{page}?{urlencode(words)}"


def amount(cents: int) -> str:
    """The parameters of a sale, or of money that goes back."""
    return msgspec.json.encode({"amount": cents}).decode()


def answer(body: bytes) -> tuple[int, Any]:
    """Code and content of an answer, whichever page it is from. FrameError."""
    try:
        said = msgspec.json.decode(body)
        if not isinstance(said, dict) or type(said.get("code")) is not int:
            raise FrameError("no answer of the service")
        if "response" in said:
            return said["code"], said["response"]
        data = said.get("data", "")
        if isinstance(data, str) and data.startswith("{"):
            data = msgspec.json.decode(data)
    except NO_JSON as error:
        raise FrameError("no JSON") from error
    return said["code"], data


def begun(content: Any) -> str:
    """The number of a new operation. FrameError."""
    number = content
    if isinstance(content, dict):
        inner = content.get("operation")
        number = inner.get("operationId") if isinstance(inner, dict) else None
    if isinstance(number, int) and not isinstance(number, bool):
        number = str(number)
    if not isinstance(number, str) or not NUMBER.fullmatch(number):
        raise FrameError("an operation without a number")
    return number


def operation(content: Any) -> Operation:
    """How an operation stands. FrameError."""
    found = content
    if isinstance(found, dict) and isinstance(found.get("operation"), dict):
        found = found["operation"]
        if isinstance(found.get("operation"), dict):  # as index3.php has it
            content, found = found, found["operation"]
    if not isinstance(found, dict) or not isinstance(found.get("state"), str):
        raise FrameError("no operation")
    wrong = str(content.get("withError", "false")).lower() != "false"
    short = _cents(found.get("amountchangenotavailable", 0))
    return Operation(
        number=str(found.get("operationid", found.get("operationId", ""))),
        state=found["state"],
        total=_cents(found.get("total", 0)),
        come=_cents(found.get("totalin", 0)),
        gone=abs(_cents(found.get("totalout", 0))),
        whole=not (wrong or short),
    )


def _cents(value: object) -> int:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not re.fullmatch(r"-?[0-9]{1,9}", text):
        raise FrameError("a sum that is none")
    return int(text)
