"""The shop's files in force: catalogue, promotions and clerks, read at a start and anew when asked.

What is read anew comes to the till as an input, so that a sale meets it between two keys and never
within one; a file that is wrong changes nothing but what is said.
"""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from pos_terminal.domain import faults
from pos_terminal.domain.counter.steps import Input, NewCatalog, NewClerks, NewPromotions, Trouble
from pos_terminal.domain.health.advice import advice
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.store import Journal
from pos_terminal.persons import clerks_file
from pos_terminal.runtime.catalogue import Catalogue
from pos_terminal.runtime.promotions import PromotionFile
from pos_terminal.runtime.running_till import Serving
from pos_terminal.runtime.settings import Settings
from pos_terminal.runtime.staff import StaffFile

log = logging.getLogger(__name__)


class ShopFiles:
    """Reads them. `serving` is the till with its journal, None while out of order; `is_changing`
    whether a command is at the clerks' file just now."""

    def __init__(
        self,
        settings: Settings,
        state: Path,
        put: Callable[[Input], None],
        serving: Callable[[], tuple[Serving, Journal] | None],
        is_changing: Callable[[], bool],
    ) -> None:
        self.catalogue = Catalogue(settings.catalog, state, settings.patterns)
        self.promotions = PromotionFile(settings.promotions, state)
        self.staff = StaffFile(state, settings.clerks, settings.operator)
        self._settings = settings
        self._state = state
        self._put = put
        self._serving = serving
        self._is_changing = is_changing
        self._reloads: asyncio.Queue[Callable[[], None]] = asyncio.Queue()

    def reload(self) -> None:
        """Have all of them read anew."""
        self.reload_catalogue()
        self.reload_promotions()
        self.reload_clerks()

    def reload_catalogue(self) -> None:
        """Have the catalogue's file read anew; it holds from the next sale on, if it is right."""
        self._reloads.put_nowait(self._take_catalogue)

    def reload_promotions(self) -> None:
        """Have the promotions' file read anew; they hold between sales, if it is right."""
        self._reloads.put_nowait(self._take_promotions)

    def reload_clerks(self) -> None:
        """Have the clerks' file as it is now taken over, at once."""
        self._reloads.put_nowait(self._take_clerks)

    def reactions(self) -> dict[Path, Callable[[], None]]:
        """What is to be done when one of them is written anew, by its path."""
        reactions = {
            self._settings.catalog.absolute(): self.reload_catalogue,
            (self._state / clerks_file.NAME).absolute(): self.reload_clerks,
        }
        if self._settings.promotions:
            reactions[self._settings.promotions.absolute()] = self.reload_promotions
        return reactions

    async def run(self) -> NoReturn:
        """Read what is to be read anew, one after the other."""
        while True:
            (await self._reloads.get())()

    def _take_catalogue(self) -> None:
        try:
            loaded = self.catalogue.load()
        except JournalError as error:  # no room to keep it: then the present one goes on
            log.error("%s", advice(error))
            self._put(Trouble(error.fault))
            return
        if loaded.problems:
            self._put(Trouble(faults.BAD_CATALOGUE))
        else:
            self._put(NewCatalog(loaded.catalog))

    def _take_promotions(self) -> None:
        try:
            offers = self.promotions.load(self.catalogue.load().catalog)
        except JournalError as error:
            log.error("%s", advice(error))
            self._put(Trouble(error.fault))
            return
        if offers.problem:
            self._put(Trouble(faults.BAD_PROMOTIONS))
        else:
            self._put(NewPromotions(offers.promotions, offers.source))

    def _take_clerks(self) -> None:
        """Others than commands may have changed the file: that is recorded as it is found."""
        serving = self._serving()
        if self._is_changing() or serving is None:
            return  # whoever is at it has it read again
        till, journal = serving
        loaded = self.staff.load()
        if loaded.fault:  # a file that was spoilt leaves those in force who were
            self._put(Trouble(loaded.fault))
            return
        found = loaded.found(journal.running.setup.clerks)
        if found:
            till.record(found)
        self._put(NewClerks(loaded.clerks))
