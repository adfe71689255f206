"""Stock at the counter: sales by exact fractions, movements by keys, alerts, lists, bottles."""

from dataclasses import dataclass
from fractions import Fraction
from random import Random

import pytest

from pos_terminal.domain import faults
from pos_terminal.domain.counter.steps import (
    CheckPin,
    Input,
    LookedUp,
    LookUp,
    PinChecked,
    Step,
    Train,
    Weigh,
    Weighed,
)
from pos_terminal.domain.events.sale import LineSold, SaleClosed
from pos_terminal.domain.events.staff import AuthorityGiven
from pos_terminal.domain.events.stock import BottleFinished, BottleOpened, StockMoved
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.printing import stock_lists as goods_paper
from pos_terminal.domain.receipt import Row, Text
from pos_terminal.domain.sale.terms import Terms
from pos_terminal.domain.screen import Screen
from pos_terminal.domain.staff.clerks import Clerks
from pos_terminal.domain.weight import Weight
from tests.support.bench import counter_of, goods, label, moment, tones
from tests.support.paper import TILL
from tests.support.staff import BOSS, PINS, SAM, STAFF
from tests.support.stock import GOODS, Stockroom, stockroom

SIXTH = Fraction(1, 6)


@pytest.fixture
def till() -> Stockroom:
    return stockroom()


def moves(till: Stockroom) -> list[tuple[str, Fraction, str]]:
    return [
        (each.plu, Fraction(each.numerator, each.denominator), each.cause)
        for each in till.of(StockMoved)
    ]


def listed(till: Stockroom) -> list[str]:
    """The rows of the list printed last."""
    rows = []
    for block in till.lists[-1].listing.blocks:
        match block:
            case Row(left, right):
                rows.append(f"{left} | {right}")
            case Text(text):
                rows.append(text.strip())
    return rows


def test_a_ticket_moves_stock_when_it_closes_in_one_append(till: Stockroom) -> None:
    till.press("3 x 42 PLU 1 PLU RF 2 PLU 5 PLU")
    assert moves(till) == []
    step = till.press("CASH")
    kinds = [type(event).__name__ for event in step.events]
    assert kinds == ["Tender", "SaleClosed", "StockMoved", "StockMoved", "StockMoved"]
    assert moves(till) == [
        ("41", Fraction(-1, 2), "sale"), ("1", Fraction(-1), "sale"), ("1", Fraction(1, 2), "sale"),
    ]  # fmt: skip
    (glass, loaf, half) = till.of(StockMoved)
    assert (glass.sale, glass.line, glass.part, glass.poured) == (1, 1, "42", True)
    assert (loaf.part, loaf.poured, half.part) == ("", False, "2")


def test_what_was_taken_back_or_given_up_leaves_no_movement(till: Stockroom) -> None:
    till.press("42 PLU CORR 1 PLU VOID 1 PLU 1 PLU CANCEL 42 PLU HOLD RECALL CORR 5 PLU CASH")
    assert len(till.of(SaleClosed)) == 1
    assert moves(till) == []


def test_exercises_move_nothing(till: Stockroom) -> None:
    till.put(Train(14))
    till.press("1 PLU CASH")
    assert till.of(SaleClosed)
    assert moves(till) == []
    till.press("2 PERTE 1 PLU")
    assert till.fault is faults.NOT_IN_TRAINING


def test_a_price_label_says_no_weight_and_moves_nothing() -> None:
    till = stockroom(GOODS)
    till.counter.desk.present = goods(GOODS)
    till.scan(label("210000400250"))
    till.press("CASH")
    assert till.of(LineSold)[0].plu == "4"
    assert moves(till) == []
    till.scan(label("220000400480"))
    till.press("CASH")
    assert moves(till) == [("4", Fraction(-12, 25), "sale")]


