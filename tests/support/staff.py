"""A counter with clerks: their PINs are answered as the till's own lane would, but at once."""

from dataclasses import dataclass

from pos_terminal.domain.counter.steps import CheckPin, Input, PinChecked, Step
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.staff.clerks import (
    ORDINARY,
    Clerk,
    Clerks,
    SignOnRules,
    badge_code,
    badge_hash,
)
from tests.support.bench import Bench, counter_of, goods, moment

LEA, SAM, NEW, BOSS = 12, 13, 14, 1
BADGES = {number: badge_code(f"{number:02d}" * 8) for number in (LEA, SAM, NEW, BOSS)}
PINS = {LEA: "4821", SAM: "7305", NEW: "9162", BOSS: "5930"}


def clerk(number: int, rights: frozenset[Right] = ORDINARY, *, training: bool = False) -> Clerk:
    badge = badge_hash(BADGES[number])
    name = "LEA" if number == LEA else ""
    return Clerk(number, PINS[number], rights, badge, training=training, name=name)


STAFF = {
    LEA: clerk(LEA),
    SAM: clerk(SAM, frozenset()),
    NEW: clerk(NEW, training=True),
    BOSS: clerk(BOSS, frozenset(Right)),
}


@dataclass
class StaffedBench(Bench):
    """`lag` leaves PINs unanswered: they are in `asked`."""

    lag: bool = False
    asked: tuple[CheckPin, ...] = ()

    def put(self, given: Input) -> Step:
        step = super().put(given)
        for effect in step.effects:
            if isinstance(effect, CheckPin):
                self.asked += (effect,)
                if not self.lag:
                    return self.answer(effect)
        return step

    def answer(self, asked: CheckPin) -> Step:
        right = asked.pin.digits == asked.kept
        return super().put(PinChecked(asked.request, asked.clerk, right))

    def sign_on(self, number: int) -> Step:
        return self.press(f"{number} CLERK {PINS[number]} CLERK")

    def again(self) -> "StaffedBench":
        """The same till after a power cut: rebuilt from its events alone."""
        new = StaffedBench(counter_of(self.counter.desk.present), inputs=self.inputs)
        new.counter.desk.resume_clerks(self.counter.desk.clerks, 0, {})
        for event, when in self.events:
            new.counter.desk.apply(event, when)
        new.events = list(self.events)
        new.counter.desk.kept = self.counter.desk.kept
        new.screen = new.counter.desk.base()
        return new


def staffed(
    *, each_sale: bool = False, badge_and_pin: bool = False, alone: int = 7
) -> StaffedBench:
    """A till of four clerks: one with the ordinary rights, one with none, a trainee, a manager."""
    till = StaffedBench(counter_of(goods()))
    rules = SignOnRules(each_sale, badge_and_pin)
    till.counter.desk.resume_clerks(Clerks(STAFF, rules, alone=7), 0, {})
    now = moment()
    till.events += [(event, now) for event in till.counter.start(now).events]
    till.screen = till.counter.desk.base()
    return till
