"""What the two lines say while an inspector is handed the books."""

from pos_terminal.domain.language import say
from pos_terminal.domain.screen import Screen


def writing() -> Screen:
    """It is being written, which takes as long as the years are many."""
    return Screen(say("CONTROLE"), say("ECRITURE EN COURS"))


def written(files: int) -> Screen:
    """All of it is on the stick."""
    return Screen(say("CONTROLE"), f"{files} {say('FICHIERS ECRITS')}")
