"""What the key that signs records is worth, by where it was made: for people."""

from pos_terminal.domain.language import say


def worth(origin: str) -> str:
    """In a few words; `origin` is that of key.made or key.rotated."""
    if not origin:
        return say("logicielle : sur la carte, et qui copie la carte signe aussi")
    return say("matérielle : {origin}", origin=origin)
