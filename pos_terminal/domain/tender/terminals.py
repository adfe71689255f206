"""Which means of payment go through a payment terminal, and through which. Pure.

A means that no terminal is there for is declared: the clerk says that it was paid so.
"""

from msgspec import Struct

from pos_terminal.domain.language import say

THROUGH = ("CARD", "TR", "CHEQUE", "CASH")
"""What a terminal can be there for: a cash machine takes CASH, some terminals read cheques."""


class Terminal(Struct, frozen=True, kw_only=True):
    """One `[[terminals]]` table. `device` is its name among the devices, and its role in the shop.

    Without one it stands alone: the clerk types the number of its slip. `tenders` are the means
    that go through it; `clerks` whose it is, everybody's where there are none. `end_of_day`: the
    till's Z has it close its day as well; most do so by themselves, at night.
    """

    device: str = ""
    tenders: tuple[str, ...] = ("CARD",)
    clerks: tuple[int, ...] = ()
    end_of_day: bool = False

    def __post_init__(self) -> None:
        wrong = [each for each in self.tenders if each not in THROUGH]
        if wrong or not self.tenders:
            raise ValueError(
                say(
                    "{wrong} ne passe pas par un terminal : {known}",
                    wrong=", ".join(wrong) or "tenders",
                    known=", ".join(THROUGH),
                )
            )


class Terminals(Struct, frozen=True):
    """All of them, in the settings' order: its place gives a terminal's references their letter."""

    of: tuple[Terminal, ...] = ()

    def for_(self, tender: str, clerk: int, chosen: int = 0) -> Terminal | None:
        """The one that this means goes through for this clerk: his own before everybody's.

        One that was `chosen`, counted from 1, goes before these for all that goes through it.
        """
        if chosen and tender in self.of[chosen - 1].tenders:
            return self.of[chosen - 1]
        able = [each for each in self.of if tender in each.tenders]
        own = [each for each in able if clerk in each.clerks]
        return next(iter((*own, *(each for each in able if not each.clerks))), None)

    def letter(self, terminal: Terminal) -> str:
        """What its references begin with."""
        return chr(ord("A") + self.of.index(terminal))


NO_TERMINALS = Terminals()
"""A till that was told of none."""
