"""A clerk as a state machine: random keys, scans and answers against one counter."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from random import Random

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.catalog.catalog import Catalog
from pos_terminal.domain.codes.papers import TillName, ticket_code
from pos_terminal.domain.codes.vouchers import voucher_code
from pos_terminal.domain.counter.lookup import Search
from pos_terminal.domain.counter.steps import (
    Closing,
    LookedUp,
    LookUp,
    NewCatalog,
    PaperDone,
    Pressed,
    Sound,
    Step,
    Trouble,
    Weigh,
    Weighed,
)
from pos_terminal.domain.display import screens as display
from pos_terminal.domain.events.event import SERIES, TRAINING_SERIES, Event
from pos_terminal.domain.events.held import untaxed
from pos_terminal.domain.events.paper import (
    Form,
    InvoiceMade,
    ReceiptPrinted,
    ReceiptRequested,
)
from pos_terminal.domain.events.payment import PaymentChanged
from pos_terminal.domain.events.prepaid import DepositMoved, VoucherMoved
from pos_terminal.domain.events.sale import SaleClosed, SaleOpened
from pos_terminal.domain.events.values import PrintOutcome
from pos_terminal.domain.faults import Fault, every
from pos_terminal.domain.keyboard.keys import Key, parse_key
from pos_terminal.domain.lookup.changes import Changes
from pos_terminal.domain.lookup.customers import (
    Buyer,
    BuyerSealed,
    BuyerWanted,
    Customer,
    CustomerWanted,
)
from pos_terminal.domain.lookup.questions import (
    Answer,
    DepositsHeld,
    DepositWanted,
    TicketFound,
    TicketWanted,
    VoucherWanted,
    Wanted,
)
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.money import LARGEST_TOTAL, vat_within
from pos_terminal.domain.sale.promotions import Promotion
from pos_terminal.domain.tender.tender import TenderRules
from pos_terminal.domain.weight import Weight
from pos_terminal.verifier.books import Books as VerifiedBooks
from tests.support.bench import (
    BAGUETTE,
    GOODS,
    VIN,
    bench,
    goods,
    keys,
    label,
    minting,
    tones,
)

KEYS = [
    None,
    *map(parse_key, ("0", "1", "2", "3", "7", "00", ",", "C", "x", "PRIX", "PLU", "RF", "CORR")),
    *map(parse_key, ("VOID", "CANCEL", "ST", "CASH", "CARD", "TICKET", "article 1", "article 4")),
    *map(parse_key, ("CHEQUE", "TR", "#/NS", "FOND", "SORTIE", "COMPTE", "X", "Z")),
    *map(parse_key, ("REPORT", "ZBIS", "SERVICE", "TIROIR")),
    *map(parse_key, ("HOLD", "RECALL", "CLERK", "AVOIR", "BON")),
    *map(parse_key, ("CADEAU", "BREF", "NOTE", "QR", "FACTURE", "TAUX", "DON")),
]


MANY = [
    "1 PLU HOLD", "2 RECALL", "RECALL", "C 3 PLU HOLD",
    "1 PLU", "3 x 2 PLU", "0,5 x 1 PLU", "3 x 5 x 2 PLU",
    "3 PLU 1", "1 PLU 50 PLU", "VOID 3 PLU", "PERSO", "PRO 1 PLU", "ST PLACE", "PLACE",
    "250 PRIX 6 PLU",
    "10 %", "1 PLU 10 %", "ST 5 %", "4 x 2 PLU ST",
    "2 MOTIF 30 REMISE", "ST 100 REMISE", "100 %",
    "130 PRIX 3 PLU", "RF 2 PLU", "VOID 2 PLU", "4 PLU",
    "9999 x 5 PLU", "8 PLU CASH", "5 PLU 100 CASH", "1000 CASH", "C C C", "C C C CASH", "CANCEL",
    "1 PLU CASH CARD CARD", "CARD CARD", "TR TR", "C C C CHEQUE CHEQUE",
    "1 PLU 5 PLU TR", "30 x 1 PLU TR", "50 CHEQUE", "CORR CORR", "1 PLU 50 TR CORR",
    "500 PRIX 3 ACOMPTE", "300 PRIX 3 ARRHES CARD", "3 COMMANDE", "RF 3 ACOMPTE", "RF 3 ARRHES",
    "20 TAUX 100 PRIX 3 ACOMPTE", "RF 200 PRIX 3 ARRHES", "4 COMMANDE", "2 x 5 PLU 3 COMMANDE",
    "DON", "30 DON", "1 PLU DON CORR", "1 PLU DON CASH",
    "1 TICKET", "1 PLU CASH 2 NOTE", "3 CLIENT", "1 FACTURE", "99 CLIENT", "3 CLIENT FACTURE",
    "RF 1 TICKET", "RF TICKET", "3 x 2 PLU 30 REMISE CASH", "RF 2 PLU AVOIR", "2 x 1 PLU",
    "90 PLU CARD", "2 x 91 PLU CARD", "700 PRIX 92 PLU CASH", "RF 90 PLU", "ST 10 %", "TICKET",
    "1 PLU HOLD Z C REPORT REPORT", "REPORT Z", "SERVICE", "2 TIROIR 100 FOND", "2 TIROIR COMPTE",
    "3 ZBIS", "1 TIROIR #/NS", "1 PLU Z C",
    "1 MOTIF 500 SORTIE", "10000 FOND", "2 MOTIF #/NS", "COMPTE 3 COMPTE 2 PLU CORR",
]  # fmt: skip


CODES = [
    BAGUETTE, VIN, "3010470111128", "ABC", "", "\ufffd", "9" * 200, label("210000400250"),
    label("220000400480"), label("220000400000"), label("210000400000"), label("210009900100"),
]  # fmt: skip


CATALOGS = [goods(), goods(GOODS.replace('"1,30"', '"1,40"')), goods("plu,name,price\n1,SEUL,2\n")]


VOUCHERS = """90,BON CADEAU,"20,00",,,,,,multi
91,CARTE PAIN,"5,00",,,5.5,,,single
92,BON LIBRE,,,,,,,multi
"""


def answered(wanted: Wanted, events: Sequence[tuple[Event, Moment]]) -> Answer | None:
    """What the projection would say after these events."""
    past = Changes()
    closed = {}
    for seq, (event, when) in enumerate(events, 1):
        past.take(event, seq, 1, when.at)
        if isinstance(event, SaleClosed):
            closed[event.series, event.number] = TicketFound(
                event, when, anchor=f"{seq} {'ab' * 32}"
            )
        if isinstance(event, PaymentChanged):
            ticket = event.series, event.number
            had = closed[ticket]
            closed[ticket] = replace(had, changed=(*had.changed, event))
        if isinstance(event, InvoiceMade):
            ticket = event.ticket_series, event.ticket_number
            closed[ticket] = replace(closed[ticket], invoice=event)
    match wanted:
        case TicketWanted(series, number) if (series, number) in closed:
            found = closed[series, number]
            made = found.invoice
            back = {
                line: each
                for (of, ticket, line), each in past.returned.items()
                if (of, ticket) == (series, number)
            }
            return replace(
                found,
                returned=back,
                papers=copies(past, series, number, 0),
                gifts=copies(past, series, number, 1),
                invoice_papers=copies(past, made.series, made.number, 0) if made else frozenset(),
            )
        case VoucherWanted(voucher):
            return {each.voucher: each for each in past.balances.vouchers}.get(voucher)
        case DepositWanted(order):
            held = past.balances.balances().deposits
            return DepositsHeld(tuple(each for each in held if each.order == order))
        case CustomerWanted(number):
            return Customer(number, "ab" * 16) if number < 10 else None
        case BuyerSealed() | BuyerWanted():
            return Buyer("Zoé", "12 rue du Four")
        case _:
            return None


def paid_by(ticket: SaleClosed, name: str) -> int:
    return sum(paid.amount for paid in ticket.tenders if paid.tender == name)


PROMOTIONS = (
    Promotion("3+1", (frozenset({"1", "2"}),), count=4, free=1),
    Promotion("MENU", (frozenset({"2"}), frozenset({"5"})), price=700),
    Promotion("-10 %", (frozenset({"4", "pain"}),), percent=1000),
)


def named(paper: ReceiptRequested | ReceiptPrinted) -> tuple[str, int, int, str]:
    """Which paper it is."""
    return paper.series, paper.number, paper.copy, paper.form


def copies(past: Changes, series: str, number: int, gift: int) -> frozenset[int]:
    """The copies of it that are there."""
    return frozenset(
        copy
        for (of, which, kind, copy), is_there in past.papers.items()
        if is_there and (of, which, kind) == (series, number, gift)
    )


class Clerk(RuleBasedStateMachine):
    """Random inputs, and what must hold after each."""

    def __init__(self) -> None:
        super().__init__()
        self.books: list[Closing] = []

    @initialize(sales=st.integers(0, 99), tickets=st.integers(0, 99))
    def open_the_shop(self, sales: int, tickets: int) -> None:
        self.start = (sales, tickets)
        self.till = bench()
        self.till.counter.desk.promotions = PROMOTIONS
        self.till.decides(tenders=TenderRules(donations_to="SECOURS"))
        self.till.counter.desk.mint = minting(Random(sales))
        self.till.counter.desk.resume(sales, {"T": tickets})
        self.asked: list[int] = []
        self.looked: list[LookUp] = []

    def must_verify(self) -> None:
        """The verifier, which shares no rule with the counter, finds all of it right."""
        sales, tickets = self.start
        counts = {"sale": sales, "tickets": {"T": tickets}}
        books = VerifiedBooks({"counts": counts, "total": {"net": 0, "abs": 0}})
        for seq, (event, at) in enumerate(self.till.events, 1):
            body = msgspec.json.decode(msgspec.json.encode(event))
            envelope = {"seq": seq, "at": at.at, "total": books.total}
            books.take(seq, {"kind": event.kind, "body": body, **envelope})

    @rule(key=st.sampled_from(KEYS))
    def press(self, key: Key | None) -> None:
        self.note(self.till.put(Pressed(key)))

    @rule(text=st.sampled_from(MANY))
    def press_many(self, text: str) -> None:
        for key in keys(text):
            self.note(self.till.put(key))

    @rule(code=st.sampled_from(CODES))
    def scan(self, code: str) -> None:
        self.note(self.till.scan(code))

    @precondition(lambda self: self.till.of(SaleClosed))
    @rule(pick=st.integers(0, 9), back=st.booleans())
    def scan_a_ticket(self, pick: int, back: bool) -> None:
        tickets = self.till.of(SaleClosed)
        ticket = tickets[-1 - pick % len(tickets)]
        if back:
            self.note(self.till.put(Pressed(parse_key("RF"))))
        self.note(self.till.scan(ticket_code(TillName(), ticket.series, ticket.number)))

    @precondition(lambda self: self.till.of(VoucherMoved))
    @rule(pick=st.integers(0, 9), typed=st.sampled_from(["", "100", "100 C"]), by_key=st.booleans())
    def use_a_voucher(self, pick: int, typed: str, by_key: bool) -> None:
        made = [each for each in self.till.of(VoucherMoved) if each.amount > 0]
        number = self.till.counter.desk.mint.number(made[-1 - pick % len(made)])
        if by_key:
            for key in keys(f"{number} BON"):
                self.note(self.till.put(key))
            return
        for key in keys(typed):
            self.note(self.till.put(key))
        self.note(self.till.scan(voucher_code(number)))

    @precondition(lambda self: self.till.awaits(Search))
    @rule()
    def answer_at_once(self) -> None:
        asked = self.looked[-1]
        found = answered(asked.wanted, self.till.events)
        self.note(self.till.put(LookedUp(asked.request, found)))

    @precondition(lambda self: self.asked)
    @rule(
        pick=st.integers(0, 9),
        grams=st.sampled_from([0, -1, 1, 480, 10**9]),
        fault=st.none() | st.sampled_from(every()),
    )
    def answer_from_the_scale(self, pick: int, grams: int, fault: Fault | None) -> None:
        request = self.asked[-1 - pick % len(self.asked)]
        self.note(self.till.put(Weighed(request, Weight(grams), fault)))

    @precondition(lambda self: self.looked)
    @rule(pick=st.integers(0, 9), fault=st.none() | st.just(faults.PROJECTION_BEHIND))
    def answer_from_the_projection(self, pick: int, fault: Fault | None) -> None:
        asked = self.looked[-1 - pick % len(self.looked)]
        found = None if fault else answered(asked.wanted, self.till.events)
        self.note(self.till.put(LookedUp(asked.request, found, fault)))

    @precondition(lambda self: self.till.of(ReceiptRequested))
    @rule(pick=st.integers(0, 9), fault=st.none() | st.sampled_from(every()))
    def paper(self, pick: int, fault: Fault | None) -> None:
        ended = Counter(map(named, self.till.of(ReceiptPrinted)))
        asked = Counter(map(named, self.till.of(ReceiptRequested)))
        waiting = sorted((asked - ended).elements())
        if not waiting:
            return
        series, number, copy, form = waiting[-1 - pick % len(waiting)]
        request = ReceiptRequested(series=series, number=number, copy=copy, form=Form(form))
        outcome = PrintOutcome.REFUSED if fault else PrintOutcome.PRINTED
        self.note(self.till.put(PaperDone(request, outcome, fault)))

    @rule(fault=st.sampled_from(every()))
    def trouble(self, fault: Fault) -> None:
        self.note(self.till.put(Trouble(fault)))

    @rule(catalog=st.sampled_from(CATALOGS))
    def another_catalogue(self, catalog: Catalog) -> None:
        self.note(self.till.put(NewCatalog(catalog)))

    @precondition(lambda self: self.books)
    @rule()
    def answer_with_the_books(self) -> None:
        hasty = bool(self.till.counter.desk.ahead)
        step = self.till.books(self.books.pop(0))
        if hasty:  # what was said may have been taken away by a C that was typed ahead
            step = Step(step.events, tuple(e for e in step.effects if not isinstance(e, Sound)))
        self.note(step)

    def note(self, step: Step) -> None:
        self.books += [e for e in step.effects if isinstance(e, Closing)]
        self.asked += [e.request for e in step.effects if isinstance(e, Weigh)]
        self.looked += [e for e in step.effects if isinstance(e, LookUp)]
        if tones(step)[-1:] not in ([], ["accepted"]):  # of what was typed ahead, the last
            desk = self.till.counter.desk
            assert self.till.fault or desk.notice or desk.pending, tones(step)

    @invariant()
    def the_sum_of_the_live_lines_is_the_total(self) -> None:
        sale = self.till.counter.desk.sale
        if sale:
            live = [line for line in sale.lines if line.line not in sale.voided]
            off = sum(reduction.amount for reduction in sale.reductions)
            assert sale.total == sum(line.gross for line in live) - off
            for line, now in zip(live, sale.live, strict=True):
                assert 0 <= now.gross <= line.gross or line.gross <= now.gross <= 0
            assert abs(sale.total) <= LARGEST_TOTAL
            assert [line.line for line in sale.lines] == list(range(1, len(sale.lines) + 1))

    @invariant()
    def closed_tickets_balance(self) -> None:
        tickets = self.till.of(SaleClosed)
        for ticket in tickets[-1:]:
            live = [line for line in ticket.lines if not line.voided]
            assert live
            assert ticket.total == sum(line.gross for line in live)
            assert ticket.total == sum(paid.amount for paid in ticket.tenders)
            assert ticket.change == sum(p.given - p.amount for p in ticket.tenders) >= 0
            assert all(p.change == 0 for p in ticket.tenders if p.tender != "CASH")
            assert ticket.change <= 200_00
            food = sum(line.gross for line in live if line.vat < 2000)
            assert paid_by(ticket, "TR") <= max(0, min(25_00, food))
            assert paid_by(ticket, "CASH") <= 1000_00
            for rate in ticket.vat:
                lines = [line for line in live if line.vat == rate.rate and not untaxed(line)]
                assert rate.gross == sum(line.gross for line in lines) == rate.net + rate.vat
                sold = sum(line.gross for line in lines if line.tax is None)
                booked = sum(line.tax or 0 for line in lines)
                assert rate.vat == vat_within(sold, rate.rate) + booked
                assert rate.net == sum(line.net for line in lines)
            held = sum(line.gross for line in live if untaxed(line))
            assert sum(rate.gross for rate in ticket.vat) + held == ticket.total

    @invariant()
    def numbers_have_no_gap(self) -> None:
        sales, tickets = self.start
        opened = [event.sale for event in self.till.of(SaleOpened)]
        assert opened == list(range(sales + 1, sales + 1 + len(opened)))
        closed = self.till.of(SaleClosed)
        for series, last in ((SERIES, tickets), (TRAINING_SERIES, 0)):
            numbers = [event.number for event in closed if event.series == series]
            assert numbers == list(range(last + 1, last + 1 + len(numbers)))

    @invariant()
    def nothing_held_for_an_order_goes_twice(self) -> None:
        balances: dict[tuple[str, str, int], int] = {}
        for moved in self.till.of(DepositMoved):
            deposit = moved.order, moved.nature, moved.vat
            balances[deposit] = balances.get(deposit, 0) + moved.amount
        assert all(cents >= 0 for cents in balances.values())
        desk = self.till.counter.desk
        sales = [*desk.waiting, *([desk.sale] if desk.sale else [])]
        deducting = [sale for sale in sales if any(x.order and x.gross < 0 for x in sale.live)]
        orders = [order for sale in deducting for order in sale.orders]
        assert len(orders) == len(set(orders))

    @invariant()
    def a_ticket_has_one_invoice(self) -> None:
        made = self.till.of(InvoiceMade)
        assert [each.number for each in made] == list(range(1, len(made) + 1))
        assert len({(each.ticket_series, each.ticket_number) for each in made}) == len(made)

    @invariant()
    def a_sale_has_one_original(self) -> None:
        """Of all papers that prove it and were not refused; an invoice takes a ticket's place."""
        invoices = {
            (made.series, made.number): (made.ticket_series, made.ticket_number)
            for made in self.till.of(InvoiceMade)
        }
        there: dict[tuple[str, int], set[tuple[bool, int]]] = defaultdict(set)
        for event, _ in self.till.events:
            if not isinstance(event, ReceiptRequested | ReceiptPrinted) or event.form == "gift":
                continue
            place = event.series, event.number
            papers = there[invoices.get(place, place)]
            one = place in invoices, event.copy
            if isinstance(event, ReceiptRequested):
                assert one not in papers, "a number twice"
                assert event.copy or one[0] or not papers, "an original behind a paper"
                papers.add(one)
            elif event.outcome is PrintOutcome.REFUSED:
                papers.discard(one)

    @invariant()
    def no_more_comes_back_than_was_paid(self) -> None:
        tickets = {(each.series, each.number): each for each in self.till.of(SaleClosed)}
        past = Changes()
        for ticket in tickets.values():
            past.take(ticket, 1, 1, "")
        for (series, number, line), back in past.returned.items():
            sold = tickets[series, number].lines[line - 1]
            assert 0 < back.quantity <= sold.quantity and 0 <= back.amount <= sold.gross
            ticket = tickets[series, number]
            # Where its own sale took some of it back, it may be that no more was paid for it.
            loose = any(x.quantity < 0 and not x.of and x.plu == sold.plu for x in ticket.lines)
            assert back.amount == sold.gross or back.quantity < sold.quantity or loose
        for ticket in list(tickets.values())[-1:]:
            for each in ticket.lines:
                if each.of and not each.voided:
                    sold = tickets[each.of.series, each.of.number].lines[each.of.line - 1]
                    assert (each.plu, each.vat, each.discount) == (sold.plu, sold.vat, 0)

    @invariant()
    def vouchers_are_worth_what_was_paid_for_them(self) -> None:
        desk, worth = self.till.counter.desk, dict[str, int]()
        for moved in self.till.of(VoucherMoved):
            worth[moved.voucher] = worth.get(moved.voucher, 0) + moved.amount
        opened = [*desk.waiting, *([desk.sale] if desk.sale else [])]
        held = [name for sale in opened for name in sale.vouchers]
        assert len(held) == len(set(held))
        for sale in opened:
            assert all(0 < cents <= worth[name] for name, cents in sale.vouchers.items())
        assert all(cents >= 0 for cents in worth.values())
        tickets = [each for each in self.till.of(SaleClosed) if each.series != TRAINING_SERIES]
        lines = [line for ticket in tickets for line in ticket.lines if not line.voided]
        sold = sum(line.gross for line in lines if line.issues)
        used = sum(line.gross for line in lines if line.voucher)
        paid = sum(paid_by(t, "AVOIR") + paid_by(t, "VOUCHER") for t in tickets)
        assert sum(worth.values()) == sold + used - paid

    @invariant()
    def the_events_alone_rebuild_the_desk(self) -> None:
        again = bench().counter.desk
        sales, tickets = self.start
        mine = self.till.counter.desk
        again.resume(sales, {"T": tickets})
        again.resume_clerks(mine.clerks, 0, {})
        again.present, again.kept = mine.present, mine.kept  # the runtime finds them again
        for event, when in self.till.events:
            again.apply(event, when)
        assert again.recorded == mine.recorded, "each event counts once, and nothing else does"
        assert again.base() == mine.base()

    @invariant()
    def an_open_sale_keeps_its_catalogue(self) -> None:
        desk = self.till.counter.desk
        if desk.sale:
            assert desk.sale.catalog == desk.catalog.sha256

    @invariant()
    def an_error_is_shown(self) -> None:
        if self.till.fault:
            assert self.till.shown == display.fault(self.till.fault)

    def teardown(self) -> None:
        """A few C lead back from anywhere, and then the shop sells."""
        if not hasattr(self, "till"):
            return
        while self.books:
            self.answer_with_the_books()
        for _ in range(6):
            self.till.press("C")
        desk = self.till.counter.desk
        assert desk.overlay is None
        while desk.sale and desk.sale.tenders:
            self.till.press("CORR")
        if desk.sale:
            self.till.press("CANCEL")
        assert desk.sale is None
        closed = len(self.till.of(SaleClosed))
        self.till.press("1 PLU CASH")
        assert len(self.till.of(SaleClosed)) == closed + 1
        self.must_verify()
