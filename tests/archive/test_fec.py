"""The FEC of a generated year: structure, balance, numbers, and the journal's own sums."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pos_terminal.archive.accounts import Account, Accounts
from pos_terminal.archive.export import FecMade, fec, records
from pos_terminal.archive.fec import FecFile, fiscal_year, plain, siren
from pos_terminal.archive.postings import Bookkeeper, Grain, Posting
from pos_terminal.domain.events.cash import CashCounted, CashMoved
from pos_terminal.domain.events.event import SERIES, TRAINING_SERIES, Event
from pos_terminal.domain.events.payment import PaymentChanged
from pos_terminal.domain.events.period import Period, PeriodClosed, PeriodTotals
from pos_terminal.domain.events.prepaid import DepositMoved, VoucherMoved
from pos_terminal.domain.events.sale import Paid, SaleClosed, VatSum
from pos_terminal.domain.events.values import CashMovement, DepositNature, VoucherPurpose
from pos_terminal.journal.errors import Broken
from pos_terminal.journal.record import Record
from tests.conftest import run
from tests.support import fec_checker
from tests.support.fec_checker import SIREN
from tests.support.journaling import CATALOG, closed, line, repeated, stamped, tamper, ticket
from tests.support.season import lived

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A year of about 1,300 tickets; not to be changed."""
    directory = tmp_path_factory.mktemp("year")
    run(lived(directory, (365,), tickets=4))
    return directory


