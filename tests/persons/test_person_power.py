"""Power cuts, failing disks: a change is done or not, and an erasure that was told is done."""

import shutil
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import apsw
import msgspec
import pytest

from pos_terminal.domain import faults
from pos_terminal.domain.events.system import PersonErased, PersonRecorded
from pos_terminal.domain.faults import Fault
from pos_terminal.persons import database, keyfile
from pos_terminal.persons.errors import PersonsError
from pos_terminal.persons.item import PersonalItem
from pos_terminal.persons.store import Persons
from pos_terminal.testing.powercut import FaultyVFS, Loss, PowerCutVFS
from tests.support.people import (
    AFTER,
    ALL,
    BEFORE,
    CONTACT,
    INVOICE,
    LETTER,
    Told,
    held,
    names,
    opened,
    traces,
)
from tests.support.person_secrets import secrets_of

MOVED = msgspec.structs.replace(CONTACT, data=LETTER.data)
STAGES: list[list[PersonalItem]] = [[], list(ALL), [MOVED, INVOICE, LETTER], [INVOICE], [], []]
"""What is held of a person, from before to after: a cut leaves one stage or the next."""

ROUNDS = 2


@dataclass
class Life:
    """A store in use. `steps` says what was told and what was acknowledged, in order."""

    directory: Path
    vfs: str
    rounds: int = 1
    told: Told = field(default_factory=Told)
    acknowledged: list[dict[str, int]] = field(default_factory=lambda: [{}])
    secrets: list[bytes] = field(default_factory=list)
    destroyed: list[int] = field(default_factory=lambda: [0])
    steps: list[tuple[int, int]] = field(default_factory=lambda: [(0, 0)])
    slots: list[bytes] = field(default_factory=lambda: [b""])

    def step(self) -> int:
        """The number of the newest step, as of now; the keys' slots as they are synced by then."""
        now = (len(self.told.events), len(self.acknowledged) - 1)
        path = self.directory / database.SLOTS
        slots = path.read_bytes() if path.exists() else b""
        if self.steps[-1] != now or self.slots[-1] != slots:
            self.steps.append(now)
            self.slots.append(slots)
        return len(self.steps) - 1

    def knows(self, person: str, stage: int) -> None:
        """A call has returned: that stage is sure from here on."""
        self.acknowledged.append({**self.acknowledged[-1], person: stage})
        self.destroyed.append(len(self.secrets))

    def live(self) -> None:
        """Persons come, are rectified and erased; obligations end."""
        with closing(opened(self.directory, self.told, self.vfs)) as persons:
            for _ in range(self.rounds):
                self.be_known(persons)

    def be_known(self, persons: Persons) -> None:
        """One person, from the first stage to the last."""
        person = persons.add(ALL)
        self.knows(person, 1)
        old = secrets_of(persons, self.directory, person, "contact")
        persons.put(person, [MOVED])
        self.secrets += old
        self.knows(person, 2)
        old = secrets_of(persons, self.directory, person, "contact", "lettre")
        persons.erase(person, BEFORE)
        self.secrets += old
        self.knows(person, 3)
        old = secrets_of(persons, self.directory, person, "facture-15")
        persons.due(AFTER)
        self.secrets += old
        self.knows(person, 4)

    def check(self, directory: Path, step: int) -> None:
        """The store in `directory`, taken up after a cut at that step, is whole."""
        events, acknowledged = self.steps[step]
        (directory / database.SLOTS).write_bytes(self.slots[step])
        told = Told()
        told.events = self.told.events[:events]
        with closing(Persons.open(directory, told)) as persons:
            persons.forget(told.erasures())
            self.compare(persons, told, self.acknowledged[acknowledged])
            assert traces(directory, *self.secrets[: self.destroyed[acknowledged]]) == []
            again = persons.add(ALL)
            assert held(persons, again) == list(ALL)

    def compare(self, persons: Persons, told: Told, sure: dict[str, int]) -> None:
        """Each person is at the stage that is sure, or at the next; who was erased is erased."""
        erased = told.erasures().kept
        recorded = {event.person for event in told.events if isinstance(event, PersonRecorded)}
        assert {item.label.person for item in persons.repository.all()} <= recorded
        for person in recorded:
            there = held(persons, person) if persons.repository.holds(person) else []
            stage = sure.get(person, 0)
            assert there in STAGES[stage : stage + 2]
            if person in erased:
                assert names(persons, person) == list(erased[person])


@pytest.mark.parametrize("loss", Loss)
def test_after_a_power_cut_each_change_is_done_or_not(tmp_path: Path, loss: Loss) -> None:
    life = Life(tmp_path / "shop", "", ROUNDS)
    disk = PowerCutVFS(frozenset(range(1, 2000)), life.step)
    life.vfs = disk.name
    life.live()
    assert len(life.told.events) == ROUNDS * 6
    assert len(disk.cuts) == disk.changes > 80
    random = Random(loss.value)
    for number, (image, step) in enumerate(disk.cuts):
        directory = tmp_path / f"cut-{number}"
        directory.mkdir()
        image.restore(directory, loss, random)
        if life.steps[step][0]:  # the key is there before anybody is told of
            (directory / keyfile.FOLDER).mkdir()
            shutil.copy(keyfile.path_in(life.directory), keyfile.path_in(directory))
        life.check(directory, step)
        shutil.rmtree(directory)


def test_the_key_is_durable_before_anybody_is_held(tmp_path: Path) -> None:
    """And the file before the key: at no instant is there the one that would be missed."""
    seen: list[tuple[bool, bool]] = []

    def look() -> int:
        seen.append(((tmp_path / "persons.db").exists(), keyfile.path_in(tmp_path).exists()))
        return 0

    disk = PowerCutVFS(frozenset(range(1, 100)), look)
    persons = opened(tmp_path, vfs=disk.name)
    made = len(seen)
    persons.add(ALL)
    persons.close()
    assert (True, False) in seen
    assert (False, True) not in seen
    assert set(seen[made:]) == {(True, True)}


FAILURES: list[tuple[type[apsw.Error], Fault, int]] = [
    (apsw.FullError, faults.PERSONS_FULL, 2),
    (apsw.IOError, faults.PERSONS_FAILED, 3),
    (apsw.ReadOnlyError, faults.PERSONS_FAILED, 5),
]


@pytest.mark.parametrize(("error", "fault", "step"), FAILURES)
def test_a_disk_that_refuses_a_write_is_named_and_leaves_the_store_whole(
    tmp_path: Path, error: type[apsw.Error], fault: Fault, step: int
) -> None:
    """At every other change, third, fifth, from those that opening makes to the last."""
    first = 0
    while True:
        first += step
        disk = FaultyVFS(error, first)
        life = Life(tmp_path / str(first), disk.name)
        try:
            life.live()
        except PersonsError as refused:
            assert refused.fault is fault
        if disk.changes < first:
            break
        disk.healed = True
        life.check(life.directory, life.step())
    assert first > 50


def test_an_erasure_that_only_the_journal_knows_is_done_at_the_next_start(tmp_path: Path) -> None:
    disk = FaultyVFS(apsw.IOError, 10**9)
    told = Told()
    persons = opened(tmp_path, told, disk.name)
    person = persons.add(ALL)
    disk.fail_from_now()
    with pytest.raises(PersonsError):
        persons.erase(person, BEFORE)
    assert isinstance(told.events[-1], PersonErased)
    disk.healed = True
    persons.close()
    persons = opened(tmp_path, told)
    assert names(persons, person) == ["contact", "facture-15", "lettre"]
    persons.forget(told.erasures())
    assert names(persons, person) == ["facture-15"]
    persons.close()
