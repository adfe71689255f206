"""The fourteen substances that every food shop must be able to name. Pure.

Regulation (EU) No 1169/2011, article 9(1)(c) and annex II, whose order and numbers these are;
article 44 has them told for foods that are not prepacked, too.
"""

from collections.abc import Iterable
from unicodedata import combining, normalize

from pos_terminal.domain.language import say

LABELS = (
    "GLUTEN", "CRUSTACES", "OEUFS", "POISSON", "ARACHIDES", "SOJA", "LAIT", "FRUITS A COQUE",
    "CELERI", "MOUTARDE", "SESAME", "SULFITES", "LUPIN", "MOLLUSQUES",
)  # fmt: skip
"""What display and paper call them; the first is number 1."""

ENGLISH = (
    "GLUTEN", "CRUSTACEANS", "EGGS", "FISH", "PEANUTS", "SOYBEANS", "MILK", "NUTS",
    "CELERY", "MUSTARD", "SESAME", "SULPHITES", "LUPIN", "MOLLUSCS",
)  # fmt: skip
"""The names by which a catalogue may call them as well."""

NONE = frozenset({"AUCUN", "NONE"})
"""Said of an article that holds none of them: an empty cell says nothing."""

_NUMBERS = {
    name: number
    for names in (LABELS, ENGLISH)
    for number, name in enumerate(names, 1)
} | {str(number): number for number in range(1, len(LABELS) + 1)}  # fmt: skip


def parse_allergens(text: str) -> tuple[int, ...] | None:
    """«gluten; œufs», «1; 3», «aucun», as numbers in order; None where nothing is said.

    ValueError names what is none of the fourteen.
    """
    words = [word for each in text.split(";") if (word := _plain(each))]
    if not words:
        return None
    if len(words) == 1 and words[0] in NONE:
        return ()
    unknown = [word for word in words if word not in _NUMBERS]
    if unknown:
        raise ValueError(
            say("{text!r} n'est aucun des 14 allergènes (UE 1169/2011, annexe II)", text=unknown[0])
        )
    return tuple(sorted({_NUMBERS[word] for word in words}))


def labels(numbers: Iterable[int]) -> tuple[str, ...]:
    """What they are called (French, untranslated)."""
    return tuple(LABELS[number - 1] for number in numbers)


def _plain(name: str) -> str:
    """Capital letters without accents: «œufs» and «Oeufs» are «OEUFS»."""
    upper = name.strip().upper().replace("Œ", "OE")
    return "".join(c for c in normalize("NFKD", upper) if not combining(c))