@pytest.fixture(scope="module")
def by_day(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> FecMade:
    return fec(shop, tmp_path_factory.mktemp("fec"), SIREN, FIRST, LAST)


@pytest.fixture(scope="module")
def by_ticket(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> FecMade:
    return fec(shop, tmp_path_factory.mktemp("fec"), SIREN, FIRST, LAST, grain=Grain.TICKET)


@pytest.fixture(scope="module")
def happened(shop: Path) -> list[Event]:
    return [record.event for record in records(shop)]


def test_the_year_has_what_the_export_must_cope_with(happened: list[Event]) -> None:
    tickets = [event for event in happened if isinstance(event, SaleClosed)]
    tenders = Counter(paid.tender for sale in tickets for paid in sale.tenders)
    assert len(tickets) > 1000
    assert sum(sale.total < 0 for sale in tickets) > 20
    assert sum(len(sale.vat) > 1 for sale in tickets) > 200
    assert {"CASH", "CARD", "CHEQUE", "TR", "VOUCHER", "AVOIR", "ARRHES"} <= tenders.keys()
    assert {550, 1000, 2000} <= {rate.rate for sale in tickets for rate in sale.vat}
    assert any(paid.change for sale in tickets for paid in sale.tenders)
    assert any(sale.series == "F" for sale in tickets)
    moves = {type(event) for event in happened}
    assert {CashMoved, CashCounted, PaymentChanged, VoucherMoved, DepositMoved} <= moves
    assert {e.purpose for e in happened if isinstance(e, VoucherMoved)} == {"single", "multi"}
    assert {e.nature for e in happened if isinstance(e, DepositMoved)} == {"acompte", "arrhes"}


def test_its_structure_balance_and_numbers_are_right(by_day: FecMade, by_ticket: FecMade) -> None:
    for made in (by_day, by_ticket):
        assert made.path.name == "732829320FEC20261231.txt"
        assert fec_checker.faults(made.path) == []
        said = made.summary
        assert said.debit == said.credit
        assert (said.backwards, made.unclosed, made.unknown) == (0, 0, 0)
        assert said.lines == len(fec_checker.read(made.path))
    text = by_day.path.with_name("732829320FEC20261231-description.txt").read_text("ascii")
    assert [field for field in fec_checker.FIELDS if field not in text] == []


def test_days_and_tickets_say_the_same_of_every_account(
    by_day: FecMade, by_ticket: FecMade
) -> None:
    days, tickets = (fec_checker.balances(fec_checker.read(m.path)) for m in (by_day, by_ticket))
    assert {k: v for k, v in days.items() if v} == {k: v for k, v in tickets.items() if v}
    said = {k: Decimal(v) / 100 for k, v in by_day.summary.accounts.items()}
    assert said == days


def test_every_account_holds_what_the_journal_adds_up_to(
    by_day: FecMade, happened: list[Event]
) -> None:
    """Each balance by another way: from the tickets, and what vouchers and orders are left."""
    sold = [e for e in happened if isinstance(e, SaleClosed) and e.series == SERIES]
    vouchers = [e for e in happened if isinstance(e, VoucherMoved) and e.purpose == "multi"]
    deposits = [e for e in happened if isinstance(e, DepositMoved)]
    acomptes = sum(e.amount for e in deposits if e.nature == "acompte")
    acomptes_net = acomptes // 1500 * 1422  # 15,00 at 5.5 %: 14,22 and 0,78
    changed = [e for e in happened if isinstance(e, PaymentChanged)]
    gaps = [e.counted - e.expected for e in happened if isinstance(e, CashCounted)]
    expired = -sum(e.amount for e in vouchers if not e.number)

    def net(rate: int) -> int:
        return sum(v.net for sale in sold for v in sale.vat if v.rate == rate)

    def tax(rate: int) -> int:
        return sum(v.vat for sale in sold for v in sale.vat if v.rate == rate)

    def paid(tender: str) -> int:
        moved = sum(
            e.amount * ((e.to_tender == tender) - (e.from_tender == tender)) for e in changed
        )
        return moved + sum(p.amount for sale in sold for p in sale.tenders if p.tender == tender)

    expected = {
        "707055": -net(550) + acomptes_net,
        "707100": -net(1000),
        "707200": -net(2000),
        "44571055": -tax(550),
        "44571100": -tax(1000),
        "44571200": -tax(2000),
        "511500": paid("CARD"),
        "511200": paid("CHEQUE"),
        "511700": paid("TR"),
        "419700": -sum(e.amount for e in vouchers),
        "419110": -sum(e.amount for e in deposits if e.nature == "arrhes"),
        "419100": -acomptes_net,
        "758000": -sum(gap for gap in gaps if gap > 0) - expired,
        "658000": -sum(gap for gap in gaps if gap < 0),
        "530000": 0,  # every evening all of it goes to the bank
    }
    said = by_day.summary.accounts
    assert {number: said.get(number, 0) for number in expected} == expected
    assert set(said) - set(expected) <= {"471000", "530100", "580000", "707000"}
    assert said.get("707000", 0) == 0  # what had no VAT were vouchers and arrhes, all of them owed


def test_turnover_and_vat_are_those_of_the_closures(by_day: FecMade, happened: list[Event]) -> None:
    days = [e for e in happened if isinstance(e, PeriodClosed) and e.period is Period.DAY]
    tax: Counter[int] = Counter()
    for day in days:
        for rate in day.totals.vat:
            tax[rate.rate] += rate.vat
    said = by_day.summary.accounts
    assert {rate: -said[f"44571{rate // 10:03d}"] for rate in tax if rate} == {
        rate: cents for rate, cents in tax.items() if rate
    }
    pieces = {
        row["PieceRef"] for row in fec_checker.read(by_day.path) if row["JournalCode"] == "VE"
    }
    assert len(pieces) == sum(1 for day in days if day.totals.tickets)


def test_each_ticket_is_its_own_piece(by_ticket: FecMade, happened: list[Event]) -> None:
    rows = [row for row in fec_checker.read(by_ticket.path) if row["JournalCode"] == "VE"]
    tickets = [e for e in happened if isinstance(e, SaleClosed) and e.series == SERIES]
    assert {row["PieceRef"] for row in rows} == {f"2-{e.number:06d}" for e in tickets if e.lines}
    back = {f"2-{e.number:06d}" for e in tickets if e.total < 0}
    refunds = [row for row in rows if row["PieceRef"] in back]
    assert {row["EcritureLib"][:13] for row in refunds} == {"Remboursement"}
    sales_side = {r["Debit"] != "0,00" for r in refunds if r["CompteNum"].startswith("707")}
    assert sales_side == {True}  # a refund swaps sides, and is never negative


def test_quarters_add_up_to_the_year(shop: Path, by_day: FecMade, tmp_path: Path) -> None:
    total: Counter[str] = Counter()
    entries = 0
    for month in (1, 4, 7, 10):
        first = date(2026, month, 1)
        last = date(2026, month + 2, 31 if month in (1, 10) else 30)
        part = fec(shop, tmp_path, SIREN, first, last)
        assert fec_checker.faults(part.path) == []
        total.update(part.summary.accounts)
        entries += part.summary.entries
    assert {k: v for k, v in total.items() if v} == {
        k: v for k, v in by_day.summary.accounts.items() if v
    }
    assert entries == by_day.summary.entries
    assert fiscal_year(2026, 4) == (date(2026, 4, 1), date(2027, 3, 31))
    assert fiscal_year(2024, 3) == (date(2024, 3, 1), date(2025, 2, 28))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"\t20260103\t511500", b"\t2026-01-03\t511500", "EcritureDate"),
        (b"CA\tCaisse\t3\t", b"CA\tCaisse\t4\t", "where 3 is next"),
        (b"\t0,00\t", b"\t0.00\t", "amounts"),
        (b"\t0,00\t", b"\t-0,00\t", "amounts"),
        (b"\t0,00\t", b"\t0,01\t", "neither a debit nor a credit"),
        (b"\t530000\t", b"\t53x000\t", "account 53x000"),
        (b"\tCaisse\t\t\t", b"\tCaisse\t\t", "not eighteen fields"),
        (b"PieceRef\tPieceDate", b"PieceDate\tPieceRef", "first line"),
        (b"\tVentes du 2026-01-02", b"\t\xe9\x00tentes", "control characters"),
    ],
)
def test_the_checker_finds_what_is_wrong(
    by_day: FecMade, tmp_path: Path, old: bytes, new: bytes, said: str
) -> None:
    forged = tmp_path / by_day.path.name
    content = by_day.path.read_bytes()
    assert old in content
    forged.write_bytes(content.replace(old, new, 1))
    assert any(said in fault for fault in fec_checker.faults(forged))


