"""The one place where any error at all is caught: what others wrote ends here, and is reported."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def contained(report: Callable[[BaseException], object]) -> Iterator[None]:
    """End at this block whatever it raises, and hand it to `report`, which may raise in its place.

    For code that must not take its caller along: a plug-in, a driver, a side task, an observer.
    SystemExit is among it, since libraries end «the program» where they cannot start. A
    cancellation passes: it is the caller's own.
    """
    try:
        yield
    except (Exception, SystemExit) as error:  # noqa: BLE001  the only one: everybody else calls this
        report(error)


def one_line(error: BaseException) -> str:
    """The kind of an error and what it says, as one line for a status."""
    said = " ".join(str(error).split())
    kind = type(error).__name__
    return f"{kind}: {said}" if said else kind
