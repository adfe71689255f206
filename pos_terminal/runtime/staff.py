"""The clerks in force: from their file, with names; a file that others changed is recorded."""

import asyncio
import logging
from pathlib import Path

from msgspec import Struct

from pos_terminal.domain.events.staff import ClerkFound, ClerksFound
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.health.advice import advice
from pos_terminal.domain.staff.clerks import BADGE, Clerks, SignOnRules
from pos_terminal.persons import cards
from pos_terminal.persons.clerks_file import BadClerks, Staff, read, with_names
from pos_terminal.storage.secret_file import SecretError

log = logging.getLogger(__name__)


class LoadedStaff(Struct, frozen=True):
    """Who may sign on, what the file says, and the fault that kept it from being used."""

    clerks: Clerks
    staff: Staff
    fault: Fault | None = None

    def found(self, recorded: str) -> tuple[ClerksFound, ...]:
        """The record that the file is not the one that the journal knows of, by its SHA-256."""
        if self.fault or self.staff.sha256 == recorded:
            return ()
        clerks = sorted(self.staff.clerks.values(), key=lambda clerk: clerk.number)
        found = (
            ClerkFound(
                clerk.number,
                tuple(sorted(clerk.rights)),
                bool(clerk.badge),
                clerk.training,
            )
            for clerk in clerks
        )
        return (ClerksFound(clerks=self.staff.sha256, found=tuple(found)),)


class StaffFile:
    """The clerks' file of a state directory, read by a till's rules."""

    def __init__(self, state: Path, rules: SignOnRules, alone: int) -> None:
        self._state = state
        self._rules = rules
        self._alone = alone

    def load(self) -> LoadedStaff:
        """Who may sign on; nobody where the file is there and cannot be used."""
        try:
            staff = read(self._state)
            named = with_names(staff.clerks, self._state)
        except BadClerks as error:
            log.error("%s", advice(error))
            nobody = Clerks(rules=self._rules, alone=self._alone, closed=True)
            return LoadedStaff(nobody, Staff(), error.fault)
        return LoadedStaff(Clerks(named, self._rules, self._alone), staff)


async def badge_of(state: Path, number: str) -> str:
    """The badge's code of a card, by what its reader types; an unreadable one where it has none."""
    try:
        # Looked at each time: the first card may be named while the till runs.
        return cards.code_of(await asyncio.to_thread(cards.known, state), number)
    except (SecretError, ValueError) as error:
        log.warning("a card: %s", error)
        return BADGE