@pytest.mark.parametrize(
    ("typed", "plu", "amount", "cause", "shown"),
    [
        ("3 PERTE 1 PLU", "1", Fraction(-3), "loss", "PERTE             -3|TRADITION"),
        ("3 x PERTE 1 PLU", "1", Fraction(-3), "loss", "PERTE             -3|TRADITION"),
        ("PERTE 3 x 1 PLU", "1", Fraction(-3), "loss", "PERTE             -3|TRADITION"),
        ("PERTE 1 PLU", "1", Fraction(-1), "loss", "PERTE             -1|TRADITION"),
        ("2 RETRAIT 1 PLU", "1", Fraction(-2), "withdrawal", "RETRAIT           -2|TRADITION"),
        ("DEGUST 42 PLU", "41", -SIXTH, "tasting", "DEGUSTATION       -1|VERRE RHONE"),
        ("2 DEGUST 41 PLU", "41", -2 * SIXTH, "tasting", "DEGUSTATION       -2|COTES DU RHONE"),
        ("4 INVENDU 1 PLU", "1", Fraction(-4), "unsold", "INVENDU           -4|TRADITION"),
        ("60 FABRIQUE 1 PLU", "1", Fraction(60), "made", "FABRIQUE          60|TRADITION"),
        ("2 LIVRE 44 PLU", "41", Fraction(12), "delivered", "LIVRAISON          2|CARTON RHONE"),
        ("6 TRANSF 41 PLU", "41", Fraction(-1), "transferred",
         "TRANSFERT         -6|COTES DU RHONE"),
        ("RF 6 TRANSF 41 PLU", "41", Fraction(1), "transferred",
         "TRANSFERT          6|COTES DU RHONE"),
        ("480 g PERTE 4 PLU", "4", Fraction(-12, 25), "loss", "PERTE          -0,48|COMTE"),
        ("1,5 PERTE 4 PLU", "4", Fraction(-3, 2), "loss", "PERTE           -1,5|COMTE"),
        ("12 LIVRE 45 PLU", "45", Fraction(12), "delivered", "LIVRAISON         12|PASTIS"),
    ],
)  # fmt: skip
def test_goods_are_moved_by_keys(
    till: Stockroom, typed: str, plu: str, amount: Fraction, cause: str, shown: str
) -> None:
    step = till.press(typed)
    assert moves(till) == [(plu, amount, cause)]
    assert till.shown == Screen(*shown.split("|"))
    assert tones(step) == ["accepted"]
    assert till.counter.desk.entry.empty
    assert till.counter.desk.sale is None


def test_a_loss_has_its_reason(till: Stockroom) -> None:
    till.press("PERTE 1 PLU 2 MOTIF PERTE 1 PLU PERTE 3 MOTIF 1 PLU")
    assert [each.note for each in till.of(StockMoved)] == ["CASSE", "PERIME", "BOUCHONNE"]
    mine = stockroom(terms=Terms(loss_reasons=("CHUTE",)))
    mine.press("PERTE 1 PLU")
    assert [each.note for each in mine.of(StockMoved)] == ["CHUTE"]


def test_what_is_sold_by_weight_is_weighed_to_be_moved(till: Stockroom) -> None:
    (question,) = [e for e in till.press("PERTE 4 PLU").effects if isinstance(e, Weigh)]
    till.put(Weighed(question.request, Weight(250)))
    assert moves(till) == [("4", Fraction(-1, 4), "loss")]
    assert not till.of(LineSold)


def test_goods_may_be_moved_amid_a_sale(till: Stockroom) -> None:
    till.press("1 PLU PERTE 1 PLU 1 PLU CASH")
    assert moves(till) == [("1", Fraction(-1), cause) for cause in ("loss", "sale", "sale")]
    assert till.of(SaleClosed)[0].total == 260


