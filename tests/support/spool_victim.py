"""Papers through a spool on a disk that is cut off: says what it has been promised, line by line.

`python -m tests.support.spool_victim ROOT`
"""

import os
import sys
from pathlib import Path

from pos_terminal.domain.receipt import Receipt, Text
from pos_terminal.runtime.spool import Paper, Spool

ROUNDS = 6


def paper(number: int) -> Paper:
    """A Z's paper: patient, and of a record of its own."""
    return Paper(None, Receipt(f"Z {number}", (Text("Z" * 900),)), True, record=number, kind="Z")


def main(root: Path) -> None:
    """Take in, send, take back, remove: each once said when the call has returned."""
    said = os.open(root / "acknowledged", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    spool = Spool(root / "spool")
    before = None
    for number in range(1, ROUNDS + 1):
        slip = spool.keep(paper(number), "receipt")
        os.write(said, f"kept {number}\n".encode())
        spool.send(slip)
        os.write(said, f"sent {number}\n".encode())
        if number % 2:
            spool.unsend(slip)
            os.write(said, f"back {number}\n".encode())
            spool.send(slip)
            os.write(said, f"sent {number}\n".encode())
        if before is not None:
            spool.remove(before[1])
            os.write(said, f"gone {before[0]}\n".encode())
        before = number, slip


if __name__ == "__main__":
    main(Path(sys.argv[1]))
