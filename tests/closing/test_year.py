"""A year of closures, held to sums taken from the records' JSON by other code."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pytest

from pos_terminal.domain.events.event import TRAINING_SERIES
from pos_terminal.domain.events.period import Period, PeriodClosed, PeriodTotals
from pos_terminal.domain.events.sale import LineVoided, SaleAbandoned
from pos_terminal.domain.lookup.balances import RunningBalances, fold
from pos_terminal.journal.chain import Recount
from tests.support.journaling import row
from tests.support.shopkeeping import Shop, tickets, year

SEEDS = (1, 2)


@cache
def shop(seed: int) -> Shop:
    return year(seed)


def closures(seed: int, period: Period) -> list[tuple[int, PeriodClosed]]:
    events = ((record.seq, record.event) for record in shop(seed).records)
    return [(n, e) for n, e in events if isinstance(e, PeriodClosed) and e.period is period]


@cache
def sold(seed: int) -> list[dict[str, Any]]:
    return list(tickets(shop(seed).records))


def of(seed: int, first: int, last: int) -> list[dict[str, Any]]:
    """The tickets of these sessions."""
    return [ticket for ticket in sold(seed) if first <= ticket["session"] <= last]


def by_vat(found: Iterable[dict[str, Any]]) -> dict[int, tuple[int, int, int]]:
    sums: dict[int, Counter[str]] = {}
    for ticket in found:
        for vat in ticket["vat"]:
            counter = sums.setdefault(vat["rate"], Counter())
            for name in ("gross", "net", "vat"):
                counter[name] += vat[name]
    return {rate: (c["gross"], c["net"], c["vat"]) for rate, c in sums.items()}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("period", Period)
def test_each_closure_adds_up_the_tickets_of_its_sessions(seed: int, period: Period) -> None:
    found = closures(seed, period)
    assert len(found) == {Period.DAY: 364, Period.MONTH: 12, Period.YEAR: 1}[period]
    for number, (_, closed) in enumerate(found, 1):
        mine = of(seed, *closed.sessions)
        totals = closed.totals
        assert closed.number == number
        assert (totals.tickets, totals.net) == (len(mine), sum(t["total"] for t in mine))
        assert totals.absolute == sum(abs(t["total"]) for t in mine)
        assert totals.refunds == sum(t["total"] < 0 for t in mine)
        assert {v.rate: (v.gross, v.net, v.vat) for v in totals.vat} == by_vat(mine)
        assert sum(v.gross for v in totals.vat) == totals.net
        assert sum(t.amount for t in totals.tenders) == totals.net


@pytest.mark.parametrize("seed", SEEDS)
def test_sessions_follow_one_another_and_the_perpetual_totals_never_start_anew(seed: int) -> None:
    net = absolute = 0
    days = closures(seed, Period.DAY)
    assert [closed.sessions for _, closed in days] == [(n, n) for n in range(1, 365)]
    for _, closed in days:
        net, absolute = net + closed.totals.net, absolute + closed.totals.absolute
        assert (closed.net_ever, closed.absolute_ever) == (net, absolute)
    ((_, whole),) = closures(seed, Period.YEAR)
    assert (whole.net_ever, whole.totals.net) == (net, net)
    assert whole.first == 1


def test_a_sale_past_midnight_is_the_session_s() -> None:
    late = [r for r in shop(1).records if r.kind == "sale.closed" and r.envelope.at[11:13] == "01"]
    assert late
    labels = {closed.sessions[0]: closed.label for _, closed in closures(1, Period.DAY)}
    for record in late:
        yesterday = datetime.fromisoformat(record.envelope.at).date() - timedelta(days=1)
        assert labels[record.envelope.session] == yesterday.isoformat()


def test_the_year_verifies_and_exercises_count_for_nothing() -> None:
    recount = Recount()
    for record in shop(1).records:
        recount.follow(row(record))
    assert recount.running
    book = recount.running.book
    exercises = [r for r in shop(1).records if getattr(r.event, "series", "") == TRAINING_SERIES]
    assert exercises and recount.running.counts.tickets[TRAINING_SERIES] == len(exercises)
    assert book.net == sum(t["total"] for t in sold(1))
    assert (book.days, book.months, book.years) == (364, 12, 1)


def test_corrections_are_counted_but_those_of_exercises() -> None:
    in_training: set[int] = set()
    on, voids, given_up = False, 0, 0
    for record in shop(1).records:
        on = record.kind == "training.started" or (on and record.kind != "training.ended")
        if on:
            in_training.add(record.seq)
        elif isinstance(record.event, LineVoided):
            voids += 1
        elif isinstance(record.event, SaleAbandoned):
            given_up += 1
    ((_, whole),) = closures(1, Period.YEAR)
    assert in_training and voids and given_up
    assert (whole.totals.voided_lines, whole.totals.abandoned_sales) == (voids, given_up)


@pytest.mark.parametrize("cut", [1, 100, 3000])
def test_balances_go_on_from_a_cut(cut: int) -> None:
    events = [record.event for record in shop(1).records]
    whole = fold(events)
    assert whole.stock and whole.vouchers and whole.unanswered
    assert fold(events[cut:], fold(events[:cut])) == whole


def test_thirds_of_a_bottle_are_never_rounded() -> None:
    running = RunningBalances()
    moved = [e for r in shop(1).records if (e := r.event).kind == "stock.moved"]
    for event in moved * 3:
        running.take(event)
    assert moved
    assert {each.denominator for each in running.balances().stock} <= {1, 2}  # halves were sold


def test_nothing_is_added_to_nothing() -> None:
    assert fold([]).stock == () and PeriodTotals().vat == ()
