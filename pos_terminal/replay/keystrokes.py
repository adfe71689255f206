"""The keys that a planned line takes, found in the key map the other way round. Pure."""

from pos_terminal.domain.keyboard.keys import Function, Key, KeyMap
from pos_terminal.domain.notation import thousandths
from pos_terminal.domain.quantity import ONE, Unit
from pos_terminal.replay.plan import Planned

CASH = Key(Function.TENDER, "CASH")


class KeysByFunction:
    """Physical keys by what they do. KeyError, on use, for what no key of the map does."""

    def __init__(self, keymap: KeyMap) -> None:
        self._names: dict[Key, str] = {}
        for name, key in keymap.items():
            self._names.setdefault(key, name)

    def of(self, *keys: Key) -> tuple[str, ...]:
        """The names of the keys to press."""
        return tuple(self._names[key] for key in keys)


def digits(number: str) -> tuple[Key, ...]:
    """The keys that type a number, which may have a decimal comma."""
    return tuple(Key(Function.TYPE, character) for character in number)


def before(plan: Planned) -> tuple[Key, ...]:
    """What is keyed ahead of the article: return, quantity, price."""
    keys: tuple[Key, ...] = ()
    if plan.row.quantity < 0:
        keys += (Key(Function.RETURN),)
    if not plan.weighed and (abs(plan.row.quantity) != ONE or plan.item.unit is Unit.KG):
        keys += (*digits(thousandths(abs(plan.row.quantity))), Key(Function.TIMES))
    if plan.override is not None:
        keys += (*digits(str(plan.override)), Key(Function.PRICE))
    return keys


def strokes(plan: Planned) -> tuple[Key, ...]:
    """All keys of a line; an option has its article's quantity, and may be one of a list."""
    if plan.digit:
        return digits(str(plan.digit))
    return article(plan) if plan.follows else (*before(plan), *article(plan))


def article(plan: Planned) -> tuple[Key, ...]:
    """The article by its PLU."""
    return (*digits(plan.item.plu), Key(Function.PLU))


def spoken(plan: Planned) -> str:
    """The same for a person to read: «RF 3 x 130 PRIX 28 PLU»."""
    keys = "".join(
        key.argument if key.function is Function.TYPE else f" {key.function} "
        for key in (before(plan) if plan.code else strokes(plan))
    )
    return " ".join(f"{keys} {f'[{plan.code}]' if plan.code else ''}".split())
