"""The process that speaks SSH, in other hands: what it tells the agent is bounded, and ends."""

import asyncio
import sys
from hashlib import sha256
from pathlib import Path

import apsw
import pytest

from pos_service_support import wire
from pos_service_support.recording import MOST, SCHEMA
from pos_service_support.settings import SupportSettings
from pos_service_support.visit import Visit
from pos_terminal.channel import interface
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import Granted, Nothing
from pos_terminal.channel.service import Dispatcher
from pos_terminal.channel.support import CommandAsked, Consent, SessionAsked, SessionEnding
from pos_terminal.domain import faults
from pos_terminal.domain.events.values import GrantLevel
from pos_terminal.testing.running import PATIENCE, run
from tests.support.channel import serving
from tests.support.service_world import world

BEGINS = """
import sys
from pos_service_support.wire import *
def tell(message):
    sys.stdout.buffer.write(line(message))
    sys.stdout.buffer.flush()
sys.stdin.buffer.readline()
tell(Enter(1, "a principal", "marie", "SHA256:x"))
sys.stdin.buffer.readline()
tell(Shown(0.5, "> ", 80, 24))
"""

FLOODS = f"""{BEGINS}
while True:  # whatever it is told
    tell(Shown(1.0, "x" * 10_000, 80, 24))
"""

GOES_ON = f"""{BEGINS}
tell(Run(1, "update"))
while b"Finish" not in sys.stdin.buffer.readline():
    pass
tell(Run(2, "update"))
tell(Left("it is over", False))
tell(Shown(2.0, "more", 80, 24))
tell(Run(3, "update"))
"""

KEY = "ssh-ed25519 " + "A" * 68
SETTINGS = SupportSettings(relay="127.0.0.1", relay_key=KEY, ca=KEY, listen=1)
CONSENT = Consent(7, GrantLevel.OBSERVE, "2026-11-30T12:00:00+01:00", 600)


class Till:
    """Lets him in, and keeps what it is told; not the first ending, where it is `away` then."""

    def __init__(self, away: faults.Fault | None = None) -> None:
        self._away = away
        self.asked: asyncio.Queue[CommandAsked] = asyncio.Queue()
        self.endings: list[SessionEnding] = []
        self.service = Dispatcher("pos-terminal", "9.9")
        self.service.answer(interface.SESSION, self._session)
        self.service.answer(interface.COMMAND, self._command)
        self.service.answer(interface.END_SESSION, self._end)

    async def _session(self, peer: object, asks: SessionAsked) -> Granted:
        return Granted(7, "secret", CONSENT.until)

    async def _command(self, peer: object, asks: CommandAsked) -> Nothing:
        self.asked.put_nowait(asks)
        await asyncio.Event().wait()  # somebody at the counter takes his time
        return Nothing()

    async def _end(self, peer: object, asks: SessionEnding) -> Nothing:
        if away := self._away:
            self._away = None
            raise ChannelError(away)
        self.endings.append(asks)
        return Nothing()


async def visited(
    folder: Path, script: str, *, ends: bool = False, away: faults.Fault | None = None
) -> tuple[Till, bytes]:
    """What the till was told of a visit by such a process, and the recording that was kept."""
    till = Till(away)
    async with serving(folder / "till", till.service), world(folder, {}, "support") as (agent, _):
        store = agent.store("recordings", SCHEMA)
        program = (sys.executable, "-c", script)
        visit = Visit(agent, SETTINGS, store, CONSENT, ("", ""), program=program)
        visiting = asyncio.ensure_future(visit.run())
        async with asyncio.timeout(4 * PATIENCE):
            if ends:
                await till.asked.get()
                visit.end("it is over")
            await visiting
    db = apsw.Connection(str(folder / "support.recordings.db"))
    ((digest, cast),) = db.execute("SELECT sha256, cast_v2 FROM recording")
    db.close()
    assert digest == sha256(cast).hexdigest() == till.endings[0].recording
    assert len(till.endings) == 1
    return till, cast


@pytest.mark.slow
def test_a_recording_that_is_full_ends_the_session(tmp_path: Path) -> None:
    _, cast = run(visited(tmp_path, FLOODS))
    assert MOST < len(cast) < MOST + wire.LONGEST


@pytest.mark.slow
def test_what_is_typed_ahead_of_the_end_is_not_done_behind_it(tmp_path: Path) -> None:
    """The till is not even asked; what was being done is said to be undone."""
    till, cast = run(visited(tmp_path, GOES_ON, ends=True))
    assert till.asked.empty() and till.endings[0].undone == "update"
    assert b"> " in cast and b"more" not in cast


@pytest.mark.parametrize("away", [faults.JOURNAL_FAILED, faults.TILL_SILENT], ids=lambda x: x.code)
def test_a_till_that_is_away_at_the_end_is_told_once_it_is_back(
    tmp_path: Path, away: faults.Fault
) -> None:
    """Else the hash of what was recorded would stand nowhere."""
    till, _ = run(visited(tmp_path, f"{BEGINS}tell(Left('', True))", away=away))
    assert till.endings[0].lost
