"""A state whose keys are gone: the till says so and records nothing, until they are back."""

from pathlib import Path

from pos_driver_sim.bench import SimBench
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.faults.journal import KEY_MISSING
from pos_terminal.testing.running import run
from tests.support.journaled import records
from tests.support.process import terminal
from tests.support.shop import keys, write_settings


async def press(bench: SimBench, words: str, shown: str) -> None:
    for chord in keys(words):
        await bench.keyboard.stroke(tuple(chord.split("+")))
    await bench.display.wait_for(lambda screen: shown in screen.line1 + screen.line2)


def test_a_state_without_its_keys_sells_nothing_until_they_are_back(tmp_path: Path) -> None:
    state, aside = tmp_path / "state", tmp_path / "aside"

    async def body() -> None:
        wires = tmp_path / "wires"
        wires.mkdir()
        async with SimBench(wires) as bench:
            config = write_settings(tmp_path, bench.toml())
            async with terminal(config, state) as process:
                await press(bench, "1 PLU CASH", "MERCI")
                process.terminate()
            (state / "keys").rename(aside)
            before = [record.hash for record in records(state)]
            async with terminal(config, state) as process:
                await press(bench, "1 PLU", KEY_MISSING.code)
                assert KEY_MISSING.text in bench.display.screen.line1
                await bench.tone.wait_for(lambda end: Tone.ALARM in end.tones)
                # No other key takes their place by itself: who could vouch for it?
                assert not (state / "keys").exists()
                assert [record.hash for record in records(state)] == before
                aside.rename(state / "keys")
                await bench.display.wait_for(lambda screen: KEY_MISSING.code not in screen.line2)
                await press(bench, "1 PLU CASH", "MERCI")
                process.terminate()
        tickets = [each.event for each in records(state) if isinstance(each.event, SaleClosed)]
        assert [ticket.number for ticket in tickets] == [1, 2]

    run(body())


