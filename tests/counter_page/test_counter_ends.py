"""How the page is opened and how it ends: the browser, the terminal's window, what stays behind."""

import os
import pty
import re
import signal
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.counter_page import counter, ended, press

COMMAND = (sys.executable, "-m", "pos_terminal", "counter", "--port", "0")


def run_at_a_terminal(environment: dict[str, str]) -> tuple["subprocess.Popen[bytes]", int, str]:
    """The command as somebody starts it by hand, and the address that it says."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        COMMAND, stdout=theirs, stderr=subprocess.PIPE, start_new_session=True, env=environment
    )
    os.close(theirs)
    said = ""
    while "Ctrl-C" not in said:
        said += os.read(ours, 4096).decode()
    found = re.search(r"http://\S+", said)
    assert found, said
    return process, ours, found[0]


def left(process: "subprocess.Popen[bytes]", terminal: int) -> None:
    """It has ended as it should, and complained of nothing."""
    _, complaint = process.communicate(timeout=60)
    os.close(terminal)
    assert (process.returncode, complaint) == (0, b"")


def status(address: str) -> tuple[int, str]:
    """What a GET is answered with, and where it leads."""
    parts = urlsplit(address)
    connection = HTTPConnection(parts.netloc, timeout=30)
    connection.request("GET", parts.path)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, answer.headers["Location"] or ""


def test_a_browser_is_opened_by_an_address_that_is_good_once(tmp_path: Path) -> None:
    told, browser = tmp_path / "told", tmp_path / "browser"
    os.mkfifo(told)
    browser.write_text(f'#!/bin/sh\necho "$1" > {told}\nexec sleep 600\n')  # it stays open
    browser.chmod(0o755)
    environment = {**os.environ, "BROWSER": str(browser), "TMPDIR": str(tmp_path)}
    process, terminal, address = run_at_a_terminal(environment)
    try:
        opened = told.read_text().strip()
        token = urlsplit(address).path.strip("/")
        assert token not in opened  # which everybody on this machine can read
        assert status(opened) == (303, f"/{token}/")
        assert status(opened) == (404, "")
        assert status(address)[0] == 200
    finally:
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all that it has started
        left(process, terminal)
    assert [each.name for each in tmp_path.iterdir() if "pos-terminal" in each.name] == []


@pytest.mark.parametrize(
    "absent",
    ["DISPLAY", *(pytest.param(each, marks=pytest.mark.slow) for each in ("BROWSER", "PATH"))],
)
def test_where_there_is_no_browser_the_address_is_said(tmp_path: Path, absent: str) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    environment |= {"DISPLAY": ":99"} if absent == "PATH" else {}
    environment |= {"PATH": ""} if absent == "PATH" else {}
    for name in ("BROWSER", "WAYLAND_DISPLAY", *(() if absent == "PATH" else ("DISPLAY",))):
        environment.pop(name, None)
    process, terminal, address = run_at_a_terminal(environment)
    assert status(address)[0] == 200
    process.send_signal(signal.SIGTERM)
    left(process, terminal)


@pytest.mark.parametrize(
    "number",
    [
        signal.SIGINT,
        *(pytest.param(each, marks=pytest.mark.slow) for each in (signal.SIGTERM, signal.SIGHUP)),
    ],
)
def test_nothing_stays_behind_whatever_ends_it(tmp_path: Path, number: signal.Signals) -> None:
    with counter(temporary=tmp_path) as page:
        page.act(*press("F1"))  # in the middle of a sale, with windows and a lesson open
        page.act({"type": "lesson", "number": 1})
        windows = page.told()
        next(windows)
        assert list(tmp_path.iterdir())
        assert ended(page.process, number) == (0, "")
        assert of_this(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def of_this(temporary: Path) -> list[str]:
    """The processes whose temporary files lie here: those that the command has started."""
    found = []
    mark = f"TMPDIR={temporary}".encode()
    for each in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (each / "environ").read_bytes().split(b"\0"):
                found.append((each / "cmdline").read_text())
        except OSError:
            continue  # it has ended, or is somebody else's
    return found
