"""What systemd says of the till's unit: down by itself, or because somebody wanted it so.

`systemctl show` asks systemd over D-Bus, as any user may. A till that does not answer is a failure
unless systemd knows that a person stopped it; where nobody can say (a till run by hand, another
service manager), its silence is believed.
"""

import asyncio
import re

from msgspec import Struct

PATIENCE = 5.0
"""Seconds for systemd's answer."""

PROPERTIES = ("LoadState", "ActiveState", "SubState", "Result", "NRestarts")


class UnitState(Struct, frozen=True):
    """The till's unit (org.freedesktop.systemd1(5)): its states, how the last run ended, and how
    often it was started again since somebody started it.
    """

    load: str
    active: str
    sub: str
    result: str
    restarts: int

    @property
    def meant(self) -> bool:
        """Whether it is down, or on its way down or up, because a person wanted it so.

        systemd ends what takes too long on its way, with another result; and whoever starts a unit
        by hand sets its count of restarts to zero, so that one which fell over is told apart.
        """
        if self.load != "loaded" or self.result != "success":
            return False
        if self.active == "activating":
            return self.sub != "auto-restart" and self.restarts == 0
        return self.active in ("inactive", "deactivating")

    def __str__(self) -> str:
        return f"systemd: {self.active} ({self.sub}), {self.result}, NRestarts {self.restarts}"


def parsed(answer: str) -> UnitState | None:
    """What `systemctl show` wrote; None where there is no such unit."""
    found = dict(re.findall(r"^(\w+)=(.*)$", answer, re.MULTILINE))
    if found.get("LoadState", "not-found") == "not-found" or not set(PROPERTIES) <= set(found):
        return None
    restarts = found["NRestarts"]
    return UnitState(
        found["LoadState"], found["ActiveState"], found["SubState"], found["Result"],
        int(restarts) if restarts.isdecimal() else 0,
    )  # fmt: skip


async def unit_state(unit: str, systemctl: str = "systemctl") -> UnitState | None:
    """How that unit fares; None where systemd does not say."""
    try:
        asked = await asyncio.create_subprocess_exec(
            systemctl, "show", "--property", ",".join(PROPERTIES), "--", unit,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
    except OSError:
        return None
    try:
        async with asyncio.timeout(PATIENCE):
            answer, _ = await asked.communicate()
    except TimeoutError:
        return None
    finally:
        if asked.returncode is None:
            asked.kill()
            await asked.wait()
    return parsed(answer.decode(errors="replace")) if asked.returncode == 0 else None
