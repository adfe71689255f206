"""`pos-terminal counter` as a process of its own, and what is asked of its page."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

PATIENCE = 60.0


@dataclass
class Opened:
    """The command as it runs: where its page is."""

    process: "subprocess.Popen[str]"
    address: str

    @property
    def path(self) -> str:
        return urlsplit(self.address).path

    @property
    def host(self) -> str:
        return urlsplit(self.address).netloc

    def ask(
        self,
        method: str = "GET",
        path: str = "",
        body: str | None = None,
        *,
        root: str | None = None,
        headers: Mapping[str, str] = {},
    ) -> tuple[int, str]:
        """One request, by hand: status and text. `headers` may say another Host."""
        connection = http.client.HTTPConnection(self.host, timeout=PATIENCE)
        try:
            where = (self.path if root is None else root) + path
            connection.request(method, where, body, headers=dict(headers))
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def act(self, *acts: Mapping[str, object]) -> tuple[int, str]:
        return self.ask("POST", "acts", json.dumps(acts))

    def told(self) -> Iterator[dict[str, str]]:
        """What a window is told, one thing after the other, for as long as somebody listens."""
        connection = http.client.HTTPConnection(self.host, timeout=PATIENCE)
        try:
            connection.request("GET", self.path + "events")
            answer = connection.getresponse()
            while line := answer.readline():
                if line.startswith(b"data: "):
                    yield from json.loads(line[6:])
        finally:
            connection.close()

    def wait(self, kind: str, name: str, pattern: str) -> str:
        """The first value of that thing in which the pattern is found."""
        told = self.told()
        try:
            for each in told:
                plain = re.sub(r"<[^>]*>", "|", each["value"])
                if (each["kind"], each["name"]) == (kind, name) and re.search(pattern, plain):
                    return each["value"]
        finally:
            told.close()  # type: ignore[attr-defined]
        raise AssertionError(f"the stream ended without {kind} {name} {pattern}")


    @contextmanager
    def hears(self, tone: str) -> Iterator[None]:
        """What is done within is answered by this tone, which nobody is told who comes later."""
        told = self.told()
        next(told)
        yield
        assert any((each["kind"], each["value"]) == ("tone", tone) for each in told)


@contextmanager
def counter(*options: str | Path, temporary: Path) -> Iterator[Opened]:
    """Run it on a free port; its temporary files lie in `temporary`. Ended as Ctrl-C ends it."""
    command = [sys.executable, "-m", "pos_terminal", "counter", "--port", "0", "--no-browser"]
    process = subprocess.Popen(
        [*command, *map(str, options)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(temporary)},
    )
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        found = re.search(r"http://\S+", first)
        if found is None:
            process.kill()
            raise AssertionError(f"{first}{process.communicate()[1]}")
        yield Opened(process, found[0])
    finally:
        ended(process)


def ended(process: "subprocess.Popen[str]", number: int = signal.SIGINT) -> tuple[int, str]:
    """End it; its exit status, and what it said on standard error."""
    if process.poll() is None:
        process.send_signal(number)
    try:
        _, said = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    except ValueError:  # it was asked for before
        said = ""
    return process.returncode, said


def press(*chords: str) -> Sequence[dict[str, object]]:
    return [{"type": "press", "chord": f"KEY_{chord}"} for chord in chords]
