"""The keys of goods that move and are no sale: what each does to stock. Pure."""

from msgspec import Struct

from pos_terminal.domain.events.values import MovementCause


class Movement(Struct, frozen=True):
    """What a key does to stock: its cause, which way, and whether it needs a right.

    `label` stands on the display (French, untranslated). What is counted sets, and has no way.
    """

    cause: MovementCause
    label: str
    sign: int
    needs_right: bool = False


MOVEMENTS = {
    "RETRAIT": Movement(MovementCause.WITHDRAWAL, "RETRAIT", -1, needs_right=True),
    "DEGUST": Movement(MovementCause.TASTING, "DEGUSTATION", -1),
    "PERTE": Movement(MovementCause.LOSS, "PERTE", -1, needs_right=True),
    "INVENDU": Movement(MovementCause.UNSOLD, "INVENDU", -1),
    "FABRIQUE": Movement(MovementCause.MADE, "FABRIQUE", 1),
    "TRANSF": Movement(MovementCause.TRANSFERRED, "TRANSFERT", -1, needs_right=True),
    "LIVRE": Movement(MovementCause.DELIVERED, "LIVRAISON", 1),
    "INVENT": Movement(MovementCause.COUNTED, "INVENTAIRE", 0, needs_right=True),
}
"""The movements that are no sale, by their keys."""
