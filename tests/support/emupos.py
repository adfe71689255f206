"""emupos: somebody else's scale and receipt printer at the far end of the wire.

It needs Python 3.13 or newer, so it lives in an environment of its own, `.venv-emupos` in the
root of the repository, made at the first use. Devices are told as emupos's configuration tells
them; a serial device with `{"serial": {"pty": True}}` appears at `line(id)`.
"""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.own_environment import installed

PATIENCE = 60.0


class Emupos:
    """A running simulator."""

    def __init__(self, directory: Path, api: int) -> None:
        self.directory = directory
        self._api = api

    def line(self, device: str) -> str:
        """The serial port of a device with a pty."""
        return str(self.directory / "emupos" / device)

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """One call of the control API, such as ask("PUT", "front/faults/paper-out").

        Returns the JSON that it answers, text for a text, bytes for a picture, None for no content.
        """
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._api}/api/v1/devices/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={} if body is None else {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            content = answer.read()
            kind = answer.headers.get_content_type()
        if not content:
            return None
        if kind.startswith("image/"):
            return content
        return json.loads(content) if kind == "application/json" else content.decode()

    def put_weight(self, device: str, grams: int, *, stable: bool = True) -> None:
        """Lay a gross weight on a scale."""
        self.ask("PUT", f"{device}/weight", {"grams": grams, "stable": stable})

    def set_fault(self, device: str, fault: str, active: bool = True) -> None:
        """Make a printer report a fault («paper-out», «cover-open»...), or clear it."""
        self.ask("PUT" if active else "DELETE", f"{device}/faults/{fault}")

    def receipts(self, device: str) -> list[str]:
        """The text of the receipts that a printer has completed, oldest first."""
        return [self.ask("GET", f"{device}/receipts/{one}/text") for one in self._completed(device)]

    def picture(self, device: str) -> bytes:
        """The receipt that a printer completed last, as a picture (PNG)."""
        last: bytes = self.ask("GET", f"{device}/receipts/{self._completed(device)[-1]}/image")
        return last

    def _completed(self, device: str) -> list[str]:
        listed = sorted(self.ask("GET", f"{device}/receipts"), key=lambda one: one["completed_at"])
        return [str(one["id"]) for one in listed]


def free_port() -> int:
    """A TCP port of the loopback that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def emupos(directory: Path, devices: Sequence[Mapping[str, Any]]) -> Iterator[Emupos]:
    """Run emupos with these devices, its files below `directory`; stop it at the end."""
    program = installed("emupos", "emupos")
    api = free_port()
    configuration = directory / "emupos.yaml"  # JSON is YAML too
    configuration.write_text(
        json.dumps(
            {"schema": 1, "api": {"host": "127.0.0.1", "port": api}, "devices": list(devices)}
        )
    )
    log = directory / "emupos.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(program), "run", "--config", str(configuration)],
            cwd=directory,
            env={**os.environ, "TMPDIR": str(directory)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_healthy(process, api, log)
        yield Emupos(directory, api)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


def _wait_until_healthy(process: "subprocess.Popen[bytes]", api: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{api}/api/v1/health", timeout=5):
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            if process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"emupos did not start:\n{log.read_text()}") from None
            time.sleep(0.05)
