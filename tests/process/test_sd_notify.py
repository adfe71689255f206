"""What systemd is told, over a real datagram socket."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from pos_terminal.process.sd_notify import notify, watchdog_interval


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        end.bind(str(tmp_path / "notify"))
        end.settimeout(10)
        yield end


def test_states_arrive_in_one_datagram(
    manager: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", manager.getsockname())
    notify("READY=1", "STATUS=selling")
    assert manager.recv(4096) == b"READY=1\nSTATUS=selling"


def test_an_abstract_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"pos-terminal-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        end.bind("\0" + name)
        end.settimeout(10)
        monkeypatch.setenv("NOTIFY_SOCKET", "@" + name)
        notify("WATCHDOG=1")
        assert end.recv(4096) == b"WATCHDOG=1"


def test_without_a_manager_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify("READY=1")


def test_a_manager_that_is_gone_or_full_stops_nobody(
    manager: socket.socket,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    notify("READY=1")
    assert "was not told READY=1" in caplog.text
    caplog.clear()
    monkeypatch.setenv("NOTIFY_SOCKET", manager.getsockname())
    for _ in range(10_000):
        notify("WATCHDOG=1")
        if caplog.text:
            break
    assert "was not told WATCHDOG=1" in caplog.text


@pytest.mark.parametrize(
    ("micros", "pid", "seconds"),
    [
        (None, None, None),
        ("10000000", None, 5.0),
        pytest.param("10000000", str(os.getpid()), 5.0, id="this process"),
        ("10000000", "1", None),
    ],
)
def test_how_often_a_sign_of_life_is_wanted(
    micros: str | None, pid: str | None, seconds: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("WATCHDOG_USEC", micros), ("WATCHDOG_PID", pid)):
        monkeypatch.delenv(name, raising=False)
        if value:
            monkeypatch.setenv(name, value)
    assert watchdog_interval() == seconds
