"""The movements of goods that are no sale, by the keys that record them. Pure."""

from msgspec import Struct

from pos_terminal.domain.events.stock import COUNTED, LOSS


class Movement(Struct, frozen=True):
    """What a key does to stock: its cause, which way, and whether it needs a right.

    `label` stands on the display (French, untranslated). What is counted sets, and has no way.
    """

    cause: str
    label: str
    sign: int
    needs_right: bool = False


MOVEMENTS = {
    "RETRAIT": Movement("withdrawal", "RETRAIT", -1, needs_right=True),
    "DEGUST": Movement("tasting", "DEGUSTATION", -1),
    "PERTE": Movement(LOSS, "PERTE", -1, needs_right=True),
    "INVENDU": Movement("unsold", "INVENDU", -1),
    "FABRIQUE": Movement("made", "FABRIQUE", 1),
    "TRANSF": Movement("transferred", "TRANSFERT", -1, needs_right=True),
    "LIVRE": Movement("delivered", "LIVRAISON", 1),
    "INVENT": Movement(COUNTED, "INVENTAIRE", 0, needs_right=True),
}
"""The movements that are no sale, by their keys."""
