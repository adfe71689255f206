"""What the page calls the devices of its counter."""

from pos_terminal.domain.language import say


def titles() -> dict[str, str]:
    """The devices by the names that the settings give them, in the order of the page."""
    return {
        "keypad": say("Clavier de la caisse"),
        "scanner": say("Scanner sur un câble"),
        "wedge": say("Douchette qui tape"),
        "scale": say("Balance"),
        "display": say("Afficheur"),
        "printer": say("Imprimante"),
        "drawer": say("Tiroir-caisse"),
        "tpe": say("Terminal de paiement"),
        "tone": say("Bip"),
    }
