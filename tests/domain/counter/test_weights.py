"""Weights: what the scale says less its packing, and those typed when the scale is out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_terminal.domain import faults
from pos_terminal.domain.counter.entry import HEAVIEST_TARE, Entry
from pos_terminal.domain.counter.scale import Net, by_hand, on_the_scale
from pos_terminal.domain.counter.steps import Weigh, Weighed
from pos_terminal.domain.events.sale import LineSold, SaleClosed
from pos_terminal.domain.events.values import TareKind
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.money import divide
from pos_terminal.domain.sale.terms import Terms
from pos_terminal.domain.screen import Screen
from pos_terminal.domain.weight import Weight
from tests.support.bench import Bench, bench, counter_of, goods, label
from tests.support.paper import lines, paper

CATALOG = goods(
    "plu,name,price,unit,tare,vat\n"
    '1,PAIN,"1,30",,,5.5\n4,COMTE,"24,90",kg,,5.5\n5,OLIVES,"18,00",kg,30,5.5\n'
)


@pytest.fixture
def till() -> Bench:
    return bench(CATALOG)


def weigh(till: Bench, typed: str, grams: int) -> None:
    (question,) = [e for e in till.press(typed).effects if isinstance(e, Weigh)]
    till.put(Weighed(question.request, Weight(grams)))


def sold(till: Bench) -> LineSold:
    return till.of(LineSold)[-1]


@pytest.mark.parametrize(
    ("typed", "quantity", "tare", "reason"),
    [
        ("480 g 4 PLU", 480, 0, "BALANCE EN PANNE"),
        ("480 g x 4 PLU", 480, 0, "BALANCE EN PANNE"),
        ("0,480 x 4 PLU", 480, 0, "BALANCE EN PANNE"),
        ("2 MOTIF 480 g 4 PLU", 480, 0, "PESE AILLEURS"),
        ("480 g 3 MOTIF 4 PLU", 480, 0, "POIDS INDIQUE"),
        ("20 TARE 480 g 4 PLU", 460, 20, "BALANCE EN PANNE"),
        ("480 g 5 PLU", 480, 0, "BALANCE EN PANNE"),
        ("480 g 0 TARE 5 PLU", 480, 0, "BALANCE EN PANNE"),
        ("RF 480 g 4 PLU", -480, 0, "BALANCE EN PANNE"),
        ("RF 20 TARE 480 g 4 PLU", -460, 20, "BALANCE EN PANNE"),
    ],
)
def test_a_weight_by_hand(till: Bench, typed: str, quantity: int, tare: int, reason: str) -> None:
    till.press(typed)
    line = sold(till)
    assert (line.entry, line.quantity, line.tare, line.reason) == ("manual", quantity, tare, reason)
    assert line.gross == divide(quantity * line.price, 1000)
    assert till.counter.desk.entry.empty


@pytest.mark.parametrize(
    ("typed", "grams", "net", "tare", "kind"),
    [
        ("4 PLU", 480, 480, 0, ""),
        ("20 TARE 4 PLU", 480, 460, 20, "preset"),
        ("5 PLU", 480, 450, 30, "preset"),
        ("0 TARE 5 PLU", 480, 480, 0, ""),
        ("12 TARE 5 PLU", 480, 468, 12, "preset"),
        ("RF 20 TARE 4 PLU", 480, -460, 20, "preset"),
    ],
)
def test_packing_is_taken_off_what_the_scale_says(
    till: Bench, typed: str, grams: int, net: int, tare: int, kind: str
) -> None:
    weigh(till, typed, grams)
    line = sold(till)
    assert (line.entry, line.quantity, line.tare, line.tare_kind) == ("scale", net, tare, kind)
    assert line.reason == ""


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("4 PLU", None),
        ("0 TARE 4 PLU", None),
        ("0 TARE 5 PLU", None),
        ("20 TARE 4 PLU", faults.SCALE_TARED),
        ("5 PLU", faults.SCALE_TARED),
        ("TARE", faults.SCALE_TARED),
    ],
)
def test_what_the_scale_took_off_is_not_taken_off_again(
    till: Bench, typed: str, fault: Fault | None
) -> None:
    (question,) = [e for e in till.press(typed).effects if isinstance(e, Weigh)]
    till.put(Weighed(question.request, Weight(450, net=True)))
    assert till.fault is fault
    if fault:
        assert not till.of(LineSold)
        return
    line = sold(till)
    assert (line.quantity, line.tare, line.tare_kind) == (450, 0, "scale")
    till.press("CASH")
    printed = "\n".join(lines(paper(till)))
    assert "Net 0,450 kg" in printed
    assert "Tare prise sur la balance" in printed


def test_packing_is_weighed_before_its_article(till: Bench) -> None:
    (question,) = [e for e in till.press("TARE").effects if isinstance(e, Weigh)]
    assert till.shown == Screen("TARE", "POSER SUR LA BALANCE")
    till.put(Weighed(question.request, Weight(15)))
    assert till.shown == Screen("TARE 15 g", "")
    weigh(till, "4 PLU", 500)
    assert (sold(till).quantity, sold(till).tare, sold(till).tare_kind) == (485, 15, "weighed")


@pytest.mark.parametrize(("grams", "fault"), [(9999, None), (10_000, faults.TARE_TOO_HEAVY)])
def test_the_heaviest_packing(till: Bench, grams: int, fault: Fault | None) -> None:
    (question,) = [e for e in till.press("TARE").effects if isinstance(e, Weigh)]
    till.put(Weighed(question.request, Weight(grams)))
    assert till.fault is fault


def test_what_was_set_before_the_packing_still_holds(till: Bench) -> None:
    (question,) = [e for e in till.press("RF TARE").effects if isinstance(e, Weigh)]
    till.put(Weighed(question.request, Weight(15)))
    weigh(till, "4 PLU", 500)
    assert sold(till).quantity == -485


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("480 g 1 PLU", faults.NOT_BY_WEIGHT),
        ("20 TARE 1 PLU", faults.NOT_BY_WEIGHT),
        ("480 TARE 480 g 4 PLU", faults.TARE_TOO_HEAVY),
        ("10000 TARE", faults.BAD_NUMBER),
        ("0 g", faults.BAD_NUMBER),
        ("0,5 g", faults.BAD_NUMBER),
        ("9999001 g", faults.BAD_NUMBER),
        ("g", faults.NUMBER_MISSING),
        ("3 x 480 g", faults.NOT_NOW),
        ("20 TARE 20 TARE", faults.NOT_NOW),
        ("20 TARE TARE", faults.NOT_NOW),
        ("2 MOTIF 4 PLU", faults.NOT_NOW),
        ("2 MOTIF 1 PLU", faults.NOT_NOW),
        ("4 MOTIF 480 g 4 PLU", faults.UNKNOWN_REASON),
        ("20 TARE CASH", faults.NOT_NOW),
        ("480 g HOLD", faults.NOT_NOW),
    ],
)
def test_what_makes_no_weight_is_refused(till: Bench, typed: str, fault: Fault) -> None:
    till.press(typed)
    assert till.fault is fault
    assert not till.of(LineSold)
    till.press("C 480 g 4 PLU")
    assert sold(till).quantity == 480


@pytest.mark.parametrize(("grams", "fault"), [(20, "A-131"), (19, "A-131"), (0, "W-107")])
def test_nothing_is_sold_of_what_weighs_no_more_than_its_packing(
    till: Bench, grams: int, fault: str
) -> None:
    weigh(till, "20 TARE 4 PLU", grams)
    assert till.fault
    assert till.fault.code == fault or till.fault is faults.SCALE_ZERO
    assert not till.of(LineSold)


@pytest.mark.parametrize(
    ("grams", "fault", "expected"),
    [
        (0, None, faults.SCALE_ZERO),
        (HEAVIEST_TARE + 1, None, faults.TARE_TOO_HEAVY),
        (0, faults.SCALE_MUTE, faults.SCALE_MUTE),
    ],
)
def test_packing_that_cannot_be_weighed(
    till: Bench, grams: int, fault: Fault | None, expected: Fault
) -> None:
    (question,) = [e for e in till.press("TARE").effects if isinstance(e, Weigh)]
    till.put(Weighed(question.request, Weight(grams), fault))
    assert till.fault is expected
    till.press("C")
    assert till.counter.desk.entry.empty


def test_a_label_has_its_own_weight() -> None:
    till = bench()
    till.press("20 TARE")
    till.scan(label("220000400480"))
    assert till.fault is faults.NOT_NOW
    assert not till.of(LineSold)


def test_the_shop_says_why_weights_may_be_typed() -> None:
    till = Bench(counter_of(CATALOG, sales=Terms(weight_reasons=("MARCHE",))))
    till.press("480 g 4 PLU")
    assert sold(till).reason == "MARCHE"
    for wrong in ((), ("",), ("x" * 21,)):
        with pytest.raises(ValueError, match=r"motif|imprimables"):
            Terms(weight_reasons=wrong)


def test_paper_says_tare_and_hand(till: Bench) -> None:
    till.press("20 TARE 480 g 4 PLU")
    weigh(till, "5 PLU", 480)
    (question,) = [e for e in till.press("TARE").effects if isinstance(e, Weigh)]
    till.put(Weighed(question.request, Weight(15)))
    weigh(till, "4 PLU", 500)
    till.press("CASH")
    (closed,) = till.of(SaleClosed)
    assert [(x.tare, x.tare_kind, x.manual) for x in closed.lines] == [
        (20, "preset", True), (30, "preset", False), (15, "weighed", False),
    ]  # fmt: skip
    printed = [" ".join(line.split()) for line in lines(paper(till))]
    assert printed.count("Tare PT 0,020 kg") == 1
    assert printed.count("Tare PT 0,030 kg") == 1
    assert printed.count("Tare 0,015 kg") == 1
    assert printed.count("Poids tapé à la main") == 1
    assert "Net 0,460 kg x 24,90 €/kg" in printed


@given(st.integers(1, 10**6), st.none() | st.integers(0, HEAVIEST_TARE), st.booleans())
def test_net_and_tare_make_the_gross(gross: int, tare: int | None, weighed: bool) -> None:
    entry = Entry(tare=tare, tare_weighed=weighed)
    item = CATALOG.plu("5")
    assert item
    try:
        scaled = on_the_scale(item, entry, Weight(gross))
    except Refused as refused:
        assert refused.fault is faults.TARE_TOO_HEAVY
        assert gross <= (30 if tare is None else tare)
    else:
        assert scaled.grams > 0
        assert scaled.grams + scaled.tare == gross
        assert scaled.tare == (30 if tare is None else tare)
        assert (scaled.kind is TareKind.NONE) == (scaled.tare == 0)
        if tare is not None:
            assert by_hand(entry, gross) == scaled
    assert by_hand(Entry(), gross) == Net(gross)
