"""The shop's support from afar, as a consent of the shop has it in. Pure.

A consent is a grant of the purpose `PURPOSE`. What a supporter must know is a code that stands on a
paper alone; his certificate has its hash, under the till's name.
"""

from hashlib import sha256

from msgspec import Struct

from pos_terminal.domain.events.values import GrantLevel

PURPOSE = "assistance"
"""Of the grants that are consents."""

SCOPE = ("settings",)
"""What acts a consent to change things is for."""

CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""What is told by telephone: no sign that is taken for another when it is read or written."""

CODE_LENGTH = 12
"""Signs of a code: 30^12 are 58 bits, so that nobody tries half of them within its minutes."""

CODE_SECONDS = 600
"""For how long it opens."""

TRIES = 5
"""Wrong codes until the consent is over."""

UNATTENDED = "UNATTENDED"
"""What stands for the code where a rule of the shop's lets its support look without one."""


class Support(Struct, frozen=True):
    """A consent that stands: its grant, its level and end (local time).

    `who` is in, by his certificate's id; `doing` is what he does, in the shop's words; `question`,
    and its number, what he asks now.
    """

    grant: int
    level: GrantLevel
    until: str
    who: str = ""
    doing: str = ""
    asked: int = 0
    question: str = ""


def spoken(code: str) -> str:
    """A code in groups of four, as it is printed and told: «K7QM-3XZP-9TRD»."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def heard(text: str) -> str:
    """The code in what somebody wrote down. ValueError where it is none."""
    code = text.upper().replace("-", "").replace(" ", "")
    if len(code) != CODE_LENGTH or not set(code) <= set(CODE_ALPHABET):
        raise ValueError(text)
    return code


def principal(store: str, terminal: str, code: str) -> str:
    """What a certificate for this terminal has as its principal, for that code.

    Whoever sees the principal cannot tell the code, nor is it another terminal's.
    """
    name = f"pos-{store}-{terminal}"
    return f"{name}:{sha256(f'{name}:{code}'.encode()).hexdigest()[:32]}"
