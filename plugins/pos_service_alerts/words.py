"""The words of a letter that are not a fault's own; `say` puts French into its language."""

from collections.abc import Callable

from pos_terminal.domain import faults
from pos_terminal.domain.faults import by_code
from pos_terminal.domain.health.incidents import Change, Incident, Told

Say = Callable[[str], str]

BOX = "box"
"""The kind of a subject that is a whole box, told of by whoever no longer hears it."""

TAGS = {Told.OPENED: "KO", Told.REPEATED: "KO", Told.FLAPPING: "KO", Told.RECOVERED: "OK"}


def tag_of(change: Change, say: Say) -> str:
    """What a mail's subject begins with."""
    test = change.incident.code == faults.ALERT_TEST.code
    return say("ESSAI") if test else TAGS[change.what]


def subject_of(subject: str, kind: str, say: Say) -> str:
    """What an incident is about: a device by its kind, and by its name where that says more."""
    kinds = {
        "scanner": say("scanner"),
        "keypad": say("clavier"),
        "scale": say("balance"),
        "printer": say("imprimante"),
        "drawer": say("tiroir"),
        "display": say("afficheur"),
        "tone": say("avertisseur"),
        BOX: say("boîtier"),
    }
    if kind == BOX:  # whose it is stands before it
        return kinds[kind]
    if kind:
        label = kinds.get(kind, kind)
        return label if subject == kind else f"{label} ({subject})"
    parts = {
        "till": say("caisse"),
        "disk": say("disque"),
        "card": say("carte"),
        "restarts": say("redémarrages"),
        "heat": say("température"),
        "power": say("alimentation"),
        "memory": say("mémoire"),
        "clock": say("horloge"),
        "network": say("réseau"),
        "papers": say("papiers"),
        "journal": say("journal"),
        "backup": say("sauvegarde"),
        "mail": say("courrier"),
        "receiver": say("réception des signes de vie"),
        "test": say("essai"),
    }
    first, blank, rest = subject.partition(" ")
    return f"{parts.get(first, first)}{blank}{rest}"


def fault_of(code: str, say: Say) -> str:
    """«P-103 PLUS DE PAPIER»; the code alone where a later version has it."""
    try:
        return f"{code} {say(by_code(code).text)}"
    except KeyError:
        return code


RETRIED = (faults.DISK_FULL.code,)
"""Of the till's own, what it tries again by itself until it goes."""


def tried(row: Incident, kind: str, say: Say) -> str:
    """What mends it without anybody."""
    subject = row.subject
    if kind and kind != BOX:
        return say("la caisse rouvre l'appareil d'elle-même, à intervalles croissants")
    if row.code in (faults.TILL_SILENT.code, faults.TILL_RESTARTED.code):
        return say("le système relance la caisse de lui-même")
    if row.code in RETRIED:
        return say("la caisse réessaie d'elle-même")
    if ":" in subject:  # a service of the agent
        return say("l'agent relance le service de lui-même")
    return say("rien : il faut quelqu'un")


def mark(told: Told, say: Say) -> str:
    """What is added to the subject of a mail that is not the first about something."""
    marks = {Told.REPEATED: say("rappel"), Told.FLAPPING: say("instable")}
    return f" ({marks[told]})" if told in marks else ""
