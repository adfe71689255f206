"""Another program on the box: `python -m tests.support.stranger SOCKET UID`.

Becomes that user, asks for a grant until somebody at the counter agrees, does an act by it, and the
same once more after a line on its standard input. Prints a line for each: what came, or the code.
"""

import os
import sys
from pathlib import Path

from msgspec import Raw

from pos_terminal.channel import interface
from pos_terminal.channel.client import Client
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import DoAsked, GrantAsked
from pos_terminal.domain.events.values import GrantLevel


def become(uid: int) -> None:
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)


def say(text: str) -> None:
    print(text, flush=True)


def act(till: Client, grant: str) -> None:
    try:
        asked = DoAsked("greet.say", Raw(b'{"name":"Eve"}'), grant)
        say(bytes(till.call(interface.DO, asked).result).decode())
    except ChannelError as error:
        say(error.fault.code)


def main(path: Path, uid: int) -> None:
    become(uid)
    till = Client(path, patience=120.0)
    say("asking")
    asks = GrantAsked("console", GrantLevel.CONTROL, 3600, ["greet"], wait=100)
    given = till.call(interface.GRANT, asks)
    say(f"grant {given.number}")
    act(till, given.grant)
    sys.stdin.readline()
    act(till, given.grant)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
