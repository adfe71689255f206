"""Every act by its name, over one keeper."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from msgspec import Struct

from pos_terminal.acts import clerks, customers, journal, periods, persons
from pos_terminal.acts.asked import Asked
from pos_terminal.acts.keeper import Keeper
from pos_terminal.channel.acts import Act, Actor, Acts
from pos_terminal.channel.errors import ChannelError
from pos_terminal.domain import faults
from pos_terminal.domain.file_errors import about
from pos_terminal.domain.period.book import CloseFirst, NotYet
from pos_terminal.domain.period.closing import NotOver, OpenSales, Uncounted
from pos_terminal.journal.errors import JournalError
from pos_terminal.persons.clerks_file import BadClerks
from pos_terminal.persons.errors import PersonsError

A = TypeVar("A", bound=Asked)
Perform = Callable[[Keeper, A, Actor], Awaitable[Struct]]

CLERK_ADD = "clerk.add"
CLERK_RIGHTS = "clerk.rights"
CLERK_PIN = "clerk.pin"
CLERK_BADGE = "clerk.badge"
CLERK_REMOVE = "clerk.remove"
PERSON_ADD = "person.add"
PERSON_ERASE = "person.erase"
PERSON_DUE = "person.due"
CUSTOMER_LIST = "customer.list"
CUSTOMER_PUT = "customer.put"
CUSTOMER_ERASE = "customer.erase"
PERIOD_CLOSE = "period.close"
JOURNAL_ROTATE_KEY = "journal.rotate-key"
JOURNAL_ARCHIVED = "journal.archived"
JOURNAL_EXPORTED = "journal.exported"
JOURNAL_BACKED_UP = "journal.backed-up"


def acts_over(keeper: Keeper) -> Acts:
    """The table over this keeper. One act is done after the other: each reads what others wrote."""

    def act(takes: type[A], perform: Perform[A]) -> Act[A]:
        async def do(asked: A, actor: Actor) -> Struct:
            return await _told(perform(keeper, asked, actor))

        return Act(takes, do)

    return {
        CLERK_ADD: act(clerks.AddClerk, clerks.add),
        CLERK_RIGHTS: act(clerks.SetRights, clerks.set_rights),
        CLERK_PIN: act(clerks.SetPin, clerks.set_pin),
        CLERK_BADGE: act(clerks.SetBadge, clerks.set_badge),
        CLERK_REMOVE: act(clerks.RemoveClerk, clerks.remove),
        PERSON_ADD: act(persons.AddPerson, persons.add),
        PERSON_ERASE: act(persons.ErasePerson, persons.erase),
        PERSON_DUE: act(persons.AsOf, persons.due),
        CUSTOMER_LIST: act(customers.ListCustomers, customers.listed),
        CUSTOMER_PUT: act(customers.PutCustomer, customers.put),
        CUSTOMER_ERASE: act(customers.EraseCustomer, customers.erase),
        PERIOD_CLOSE: act(periods.ClosePeriod, periods.close),
        JOURNAL_ROTATE_KEY: act(journal.RotateKey, journal.rotate_key),
        JOURNAL_ARCHIVED: act(journal.RecordArchive, journal.archived),
        JOURNAL_EXPORTED: act(journal.RecordExport, journal.exported),
        JOURNAL_BACKED_UP: act(journal.RecordBackup, journal.backed_up),
    }


async def _told(done: Awaitable[Struct]) -> Struct:
    """What was done; what stood against it as the channel says it, with code and remedy."""
    try:
        return await done
    except (JournalError, PersonsError, BadClerks) as error:
        raise ChannelError(error.fault, error.detail) from error
    except OSError as error:
        raise ChannelError(faults.FILE_UNWRITABLE, about(error)) from error
    except Uncounted as error:
        raise ChannelError(faults.COUNT_FIRST, str(error)) from error
    except OpenSales as error:
        raise ChannelError(faults.SALES_OPEN, str(error)) from error
    except NotOver as error:
        raise ChannelError(faults.NOT_OVER, str(error)) from error
    except CloseFirst as error:
        raise ChannelError(faults.CLOSE_FIRST, str(error)) from error
    except NotYet as error:
        raise ChannelError(faults.NOTHING_TO_CLOSE, str(error)) from error
