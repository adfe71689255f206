"""Catalogues made for a test, and baskets keyed from them: by hand, or drawn at random."""

from hypothesis import strategies as st

from pos_terminal.domain.catalog.catalog import Catalog
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.files.catalog import parse_catalog
from pos_terminal.domain.sale.refunds import RefundRules
from tests.support.bench import Bench

RATES = ["0", "2.1", "5.5", "10", "20"]
PERS = ["1", "3", "5", "0.1"]
UNITS = ["piece", "kg", "cl"]

articles = st.lists(
    st.tuples(
        st.integers(0, 50_00), st.sampled_from(PERS), st.sampled_from(UNITS), st.sampled_from(RATES)
    ),
    min_size=1,
    max_size=8,
)

sold = st.lists(
    st.tuples(
        st.integers(1, 8), st.integers(1, 20_000), st.booleans(), st.none() | st.integers(0, 9999)
    ),
    min_size=1,
    max_size=12,
)


def catalog_of(rows: list[tuple[int, str, str, str]]) -> Catalog:
    text = "plu,name,price,per,unit,vat\n" + "".join(
        f"{n},ARTICLE {n},{cents / 100:.2f},{per},{unit},{vat}\n"
        for n, (cents, per, unit, vat) in enumerate(rows, 1)
    )
    catalog, problems = parse_catalog(text.encode())
    assert not problems
    return catalog


def typed(thousandths: int) -> str:
    return f"{thousandths // 1000},{thousandths % 1000:03d}"


def paid(till: Bench) -> SaleClosed:
    till.decides(refunds=RefundRules(cash_limit=100_000))
    till.press("CARD" if till.total > 0 else "CASH")  # the law limits cash
    (ticket,) = till.of(SaleClosed)
    return ticket
