"""Columns over time as SVG: what was sold, and behind it what was sold before."""

from collections.abc import Sequence

from pos_service_console.frame import euros
from pos_terminal.domain.language import say
from pos_terminal.domain.markup import Markup, tag

WIDTH, HEIGHT = 720, 240
LEFT, BOTTOM, TOP = 56, 30, 14
STEPS = (1, 2, 5)


def columns(now: Sequence[int], before: Sequence[int], names: Sequence[str]) -> Markup:
    """Cents by column; `before` may have more or fewer. Empty columns at both ends are left out."""
    size = max(len(now), len(names))
    before = [*before[:size], *[0] * (size - len(before))]
    used = [at for at in range(size) if now[at] or before[at]]
    first, last = (used[0], used[-1]) if used else (0, size - 1)
    last = max(last, min(first + 5, size - 1))
    step = _step(max(*now, *before, 100))
    most = step * -(-max(*now, *before, 1) // step)
    room = (WIDTH - LEFT) / (last - first + 1)

    def y(cents: int) -> float:
        return round(HEIGHT - BOTTOM - max(cents, 0) * (HEIGHT - BOTTOM - TOP) / most, 1)

    grid = [
        part
        for cents in range(0, most + 1, step)
        for part in (
            tag("line", x1=LEFT, x2=WIDTH, y1=y(cents), y2=y(cents), class_="grid"),
            tag("text", f"{cents // 100}", x=LEFT - 8, y=y(cents) + 4, class_="scale"),
        )
    ]
    bars, every = [], max(1, -(-(last - first + 1) // 12))
    for place, at in enumerate(range(first, last + 1)):
        x = LEFT + place * room
        said = f"{names[at]} : {euros(now[at])} ({say('avant')} {euros(before[at])})"
        bars.append(tag(
            "g", tag("title", said),
            tag("rect", x=round(x + room * 0.08, 1), width=round(room * 0.84, 1),
                y=y(before[at]), height=round(HEIGHT - BOTTOM - y(before[at]), 1), class_="before"),
            tag("rect", x=round(x + room * 0.24, 1), width=round(room * 0.52, 1), rx=3,
                y=y(now[at]), height=round(HEIGHT - BOTTOM - y(now[at]), 1), class_="now"),
            tag("text", names[at], x=round(x + room / 2, 1), y=HEIGHT - 8,
                class_="name even" if place // every % 2 == 0 else "name")
            if place % every == 0 else "",
        ))  # fmt: skip
    return tag(
        "svg", *grid, *bars, viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img", class_="plot",
        aria_label=say("Chiffre d'affaires par période, et celui d'avant en gris"),
    )  # fmt: skip


def share(amount: int, whole: int) -> Markup:
    """A bar as long as its part of the whole: at most 100 units."""
    width = round(100 * max(amount, 0) / whole, 1) if whole > 0 else 0
    return tag(
        "svg", tag("rect", width=width, height=6, rx=3), viewBox="0 0 100 6", class_="share",
        preserveAspectRatio="none", aria_hidden="true",
    )  # fmt: skip


def _step(most: int) -> int:
    """Cents between two lines of the grid: four or five lines."""
    unit = 100
    while True:
        for each in STEPS:
            if each * unit * 5 >= most:
                return each * unit
        unit *= 10
