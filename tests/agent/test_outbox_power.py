"""Power cuts and full disks while something is queued: what was acknowledged is there, once."""

import asyncio
import shutil
from contextlib import suppress
from pathlib import Path
from random import Random

import apsw
import pytest

from pos_terminal.agent.delivery import DeliveryRules, Message
from pos_terminal.agent.outbox import SCHEMA, Outbox
from pos_terminal.agent.stores import Stores
from pos_terminal.testing.powercut import FaultyVFS, Loss, PowerCutVFS
from pos_terminal.testing.running import run
from tests.support.agent import SetClock

IDS = [str(number) for number in range(4)]


def no_damage(path: Path) -> None:
    raise AssertionError(f"{path} was taken for damaged")


async def delivered(box: Outbox, wanted: int) -> list[str]:
    """Deliver so many, in order."""
    got: list[str] = []

    async def send(message: Message) -> None:
        got.append(message.id)

    async with asyncio.TaskGroup() as group:
        task = group.create_task(box.deliver("mail", send, DeliveryRules(pauses=(0,))))
        async with asyncio.timeout(20):
            while len(got) < wanted or (len(got) == wanted and (await box.waiting()).messages):
                await asyncio.sleep(0)
        task.cancel()
    return got


@pytest.mark.parametrize("loss", Loss)
def test_after_a_power_cut_what_was_put_is_there_and_what_was_sent_is_not(
    tmp_path: Path, loss: Loss
) -> None:
    put: list[str] = []
    sent: list[str] = []
    steps: list[tuple[int, int]] = []

    def step() -> int:
        steps.append((len(put), len(sent)))
        return len(steps) - 1

    disk = PowerCutVFS(frozenset(range(1, 1000)), step)

    async def live() -> None:
        (tmp_path / "live").mkdir()
        stores = Stores(tmp_path / "live", no_damage, vfs=disk.name)
        box = Outbox(stores.worker("alerts", SCHEMA), SetClock())
        for id in IDS:
            await box.put(id, "mail", b"body")
            put.append(id)
        # All of them: what is settled by now is not waiting at any later instant.
        sent.extend(await delivered(box, len(IDS)))
        await stores.close()

    async def taken_up(folder: Path, acknowledged: int, settled: int) -> None:
        stores = Stores(folder, no_damage)
        box = Outbox(stores.worker("alerts", SCHEMA), SetClock())
        waiting = (await box.waiting()).messages
        assert waiting == 0 if settled else waiting <= len(IDS)
        # Whatever of it is put once more is taken only where it never was.
        again = [await box.put(id, "mail", b"body") for id in IDS[:acknowledged]]
        assert not any(again)
        await stores.close()

    run(live())
    assert sent == IDS and len(disk.cuts) > 30
    random = Random(loss.value)
    for number, (image, at) in enumerate(disk.cuts):
        folder = tmp_path / f"cut-{number}"
        folder.mkdir()
        image.restore(folder, loss, random)
        run(taken_up(folder, *steps[at]))
        shutil.rmtree(folder)


@pytest.mark.parametrize("error", [apsw.FullError, apsw.IOError, apsw.ReadOnlyError])
def test_a_disk_that_takes_nothing_refuses_the_message_and_later_takes_it_once(
    tmp_path: Path, error: type[apsw.Error]
) -> None:
    async def body() -> None:
        disk = FaultyVFS(error, first=10_000)
        stores = Stores(tmp_path, no_damage, vfs=disk.name)
        box = Outbox(stores.worker("alerts", SCHEMA), SetClock())
        await box.put("1", "mail", b"body")
        disk.fail_from_now()
        for _ in range(3):
            with pytest.raises(error):
                await box.put("2", "mail", b"body")
        disk.healed = True
        with suppress(error):  # the first one behind may still have to undo
            await box.put("2", "mail", b"body")
        await box.put("2", "mail", b"body")
        assert await delivered(box, 2) == ["1", "2"]
        await stores.close()

    run(body())
