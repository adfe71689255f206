"""What the journal says of goods: stock, bottles, sales by day. Reads it only, in one walk."""

from pathlib import Path

from msgspec import Struct

from pos_terminal.domain.events.balances import Balances, StockBalance
from pos_terminal.domain.events.period import BalancesOpened
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.stock import BottleFinished, BottleOpened, StockMoved
from pos_terminal.domain.lookup.balances import RunningBalances
from pos_terminal.domain.lookup.bottles import Bottle, follow
from pos_terminal.domain.lookup.changes import Changes
from pos_terminal.domain.lookup.questions import DaySold
from pos_terminal.journal.database import NAME, Reader, reading

KINDS = (StockMoved, BottleOpened, BottleFinished, SaleClosed)


class StockHistory(Struct, frozen=True):
    """What there is, by PLU; all bottles that are not purged; days of trade, the newest first."""

    stock: tuple[StockBalance, ...]
    bottles: tuple[Bottle, ...]
    days: tuple[DaySold, ...]


def read(directory: Path) -> StockHistory:
    """The past as the journal in `directory` has it; JournalError where it cannot be read."""
    with reading(directory / NAME) as reader:
        purged = reader.purged()
        carried = _carried(reader, purged)
        changes = Changes(balances=RunningBalances.starting(carried))
        for row in reader.of_kinds([kind.kind for kind in KINDS], purged):
            record = row.record()
            changes.take(record.event, row.seq, record.envelope.session, record.envelope.at)
    bottles = tuple(Bottle(plu=b.plu, at=b.at, sold=b.sold, given=b.given) for b in carried.bottles)
    for event, at in changes.bottles:
        bottles = follow(bottles, event, at)
    return StockHistory(changes.balances.balances().stock, bottles, _days(changes))


def _carried(reader: Reader, purged: int) -> Balances:
    """What was carried over from what is gone."""
    for row in reader.of_kind(BalancesOpened.kind, purged):
        event = row.record().event
        if isinstance(event, BalancesOpened) and event.through == purged:
            return event.balances
    return Balances()


def _days(changes: Changes) -> tuple[DaySold, ...]:
    sold: dict[int, dict[str, int]] = {session: {} for session in changes.days}
    for (session, plu), quantity in changes.sold.items():
        if quantity:
            sold[session][plu] = quantity
    return tuple(
        DaySold(changes.days[session], sold[session]) for session in sorted(sold, reverse=True)
    )
