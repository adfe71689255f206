"""Makes a journal of golden records as the version before keys left it: layout 1, unsigned."""

import re
import sys
from pathlib import Path

import apsw

from pos_terminal.journal.codec import decode
from pos_terminal.journal.database import NAME
from pos_terminal.journal.migrations import MIGRATIONS

directory, golden = Path(sys.argv[1]), Path(sys.argv[2])
with apsw.Connection(str(directory / NAME)) as db:
    db.execute(MIGRATIONS[0].statements + "PRAGMA user_version = 1;").fetchall()
    lines = golden.read_bytes().splitlines()
    for seq, line in enumerate(lines, 1):
        found = re.fullmatch(rb'\{"hash":"([0-9a-f]{64})","record":(.*)\}', line)
        assert found
        row = (seq, decode(found[2])[0].kind, found[2], bytes.fromhex(found[1].decode()))
        db.execute("INSERT INTO journal (seq, kind, rec, hash) VALUES (?,?,?,?)", row)
print(len(lines))
