"""How a French till writes amounts, quantities, rates, days and hours, wherever they are read.

Paper, display and command line write the same thing the same way because they all ask here.
Records, and what programs read, keep whole numbers and ISO 8601.
"""

from pos_terminal.domain.quantity import ONE


def euros(cents: int) -> str:
    """«1234,50», without a currency sign: the display's 20 columns have no room for one."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100},{abs(cents) % 100:02d}"


def percent(rate: int, *, mark: str = ",") -> str:
    """«5,5», «20»: basis points as a per cent figure with no needless zeros."""
    whole, part = divmod(rate, 100)
    return f"{whole}{mark}{part:02d}".rstrip("0").rstrip(mark) if part else str(whole)


def thousandths(quantity: int, places: int = 0) -> str:
    """«3», «0,5», «1,250» (with `places` decimals at least): a quantity."""
    sign = "-" if quantity < 0 else ""
    whole, part = divmod(abs(quantity), ONE)
    decimals = f"{part:03d}".rstrip("0").ljust(places, "0")
    return f"{sign}{whole},{decimals}" if decimals else f"{sign}{whole}"


def day(iso: str) -> str:
    """«22/11/2026» of a date or a local time, «11/2026» of a month's label."""
    return "/".join(reversed(iso[:10].split("-")))


def hour(at: str) -> str:
    """«08:30» of a local time."""
    return at[11:16]


def day_and_hour(at: str) -> str:
    """«22/11/2026 08:30» of a local time."""
    return f"{day(at)} {hour(at)}"


def short_day_and_hour(at: str) -> str:
    """«22/11 08:30» of a local time, where the year is no question and the line is full."""
    return f"{day(at)[:5]} {hour(at)}"
