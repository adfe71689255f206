"""Numbers as they are printed: of a till, so that several never collide."""

from pos_terminal.domain.events.event import SERIES
from pos_terminal.domain.events.paper import Corrected, InvoiceMade
from pos_terminal.domain.events.sale import SaleClosed


def number(terminal: str, ticket: SaleClosed) -> str:
    """«2-000123»: the ticket's number as printed, so that several tills never collide.

    An exercise's is of another series, and says so: «2-F000001».
    """
    return written(terminal, ticket.series, ticket.number)


def written(terminal: str, series: str, number: int) -> str:
    """The same of what is known by its series and number alone: a ticket, or an invoice."""
    return f"{terminal}-{'' if series == SERIES else series}{number:06d}"


def invoice_number(terminal: str, made: InvoiceMade | Corrected) -> str:
    """«2-I000015»: the invoice's number as printed, so that several tills never collide."""
    return written(terminal, made.series, made.number)
