"""The counter: what a key, a scan or a weight makes of the sale at hand. Pure.

`handle(input, moment)` decides and applies at once: it returns a `Step` with the events to be
journaled and the effects that may be released once those are durable. `apply` alone rebuilds the
counter from the journal. What is typed shows as an overlay at once; what the sale says is the
base screen, which only a durable record changes.
"""

from dataclasses import replace

from pos_terminal.domain import faults
from pos_terminal.domain.catalog import Catalog
from pos_terminal.domain.command_codes import decode, is_command
from pos_terminal.domain.desk import correcting, paper, paying, selling, training, typing
from pos_terminal.domain.desk.state import Desk, Finder, Handler
from pos_terminal.domain.entry import Entry
from pos_terminal.domain.events import CatalogChanged
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.keys import Function, Key
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.sale import Refused
from pos_terminal.domain.steps import (
    CatchUp,
    CloseDue,
    Input,
    NewCatalog,
    PaperDone,
    Pressed,
    Scanned,
    Sound,
    Step,
    Train,
    Trouble,
    Weighed,
)

KEYS: dict[Function, Handler] = {
    Function.TYPE: typing.type_characters,
    Function.CLEAR: typing.clear,
    Function.TIMES: typing.times,
    Function.PRICE: typing.price,
    Function.RETURN: typing.returning,
    Function.VOID: typing.voiding,
    Function.PLU: selling.plu,
    Function.ARTICLE: selling.direct,
    Function.CORRECT: correcting.correct,
    Function.CANCEL: correcting.cancel,
    Function.SUBTOTAL: paying.subtotal,
    Function.TENDER: paying.tender,
    Function.TICKET: paper.ticket,
}
"""What each key does; every function has its handler."""


class Counter(Desk):
    """One till's counter: its desk, and the rules of what may happen when."""

    def __init__(
        self, catalog: Catalog, default_vat: int, find_elsewhere: Finder = lambda *_: None
    ) -> None:
        super().__init__(catalog, default_vat, find_elsewhere)
        self._next_catalog: Catalog | None = None

    def handle(self, given: Input, moment: Moment) -> Step:
        """Decide what the input means, apply it, and say what to record and what to do then."""
        try:
            step = self._decide(given, moment)
        except Refused as refusal:
            return self._refuse(refusal.fault)
        for event in step.events:
            self.apply(event, moment.at)
        return self._with_new_catalog(step)

    def _decide(self, given: Input, moment: Moment) -> Step:
        match given:
            case Pressed(key):
                return self._press(key, moment)
            case Scanned(code) if is_command(code):
                return self._command(code, moment)
            case Scanned():
                self._see_notice()
                return selling.scan(self, given, moment)
            case Weighed():
                return selling.weighed(self, given, moment)
            case PaperDone():
                return paper.done(self, given)
            case Trouble(fault):
                return self.notify(fault)
            case NewCatalog(catalog):
                self._next_catalog = catalog
                return Step()
            case Train(supervisor):
                return training.train(self, supervisor)
            case CloseDue():
                return Step(effects=() if self.busy else (CatchUp(),))

    def _command(self, code: str, moment: Moment) -> Step:
        """A command barcode acts as its keys; only the last of them can lead to an event."""
        step = Step()
        for key in decode(code):
            step = self._press(key, moment)
        return step

    def _see_notice(self) -> bool:
        """A notice has been seen, or heard, by who goes on: away with it, if nothing covers it."""
        seen = self.notice is not None and self.fault is None
        if seen:
            self.notice = None
        return seen

    def _press(self, key: Key | None, moment: Moment) -> Step:
        if self._see_notice() and key and key.function is Function.CLEAR:
            return Step()  # C was for the notice; every other key counts all the same
        if self.fault and (key is None or key.function is not Function.CLEAR):
            raise Refused(faults.CLEAR_FIRST)
        if key is None:
            raise Refused(faults.KEY_UNKNOWN)
        if self.weighing and key.function is not Function.CLEAR:
            raise Refused(faults.WEIGHT_WANTED)
        return KEYS[key.function](self, key.argument, moment)

    def _refuse(self, fault: Fault) -> Step:
        """A refusal uses up what was typed, so that what follows C starts clean."""
        if self.fault is None:
            self.fault = fault
            self.entry = Entry()
            self.weighing = None
        return Step(effects=(Sound(fault.tone),))

    def _with_new_catalog(self, step: Step) -> Step:
        """Between sales a waiting catalogue takes over; an open sale keeps its prices.

        An article that waits for its weight is the beginning of a sale.
        """
        if self._next_catalog is None or self.busy:
            return step
        earlier, self.catalog, self._next_catalog = self.catalog, self._next_catalog, None
        if earlier.sha256 == self.catalog.sha256:
            return step
        changed = CatalogChanged(catalog=self.catalog.sha256)
        return replace(step, events=(*step.events, changed))
