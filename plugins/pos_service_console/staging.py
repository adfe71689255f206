"""What somebody was shown and may agree to: one thing of each, held until she does."""

from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Staging(Generic[T]):
    """Of `most` at once, the newest. In memory: a restart forgets it, and it is shown anew."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._staged: dict[Hashable, tuple[str, T]] = {}

    def put(self, who: Hashable, name: str, what: T) -> None:
        """Hold it in place of what was shown before; `name` is what is agreed to."""
        self._staged.pop(who, None)
        while len(self._staged) >= self._most:
            del self._staged[next(iter(self._staged))]
        self._staged[who] = name, what

    def held(self, who: Hashable, name: str) -> T | None:
        """What is agreed to. None where another thing was shown since, it is done, or another's."""
        found = self._staged.get(who)
        return found[1] if found and found[0] == name else None

    def drop(self, who: Hashable) -> None:
        """It is done."""
        self._staged.pop(who, None)
