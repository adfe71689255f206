"""Two forks handed to one witness at the same instant: one is cosigned."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pos_terminal.domain.events.staff import OperatorSignedOn
from pos_terminal.journal.checkpoint import EVERY
from tests.conftest import run
from tests.support.journaling import SIGN_ON, database, kept

HANDS_IN = """
import sys, time
from datetime import datetime
from pathlib import Path
from pos_terminal.journal import consistency_proof
from pos_terminal.journal.witness import Refused, Witness
path, place, instant = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])
handed = consistency_proof.export(path, 0)
for n in range(60):
    while time.time() < instant + n * 0.05:
        pass
    try:
        Witness(place / str(n)).cosign(handed, datetime(2026, 1, 5))
        print(n)
    except Refused:
        pass
"""


@pytest.mark.slow
def test_of_two_forks_at_the_same_instant_one_is_cosigned(tmp_path: Path) -> None:
    """Sixty times; each witness is a directory of its own, without a key yet."""


    one, other, place = tmp_path / "one", tmp_path / "other", tmp_path / "place"
    run(kept(one, [SIGN_ON]))
    shutil.copytree(one, other)
    run(kept(one, [SIGN_ON] * EVERY))
    run(kept(other, [OperatorSignedOn(operator=8)] * EVERY))
    for n in range(60):
        (place / str(n)).mkdir(parents=True)
    instant = str(time.time() + 3)
    calls = [
        [sys.executable, "-c", HANDS_IN, str(database(fork)), str(place), instant]
        for fork in (one, other)
    ]
    running = [subprocess.Popen(call, stdout=subprocess.PIPE, text=True) for call in calls]
    signed = [set(process.communicate(timeout=120)[0].split()) for process in running]
    assert not signed[0] & signed[1], "no witness signed both"
    assert len(signed[0] | signed[1]) == 60
