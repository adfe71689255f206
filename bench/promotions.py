"""The best promotions of a large sale, as a key that needs the total waits for them."""

import time
from datetime import datetime
from random import Random

from bench.figures import Figure, Setting, latencies
from pos_terminal.domain.events.sale import LineSold
from pos_terminal.domain.events.values import EntryMethod
from pos_terminal.domain.quantity import ONE, Unit
from pos_terminal.domain.sale.promotions import Promotion, applied

SALES = 200
BAR = 20.0
AT = datetime(2026, 3, 3, 12)
ARTICLES = {
    "sandwich": (550, 480, 620, 590), "boisson": (200, 180, 250, 150, 220),
    "dessert": (350, 280, 320, 250), "vienn": (120, 140, 110, 160, 150),
    "chaud": (150, 110, 260, 320), "pain": (100, 130, 210),
}  # fmt: skip
ON = (
    Promotion("MIDI", (frozenset({"sandwich"}), frozenset({"boisson"}), frozenset({"dessert"})),
              price=950),
    Promotion("SANDWICH", (frozenset({"sandwich"}), frozenset({"boisson"})), price=690),
    Promotion("MATIN", (frozenset({"vienn"}), frozenset({"chaud"})), price=250),
    Promotion("4E OFFERT", (frozenset({"vienn"}),), count=4, free=1),
)  # fmt: skip
"""What a bakery has: two menus that want the same articles, a breakfast, and «3+1»."""

MORE = (
    Promotion("GOUTER", (frozenset({"dessert"}), frozenset({"chaud"})), price=480),
    Promotion("3 PAINS", (frozenset({"pain"}),), count=3, price=280),
    Promotion("PAUSE", (frozenset({"vienn"}), frozenset({"boisson"})), price=270),
)
"""With these all seven contend, one for what another wants."""


def basket(chance: Random, pieces: int) -> list[LineSold]:
    """So many pieces, in lines of up to four."""
    lines: list[LineSold] = []
    while pieces:
        many = min(pieces, chance.randint(1, 4))
        pieces -= many
        family = chance.choice([*ARTICLES])
        number = chance.randrange(len(ARTICLES[family]))
        price = ARTICLES[family][number]
        lines.append(
            LineSold(
                sale=1, line=len(lines) + 1, plu=f"{family}{number}", name=family, unit=Unit.PIECE,
                family=family, quantity=many * ONE, price=price, per=ONE, list_price=price,
                list_per=ONE, vat=550, gross=many * price, entry=EntryMethod.KEY,
            )
        )  # fmt: skip
    return lines


def measure(setting: Setting) -> list[Figure]:
    """Baskets of ten and of sixty pieces: how long, and how many in a hundred are exact."""
    figures: list[Figure] = []
    for pieces, on, name in ((10, ON, "10"), (60, ON, "60"), (60, (*ON, *MORE), "60.seven")):
        chance, took, exact = Random(pieces), list[float](), 0
        rounds = setting.rounds(SALES)
        for _ in range(rounds):
            lines = basket(chance, pieces)
            begun = time.perf_counter()
            found = applied(lines, on, AT)
            took.append(time.perf_counter() - begun)
            exact += found.exact
        what = f"{len(on)} promotions, {pieces} pieces"
        key = f"promotions.{name}"
        figures += latencies(key, what, took, limit=("", ()), p99_at_most=BAR)
        share = round(100 * exact / rounds, 1)
        figures.append(
            Figure(
                key=f"{key}.exact", what=f"{what} that are exact", value=share, unit="%",
                at_least=100,
            )
        )  # fmt: skip
    return figures
