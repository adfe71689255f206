"""The spool against what it promises, over draws of papers, printing, kills and damage."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from pos_terminal.domain.events.paper import ReceiptRequested
from pos_terminal.domain.receipt import PrinterRole, Receipt, Text
from pos_terminal.runtime.spool import Paper, Slip, Spool
from tests.support.spool_victim import keep_as_before
from tests.support.spool_victim import paper as z

LONGEST = 20_000


class Promised(RuleBasedStateMachine):
    """What was acknowledged is found by each start, in order, once, as far as it had come."""

    def __init__(self) -> None:
        super().__init__()
        self.place = TemporaryDirectory(dir="/dev/shm")
        self.folder = Path(self.place.name) / "spool"
        self.spool = Spool(self.folder)
        self.slips: list[Slip] = []
        self.asked = 0

    def teardown(self) -> None:
        self.place.cleanup()

    @rule(
        length=st.integers(0, LONGEST),
        role=st.sampled_from(PrinterRole),
        kind=st.sampled_from(("sale", "patient", "reading")),
        sent=st.booleans(),
    )
    def keep(self, length: int, role: PrinterRole, kind: str, *, sent: bool) -> None:
        self.asked += 1
        request = ReceiptRequested(series="T", number=self.asked, copy=0)
        paper = Paper(
            request if kind == "sale" else None,
            Receipt(f"{self.asked}", (Text("é" * length),)),
            patient=kind == "patient",
            record=self.asked if kind == "patient" else 0,
        )
        self.slips.append(self.spool.keep(paper, role, sent=sent))

    @precondition(lambda self: self.slips)
    @rule(data=st.data(), what=st.sampled_from(("send", "unsend", "doubt")))
    def say(self, data: st.DataObject, what: str) -> None:
        slip = data.draw(st.sampled_from(self.slips))
        if what != "doubt" or slip.sent:  # take_up doubts what may be on paper, and nothing else
            getattr(self.spool, what)(slip)

    @precondition(lambda self: self.slips)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        slip = data.draw(st.sampled_from(self.slips))
        self.spool.remove(slip)
        self.slips.remove(slip)

    @precondition(lambda self: not self.slips)
    @rule(waiting=st.lists(st.booleans(), max_size=4))
    def update(self, waiting: list[bool]) -> None:
        """A start behind an earlier version's end."""
        for number, sent in enumerate(waiting, 1):
            keep_as_before(self.folder, number, sent=sent)
        self.spool = Spool(self.folder)
        self.slips = self.spool.load()
        assert [(slip.paper, slip.sent) for slip in self.slips] == [
            (z(number), sent) for number, sent in enumerate(waiting, 1)
        ]

    @rule()
    def restart(self) -> None:
        before = self.slips
        self.spool = Spool(self.folder)
        self.slips = self.spool.load()
        assert len(self.slips) == len(before)
        for found, known in zip(self.slips, before, strict=True):
            # Doubted and not taken back yet, it is found as sent, and doubted again.
            assert (found.role, found.sent) == (known.role, known.sent)
            assert found.paper.receipt == known.paper.receipt
            assert (found.paper.request, found.paper.record) == (
                known.paper.request,
                known.paper.record,
            )
            assert found.sent or found.paper.doubtful == known.paper.doubtful

    @invariant()
    def all_are_kept_and_each_in_a_file_of_its_own(self) -> None:
        files = [slip.kept.path for slip in self.slips if slip.kept]
        assert len(set(files)) == len(self.slips)
        assert all(path.exists() for path in files)


@pytest.mark.parametrize(
    ("examples", "steps"), [(15, 30), pytest.param(400, 60, marks=pytest.mark.slow)]
)
def test_each_start_finds_what_was_acknowledged(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Promised,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
