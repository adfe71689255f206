"""Installs a release, tries it, and settles what was tried: the steps, in the one safe order.

A release is written into the slot that does not run. Only when all of it is there is that slot
marked for one trial, and only a till that sells makes it the known one. Power may go at any step.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import replace

from pos_terminal.channel.client import Client
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.file_errors import about
from pos_terminal.domain.language import say
from pos_terminal.update import book, choice, counter, offer, release
from pos_terminal.update.book import KEPT, RETURNED, TRYING, Attempt, Book, News, Refusal
from pos_terminal.update.box import Box
from pos_terminal.update.choice import Choice
from pos_terminal.update.loaders import BadChoice
from pos_terminal.update.release import Manifest, moment

PATIENCE, STEADY = 300.0, 10.0
"""Seconds in which a new version has to sell, and for which it has to go on."""

HARMLESS = {faults.UPDATE_WAITS, faults.UPDATE_GIVEN_UP}
"""What keeps a release from being installed, and is no failure: it waits, or was told of before."""

SALE = 1800.0
"""Seconds that a sale which was begun meanwhile may take, before the update is put off."""


class Updater:
    """The updates of one box, beside its till."""

    def __init__(self, box: Box, till: Client) -> None:
        self._box = box
        self._till = till
        self.book = book.read(box.own)

    def tell(self, seen: str = "", failed: Failure | None = None) -> News:
        """Leave word for everybody of how it stands, and of the offer that was `seen` last."""
        running = self._box.slot
        settled = self._found() == Choice(running)
        why = (failed.fault.code, failed.detail) if failed else ("", "")
        news = News(self._box.version, running, settled, self.book, seen, *why)
        book.tell(self._box.news, news)
        return news

    def check(self, folder: Path, *, insist: bool = False) -> Manifest | None:
        """The release that lies there, verified; None where it is the one that runs. Failure.

        That it was seen is kept: an older manifest is none from then on.
        """
        offered = offer.verified(folder, self._box.own, self._box.keyring)
        here = book.here(self._box.compatible, self._box.version, self.book)
        wanted = release.judge(offered, here, insist=insist)
        if not here.newest or moment(offered.signed) > moment(here.newest):
            self._keep(replace(self.book, newest=offered.signed))
        return offered if wanted else None

    def install(self, folder: Path, *, insist: bool = False, agreed: bool = False) -> bool:
        """Install what lies there, and start it for a trial; False: there is nothing newer.

        `agreed`: somebody who may has said so at the counter, which need not be shut then.

        Failure where it may not be, must wait (B-179) or does not work; then nothing has changed.
        """
        self._must_be_settled()
        try:
            offered = self.check(folder, insist=insist)
            if offered:
                self._may_begin(agreed=agreed or insist)
                bundle = offer.bundle(folder, self._box.own, offered)
                try:
                    self._box.install(bundle)
                finally:
                    bundle.unlink()
        except Failure as error:
            if error.fault not in HARMLESS:
                refused = Refusal(_now(), error.fault.code, error.detail)
                self._keep(replace(self.book, refused=refused))
            raise
        self._keep(replace(self.book, refused=None))
        if offered:
            self._try(offered.version)
        return offered is not None

    def perform(self) -> Failure | None:
        """Install what the agent has fetched; what kept it from being so, of which word is left.

        One that cannot be installed is not tried over and over: it is looked at again once the
        manifest is another, or where it only had to wait.
        """
        seen, failed = "", None
        try:
            seen = offer.seen(self._box.request, self._box.own)
            before = book.told(self._box.news)
            if seen and before and before.seen == seen and before.code != faults.UPDATE_WAITS.code:
                return None
            if seen:
                self.install(self._box.request)
        except Failure as error:
            failed = error
        except OSError as error:  # a disk that is full, say
            failed = Failure(faults.UPDATE_FAILED, about(error, self._box.own))
        self.tell(seen, failed)
        return failed

    def roll_back(self) -> None:
        """Go back to the version before, which is tried as a new one is. Failure: there is none."""
        self._must_be_settled()
        last = self.book.attempt
        if last is None or last.outcome != KEPT or last.version != self._box.version:
            raise Failure(faults.UPDATE_NO_SLOTS, say("aucune version d'avant n'est connue"))
        self._keep(replace(self.book, given_up=last.version))
        self._try(last.before)

    def settle(self, patience: float = PATIENCE, steady: float = STEADY) -> bool:
        """What a start does: keep what was tried if it sells; False where it has to be left.

        The known slot needs no proof: it is judged by nothing that could start it over and over.
        """
        running, known = self._box.slot, self._found()
        (self._box.own / offer.BUNDLE).unlink(missing_ok=True)  # what a power cut left of one
        if known.slot == running:
            silent = say("elle n'a pas tenu jusqu'à la vente : arrêt, blocage ou coupure")
            self._keep(book.settled_at_start(self.book, running, known, silent))
            return True
        self.tell()
        why = counter.fails(self._till, patience, steady)
        if why:
            self._give_up(why)
            return False
        self._choose(Choice(running))
        last = self.book.attempt
        if last is None or (last.slot, last.outcome) != (running, TRYING):
            # Nobody asked for it: the loader found nothing to start in the other one.
            lost = say("l'autre place ne démarre plus")
            attempt = self._attempt(self._box.version, RETURNED)
            code = faults.UPDATE_RETURNED.code
            self._keep_attempt(replace(attempt, slot=running, reason=lost, code=code))
        self._keep(book.kept(self.book))
        return True

    def left_by_hand(self) -> str:
        """The version that a technician wrote on the first partition as one to leave; or empty."""
        try:
            return self._box.back.read_text(errors="replace").strip()
        except OSError:
            return ""

    def _may_begin(self, *, agreed: bool) -> None:
        status = counter.asked(self._till)
        if status is None:
            why = "" if agreed else say("la caisse ne répond pas")
        elif agreed and not status.open_sales:
            why = ""
        else:
            why = counter.waits_for(status)
        if why:
            raise Failure(faults.UPDATE_WAITS, why)

    def _must_be_settled(self) -> None:
        if self._found() != Choice(self._box.slot):
            raise Failure(faults.UPDATE_WAITS, say("une autre version est à l'essai"))

    def _try(self, version: str) -> None:
        """Mark the other slot, and start it; not in the middle of a sale."""
        attempt = self._attempt(version, TRYING)
        _wait(self._is_idle, SALE)
        # First: a trial that nobody remembers could not be told from a slot that was lost. A cut
        # between the two gives a version up that was never tried, which the next one mends.
        self._keep_attempt(attempt)
        self._choose(Choice(self._box.slot, choice.other(self._box.slot)))
        self._box.restart()

    def _is_idle(self) -> bool:
        status = counter.asked(self._till)
        return status is None or not status.open_sales

    def _give_up(self, why: str) -> None:
        last = self.book.attempt or self._attempt(self._box.version, TRYING)
        self._keep_attempt(replace(last, reason=why))

    def _attempt(self, version: str, outcome: str) -> Attempt:
        running = self._box.slot
        return Attempt(version, choice.other(running), _now(), self._box.version, outcome)

    def _found(self) -> Choice:
        """What the loader is told; of a file that is gone or spoilt, nothing that is known."""
        try:
            return self._box.loader.read(self._box.choice)
        except (FileNotFoundError, BadChoice):
            return Choice("")

    def _choose(self, to: Choice) -> None:
        with self._box.writable():
            self._box.loader.overwrite(self._box.choice, to)

    def _keep_attempt(self, attempt: Attempt) -> None:
        self._keep(replace(self.book, attempt=attempt))

    def _keep(self, kept: Book) -> None:
        if kept != self.book:
            book.write(self._box.own, kept)
            self.book = kept


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _wait(true: Callable[[], bool], patience: float) -> None:
    """Wait until it is true; Failure (B-179) where it is not in time."""
    until = time.monotonic() + patience
    while not true():
        if time.monotonic() > until:
            raise Failure(faults.UPDATE_WAITS, say("une vente est en cours"))
        time.sleep(counter.ASKED_EVERY)
