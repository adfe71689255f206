"""`journal show`: every kind of record is told in words, and in no program's notation."""

import re

import pytest
from msgspec.structs import replace

from pos_terminal.commands.record_line import TELLING, as_line
from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.events.system import TillStopped
from pos_terminal.domain.events.vocabulary import KINDS
from pos_terminal.journal.record import Running
from tests.journal.make_golden import specimen
from tests.support.bench import moment

STOPPED, _ = Running(identity=Identity("1", "1", "test", simulated=False)).stamp(
    TillStopped(reason="signal"), moment()
)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_record_is_told_in_words(kind: str) -> None:
    event = specimen(KINDS[kind], 1)
    envelope = replace(STOPPED.envelope, kind=kind)
    told = as_line(replace(STOPPED, envelope=envelope, event=event)).split(kind, 1)[1]
    assert told.strip(), kind
    assert not re.search(r"[{}\"]|=\w|\w+_\w+|\bNone\b|\bTrue\b", told), told


def test_nobody_tells_what_another_does() -> None:
    for kind, of in KINDS.items():
        event = specimen(of, 1)
        assert sum(bool(tell(event)) for tell in TELLING) <= 1, kind
