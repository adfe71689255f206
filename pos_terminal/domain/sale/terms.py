"""What a shop decides about its sales: `[sales]` in the configuration."""

from enum import StrEnum

from msgspec import Struct

from pos_terminal.domain.events.values import Place
from pos_terminal.domain.language import say

LONGEST_REASON = 20


class Expired(StrEnum):
    """What becomes of an article whose last day is over."""

    REFUSE = "refuse"
    ASK = "ask"


class Terms(Struct, frozen=True):
    """`discount_reasons`, `weight_reasons` (why a weight is typed), `loss_reasons` (of goods) and
    `outage_reasons` (why the till was down) go by number from 1; the first is meant where none is
    said.

    `place` is where a sale is consumed unless it is said otherwise: on_spot, take_away, or empty
    where that makes no difference. `promotions` names their file, empty for none. `expired` is what
    becomes of an article whose code says that its last day is over: `refuse` it, or `ask` a
    manager. ValueError where something does not fit.
    """

    discount_reasons: tuple[str, ...] = ("GESTE COMMERCIAL", "FIN DE JOURNEE", "DEFAUT", "FIDELITE")
    place: Place = Place.UNSAID
    weight_reasons: tuple[str, ...] = ("BALANCE EN PANNE", "PESE AILLEURS", "POIDS INDIQUE")
    loss_reasons: tuple[str, ...] = ("CASSE", "PERIME", "BOUCHONNE", "VOL")
    promotions: str = ""
    expired: Expired = Expired.REFUSE
    outage_reasons: tuple[str, ...] = ("COURANT COUPE", "APPAREIL EN PANNE", "LOGICIEL")

    def __post_init__(self) -> None:
        if not self.discount_reasons:
            raise ValueError(say("une remise a un motif"))
        if not self.weight_reasons:
            raise ValueError(say("un poids à la main a un motif"))
        if not self.loss_reasons:
            raise ValueError(say("une perte a un motif"))
        if not self.outage_reasons:
            raise ValueError(say("une panne a un motif"))
        for reason in (reason for reasons in self._reasons for reason in reasons):
            if not (0 < len(reason) <= LONGEST_REASON and reason.isprintable()):
                raise ValueError(
                    say(
                        "{reason!r} : de 1 à {longest_reason} caractères imprimables",
                        reason=reason,
                        longest_reason=LONGEST_REASON,
                    )
                )

    @property
    def most_reasons(self) -> int:
        """How far the numbers of reasons go."""
        return max(map(len, self._reasons))

    @property
    def _reasons(self) -> tuple[tuple[str, ...], ...]:
        return self.discount_reasons, self.weight_reasons, self.loss_reasons, self.outage_reasons


ORDINARY_TERMS = Terms()
