"""Consent by a rule of the shop's: a night's hours, one firm, to look and to test, and no more."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pos_terminal.channel import interface
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import Nothing, ReopenAsked, TestAsked
from pos_terminal.domain import faults
from pos_terminal.domain.audit.identity import Support
from pos_terminal.domain.events.grants import GrantEnded, GrantGiven
from pos_terminal.domain.events.values import GrantLevel
from pos_terminal.domain.staff.support import UNATTENDED
from pos_terminal.runtime.methods.unattended import now_in
from pos_terminal.testing.running import run
from tests.support.printed import papers
from tests.support.supporting import FIRM, Peer, staffed_shop

PARIS = ZoneInfo("Europe/Paris")


def rule() -> str:
    """Hours that it is now, and for a while."""
    now = datetime.now(PARIS)
    begin, end = now - timedelta(hours=1), now + timedelta(hours=1)
    return f'{FIRM}unattended = "{begin:%H:%M}-{end:%H:%M}"\n'


def test_in_its_hours_the_firm_may_look_and_test_once(tmp_path: Path) -> None:
    async def body() -> None:
        async with staffed_shop(tmp_path, more=rule()) as shop, Peer(shop).following() as peer:
            granted = await peer.enter(UNATTENDED)
            grant = granted.grant
            (given_,) = await shop.journaled(GrantGiven)
            assert (given_.level, given_.by, given_.scope) == ("diagnose", 0, ())
            await peer.command(grant, "restart tone", "essaie", GrantLevel.DIAGNOSE)
            await peer.till.call(interface.REOPEN, ReopenAsked("tone", grant))
            for tried in (
                peer.command(grant, "kick", "ouvre", GrantLevel.CONTROL),
                peer.till.call(interface.TEST, TestAsked("drawer", grant)),
            ):
                with pytest.raises(ChannelError) as raised:
                    await tried
                assert raised.value.fault is faults.NOT_GRANTED
            await peer.leave(grant)
            await papers(shop, "ASSISTANCE : COMPTE RENDU", "règle du commerce")
            await shop.journaled(GrantEnded)
            status = await shop.till.call(interface.STATUS, Nothing())
            assert status.grants == [], "once a night"

    run(body())


def test_one_key_ends_it_too(tmp_path: Path) -> None:
    async def body() -> None:
        async with staffed_shop(tmp_path, more=rule()) as shop, Peer(shop).following() as peer:
            await peer.consent()
            await shop.shows("ASSISTANCE")
            await shop.type("ASSISTANCE")
            (ended,) = await shop.journaled(GrantEnded)
            assert ended.why == "ended"

    run(body())


@pytest.mark.parametrize(
    "hours", ["2:00-04:00", "02:00", "25:00-26:00", "nuit", "02:00-04:00, 05:00-06:00"]
)
def test_a_rule_that_is_none_is_refused(hours: str) -> None:
    with pytest.raises(ValueError, match="unattended"):
        Support(firm="Acme", unattended=hours)
    with pytest.raises(ValueError, match="firm"):
        Support(unattended="02:00-04:00")


MINUTES = st.integers(0, 24 * 60 - 1)


@given(MINUTES, MINUTES, MINUTES)
@example(23 * 60, 60, 30)
@example(120, 240, 240)
def test_the_hours_are_those_of_the_clock(begin: int, end: int, now: int) -> None:
    """The oracle walks the clock minute by minute."""
    hours = "-".join(f"{at // 60:02d}:{at % 60:02d}" for at in (begin, end))
    local = datetime(2026, 1, 5, now // 60, now % 60, tzinfo=PARIS)
    left, at = 0, now
    inside = (now - begin) % 1440 < ((end - begin) % 1440 or 1440)
    while inside and (at - begin) % 1440 < ((end - begin) % 1440 or 1440):
        left, at = left + 1, at + 1
        if at % 1440 == end:
            break
    found = now_in(hours, local)
    assert (found is not None) == inside
    assert found is None or round(found / 60) == left
