"""Plug-ins that are held back after they took the whole agent along: who, why, until when.

A service that raises is started again at once; one that blocked the loop or filled the memory cost
all the others a restart. So it is left out for five minutes, then an hour, then a day at a time.
New settings, or another version of it, end that: somebody has done something about it.
"""

from pathlib import Path

import msgspec
from msgspec import Struct

from pos_terminal.agent.clock import Clock
from pos_terminal.storage.files import write_durably

NAME = "held.json"
SECOND = 1_000_000
PAUSES = (300, 3600, 86_400)
"""Seconds that a plug-in is held, by how often it was before; the last one repeats."""


class Hold(Struct, frozen=True):
    """A plug-in of that version is held since then (µs UTC), for the n-th time, for that reason."""

    version: str
    since: int
    times: int
    why: str

    def left(self, now: int) -> float:
        """Seconds until it is tried again; by a clock that was set back, none."""
        pause = PAUSES[min(self.times, len(PAUSES)) - 1]
        passed = (now - self.since) / SECOND
        return max(0.0, pause - passed) if passed >= 0 else 0.0


class Holds:
    """The holds, in the agent's directory."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._path = folder / NAME
        self._clock = clock
        self._held = self._read()

    def on(self, name: str, version: str) -> Hold | None:
        """What holds that plug-in back now, if anything does."""
        held = self._held.get(name)
        if held is None or held.version != version:
            return None
        return held if held.left(self._clock.utc()) else None

    def hold(self, name: str, version: str, why: str) -> None:
        """Hold it back, durably: the agent ends next."""
        before = self._held.get(name)
        times = before.times + 1 if before and before.version == version else 1
        self._held[name] = Hold(version, self._clock.utc(), times, why)
        write_durably(self._path, msgspec.json.encode(self._held), 0o600)

    def release(self) -> None:
        """Let all be tried again, and counted anew."""
        self._held.clear()
        self._path.unlink(missing_ok=True)

    @property
    def ends(self) -> float | None:
        """Seconds until the next hold is over; None where nothing is held."""
        left = [hold.left(self._clock.utc()) for hold in self._held.values()]
        return min((each for each in left if each), default=None)

    def _read(self) -> dict[str, Hold]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, Hold])
        except FileNotFoundError:
            return {}
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            # Whoever spoilt the file wanted nothing held, or will be held again.
            return {}
