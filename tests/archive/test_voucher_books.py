"""A day of refunds and vouchers, from the counter's keys to the accountant's books."""

import random
from datetime import date
from pathlib import Path

import pytest

from pos_terminal.archive.export import fec, records
from pos_terminal.archive.make import make
from pos_terminal.archive.postings import Grain
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.period import Period, PeriodClosed
from pos_terminal.domain.events.prepaid import VoucherMoved
from pos_terminal.domain.events.sale import SaleClosed, SaleOpened
from pos_terminal.domain.events.system import TillStarted
from pos_terminal.domain.events.values import PreviousEnd
from pos_terminal.domain.lookup.balances import fold
from pos_terminal.domain.sale.refunds import RefundRules
from pos_terminal.journal import catalogs
from pos_terminal.journal.catalogs import NO_TEXT
from pos_terminal.journal.database import NAME
from pos_terminal.journal.keyring import software
from pos_terminal.journal.store import Journal
from pos_terminal.journal.verify import verify
from tests.conftest import run
from tests.support import fec_checker
from tests.support.fec_checker import SIREN
from tests.support.journaling import moment
from tests.support.lookup import GOODS, Remembering, remembering
from tests.support.season import IDENTITY, checked

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
BOUGHT = (
    "3 x 1 PLU 10 % 2 PLU", "8 PLU 2 ST PLACE", "5 PLU 3 PLU ST 7 %", "90 PLU 2 PLU", "2 x 92 PLU",
    "4500 PRIX 91 PLU", "1 PLU 50 PLU 5 PLU",
)  # fmt: skip


def busy() -> Remembering:
    """Some hundred visits: bought, brought back, exchanged, paid with what is left of vouchers."""
    till, chance = remembering(), random.Random(5)
    till.decides(refunds=RefundRules(cash_limit=1000))
    for _ in range(120):
        visit = chance.randrange(4)
        if visit == 0 or len(till.of(SaleClosed)) < 5:
            till.press(f"{chance.choice(BOUGHT)} {chance.choice(('CASH', 'CARD'))}")
        elif visit == 1:
            number = chance.choice(till.of(SaleClosed)).number
            till.press(f"RF {number} TICKET {chance.choice(('1', '2', '5', '8'))} PLU C TICKET")
            till.press(f"C {chance.choice(('CASH', 'AVOIR', 'AVOIR', 'RF 5 PLU 3 PLU CARD'))}")
        elif till.made:
            till.press(chance.choice(("1 PLU 5 PLU", "5 PLU 3 PLU", "4 x 1 PLU")))
            till.use(chance.choice(till.made))
            till.press("C CARD")
        till.press("C C C CASH C C AVOIR C CANCEL C")
        assert till.counter.desk.sale is None and till.counter.desk.overlay is None
    return till


async def recorded(directory: Path, till: Remembering) -> None:
    journal = Journal.open(directory, IDENTITY)
    catalog = next(event.catalog for event, _ in till.events if isinstance(event, SaleOpened))
    started = TillStarted(
        version="0.1.0", after=PreviousEnd.FIRST, configuration=NO_TEXT, catalog=catalog
    )
    await journal.append([started], moment())
    for event, when in till.events:
        await journal.append([event], when)
    for period in (Period.DAY, Period.MONTH, Period.YEAR):
        running = journal.running
        closed = running.book.closure(period, running.seq + 1, "2026-01-05")
        await journal.append([closed], till.events[-1][1])
    await journal.close()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("vouchers")
    run(recorded(directory, busy()))
    catalogs.keep(directory, GOODS.encode())
    return directory


@pytest.fixture(scope="module")
def happened(shop: Path) -> list[Event]:
    return [record.event for record in records(shop)]


def test_the_day_has_what_the_books_must_cope_with(happened: list[Event]) -> None:
    tickets = [event for event in happened if isinstance(event, SaleClosed)]
    moved = [event for event in happened if isinstance(event, VoucherMoved)]
    assert sum(any(line.of for line in each.lines) for each in tickets) > 10
    assert any(any(line.of for line in x.lines) and x.total > 0 for x in tickets)
    for purpose in ("single", "multi"):
        for used in (True, False):
            of_it = [x for x in moved if x.purpose == purpose and (x.amount < 0) is used]
            assert len(of_it) > 3, (purpose, used)
    assert any(paid.left for ticket in tickets for paid in ticket.tenders)


def test_the_journal_verifies_and_its_archive_too(shop: Path, tmp_path: Path) -> None:
    assert verify(shop / NAME).unknown == 0
    (key,) = (shop / "keys").glob("*.pem")
    sign = software(shop, key.stem).close
    status, said = checked(make(shop, tmp_path / "archive.zip", sign=sign).path)
    assert (status, said.splitlines()[-1]) == (0, "ARCHIVE CONFORME")


@pytest.mark.parametrize("grain", list(Grain))
def test_the_fec_owes_what_vouchers_are_worth(
    shop: Path, happened: list[Event], tmp_path: Path, grain: Grain
) -> None:
    made = fec(shop, tmp_path, SIREN, FIRST, LAST, grain=grain)
    assert fec_checker.faults(made.path) == []
    said, left = made.summary, fold(happened).vouchers
    assert said.debit == said.credit
    assert -said.accounts["419700"] == sum(x.amount for x in left if x.purpose == "multi") > 0
    assert said.accounts.get("707000", 0) == 0  # a voucher for anything is no turnover
    tickets = [event for event in happened if isinstance(event, SaleClosed)]
    for rate, account in ((550, "44571055"), (1000, "44571100"), (2000, "44571200")):
        vat = sum(v.vat for ticket in tickets for v in ticket.vat if v.rate == rate)
        assert -said.accounts[account] == vat


def test_the_closure_says_what_was_made_and_used(happened: list[Event]) -> None:
    moved = [event for event in happened if isinstance(event, VoucherMoved)]
    (day,) = [e for e in happened if isinstance(e, PeriodClosed) and e.period is Period.DAY]
    assert day.totals.parts
    sums = {each.what: (each.count, each.amount) for each in day.totals.parts.vouchers}
    expected = {}
    for purpose, name in (("multi", ""), ("single", "single ")):
        for sign, what in ((1, "issued"), (-1, "used")):
            mine = [x.amount for x in moved if x.purpose == purpose and x.amount * sign > 0]
            expected[name + what] = (len(mine), sign * sum(mine))
    assert sums == expected
