"""What a shop settles about its discounts: `[discounts]` in the configuration."""

from dataclasses import dataclass

LONGEST_REASON = 20


@dataclass(frozen=True, slots=True)
class Terms:
    """`reasons` are the reasons that a discount may have, by number from 1; the first by default.

    ValueError where there is none, or one that is no short text.
    """

    reasons: tuple[str, ...] = ("GESTE COMMERCIAL", "FIN DE JOURNEE", "DEFAUT", "FIDELITE")

    def __post_init__(self) -> None:
        if not self.reasons:
            raise ValueError("a discount needs a reason")
        for reason in self.reasons:
            if not (0 < len(reason) <= LONGEST_REASON and reason.isprintable()):
                raise ValueError(f"{reason!r}: 1 to {LONGEST_REASON} printable characters")


ORDINARY_TERMS = Terms()