def test_a_count_sets_the_stock(till: Stockroom) -> None:
    till.press("60 FABRIQUE 1 PLU 3 x 1 PLU CASH 50 INVENT 1 PLU")
    assert till.stock() == {"1": Fraction(50)}
    assert moves(till)[-1] == ("1", Fraction(-7), "counted")
    assert till.shown == Screen("INVENTAIRE        50", "TRADITION")
    till.press("50 INVENT 1 PLU")
    assert moves(till)[-1] == ("1", Fraction(0), "counted")
    till.press("0 INVENT 1 PLU")
    assert till.stock() == {}
    till.press("19 INVENT 41 PLU")
    assert till.stock() == {"41": 19 * SIXTH}


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("PERTE 5 PLU", faults.NOT_STOCKED),
        ("STOCK 5 PLU", faults.NOT_STOCKED),
        ("OUVRIR 5 PLU", faults.NOT_STOCKED),
        ("ALLERG 5 PLU", faults.ALLERGENS_UNKNOWN),
        ("PERTE 99 PLU", faults.UNKNOWN_ARTICLE),
        ("0 PERTE 1 PLU", faults.BAD_NUMBER),
        ("10000 PERTE", faults.BAD_NUMBER),
        ("3 x 3 PERTE", faults.NOT_NOW),
        ("PERTE INVENDU", faults.NOT_NOW),
        ("PERTE 120 PRIX 1 PLU", faults.NOT_NOW),
        ("VOID PERTE 1 PLU", faults.NOT_NOW),
        ("2 MOTIF INVENDU 1 PLU", faults.NOT_NOW),
        ("5 MOTIF", faults.UNKNOWN_REASON),
        ("480 g PERTE 1 PLU", faults.NOT_BY_WEIGHT),
        ("INVENT 1 PLU", faults.NUMBER_MISSING),
        ("3 INVENT 42 PLU", faults.COUNT_WHOLES),
        ("RF 3 INVENT 1 PLU", faults.COUNT_WHOLES),
        ("3 STOCK 1 PLU", faults.NOT_NOW),
        ("RF STOCK 1 PLU", faults.NOT_NOW),
        ("PERTE CASH", faults.NOT_NOW),
        ("OUVRIR 42 PLU", faults.NO_BOTTLE_SIZE),
        ("OUVRIR 4 PLU", faults.NO_BOTTLE_SIZE),
        ("FINIR 41 PLU", faults.NO_BOTTLE),
        ("1 OUVRIR 41 PLU", faults.NO_BOTTLE),
        ("OUVRIR 41 PLU 7 FINIR 41 PLU", faults.BAD_NUMBER),
        ("2 MOTIF OUVRIR 41 PLU", faults.NOT_NOW),
        ("32 VERSE", faults.BAD_NUMBER),
        ("8 PROD", faults.BAD_NUMBER),
        ("3 x PROD", faults.NOT_NOW),
        ("3 x VERSE", faults.NOT_NOW),
    ],
)
def test_what_makes_no_sense_is_refused(till: Stockroom, typed: str, fault: Fault) -> None:
    till.press(typed)
    assert till.fault is fault
    assert moves(till) == []
    till.press("C 1 PLU CASH")
    assert moves(till) == [("1", Fraction(-1), "sale")]


def test_a_key_pressed_again_is_undone(till: Stockroom) -> None:
    till.press("3 PERTE")
    assert till.shown == Screen("PERTE 3 x", "")
    till.press("PERTE")
    assert till.counter.desk.entry.empty


def test_how_much_there_is(till: Stockroom) -> None:
    till.press("2 LIVRE 44 PLU 5 x 42 PLU CASH STOCK 41 PLU")
    assert till.shown == Screen("COTES DU RHONE", "STOCK       67 verre")
    till.press("STOCK 42 PLU")
    assert till.shown == Screen("VERRE RHONE", "STOCK             67")
    till.press("STOCK 43 PLU")
    assert till.shown == Screen("PICHET RHONE", "STOCK          16,75")
    till.press("STOCK 1 PLU")
    assert till.shown == Screen("TRADITION", "STOCK              0")


def test_the_stock_list(till: Stockroom) -> None:
    till.press("12 LIVRE 41 PLU 4 LIVRE 45 PLU 10 FABRIQUE 1 PLU STOCK STOCK")
    assert listed(till) == [
        "PRESQUE EPUISE", "COMTE | 0", "COTES DU RHONE | 12 verre", "TARTE | 0",
        "bar", "PASTIS | 4 cl", "fromage", "COMTE | 0", "pain", "TARTE | 0", "TRADITION | 10",
        "vin", "COTES DU RHONE | 12 verre", "Articles suivis : 6",
    ]  # fmt: skip
    paper = goods_paper.paper(TILL, till.lists[-1].listing, moment())
    assert Row("Caisse 2", "05/01/2026 08:30") in paper.blocks


