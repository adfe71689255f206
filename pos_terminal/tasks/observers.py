"""Who is told of a change: any number, each by itself."""

import logging
from collections.abc import Callable
from typing import Generic, TypeVar

from pos_terminal.tasks.contain import contained

log = logging.getLogger(__name__)

T = TypeVar("T")


class Observers(Generic[T]):
    """Calls everybody who asked to be told, in the order in which they asked."""

    def __init__(self) -> None:
        self._told: list[Callable[[T], object]] = []

    def add(self, told: Callable[[T], object]) -> Callable[[], None]:
        """Have `told` called with every change from now on; what is returned ends that."""
        self._told.append(told)
        return lambda: self._told.remove(told)

    def tell(self, change: T) -> None:
        """Tell all. One that raises is logged, and the others are told all the same."""
        for told in tuple(self._told):  # one may leave, or come, while it is told
            with contained(lambda error: log.error("an observer failed", exc_info=error)):
                told(change)
