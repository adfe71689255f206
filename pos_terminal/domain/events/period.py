"""Events of periods: X and Z, training, archives and purges."""

from enum import StrEnum
from typing import ClassVar

from msgspec import Struct

from pos_terminal.domain.events.balances import Balances
from pos_terminal.domain.events.breakdown import COUNTED, Breakdown
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.sale import VatSum


class Period(StrEnum):
    """What is closed: the day is a session, which ends with its Z whatever the date."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class TenderSum(Struct, frozen=True, kw_only=True):
    """What one means of payment took in a period, and how often."""

    tender: str
    amount: int
    count: int


class PeriodTotals(Struct, frozen=True, kw_only=True):
    """What a period adds up to, in cents with tax. Training is not in it.

    `net` is the turnover: without the money that is only held for customers, which `parts` has
    apart. It counts tickets that take more back than they sell (`refunds`) with their sign,
    `absolute` without; `voided` and `abandoned` are what was
    taken back before payment; `cash` is what moved in and out of the drawer beside sales, and
    `counts` are counts of the drawers. `parts` says what the sums are made of; None where a
    version of the program that did not count them had a part in it.
    """

    tickets: int = 0
    refunds: int = 0
    net: int = 0
    absolute: int = 0
    vat: tuple[VatSum, ...] = ()
    tenders: tuple[TenderSum, ...] = ()
    voided: int = 0
    voided_lines: int = 0
    abandoned: int = 0
    abandoned_sales: int = 0
    duplicates: int = 0
    drawer_openings: int = 0
    cash: int = 0
    counts: int = 0
    parts: Breakdown | None = None


NOTHING = PeriodTotals(parts=Breakdown(version=COUNTED))
"""The totals of a period in which nothing has happened yet."""


class PeriodReported(Event, frozen=True, kw_only=True):
    """An X: the running day's totals were read, and nothing was closed."""

    kind: ClassVar[str] = "period.reported"
    session: int
    totals: PeriodTotals


class PeriodClosed(Event, frozen=True, kw_only=True):
    """A Z of a day, a month or a year: nothing enters it any more.

    `number` counts the closures of this period from 1; `first` and `last` are the records in it,
    this one being `last`; `label` is the date, month or fiscal year by its opening day;
    `net_ever` and `absolute_ever` are the perpetual totals. `automatic` tells a closure that was
    caught up with; `carried` are the open sales that go on into the next day, in ascending order,
    by `authority`. `year_begins` is the fiscal year's first month, by which a year is labelled.
    """

    kind: ClassVar[str] = "period.closed"
    period: Period
    number: int
    label: str
    first: int
    last: int
    sessions: tuple[int, int]
    totals: PeriodTotals
    net_ever: int
    absolute_ever: int
    automatic: bool = False
    carried: tuple[int, ...] = ()
    authority: int = 0
    year_begins: int = 1


class ServiceClosed(Event, frozen=True, kw_only=True):
    """A section of the day (midday, evening) is over; the day goes on.

    `number` counts the day's services from 1, `name` is what the shop calls it, or its number.
    The day's Z adds the services up: `totals` has what came since the one before, but its drawers
    are as the last count of each found them. `authority` is who allowed it; 0: the operator may.
    """

    kind: ClassVar[str] = "service.closed"
    session: int
    number: int
    name: str
    first: int
    last: int
    totals: PeriodTotals
    authority: int = 0


class PeriodCopied(Event, frozen=True, kw_only=True):
    """A closure was printed once more: duplicate number `copy`, from 1 on.

    `authority` is who allowed it; 0: the operator may.
    """

    kind: ClassVar[str] = "period.copied"
    period: Period
    number: int
    copy: int
    authority: int = 0


class TrainingStarted(Event, frozen=True, kw_only=True):
    """From here on sales are exercises, in series F and in no total, under that supervisor."""

    kind: ClassVar[str] = "training.started"
    supervisor: int


class TrainingEnded(Event, frozen=True, kw_only=True):
    """Sales are real again."""

    kind: ClassVar[str] = "training.ended"


class Archived(Event, frozen=True, kw_only=True):
    """Records `first` to `last` were written to an archive with this SHA-256.

    `years` are the fiscal years whose closures are among them, by their labels.
    """

    kind: ClassVar[str] = "archive.made"
    first: int
    last: int
    sha256: str
    years: tuple[str, ...] = ()


class BalancesOpened(Event, frozen=True, kw_only=True):
    """What projections start from once the records up to the closure `through` are purged.

    The perpetual totals and the running periods stand in that closure's checkpoint.
    """

    kind: ClassVar[str] = "balances.opened"
    through: int
    balances: Balances


class Purged(Event, frozen=True, kw_only=True):
    """The records up to `last` left this till, after these `copies` of their archive verified."""

    kind: ClassVar[str] = "archive.purged"
    last: int
    sha256: str
    copies: tuple[str, ...]


PERIOD_EVENTS: tuple[type[Event], ...] = (
    PeriodReported,
    PeriodClosed,
    ServiceClosed,
    PeriodCopied,
    TrainingStarted,
    TrainingEnded,
    Archived,
    BalancesOpened,
    Purged,
)
