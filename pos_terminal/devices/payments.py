"""The seam between the till and whatever moves money at an order: card terminals, cash machines.

The most dangerous second in a shop is the one after an amount has left for the terminal. So beside
the rules of all devices (`devices.classes`) these hold, and every driver is held to them by
`pos_terminal.testing.payment_contract` and, at each byte of its dialogue, by
`pos_terminal.testing.payments`:

* **The till never sends an order twice.** Its intent is on record before `authorise` is called;
  what is not certain is settled by `outcome`, or by a person. A driver never sends an order again
  of its own accord, not even to a terminal that it has just opened anew.
* **What an error says is exact.** Out of `authorise`, `DeviceLost`, `DeviceTimeout` and
  `DeviceRefused` mean that no money has moved and none will: not a byte of the order has left, or
  the terminal has said that it does not take it up. As soon as the first byte of what could be read
  as the order may have left, all that is not a whole, final and credible answer is
  `OutcomeUnknown`: a silence, a lost line, a wrong checksum, another currency, an answer to another
  reference, or to a sum that by its own echo was never asked.
* **An answer is final.** `authorise` returns an `Outcome` only when the terminal will not change
  its mind, acknowledgements of the dialogue included. An approved amount that is not the one asked
  is an answer; the till deals with it.
* **Cancelling is asking.** `cancel()` asks the terminal to give up the order under way, and
  returns; `authorise` still returns what became of it, which may be an approval. Cancelling the
  *task* of `authorise` leaves the outcome unknown, and is done only when the process ends.
* **One order at a time.** A second `authorise` while one is under way is `DeviceRefused`
  (TERMINAL_BUSY), and disturbs nothing.
* **Nothing is remembered.** All that `outcome` needs is in the order: the process may have been
  killed since, and the driver opened anew by another.
* **No secret is logged**: no slip, no card, no credential, no byte of a dialogue that may hold one.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from pos_terminal.devices.classes import Device
from pos_terminal.domain.authorisation import Order, Outcome, Stage, Totals

Told = Callable[[Stage], None]
"""Called with how far an order is; returns at once and never raises."""


class Ability(StrEnum):
    """What a terminal's protocol has words for, beside purchases."""

    REFUND = "refund"
    REVERSAL = "reversal"
    CANCEL = "cancel"
    OUTCOME = "outcome"
    """It can be asked what became of an order."""

    END_OF_DAY = "end-of-day"
    IDENTITY = "identity"
    """It says its own number before a payment: one that has changed is asked nothing."""


class PaymentTerminal(Device, Protocol):
    """Moves money at an order. UPOS: CAT, and CashChanger with BillDispenser for a recycler."""

    @property
    def abilities(self) -> frozenset[Ability]:
        """What it can do besides purchases; the same as long as it is open."""

    async def identity(self) -> str:
        """The terminal's own number, as on its slips; empty where a payment alone tells it.

        Raises DeviceTimeout, DeviceLost, DeviceRefused (TERMINAL_BUSY).
        """

    async def begin(self, order: Order) -> str:
        """What will tell the order's answer from others; empty where its reference does.

        The till asks before an order, and has it on record (`payment.begun`) before `authorise` is
        called; it stands in `Order.after`, for a later process as well. A protocol that repeats
        only its last answer, without the till's reference, says the number of its last payment
        here; one that numbers an order before it takes it up, that number: 64 printable characters
        at most, or nothing is concluded from it. No money moves, and none will unless `authorise`
        follows. Raises DeviceTimeout, DeviceLost, DeviceRefused.
        """

    async def authorise(self, order: Order, told: Told) -> Outcome:
        """Carry the order out; return once it has ended for certain.

        Bounded in time by the driver's settings; a customer may take minutes. Raises as the rules
        above say: DeviceLost, DeviceTimeout, DeviceRefused (busy, or no words for this service:
        TERMINAL_UNABLE) when no money moves; OutcomeUnknown (PAYMENT_UNKNOWN) when it may have.
        """

    async def outcome(self, order: Order) -> Outcome | None:
        """What became of an order that was sent earlier, perhaps by a process that is no more.

        None: the terminal is sure that it does not know the reference, so that no money moved and
        none will. Raises OutcomeUnknown where it cannot tell, or has no words for the question
        (no Ability.OUTCOME), and DeviceRefused (TERMINAL_BUSY) while it is still at it: ask again.
        DeviceTimeout, DeviceLost: it was not asked. Asking changes nothing.
        """

    async def cancel(self) -> None:
        """Ask it to give up the order under way; without one, or without the words: nothing."""

    async def end_of_day(self) -> Totals:
        """Have the terminal close its day, and say what it moved.

        Raises DeviceRefused (TERMINAL_UNABLE without Ability.END_OF_DAY, TERMINAL_BUSY),
        DeviceTimeout, DeviceLost: not asked; OutcomeUnknown: its day may be closed.
        """