def test_a_broken_journal_gives_no_fec(shop: Path, tmp_path: Path) -> None:
    run(lived(tmp_path / "state", (3,), tickets=5))
    tamper(tmp_path / "state", "UPDATE journal SET hash = x'00' WHERE seq = 20")
    with pytest.raises(Broken, match="écriture 20"):
        fec(tmp_path / "state", tmp_path / "out", SIREN, FIRST, LAST)
    assert list((tmp_path / "out").iterdir()) == []


# Single days, made by hand.


def at(event: Event, seq: int = 1) -> Record:
    """A record of a till that never checks what it is given."""
    [record] = stamped([CashMoved(movement=CashMovement.IN, amount=1)])
    envelope = msgspec.structs.replace(record.envelope, seq=seq, kind=event.kind)
    return replace(record, envelope=envelope, event=event)


Z = PeriodClosed(
    period=Period.DAY, number=1, label="2026-01-05", first=1, last=99, sessions=(1, 1),
    totals=PeriodTotals(), net_ever=0, absolute_ever=0,
)  # fmt: skip


def entries(
    events: Iterable[Event], grain: Grain = Grain.DAY, accounts: Accounts | None = None
) -> list[Posting]:
    keeper = Bookkeeper(accounts or Accounts(), grain, "0000", "9999")
    made: Iterator[Posting] = (
        entry for seq, event in enumerate([*events, Z], 1) for entry in keeper.take(at(event, seq))
    )
    return list(made)


