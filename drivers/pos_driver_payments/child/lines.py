"""What a till and a driver's child say to each other: a line of JSON each, over two pipes."""

from enum import StrEnum
from typing import Any

import msgspec

from pos_terminal.devices.errors import (
    DeviceError,
    DeviceLost,
    DeviceRefused,
    DeviceTimeout,
    OutcomeUnknown,
)
from pos_terminal.domain.authorisation import Order, Outcome, Stage, Totals
from pos_terminal.domain.faults import by_code

LONGEST = 1 << 20
"""Bytes of a line; the receipts of one payment are the longest."""


class Start(msgspec.Struct, frozen=True):
    """The first line of the till's: which driver, and its table of settings."""

    driver: str
    settings: dict[str, Any]


class Do(StrEnum):
    """The methods of `PaymentTerminal`."""

    IDENTITY = "identity"
    BEGIN = "begin"
    AUTHORISE = "authorise"
    OUTCOME = "outcome"
    CANCEL = "cancel"
    END_OF_DAY = "end-of-day"


class Asked(msgspec.Struct, frozen=True, omit_defaults=True):
    """A question; its answers bear its number. The `order` where there is one."""

    number: int
    do: Do
    order: Order | None = None


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far it is (`stage`), or the answer: what it is, or which error and its fault.

    The child's first line is one as well, number 0: that it is ready, or why it is not.
    """

    number: int
    stage: Stage | None = None
    text: str = ""
    outcome: Outcome | None = None
    totals: Totals | None = None
    error: str = ""
    code: str = ""
    detail: str = ""


ERRORS: dict[str, type[DeviceError]] = {
    "lost": DeviceLost, "timeout": DeviceTimeout, "refused": DeviceRefused,
    "unknown": OutcomeUnknown,
}  # fmt: skip
_NAMES = {kind: name for name, kind in ERRORS.items()}


def failed(number: int, error: DeviceError) -> Said:
    """An error as it is said."""
    kind, code, detail = _NAMES[type(error)], error.fault.code, error.detail
    return Said(number, error=kind, code=code, detail=detail)


def raised(said: Said) -> DeviceError | None:
    """The error that was said, if one was."""
    return ERRORS[said.error](by_code(said.code), said.detail) if said.error else None
