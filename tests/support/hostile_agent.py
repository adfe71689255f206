"""An agent that was broken into: `python -m tests.support.hostile_agent SOCKET UID [GRANT ACT...]`.

Becomes that user, and tries whatever a till must bear; with somebody's grant, each method and those
acts alone. Prints what each try led to, as JSON.
"""

import json
import os
import select
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from pos_terminal.channel.interface import INTERFACE, SERVICE

PATIENCE = 20.0
CLOSED = "closed"

CALLS: dict[str, dict[str, Any]] = {
    "Status": {},
    "Settings": {},
    "Watch": {},
    "Records": {"after": 0},
    "Log": {"lines": 1},
    "Report": {"subject": "mail", "code": "M-101"},
    "Notice": {"title": "Avis", "lines": ["rien"]},
    "Level": {"logger": "x", "level": "DEBUG", "seconds": 1},
    "Test": {"device": "drawer"},
    "Reopen": {"device": "printer"},
    "Reload": {},
    "Do": {"act": "greet.say", "arguments": {"name": "Eve"}},
    "Grant": {"purpose": "console", "level": "control", "seconds": 60, "scope": ["greet"]},
    "EndGrant": {"number": 1},
    "Labels": {"articles": ["1"], "families": []},
    "Configuration": {},
    "Checkpoint": {"known": 0},
    "Stamp": {},
    "Stamped": {"size": 1, "response": "AAAA"},
    "Cosigned": {"size": 1, "answer": "\N{EM DASH} witness.example AAAA\n"},
    "Consents": {"host_key": "SHA256:AAAA"},
    "Session": {"consent": 1, "principal": "pos-1-2:00", "who": "Eve", "key": "SHA256:AAAA"},
    "Command": {"grant": "AAAA", "line": "kick", "words": "ouvre", "level": "control"},
    "EndSession": {"grant": "AAAA", "recording": ""},
    "SupportTrouble": {"consent": 1, "code": "B-161"},
    "SignIn": {"role": "manager"},
    "Console": {"address": "https://evil.example/", "fingerprint": "ab" * 32},
    "Catalog": {},
    "Token": {"name": "Eve", "scope": ["printer.print"], "seconds": 60},
    "Bearer": {"grant": "AAAA"},
    "Print": {"title": "Avis", "lines": [{"text": "rien"}]},
    "Show": {"line1": "Eve", "line2": "", "seconds": 60},
    "Weigh": {},
    "Export": {},
    "ExportBytes": {"number": 1, "name": "archive.zip", "offset": 0},
}
"""Every method, with parameters that would be right."""


def call(method: str, parameters: object = None, **more: bool) -> bytes:
    name = method if "." in method else f"{INTERFACE}.{method}"
    return json.dumps({"method": name, "parameters": parameters or {}, **more}).encode() + b"\0"


def connect(path: str) -> socket.socket:
    link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    link.connect(path)  # waits while there is no room among those that wait
    link.settimeout(PATIENCE)
    return link


def answer(link: socket.socket) -> Any:
    """The next message; CLOSED where there will be none."""
    received = b""
    while not received.endswith(b"\0"):
        try:
            more = link.recv(1 << 16)
        except ConnectionError:
            more = b""
        if not more:
            return CLOSED
        received += more
    return json.loads(received.split(b"\0")[0])


def ask(path: str, data: bytes) -> Any:
    with connect(path) as link:
        try:
            link.sendall(data)
        except ConnectionError:
            return CLOSED
        return answer(link)


def outcome(path: str, data: bytes) -> str:
    """answered, closed, or the name of the error."""
    got = ask(path, data)
    return str(got) if got == CLOSED else got.get("error", "answered").rpartition(".")[2]


def each_method(path: str, grant: str | None) -> dict[str, str]:
    takes_grant = (
        "Watch", "Level", "Test", "Reopen", "Reload", "Do", "EndGrant", "Token", "Bearer", "Print",
        "Show", "Weigh", "Labels", "Configuration", "Export", "ExportBytes",
    )  # fmt: skip
    shown = {"grant": grant} if grant else {}
    return {
        name: outcome(path, call(name, {**given, **shown} if name in takes_grant else given))
        for name, given in CALLS.items()
    }


def malformed(path: str) -> dict[str, str]:
    deep = b"[" * 200_000 + b"]" * 200_000
    tries = {
        "no JSON": b"\x16\x03\x01\0",
        "deep": b'{"method":"%s.GetInfo","parameters":{"a":%s}}\0' % (SERVICE.encode(), deep),
        "giant": call("Do", {"act": "x" * (1 << 20)}),
        "endless": b" " * (2 << 20),
        "upgrade": call(f"{SERVICE}.GetInfo", upgrade=True),
        "elsewhere": call("org.example.Fly"),
        "nothing": call("Fly"),
        "wrong type": call("Records", {"after": "1"}),
        "below": call("Records", {"after": -1}),
        "beyond": call("Records", {"after": 1 << 60}),
    }
    return {name: outcome(path, data) for name, data in tries.items()}


def flood(path: str, seconds: int) -> None:
    """Calls on as many connections as there may be, half of them never read; half messages, too."""
    with ExitStack() as stack:
        links = [stack.enter_context(connect(path)) for _ in range(16)]
        for link in links:
            link.setblocking(False)
        payload = {
            link: (call("Status") if n % 4 else call("Records", {"after": 0}, more=True)) * 50
            for n, link in enumerate(links[:-2])
        }
        for link in links[-2:]:
            link.send(b'{"method":"' + b"x" * 100_000)
        readers = links[::2]
        until = time_left(seconds)
        while next(until):
            readable, writable, _ = select.select(readers, list(payload), [], 0.05)
            for link in writable:
                try:
                    link.send(payload[link])
                except (BlockingIOError, ConnectionError):
                    continue
            for link in readable:
                try:
                    link.recv(1 << 16)
                except ConnectionError:
                    continue


def time_left(seconds: int) -> Iterator[bool]:
    import time  # noqa: PLC0415

    end = time.monotonic() + seconds
    while True:
        yield time.monotonic() < end


def crowd(path: str, number: int) -> int:
    """So many connections at once; how many of them are served."""
    served = 0
    with ExitStack() as stack:
        links = []
        for _ in range(number):
            link = stack.enter_context(connect(path))
            links.append(link)
            try:
                link.sendall(call(f"{SERVICE}.GetInfo"))
            except ConnectionError:
                continue
        for link in links:
            served += answer(link) != CLOSED
    return served


def signed_in(path: str, grant: str, acts: list[str]) -> dict[str, str]:
    """What each method and act comes to for whoever has that grant."""
    asked = {act: call("Do", {"act": act, "arguments": {}, "grant": grant}) for act in acts}
    return {act: outcome(path, data) for act, data in asked.items()} | each_method(path, grant)


def main(path: str, uid: int, grant: str, acts: list[str]) -> None:
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)
    Path(path).stat()  # the socket is within reach
    if grant:
        print(json.dumps(signed_in(path, grant, acts)))
        return
    found: dict[str, Any] = {
        "without": each_method(path, None),
        "forged": each_method(path, "0" * 64),
        "malformed": malformed(path),
    }
    found["reports"] = [
        outcome(path, call("Report", {"subject": "mail", "code": f"M-{n}"})) for n in range(60)
    ]
    found["notices"] = [outcome(path, call("Notice", CALLS["Notice"])) for _ in range(8)]
    flood(path, 2)
    found["served"] = crowd(path, 1000)
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), "".join(sys.argv[3:4]), sys.argv[4:])
