"""A stock witness of transparency logs (aics-witness) on loopback, with TLS before it.

It needs Python 3.12 or newer, so it lives in an environment of its own.
"""

import http.client
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.support.emupos import free_port
from tests.support.https_server import Got, https
from tests.support.mail_server import certificate
from tests.support.own_environment import installed

PATIENCE = 60.0


class NetWitness:
    """Its files, its address, and its key for the till's settings."""

    def __init__(self, folder: Path, name: str = "witness.example/w1") -> None:
        folder.mkdir()
        self.folder = folder
        self.pem = certificate(folder)
        self.tls = free_port()
        self._plain = free_port()
        self._program = installed("witness", "aics-witness")
        self.vkey = self.run("init", "--name", name, "--listen", f"127.0.0.1:{self._plain}").strip()

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.tls}"

    def run(self, action: str, *options: str) -> str:
        """One of its commands; what it printed."""
        words = [*self._words(action), *options]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _words(self, action: str) -> list[str]:
        return [str(self._program), action, "--config", str(self.folder / "witness.json")]

    def know(self, vkey: str) -> None:
        """Have it cosign that log, as its keeper would."""
        self.run("add-log", "--origin", vkey.partition("+")[0], "--vkey", vkey)

    def hand_in(self, body: str) -> None:
        """A checkpoint, without a messenger."""
        url = f"http://127.0.0.1:{self._plain}/add-checkpoint"
        asked = urllib.request.Request(url, body.encode(), {"Content-Type": "text/plain"})
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
            assert answer.status == 200

    def shown(self, path: str) -> bytes:
        """What it shows to whoever asks."""
        url = f"http://127.0.0.1:{self._plain}{path}"
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            return bytes(answer.read())

    @contextmanager
    def up(self) -> Iterator[None]:
        """Serve."""
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(self._words("serve"), stdout=log, stderr=log)
        try:
            self._wait(process)
            # What comes in on its port is TLS, which the witness leaves to others.
            with https(self.pem, self._pass_on, self.tls):
                yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)

    def _pass_on(self, got: Got) -> tuple[int, bytes]:
        link = http.client.HTTPConnection("127.0.0.1", self._plain, timeout=PATIENCE)
        kind = {"Content-Type": got.headers["content-type"]}
        link.request("POST", got.path, got.body, kind)
        with closing(link), link.getresponse() as answer:
            return answer.status, answer.read()

    def _wait(self, process: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self._plain}/healthz", timeout=5):
                    return
            except OSError:
                log = (self.folder / "log").read_text()
                assert process.poll() is None and time.monotonic() < deadline, log
                time.sleep(0.02)
