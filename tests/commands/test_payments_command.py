"""`pos-terminal payments`: a card payment found again, and terminals held to the journal."""

import json
from pathlib import Path
from typing import Any

import pytest

from pos_terminal.__main__ import main
from pos_terminal.domain import faults
from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.authorisation import (
    Ending,
    Outcome,
    Scheme,
    Service,
    Total,
    Totals,
)
from pos_terminal.domain.counter.steps import AskTerminal, PaymentEnded, Step, TerminalDayEnded
from pos_terminal.domain.events.payment import TerminalTotals
from pos_terminal.domain.money import Cents
from pos_terminal.domain.tender.terminals import Terminal, Terminals
from pos_terminal.journal.store import Journal
from tests.conftest import run
from tests.support.bench import Bench, bench, moment

IDENTITY = Identity("1", "2", "test", simulated=True)
TERMINALS = Terminals((Terminal(device="tpe", end_of_day=True),))


def pays(till: Bench, keys: str, cents: int | None, last_four: str = "1234") -> Step:
    """Ask for a card payment; the bank approves so much, or nobody knows."""
    (asked,) = [each for each in till.press(keys).effects if isinstance(each, AskTerminal)]
    ref = asked.intended.ref
    if cents is None:
        return till.put(PaymentEnded(ref, fault=faults.PAYMENT_UNKNOWN, unknown=True))
    outcome = Outcome(
        ending=Ending.APPROVED, cents=Cents(cents), scheme=Scheme.CB, last_four=last_four,
        authorisation="771", number="000001",
    )  # fmt: skip
    return till.put(PaymentEnded(ref, outcome))


def said(*sums: tuple[Service, int]) -> TerminalDayEnded:
    totals = tuple(Total(service=s, count=1, cents=Cents(c)) for s, c in sums)
    return TerminalDayEnded("tpe", Totals(known=True, sums=totals, terminal="TPE1"))


@pytest.fixture
def till() -> Bench:
    """A day: paid, paid in part, given back, and one that a person judged wrongly."""
    till = bench()
    till.decides(terminals=TERMINALS)
    pays(till, "5 PLU CARD", 800)
    pays(till, "1 PLU CARD", 100, "9876")
    till.press("C CASH")
    pays(till, "5 PLU CARD", None)
    till.press("C 0 CARD CASH")
    return till


def kept(state: Path, till: Bench) -> Path:
    async def body() -> None:
        journal = Journal.open(state, IDENTITY)
        for number, (event, _) in enumerate(till.events):
            await journal.append([event], moment(number))
        await journal.close()

    run(body())
    return state


def answer(state: Path, capsys: pytest.CaptureFixture[str], *words: str, status: int = 0) -> Any:
    assert main(["payments", *words, "--state", str(state), "--json"]) == status
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ((), ["A000000101", "A000000201", "A000000301"]),
        (("--amount", "1,00"), ["A000000201"]),
        (("--last-four", "9876"), ["A000000201"]),
        (("--amount", "8,00", "--hour", "8"), ["A000000101", "A000000301"]),
        (("--hour", "9"), []),
        (("--day", "2026-01-05"), ["A000000101", "A000000201", "A000000301"]),
        (("--day", "2026-01-06"), []),
    ],
)
def test_a_payment_is_found_again(
    tmp_path: Path,
    till: Bench,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    found: list[str],
) -> None:
    rows = answer(kept(tmp_path, till), capsys, "find", *words)["payments"]
    assert [each["ref"] for each in rows] == found


def test_a_payment_says_what_became_of_it(
    tmp_path: Path, till: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    state = kept(tmp_path, till)
    assert main(["payments", "find", "--state", str(state)]) == 0
    first, _, last = capsys.readouterr().out.splitlines()
    assert "8,00  payé  CB  1234  auto 771  ticket 1" in first
    assert last.endswith("8,00  refusé (décidé au comptoir)")


def test_the_terminals_day_is_held_to_the_journals(
    tmp_path: Path, till: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    """The person was wrong: the terminal has one payment more than the journal."""
    till.put(said((Service.PURCHASE, 1700)))
    pays(till, "1 PLU CARD", 130)
    till.put(said((Service.PURCHASE, 150), (Service.REFUND, 20)))
    state = kept(tmp_path, till)
    first, second = answer(state, capsys, "reconcile", status=1)["reckonings"]
    assert (first["journal"], first["said"], first["difference"]) == (900, 1700, 800)
    assert [each["ref"] for each in first["doubtful"]] == ["A000000201", "A000000301"]
    assert (second["journal"], second["said"], second["difference"]) == (130, 130, 0)
    assert main(["payments", "reconcile", "--state", str(state)]) == 1
    assert "ECART 8,00" in capsys.readouterr().out


def test_a_day_that_agrees_is_good_and_one_without_sums_is_no_agreement(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    till = bench()
    till.decides(terminals=TERMINALS)
    pays(till, "5 PLU CARD", 800)
    till.put(TerminalDayEnded("tpe", Totals(known=False)))
    pays(till, "5 PLU CARD", 800)
    rows = answer(kept(tmp_path, till), capsys, "reconcile")["reckonings"]
    assert [(each["journal"], each["said"]) for each in rows] == [(800, None), (800, None)]


def test_a_terminal_that_does_not_close_its_day_is_told_of() -> None:
    till = bench()
    till.decides(terminals=TERMINALS)
    till.put(TerminalDayEnded("tpe", fault=faults.TERMINAL_UNABLE))
    assert till.counter.desk.notice is faults.TERMINAL_UNABLE
    assert not till.of(TerminalTotals)
