"""What a scale says, as the driver hands it on and the counter decides about it."""

from msgspec import Struct


class Weight(Struct, frozen=True):
    """Grams that stood still on the platter. `net`: the scale has taken a tare of its own off.

    How much that was it does not say; who takes another tare off would take the packing off twice.
    """

    grams: int
    net: bool = False