def test_word_of_what_runs_low_leaves_the_change_to_be_read(till: Stockroom) -> None:
    till.press("3 FABRIQUE 50 PLU 1 PLU 50 PLU 1000 CASH")
    assert till.shown == Screen("RENDU           5,70", "PLUS QUE 2 TARTE")
    till.press("50 PLU 1000 CASH")
    assert till.shown == Screen("RENDU           7,00", "RECU 10,00")  # it was said once
    till.press("50 PLU CASH")
    assert till.shown == Screen("TOTAL           3,00", "MERCI")
    till.press("3 FABRIQUE 50 PLU 3 x 50 PLU CASH")
    assert till.shown == Screen("TOTAL           9,00", "EPUISE TARTE")
    till.press("13 INVENT 41 PLU 42 PLU CASH")
    assert till.shown == Screen("TOTAL           3,50", "PLUS QUE 12 COTES DU")
    assert till.fault is None


def test_word_of_what_runs_low_never_stops_the_next_sale(till: Stockroom) -> None:
    till.press("3 FABRIQUE 50 PLU")
    till.silent = True
    (asked,) = [e for e in till.press("50 PLU CASH").effects if isinstance(e, LookUp)]
    till.press("1 PLU")
    till.put(LookedUp(asked.request, till.answer(asked.wanted)))
    assert till.shown == Screen("PLUS QUE 2 TARTE", "S-241        TAPER C")
    till.press("1 PLU CASH")
    assert till.of(SaleClosed)[-1].total == 260


def test_a_second_sale_before_the_answer_loses_no_word(till: Stockroom) -> None:
    till.press("3 FABRIQUE 50 PLU")
    till.silent = True
    till.press("50 PLU CASH")
    (asked,) = [e for e in till.press("50 PLU CASH").effects if isinstance(e, LookUp)]
    till.put(LookedUp(asked.request, till.answer(asked.wanted)))
    assert till.shown == Screen("TOTAL           3,00", "PLUS QUE 1 TARTE")


def test_no_answer_about_what_runs_low_is_a_notice(till: Stockroom) -> None:
    till.silent = True
    (asked,) = [e for e in till.press("50 PLU CASH").effects if isinstance(e, LookUp)]
    till.put(LookedUp(asked.request, fault=faults.PROJECTION_FAILED))
    assert till.counter.desk.notice is faults.PROJECTION_FAILED
    till.press("1 PLU CASH")
    assert till.of(SaleClosed)[-1].total == 130


def test_a_bottle_poured_against_sold(till: Stockroom) -> None:
    till.press("6 LIVRE 41 PLU OUVRIR 41 PLU")
    assert till.shown == Screen("BOUTEILLE OUVERTE", "COTES DU RHONE")
    till.press("2 x 42 PLU CASH 42 PLU CASH DEGUST 42 PLU 41 PLU CASH")
    assert till.stock() == {"41": 1 - 1 - 4 * SIXTH}
    till.press("OUVRIR 41 PLU")
    (done,) = till.of(BottleFinished)
    assert (done.sold.fraction, done.given.fraction) == (3 * SIXTH, SIXTH)
    assert (done.left.fraction, done.missing.fraction, done.reason) == (0, 2 * SIXTH, "")
    assert moves(till)[-1] == ("41", -2 * SIXTH, "unrung")
    assert len(till.of(BottleOpened)) == 2
    till.press("42 PLU CASH VERSE")
    rows = listed(till)
    assert rows[0] == "COTES DU RHONE"
    assert rows[2:4] == ["Vendu | 1 verre", "Doit rester | 5 verre"]
    assert rows[-3:] == [
        "Vendu | 3 verre", "Donné ou perdu au verre | 1 verre", "Versé, non encaissé | 2 verre",
    ]  # fmt: skip


def test_what_is_left_in_a_bottle_is_a_loss_with_its_reason(till: Stockroom) -> None:
    till.press("OUVRIR 41 PLU 3 x 42 PLU CASH 3 MOTIF 2 FINIR 41 PLU")
    assert till.shown == Screen("BOUTEILLE FINIE", "COTES DU RHONE")
    (done,) = till.of(BottleFinished)
    assert (done.left.fraction, done.missing.fraction) == (2 * SIXTH, SIXTH)
    assert done.reason == "BOUCHONNE"
    assert [each.note for each in till.of(StockMoved)][-2:] == ["BOUCHONNE", ""]
    assert till.stock() == {"41": Fraction(-1)}  # one bottle is gone, whatever became of it


