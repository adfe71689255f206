"""Making out an invoice from elsewhere on the box: of what a customer bought on account in a month.

The till numbers it, keeps its evidence and prints it, as by `CLIENT`, `RECAP` at the counter.
"""

from collections.abc import Callable
from typing import Annotated, Protocol

import msgspec
from msgspec import Struct

from pos_terminal.acts.asked import Asked, given
from pos_terminal.channel.acts import Act, Actor, Acts
from pos_terminal.channel.errors import ChannelError
from pos_terminal.domain import faults
from pos_terminal.domain.events.system import CommandGiven
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.language import say
from pos_terminal.domain.lookup.customers import HIGHEST
from pos_terminal.domain.printing.request import PaperAsked
from pos_terminal.journal.errors import JournalError
from pos_terminal.runtime.lookup_lane import Find

CUSTOMER_INVOICE = "customer.invoice"


class Invoicing(Protocol):
    """The till that serves, by what is asked of it (runtime/till.py)."""

    async def invoice_month(
        self, command: CommandGiven, number: int, month: str, find: Find
    ) -> PaperAsked:
        """Make and print it, on record; its paper. Refused where there is none to be made."""


class InvoiceCustomer(Asked, frozen=True, kw_only=True):
    """The customer of that number, and the month, «2026-02»."""

    number: Annotated[int, msgspec.Meta(ge=1, le=HIGHEST)]
    month: Annotated[str, msgspec.Meta(pattern="^[0-9]{4}-(0[1-9]|1[0-2])$")]


class CustomerInvoiced(Struct, frozen=True):
    """The invoice's number, its cents with tax, and which copy of it is printed: 0 for a new one.
    """

    number: int
    total: int
    copy: int


def invoice_acts(find: Find, till: Callable[[], Invoicing | None]) -> Acts:
    """The act over what the past says and the till that serves."""

    async def invoice(asked: InvoiceCustomer, actor: Actor) -> CustomerInvoiced:
        invoicing = till()
        if invoicing is None:
            raise ChannelError(faults.JOURNAL_FAILED, say("la caisse est hors service"))
        # Whose it is, its own record says by a pseudonym; the customer's number is in none.
        command = given(f"customer invoice {asked.month}", asked, actor)
        try:
            paper = await invoicing.invoice_month(command, asked.number, asked.month, find)
        except Refused as refusal:
            raise ChannelError(refusal.fault, asked.month) from refusal
        except JournalError as error:
            raise ChannelError(error.fault, error.detail) from error
        made = paper.invoice
        if made is None:
            raise TypeError("the paper of an invoice has one")
        return CustomerInvoiced(made.number, made.total, paper.request.copy)

    return {CUSTOMER_INVOICE: Act(InvoiceCustomer, invoice)}
