"""A box before it is commissioned: it sells in a simulation, which lies where the journal will be.

The package makes the simulation's folder, and with it says that this is such a box. As soon as
anything of a journal is there the folder means nothing: no till that sold is a simulation again,
but in a box from which it went on elsewhere (archive/wipe.py).
"""

from pathlib import Path

from pos_terminal.journal.database import NAME
from pos_terminal.journal.store import left_behind

FOLDER = "simulation"
HANDOVER = "handover"
"""The folder of a box that is to take another's journal over: until it has, what lies beside it is
nobody's, and the box a simulation."""


def is_begun(state: Path) -> bool:
    """Whether a journal was ever begun there; whatever tells of one will do, were the rest lost."""
    if (state / HANDOVER).is_dir():
        return False
    return (state / NAME).exists() or bool(left_behind(state))


def waits(state: Path) -> bool:
    """Whether it is a box that is still to be commissioned."""
    return (state / FOLDER).is_dir() and not is_begun(state)
