"""What failed and what to do about it, as one line of a log."""

from pos_terminal.domain.faults import Failure
from pos_terminal.domain.language import say


def advice(failure: Failure) -> str:
    """The failure with its code, and its remedy."""
    return say("{failure}. Remède : {remedy}").format(
        failure=str(failure).rstrip(" ."), remedy=say(failure.fault.remedy)
    )
