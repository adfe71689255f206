"""Varlink by other hands: PyPI's client against the till, our clients against its server."""

import asyncio
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import varlink

from pos_terminal.channel import interface
from pos_terminal.channel.agent_interface import INTERFACE as AGENT
from pos_terminal.channel.agent_interface import METHODS as AGENT_METHODS
from pos_terminal.channel.client import AsyncClient, Client
from pos_terminal.channel.describe import described
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import (
    Log,
    LogAsked,
    LogLine,
    Nothing,
    RecordsAsked,
    ReportAsked,
)
from pos_terminal.domain import faults
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.testing.running import run
from tests.support.shop import open_shop

LINE = {"at": "2026-11-29T08:00:00+01:00", "level": "INFO", "logger": "x", "text": "bon jour"}


def talk(path: Path) -> dict[str, Any]:
    """What PyPI's client gets from the till; it checks each reply against the description."""
    with (
        varlink.Client.new_with_address(f"unix:{path}") as client,
        client.open("org.varlink.service") as service,
        client.open(interface.INTERFACE) as till,
    ):
        got = {"info": service.GetInfo(), "status": till.Status()}
        got["some"] = till.Records(2, 2)
        followed: list[int] = []
        with client.open(interface.INTERFACE) as other:
            for reply in other.Records(0, 3, _more=True):
                followed += [each["seq"] for each in reply["records"]]
                if len(followed) >= 6:
                    break
        got["followed"] = followed
        with pytest.raises(varlink.VarlinkError) as refused:
            till.Report("", "M-1")
        got["refused"] = refused.value.as_dict()
        with pytest.raises(varlink.InvalidParameter):
            till.Records("none")
    return got


def test_their_client_understands_the_till(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            await shop.type("1 PLU CASH")
            await shop.journaled(SaleClosed)
            got = await asyncio.to_thread(talk, shop.state / "till")
            assert got["info"]["interfaces"] == ["org.varlink.service", interface.INTERFACE]
            assert got["status"]["selling"] and got["status"]["last_ticket"]["number"] == "2-000001"
            assert [each["seq"] for each in got["some"]["records"]] == [3, 4]
            assert got["followed"][:6] == [1, 2, 3, 4, 5, 6]
            assert got["refused"]["error"] == f"{interface.INTERFACE}.Refused"
            assert got["refused"]["parameters"]["fault"]["code"] == "C-146"

    run(body())


@pytest.mark.parametrize("text", [described(), described(AGENT, AGENT_METHODS)])
def test_no_two_members_have_one_name(text: str) -> None:
    """systemd's `varlinkctl` refuses a description in which they do; PyPI's client takes it."""
    names = Counter(re.findall(r"^(?:type|method|error) (\w+)", text, re.MULTILINE))
    assert len(names) > 5 and [name for name, times in names.items() if times > 1] == []


class Theirs:
    """Some methods of the interface, behind PyPI's server."""

    def Log(self, lines: int | None = None, level: str | None = None, _more: bool = True) -> Any:  # noqa: N802
        for _ in range(3 if _more else 1):
            yield {"lines": [LINE], "_continues": _more}

    def Report(self, subject: str, code: str, *more: object) -> Any:  # noqa: N802
        fault = {"code": "C-143", "text": "NON", "remedy": "demander", "detail": subject}
        raise varlink.VarlinkError({"error": interface.NOT_GRANTED, "parameters": {"fault": fault}})


@contextmanager
def their_server(folder: Path) -> Iterator[Path]:
    (folder / f"{interface.INTERFACE}.varlink").write_text(described())
    service = varlink.Service(
        vendor="v", product="p", version="1", url="u", interface_dir=str(folder)
    )
    service.interface(interface.INTERFACE)(Theirs)

    handler = type("Handler", (varlink.RequestHandler,), {"service": service})
    with varlink.ThreadingServer(f"unix:{folder}/till", handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield folder / "till"
        finally:
            server.shutdown()
            thread.join()


def test_our_clients_understand_their_server(tmp_path: Path) -> None:
    log = Log([LogLine(**LINE)])
    with their_server(tmp_path) as path:
        one = Client(path)
        assert one.call(interface.GET_INFO, Nothing()).product == "p"
        assert one.call(interface.LOG, LogAsked(3)) == log
        follower = one.follow(interface.LOG, LogAsked(3))
        assert [next(follower), next(follower)] == [log, log]
        follower.close()
        with pytest.raises(ChannelError, match="mail") as refused:
            one.call(interface.REPORT, ReportAsked("mail", "M-1"))
        assert refused.value.fault is faults.NOT_GRANTED
        with pytest.raises(ChannelError) as unknown:
            one.call(interface.RECORDS, RecordsAsked(0))
        assert unknown.value.fault is faults.OTHER_VERSION
        assert run(AsyncClient(path).call(interface.LOG, LogAsked(3))) == log
