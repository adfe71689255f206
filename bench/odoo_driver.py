"""odoo-driver from PyPI: its environment, its process, and its web service as a client sees it."""

import asyncio
import http.client
import json
import socket
import subprocess
import sys
import time
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.shop import PATIENCE, Ends

PACKAGES = (
    "odoo-driver==3.1.1", "odoo-driver-plugin-display-escpos==2.1.0",
    "odoo-driver-plugin-printer-escpos==2.1.0", "odoo-driver-plugin-scale-toledo-8217==2.1.0",
)  # fmt: skip
ENVIRONMENT = Path(__file__).parent.parent / ".venv-odoo-driver"
MAIN = Path(__file__).with_name("odoo_driver_main.py")
INSTALLING = 300.0


class Unavailable(Exception):
    """odoo-driver cannot be installed here; why."""


def python() -> Path:
    """The Python of its own environment, made and filled when it is not there. Unavailable."""
    interpreter = ENVIRONMENT / "bin" / "python"
    filled = ENVIRONMENT / "filled"
    if filled.exists() and filled.read_text() == "\n".join(PACKAGES):
        return interpreter
    commands = (
        (sys.executable, "-m", "venv", "--clear", ENVIRONMENT),
        (interpreter, "-m", "pip", "install", "--quiet", *PACKAGES),
    )
    for command in commands:
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=INSTALLING)
        except subprocess.CalledProcessError as error:
            last = error.stderr.decode(errors="replace").strip().splitlines()[-1:]
            raise Unavailable(f"{command[1:4]}: {' '.join(last)}") from error
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Unavailable(str(error)) from error
    filled.write_text("\n".join(PACKAGES))
    return interpreter


@dataclass(slots=True)
class OdooDriver:
    """The running process; moments in seconds of time.monotonic()."""

    process: Process
    port: int
    born: float
    answered: float = 0.0

    async def post(self, path: str, data: object) -> tuple[float, float]:
        """When a call left and when its answer had come."""
        return await asyncio.to_thread(self._post, path, data)

    def _post(self, path: str, data: object) -> tuple[float, float]:
        body = json.dumps({"params": data}).encode()
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        link.connect()
        begun = time.monotonic()
        link.request("POST", path, body, {"Content-Type": "application/json"})
        answer = link.getresponse()
        text = answer.read()
        ended = time.monotonic()
        link.close()
        if answer.status != 200:
            raise RuntimeError(f"odoo-driver answers {answer.status} to {path}: {text[:200]!r}")
        return begun, ended


@asynccontextmanager
async def odoo_driver(interpreter: Path, ends: Ends) -> AsyncIterator[OdooDriver]:
    """Start it on the display, scale and printer of `ends`; yield at its first HTTP answer."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    born = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        interpreter, "-P", MAIN, str(port), str(ends.devices["display"]["serial"]["port"]),  # type: ignore[index]
        str(ends.devices["scale"]["port"]), str(ends.far_printer.port),
        stdout=DEVNULL, stderr=DEVNULL,
    )  # fmt: skip
    running = OdooDriver(process, port, born)
    try:
        running.answered = await asyncio.to_thread(_first_answer, port)
        yield running
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _first_answer(port: int) -> float:
    """Ask until it answers; when it did. TimeoutError when it never does."""
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit:
        if _says_hello(port):
            return time.monotonic()
        time.sleep(0.002)
    raise TimeoutError("odoo-driver does not answer")


def _says_hello(port: int) -> bool:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        link.request("GET", "/hw_proxy/hello")
        return link.getresponse().status == 200
    except ConnectionError:
        return False
    finally:
        link.close()