def test_more_sold_than_a_bottle_held_comes_back_into_stock(till: Stockroom) -> None:
    till.press("OUVRIR 41 PLU 7 x 42 PLU CASH FINIR 41 PLU")
    (done,) = till.of(BottleFinished)
    assert done.missing.fraction == -SIXTH
    assert till.stock() == {"41": Fraction(-1)}


def test_a_bottle_of_what_is_sold_by_the_centilitre(till: Stockroom) -> None:
    till.press("OUVRIR 45 PLU 20 x 46 PLU 4 x 45 PLU CASH FINIR 45 PLU")
    (done,) = till.of(BottleFinished)
    assert (done.content.fraction, done.sold.fraction) == (70, 44)
    assert done.missing.fraction == 26
    assert till.stock() == {"45": Fraction(-70)}


def test_a_wheel_of_cheese_is_cut_as_a_bottle_is_poured(till: Stockroom) -> None:
    till.press("OUVRIR 47 PLU 480 g 47 PLU 1200 g 47 PLU CASH FINIR 47 PLU")
    (done,) = till.of(BottleFinished)
    assert (done.content.fraction, done.sold.fraction) == (2, Fraction(168, 100))
    assert till.stock() == {"47": Fraction(-2)}


def test_a_whole_bottle_or_a_case_is_not_poured(till: Stockroom) -> None:
    till.press("OUVRIR 41 PLU 41 PLU 44 PLU CASH FINIR 41 PLU")
    (done,) = till.of(BottleFinished)
    assert done.sold.fraction == 0
    assert till.stock() == {"41": Fraction(-8)}


def test_no_open_bottle_no_report(till: Stockroom) -> None:
    till.press("VERSE")
    assert listed(till) == ["Aucune bouteille ouverte"]


def test_allergens_are_shown_and_all_of_them_printed(till: Stockroom) -> None:
    till.press("ALLERG 1 PLU")
    assert till.shown == Screen("TRADITION", "GLUTEN")
    assert not till.lists
    till.press("ALLERG 45 PLU")
    assert till.shown == Screen("PASTIS", "SANS ALLERGENE")
    till.press("ALLERG 50 PLU")
    assert till.shown == Screen("TARTE", "GLUTEN OEUFS SOJA +")
    assert listed(till)[-1] == "GLUTEN OEUFS SOJA LAIT FRUITS A COQUE"
    till.press("ALLERG ALLERG")
    assert len([row for row in listed(till) if row == "NON RENSEIGNE"]) == 5
    assert "SULFITES" in listed(till)


def test_allergens_may_be_asked_amid_a_sale(till: Stockroom) -> None:
    till.press("1 PLU ALLERG 4 PLU")
    assert till.shown == Screen("COMTE", "LAIT")
    till.press("CASH")
    assert till.of(SaleClosed)[0].total == 130


def test_production_is_proposed_on_paper(till: Stockroom) -> None:
    till.press("1 PLU CASH PROD")
    assert listed(till)[:2] == ["lundi 05/01/2026", "Jours ouverts sur les 30 derniers : 0"]
    assert listed(till)[2:] == [
        "pain", "TRADITION | ?", "aucun jour comparable", "TARTE | ?", "aucun jour comparable",
    ]  # fmt: skip
    till.press("1 PROD")
    assert listed(till)[0] == "mardi 06/01/2026"


def independent_count(text: str, till: Stockroom) -> dict[str, Fraction]:
    """The stock after the closed tickets, from the catalogue's own text: no code in common."""
    shares = {"2": ("1", Fraction(1, 2)), "42": ("41", SIXTH), "43": ("41", Fraction(50, 75)),
              "44": ("41", Fraction(6)), "46": ("45", Fraction(2))}  # fmt: skip
    kept = {line.split(",")[0] for line in text.splitlines() if ",yes," in line}
    held: dict[str, Fraction] = {}
    for ticket in till.of(SaleClosed):
        for line in ticket.lines:
            whole, share = shares.get(line.plu, (line.plu, Fraction(1)))
            if not line.voided and whole in kept:
                held[whole] = held.get(whole, Fraction(0)) - Fraction(line.quantity, 1000) * share
    return {plu: amount for plu, amount in held.items() if amount}


