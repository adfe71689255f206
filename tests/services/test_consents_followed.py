"""The service follows the till's consents: never one that is over, and again where it failed."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator
from contextlib import suppress
from pathlib import Path

import pytest

from pos_service_support.service import SupportService
from pos_service_support.settings import SupportSettings
from pos_terminal.channel import interface
from pos_terminal.channel.interface import Nothing
from pos_terminal.channel.service import Dispatcher
from pos_terminal.channel.support import Consent, ConsentNews, ConsentsAsked, SupportTrouble
from pos_terminal.commands import support_relay
from pos_terminal.domain import faults
from pos_terminal.domain.events.values import GrantLevel
from pos_terminal.testing.running import PATIENCE, run
from tests.support.channel import serving
from tests.support.relay import needs, short
from tests.support.service_world import world


def consent(number: int) -> Consent:
    return Consent(number, GrantLevel.DIAGNOSE, "2026-11-30T12:00:00+01:00", 600)


@pytest.mark.slow
def test_a_consent_that_is_over_is_never_dialled_for_and_a_failed_process_is_begun_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs()
    support_relay.new_keys(tmp_path / "keys")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "keys"))
    dialled: asyncio.Queue[None] = asyncio.Queue()
    troubles: asyncio.Queue[SupportTrouble] = asyncio.Queue()

    async def consents(peer: object, asks: ConsentsAsked) -> AsyncGenerator[ConsentNews, None]:
        yield ConsentNews(consent(1))
        yield ConsentNews(None)  # the key, before anything was done
        yield ConsentNews(consent(2))
        await asyncio.Event().wait()

    async def trouble(peer: object, asks: SupportTrouble) -> Nothing:
        troubles.put_nowait(asks)
        return Nothing()

    async def relay(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """It hangs."""
        dialled.put_nowait(None)
        writer.close()

    async def body() -> None:
        till = Dispatcher("pos-terminal", "9.9")
        till.answer(interface.CONSENTS, consents)
        till.answer(interface.SUPPORT_TROUBLE, trouble)
        server = await asyncio.start_server(relay, "127.0.0.1", 0)
        public = short(tmp_path / "keys" / "support-key.pub")
        settings = SupportSettings(
            relay="127.0.0.1", relay_port=server.sockets[0].getsockname()[1], listen=1,
            relay_key=public, ca=public,
        )  # fmt: skip
        async with server, serving(tmp_path / "till", till), world(tmp_path, {}, "support") as (
            agent, _,
        ):  # fmt: skip
            service = SupportService(agent, settings)
            running = asyncio.ensure_future(service.run())
            async with asyncio.timeout(4 * PATIENCE):
                # For the first it may have begun before it heard that it was over.
                while not service.visit or service.visit.number != 2:
                    await dialled.get()
                (child,) = children()
                os.kill(child, signal.SIGKILL)
                while (await troubles.get()).code != faults.RELAY_SILENT.code:
                    pass
                while children() in ([], [child]):
                    await asyncio.sleep(0.05)
                await dialled.get()
            running.cancel()
            await asyncio.wait((running,))
            assert children() == []

    run(body())


def children() -> list[int]:
    """The service's processes."""
    found = []
    for each in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
        with suppress(OSError):  # it is gone meanwhile
            if b"ssh_child" in Path(f"/proc/{each}/cmdline").read_bytes():
                found.append(int(each))
    return found
