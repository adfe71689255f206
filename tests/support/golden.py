"""Rows of the golden journals."""

import re
from pathlib import Path

from pos_terminal.journal.chain import Row
from pos_terminal.journal.record import Record


def rows(golden: Path) -> list[Row]:
    """The rows that a golden file holds, byte for byte (the format of `journal show --json`)."""
    pattern = re.compile(rb'\{"hash":"([0-9a-f]{64})","record":(.*)\}')
    found = []
    for seq, line in enumerate(golden.read_bytes().splitlines(), 1):
        match = pattern.fullmatch(line)
        assert match, f"{golden.name}:{seq}"
        record = Record.read(match[2], bytes.fromhex(match[1].decode()))
        found.append(Row(seq, record.kind, record.rec, record.hash))
    return found
