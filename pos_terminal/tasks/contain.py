"""The one place where any error at all ends: what others wrote stops here, and is reported."""

from collections.abc import Callable
from types import TracebackType


class contained:  # noqa: N801  read as a word, like contextlib.suppress
    """End at this block whatever it raises, and hand it to `report`, which may raise in its place.

    For code that must not take its caller along: a plug-in, a driver, a side task, an observer.
    SystemExit is among it, since libraries end «the program» where they cannot start. A
    cancellation passes: it is the caller's own.
    """

    def __init__(self, report: Callable[[BaseException], object]) -> None:
        self._report = report

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        if not isinstance(error, Exception | SystemExit):
            return False
        self._report(error)
        return True


def one_line(error: BaseException) -> str:
    """The kind of an error and what it says, as one line for a status."""
    said = " ".join(str(error).split())
    kind = type(error).__name__
    return f"{kind}: {said}" if said else kind
