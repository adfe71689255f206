"""What every command prints alike: JSON, and a failure with its code and remedy."""

import sys

import msgspec

from pos_terminal.domain.faults import Fault
from pos_terminal.domain.language import say


def print_json(value: object) -> None:
    """One JSON object on one line of standard output."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
    sys.stdout.flush()


def fail(fault: Fault, detail: str, *, as_json: bool) -> int:
    """Say what failed, on standard error, or as JSON on standard output; returns exit status 1."""
    if as_json:
        print_json(
            {"code": fault.code, "cause": fault.cause, "detail": detail, "remedy": fault.remedy}
        )
    else:
        print(f"{fault.code} {detail}\n{say(fault.remedy)}", file=sys.stderr)
    return 1
