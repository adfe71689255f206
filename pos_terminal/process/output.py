"""What every command prints alike: JSON, and a failure with its code and remedy."""

import sys

import msgspec

from pos_terminal.domain.faults import Failure
from pos_terminal.domain.language import say


def print_json(value: object) -> None:
    """One JSON object on one line of standard output."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
    sys.stdout.flush()


def fail(failure: Failure, *, as_json: bool) -> int:
    """Say what failed, on standard error, or as JSON on standard output; returns exit status 1."""
    fault = failure.fault
    cause, remedy = say(fault.cause), say(fault.remedy)
    if as_json:
        detail = failure.detail
        told = {"code": fault.code, "cause": cause, "detail": detail, "remedy": remedy}
        print_json(told | dict(failure.facts))
    else:
        print(f"{fault.code} {failure.detail or cause}\n{remedy}", file=sys.stderr)
    return 1