def sums(made: list[Posting]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for entry in made:
        assert sum(cents for _, cents in entry.lines) == 0
        for account, cents in entry.lines:
            found[account.number] += cents
    return {number: cents for number, cents in found.items() if cents}


def sale(total: int, *paid: Paid, rate: int = 550, number: int = 1) -> SaleClosed:
    vat = VatSum(rate=rate, gross=total, net=total, vat=0)
    return replace(closed(1, number), vat=(vat,), tenders=paid, total=total, turnover=total)


def by(tender: str, amount: int, given: int | None = None) -> Paid:
    handed = amount if given is None else given
    return Paid(tender=tender, amount=amount, given=handed, change=handed - amount)


def test_change_for_a_meal_voucher_leaves_the_drawer() -> None:
    assert sums(entries([sale(900, by("TR", 900, given=1000))])) == {
        "511700": 1000, "530000": -100, "707055": -900,
    }  # fmt: skip


def test_a_tender_that_the_table_does_not_know_is_held_in_suspense() -> None:
    assert sums(entries([sale(900, by("CRYPTO", 900))])) == {"471000": 900, "707055": -900}
    assert sums(entries([sale(900, by("card", 900))])) == {"511500": 900, "707055": -900}


def test_a_donation_is_no_turnover() -> None:
    rounded = sale(970, by("CARD", 1000), by("DONATION", -30))
    assert sums(entries([rounded])) == {"511500": 1000, "467100": -30, "707055": -970}


def test_payments_that_differ_from_the_lines_are_shown_and_balanced() -> None:
    assert sums(entries([sale(900, by("CASH", 890))])) == {
        "530000": 890, "658000": 10, "707055": -900,
    }  # fmt: skip


def held(ticket: SaleClosed, net: int | None = None, **fields: Any) -> SaleClosed:
    """The ticket as one of money that is held: its line alone tells what is owed."""
    cents = fields.pop("gross", ticket.total)
    made = replace(repeated(line(1)), gross=cents, net=cents if net is None else net, **fields)
    return replace(ticket, lines=(made,), turnover=0)


def owing(cents: int, paid: Paid, **fields: Any) -> SaleClosed:
    """The same, at no rate of VAT."""
    return held(replace(sale(cents, paid), vat=()), **fields)


def voucher(
    amount: int, purpose: VoucherPurpose = VoucherPurpose.MULTI, number: int = 1
) -> VoucherMoved:
    return VoucherMoved(
        voucher="B1", purpose=purpose, amount=amount, series=SERIES if number else "", number=number
    )


@pytest.mark.parametrize("grain", Grain)
def test_a_voucher_for_anything_is_owed_until_it_is_used(grain: Grain) -> None:
    card = by("CARD", 2000)
    issued = [voucher(2000), owing(2000, card, issues=VoucherPurpose.MULTI)]
    assert sums(entries(issued, grain)) == {"511500": 2000, "419700": -2000}
    used = [sale(900, by("VOUCHER", 900)), voucher(-900)]
    assert sums(entries(used, grain)) == {"419700": 900, "707055": -900}
    credit = [sale(-900, by("AVOIR", -900)), voucher(900)]
    assert sums(entries(credit, grain)) == {"419700": -900, "707055": 900}


def test_a_voucher_without_a_ticket_is_given_or_expires() -> None:
    assert sums(entries([voucher(1000, number=0)])) == {"419700": -1000, "658000": 1000}
    assert sums(entries([voucher(-1000, number=0)])) == {"419700": 1000, "758000": -1000}
    assert entries([voucher(-1000, VoucherPurpose.SINGLE, number=0)]) == []


PART = {"order": "C1", "deposit": DepositNature.PART}
EARNEST = {"order": "C1", "deposit": DepositNature.EARNEST}


def deposit(
    nature: DepositNature, amount: int, vat: int = 0, number: int = 1, tax: int = 0
) -> DepositMoved:
    return DepositMoved(
        order="C1", nature=nature, amount=amount, vat=vat, series=SERIES if number else "",
        number=number, tax=tax,
    )  # fmt: skip


def test_an_acompte_is_taxed_at_receipt_and_earned_at_delivery() -> None:
    line_vat = VatSum(rate=550, gross=1055, net=1000, vat=55)
    taken = replace(sale(1055, by("CARD", 1055)), vat=(line_vat,))
    taken = held(taken, 1000, **PART)
    assert sums(entries([taken, deposit(DepositNature.PART, 1055, 550)])) == {
        "511500": 1055, "419100": -1000, "44571055": -55,
    }  # fmt: skip
    rest = VatSum(rate=550, gross=2110 - 1055, net=1000, vat=55)
    settled = replace(sale(1055, by("CARD", 1055)), vat=(rest,))
    settled = held(settled, -1000, gross=-1055, tax=-55, **PART)
    assert sums(entries([settled, deposit(DepositNature.PART, -1055, 550)])) == {
        "511500": 1055, "419100": 1000, "707055": -2000, "44571055": -55,
    }  # fmt: skip
    assert sums(entries([deposit(DepositNature.PART, -1055, 550, number=0, tax=-55)])) == {
        "471000": -1055, "419100": 1000, "44571055": 55,
    }  # fmt: skip


def test_arrhes_are_owed_without_vat() -> None:
    cash = by("CASH", 1000)
    taken = [owing(1000, cash, **EARNEST), deposit(DepositNature.EARNEST, 1000)]
    assert sums(entries(taken)) == {"530000": 1000, "419110": -1000}
    paid = sale(3000, by("ARRHES", 1000), by("CASH", 2000))
    settled = [paid, deposit(DepositNature.EARNEST, -1000)]
    assert sums(entries(settled)) == {"419110": 1000, "530000": 2000, "707055": -3000}
    assert sums(entries([deposit(DepositNature.EARNEST, -1000, number=0)])) == {
        "419110": 1000, "471000": -1000,
    }  # fmt: skip


def test_only_the_last_count_of_a_day_is_a_gap() -> None:
    counts = [CashCounted(counted=900, expected=1000), CashCounted(counted=990, expected=1000)]
    assert sums(entries(counts)) == {"530000": -10, "658000": 10}
    assert entries([CashCounted(counted=5, expected=5)]) == []


def test_each_drawer_has_its_gap() -> None:
    """A count of one drawer says nothing of the other, and each is booked by its own last one."""
    day = [
        CashMoved(movement=CashMovement.FLOAT, amount=10_000),
        CashMoved(movement=CashMovement.FLOAT, amount=5_000, drawer=2),
        sale(130, by("CASH", 130)),
        CashCounted(counted=9_000, expected=10_130),
        CashCounted(counted=5_200, expected=5_000, drawer=2),
        CashCounted(counted=9_130, expected=10_130),
    ]
    made = entries(day)
    assert sums(made)["530000"] == 14_330
    cash = Accounts().roles["caisse"]
    gaps = {entry.label: dict(entry.lines)[cash] for entry in made if "Ecart" in entry.label}
    assert gaps == {"Ecart de caisse tiroir 1": -1_000, "Ecart de caisse tiroir 2": 200}


def test_training_is_in_no_entry() -> None:
    exercise = replace(sale(900, by("CASH", 900)), series=TRAINING_SERIES)
    moved = replace(voucher(900), series=TRAINING_SERIES)
    assert entries([exercise, moved]) == []


def test_a_simulation_says_so_in_every_label() -> None:
    keeper = Bookkeeper(Accounts(), Grain.DAY, "0000", "9999")
    for event in (sale(900, by("CASH", 900)), Z):
        record = at(event)
        envelope = msgspec.structs.replace(record.envelope, sim=True)
        for entry in keeper.take(replace(record, envelope=envelope)):
            assert entry.label == "SIMULATION Ventes du 2026-01-05 Z 1"


def test_tickets_behind_the_last_z_are_told() -> None:
    keeper = Bookkeeper(Accounts(), Grain.DAY, "0000", "9999")
    for record in stamped(ticket(1, 1)):
        assert list(keeper.take(record)) == []
    assert keeper.unclosed == 1
    assert CATALOG in str(record.event)


amounts = st.integers(-50_000, 50_000)
events = st.one_of(
    st.builds(lambda n, a, b: sale(a + b, by("CASH", a), by("AVOIR", b), number=n),
              st.integers(1, 4), amounts, amounts),
    st.builds(voucher, amounts, st.sampled_from(["multi", "single"]), st.integers(0, 4)),
    st.builds(deposit, st.sampled_from(["acompte", "arrhes"]), amounts,
              st.sampled_from([550, 2000]), st.integers(0, 4)),
    st.builds(CashMoved, movement=st.sampled_from(["in", "drop", "mystery"]), amount=amounts),
    st.builds(CashCounted, counted=amounts, expected=amounts),
    st.builds(PaymentChanged, series=st.sampled_from((SERIES, TRAINING_SERIES)),
              number=st.just(1), amount=amounts,
              from_tender=st.just("CARD"), to_tender=st.just("CHEQUE"), authority=st.just(1)),
)  # fmt: skip


@given(st.lists(events, max_size=8))
def test_whatever_happened_every_entry_balances(happened: list[Event]) -> None:
    days, tickets = entries(happened), entries(happened, Grain.TICKET)
    assert sums(days) == sums(tickets)
    for entry in (*days, *tickets):
        assert all(cents for _, cents in entry.lines)
        assert len(entry.lines) >= 2


# The table of accounts, and small things.


def test_a_shop_names_its_own_accounts() -> None:
    table = Accounts.parse("""
        [comptes]
        caisse = ["531000", "Caisse de la boutique"]
        bons = ["467200", "Bons"]
        [reglements]
        CARD = ["512000", "Banque"]
        Lydia = ["512700", "Lydia"]
        [ventes]
        "5.5" = ["701000", "Ventes de produits finis"]
        [tva]
        "5,5" = ["445711", "TVA 5,5"]
    """)
    made = entries(
        [sale(900, by("CASH", 300), by("CARD", 300), by("lydia", 200), by("VOUCHER", 100))],
        accounts=table,
    )
    assert sums(made) == {
        "531000": 300, "512000": 300, "512700": 200, "467200": 100, "701000": -900,
    }  # fmt: skip
    assert table.tax(550) == Account("445711", "TVA 5,5")
    assert table.sold(210) == Account("707021", "Ventes 2,1 %")
    assert table.sold(1375).number == "7071375"


@pytest.mark.parametrize(
    "text",
    [
        "[comptes]\nnoir = ['530000', 'x']",
        "[autres]\nx = ['530000', 'x']",
        "[comptes]\ncaisse = '530000'",
        "[comptes]\ncaisse = ['5300', '']",
        "[comptes]\ncaisse = ['53', 'Caisse']",
        "[comptes]\ncaisse = ['A30000', 'Caisse']",
        "[ventes]\nbeaucoup = ['701000', 'Ventes']",
        "[comptes",
    ],
)
def test_a_wrong_table_of_accounts_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Accounts.parse(text)


@pytest.mark.parametrize("right", ["732829320", "356 000 000", "005520135"])
def test_a_siren_with_its_check_digit_is_taken(right: str) -> None:
    assert siren(right) == right.replace(" ", "")


@pytest.mark.parametrize("wrong", ["732829321", "73282932", "7328293200", "73282932a", "", "٧" * 9])
def test_another_siren_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="SIREN"):
        siren(wrong)


@given(st.text())
def test_a_label_cannot_break_the_file(text: str) -> None:
    shown = plain(text)
    assert shown.isascii()
    assert shown.isprintable()
    assert "\t" not in shown


def test_an_entry_that_does_not_balance_is_never_written(tmp_path: Path) -> None:
    entry = Posting("VE", "2026-01-05", "P", "2026-01-05", "x", "2026-01-05",
                  ((Account("530000", "Caisse"), 1),))  # fmt: skip
    with (tmp_path / "fec").open("w") as file, pytest.raises(ValueError, match="pas équilibrée"):
        FecFile(file).add(entry)


def test_entries_dated_backwards_are_counted(tmp_path: Path) -> None:
    lines: Any = ((Account("530000", "Caisse"), 1), (Account("471000", "Attente"), -1))
    with (tmp_path / "fec").open("w") as file:
        written = FecFile(file)
        for day in ("2026-01-05", "2026-01-04", "2026-01-06"):
            written.add(Posting("CA", day, "P", day, "x", day, lines))
    assert written.summary.backwards == 1
