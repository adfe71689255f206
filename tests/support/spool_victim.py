"""Papers through a spool on a disk that is cut off: says what it has been promised, line by line.

`python -m tests.support.spool_victim ROOT`
"""

import os
import sys
from pathlib import Path

import msgspec

from pos_terminal.domain.receipt import Receipt, Text
from pos_terminal.runtime.spool import OLD_SENT, OLD_WAITS, Paper, Spool
from pos_terminal.storage.files import write_durably

OLD, ROUNDS = 3, 9
"""Papers that an earlier version left, and all of them."""


def paper(number: int) -> Paper:
    """A Z's paper: patient, and of a record of its own. Some need another page than the last."""
    text = Text("Z" * (900 if number % 3 else 5000))
    return Paper(None, Receipt(f"Z {number}", (text,)), True, record=number, kind="Z")


def keep_as_before(folder: Path, number: int, *, sent: bool) -> None:
    """A paper as an earlier version kept it."""
    folder.mkdir(mode=0o700, exist_ok=True)
    content = msgspec.json.encode({"role": "receipt", "paper": paper(number)})
    name = f"{number:012}{OLD_SENT if sent else OLD_WAITS}"
    write_durably(folder / name, content, 0o600)


def main(root: Path) -> None:
    """Take in, send, take back, remove: each once said when the call has returned."""
    said = os.open(root / "acknowledged", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def say(what: str, number: int) -> None:
        os.write(said, f"{what} {number}\n".encode())

    for number in range(1, OLD + 1):
        keep_as_before(root / "spool", number, sent=number == OLD)
        say("sent" if number == OLD else "kept", number)
    spool = Spool(root / "spool")
    under_way = [(slip.paper.record, slip) for slip in spool.load()]
    for number in range(OLD + 1, ROUNDS + 1):
        at_once = number % 4 == 0
        slip = spool.keep(paper(number), "receipt", sent=at_once)
        if not at_once:
            say("kept", number)
            spool.send(slip)
        say("sent", number)
        if number % 2:
            spool.unsend(slip)
            say("back", number)
            spool.send(slip)
            say("sent", number)
        under_way.append((number, slip))
        gone, slip = under_way.pop(0)
        spool.remove(slip)
        say("gone", gone)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