@pytest.mark.parametrize("seed", range(20))
def test_random_sales_leave_the_stock_that_an_independent_count_finds(seed: int) -> None:
    chance, till = Random(seed), stockroom()
    for _ in range(40):
        for _ in range(chance.randint(1, 6)):
            plu = chance.choice(("1", "2", "5", "41", "42", "43", "44", "45", "46", "50"))
            quantity = chance.choice(("", f"{chance.randint(1, 9)} x ", "0,5 x ", "0,125 x "))
            till.press(f"{'RF ' if chance.random() < 0.1 else ''}{quantity}{plu} PLU")
            if chance.random() < 0.2:
                till.press(chance.choice(("CORR", f"VOID {plu} PLU")))
        sale = till.counter.desk.sale
        if sale and sale.live and chance.random() < 0.9:
            till.press("CASH")
        elif sale:
            till.press("CANCEL")
        if till.fault:
            till.press("C C CANCEL")
        till.press("C C")
    assert till.of(SaleClosed)
    assert till.stock() == independent_count(GOODS, till)


@dataclass
class StaffedStockroom(Stockroom):
    """With clerks, whose PINs are answered at once."""

    def put(self, given: Input) -> Step:
        step = super().put(given)
        for effect in step.effects:
            if isinstance(effect, CheckPin):
                right = effect.pin.digits == effect.kept
                then = self.put(PinChecked(effect.request, effect.clerk, right))
                step = Step((*step.events, *then.events), (*step.effects, *then.effects))
        return step


@pytest.fixture
def staffed() -> StaffedStockroom:
    """A shop where a clerk without rights stands at the till."""
    till = StaffedStockroom(counter_of(goods(GOODS)))
    till.counter.desk.resume_clerks(Clerks(STAFF), SAM, {})
    return till


@pytest.mark.parametrize(
    ("typed", "moved"),
    [
        ("3 PERTE 1 PLU", ("1", Fraction(-3), "loss")),
        ("3 RETRAIT 1 PLU", ("1", Fraction(-3), "withdrawal")),
        ("3 TRANSF 1 PLU", ("1", Fraction(-3), "transferred")),
        ("3 INVENT 1 PLU", ("1", Fraction(3), "counted")),
        ("OUVRIR 41 PLU 6 FINIR 41 PLU", ("41", Fraction(-1), "loss")),
    ],
)
def test_who_may_not_make_goods_disappear_calls_somebody(
    staffed: StaffedStockroom, typed: str, moved: tuple[str, Fraction, str]
) -> None:
    step = staffed.press(typed)
    assert tones(step) == ["alarm"]
    assert moves(staffed) == []
    staffed.press(f"{BOSS} CLERK {PINS[BOSS]} CLERK")
    assert moves(staffed) == [moved]
    assert staffed.of(StockMoved)[0].authority == BOSS
    assert [given.right for given in staffed.of(AuthorityGiven)] == ["stock"]


def test_what_is_missing_is_not_for_everybody(staffed: StaffedStockroom) -> None:
    staffed.press("VERSE")
    assert not staffed.lists
    staffed.press(f"{BOSS} CLERK {PINS[BOSS]} CLERK")
    assert listed(staffed) == ["Aucune bouteille ouverte"]


def test_a_weighed_loss_calls_somebody_once_it_is_weighed(staffed: StaffedStockroom) -> None:
    (question,) = [e for e in staffed.press("PERTE 4 PLU").effects if isinstance(e, Weigh)]
    staffed.put(Weighed(question.request, Weight(250)))
    assert moves(staffed) == []
    staffed.press(f"{BOSS} CLERK {PINS[BOSS]} CLERK")
    assert moves(staffed) == [("4", Fraction(-1, 4), "loss")]


@pytest.mark.parametrize(
    "typed", ["3 INVENDU 1 PLU", "3 FABRIQUE 1 PLU", "3 LIVRE 1 PLU", "DEGUST 1 PLU"]
)
def test_what_every_clerk_does_all_day_needs_nobody(staffed: StaffedStockroom, typed: str) -> None:
    staffed.press(typed)
    assert len(moves(staffed)) == 1
