"""The explorer of payments: it finds what it is for, and the drivers stand it.

Here a sample of the points; all of them: `python -m pos_terminal.testing.payments --driver NAME`.
"""

import asyncio
import json
from typing import Any

import pytest

from pos_driver_payments.caisse_ap import CaisseAp
from pos_driver_payments.concert import Concert
from pos_driver_payments.frames.zvt import Raw
from pos_driver_payments.talk import Hear, Send, Speech, Talk
from pos_driver_payments.terminal import TalkingTerminal
from pos_driver_payments.zvt import Zvt
from pos_terminal.devices.errors import DeviceLost, OutcomeUnknown
from pos_terminal.devices.payments import PaymentTerminal, Told
from pos_terminal.domain.authorisation import Ending, Order, Outcome
from pos_terminal.domain.faults import TERMINAL_OFFLINE
from pos_terminal.testing.payments import LEAST, Bench, bench_of, explore, main
from pos_terminal.testing.timeless import run_timeless

NAMES = {
    "caisse-ap": 31, "cashlogy": 31, "concert": 31, "zvt": 31, "zvt-serial": 31,
    "cashdro": 293, "nexo": 199, "nexo-sealed": 397,
}  # fmt: skip
"""By name: how many points a sample leaves out. HTTP says the same in more bytes."""


@pytest.mark.parametrize("name", NAMES)
def test_the_customer_is_charged_once_or_not_at_all(name: str) -> None:
    report = explore(name, every=NAMES[name])
    assert (report.charged_twice, report.lost, report.failures) == (0, 0, [])
    assert report.points * NAMES[name] > LEAST


def test_a_terminal_that_can_be_asked_leaves_nothing_unknown() -> None:
    assert explore("zvt", every=29).unknown == 0
    assert explore("nexo", every=197).unknown == 0


class PaidBeforeTheResult(Concert):
    """Takes the acknowledgement of the order for its approval."""

    def authorise(self, order: Order) -> Talk[Outcome]:
        yield Send(b"\x05")
        yield Hear(3.0)
        yield Send(self.request(order), orders=True)
        yield Hear(3.0)
        return Outcome(ending=Ending.APPROVED, cents=order.cents)


class TakesAnyAnswer(Zvt):
    """Takes whatever the terminal did last for its order's."""

    def outcome(self, order: Order) -> Talk[Outcome | None]:
        session = self._session()
        yield from self._register(session)
        return (yield from self._repeat(session)).outcome()


class RetriesOnSilence(TalkingTerminal):
    """Gives the order again where no answer came."""

    async def authorise(self, order: Order, told: Told) -> Outcome:
        try:
            return await super().authorise(order, told)
        except OutcomeUnknown:
            return await super().authorise(order, told)


class TakesSilenceForNo(TalkingTerminal):
    """Says that nothing was sent whenever nothing came back."""

    async def authorise(self, order: Order, told: Told) -> Outcome:
        try:
            return await super().authorise(order, told)
        except OutcomeUnknown as error:
            raise DeviceLost(TERMINAL_OFFLINE) from error


def broken(name: str, speech: type[Any], shell: type[TalkingTerminal] = TalkingTerminal) -> Bench:
    """The bench of a driver that has gone wrong."""
    bench = bench_of(name)

    def over(dial: Any, settings: Any, line: Any = None) -> PaymentTerminal:
        talks: Speech = speech(settings, *([Raw] if issubclass(speech, Zvt) else []))
        return shell(dial, talks, settings.payment_time, line)

    return Bench(bench.machine, over, bench.settings)


def test_a_driver_that_tries_again_on_silence_is_found_to_charge_twice() -> None:
    report = explore("x", broken("caisse-ap", CaisseAp, RetriesOnSilence), every=13)
    assert report.charged_twice > 0


def test_a_driver_that_says_paid_before_the_result_is_found_to_lose_money() -> None:
    assert explore("x", broken("concert", PaidBeforeTheResult), every=13).lost > 0


def test_a_driver_that_believes_an_older_answer_is_found() -> None:
    assert explore("x", broken("zvt", TakesAnyAnswer), every=13).lost > 0


def test_a_driver_that_takes_silence_for_no_is_found_to_charge_twice() -> None:
    report = explore("x", broken("caisse-ap", CaisseAp, TakesSilenceForNo), every=13)
    assert report.charged_twice > 0
    assert report.lost > 0


def test_the_command_says_what_it_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--driver", "cashlogy", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["points"] >= LEAST
    assert (found["charged_twice"], found["lost"], found["failures"]) == (0, 0, [])
    assert sum(found["by_dialogue"].values()) == found["points"]


def test_what_waits_for_nothing_is_an_error() -> None:
    async def body() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(RuntimeError, match="nothing will come"):
        run_timeless(body())
