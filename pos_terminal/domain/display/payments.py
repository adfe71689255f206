"""What the two lines say while a payment terminal works."""

from pos_terminal.domain.authorisation import Stage
from pos_terminal.domain.events.payment import PaymentAnswered, PaymentIntended
from pos_terminal.domain.events.values import PaymentOutcome
from pos_terminal.domain.language import say
from pos_terminal.domain.notation import euros
from pos_terminal.domain.screen import WIDTH, Screen, both_ends
from pos_terminal.domain.tender.tender import TENDERS


def _title(asked: PaymentIntended) -> str:
    return both_ends(say(TENDERS[asked.tender].label), euros(asked.amount))


def _stages() -> dict[Stage, str]:
    return {
        Stage.CARD: say("PRESENTER LA CARTE"),
        Stage.PIN: say("TAPER LE CODE"),
        Stage.AUTHORISING: say("AUTORISATION..."),
        Stage.REMOVE_CARD: say("RETIRER LA CARTE"),
        Stage.SIGNATURE: say("SIGNER LE TICKET"),
        Stage.COINS: say("METTRE L'ARGENT"),
        Stage.CHANGE: say("RENDU EN COURS"),
    }


def waiting(asked: PaymentIntended, stage: Stage | None = None) -> Screen:
    """The terminal was asked; how far it is."""
    return Screen(_title(asked), _stages()[stage] if stage else say("VOIR LE TERMINAL"))


def giving_up(asked: PaymentIntended) -> Screen:
    """It was asked to give up; its answer still comes."""
    return Screen(_title(asked), say("ABANDON DEMANDE"))


def recalling(asked: PaymentIntended) -> Screen:
    """It is asked what became of it."""
    return Screen(_title(asked), say("VERIFICATION..."))


def unknown(asked: PaymentIntended, typed: str = "") -> Screen:
    """Nobody knows: what the clerk reads on the slip decides."""
    return Screen(
        both_ends(say("DEBITE ?"), euros(asked.amount)),
        typed.rjust(WIDTH) if typed else say("AUTO CARTE=OUI 0=NON"),
    )


def stranger() -> Screen:
    """The terminal is known by another number: what is read on it confirms it."""
    return Screen(say("AUTRE TERMINAL ?"), say("4 CHIFFRES CARTE=OUI"))


def chosen(number: int, device: str, due: int) -> Screen:
    """The terminal that the sale's cards go through from now on."""
    return Screen(both_ends(f"{say('TPE')} {number}", euros(due)), device or say("SANS LIEN"))


def day_asked() -> Screen:
    """Terminals are asked to close their day."""
    return Screen(say("FIN DE JOURNEE TPE"), say("DEMANDEE"))


def explained(terminal: str, cents: int) -> Screen:
    """Somebody has explained what a terminal took beyond the journal's sum."""
    return Screen(both_ends(terminal, euros(cents)), say("ECART EXPLIQUE"))


def standing(asked: PaymentIntended, answered: PaymentAnswered | None) -> Screen:
    """What stands there of a sale that a terminal has an order of, as after a power cut."""
    if answered and answered.outcome is PaymentOutcome.UNKNOWN:
        return unknown(asked)
    return waiting(asked)


def slip(label: str, cents: int, typed: str) -> Screen:
    """A terminal of its own took the card: the number on its slip is wanted."""
    number = typed or say("NUMERO D'AUTO ?")
    return Screen(both_ends(say(label), euros(cents)), number.rjust(WIDTH))
