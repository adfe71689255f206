"""Refusals that concern persons: operators (O), personal data (E). Read through `faults`."""

from pos_terminal.domain.faults.fault import Tone
from pos_terminal.domain.faults.fault import define as _fault

PIN_BY_HAND = _fault(
    "S-265",
    "TAPER LE CODE",
    "Un code secret se tape ; un code-barres peut être vu et copié.",
    "Taper C, reprendre, et taper le code sur le clavier.",
)
NO_CLERK = _fault(
    "O-101",
    "PAS DE VENDEUR",
    "Personne n'est identifié à la caisse.",
    "Taper C, puis son numéro, VENDEUR, son code, VENDEUR ; ou scanner son badge.",
)
CLERK_UNKNOWN = _fault(
    "O-102",
    "VENDEUR INCONNU",
    "Aucun vendeur n'a ce numéro.",
    "Taper C et retaper le numéro ; faire ajouter le vendeur (pos-terminal clerk add).",
)
PIN_WRONG = _fault(
    "O-103",
    "CODE FAUX",
    "Le code secret tapé n'est pas celui de ce vendeur.",
    "Taper C et recommencer ; après trop d'essais le code est bloqué un temps.",
)
CLERK_LOCKED = _fault(
    "O-104",
    "CODE BLOQUE",
    "Trop de codes faux ont été tapés pour ce vendeur.",
    "Attendre 30 secondes, puis le double à chaque essai faux, une heure au plus.",
)
NO_RIGHT = _fault(
    "O-105",
    "PAS DE DROIT",
    "Ni le vendeur ni celui dont le code a été tapé n'a ce droit.",
    "Taper C et appeler un responsable qui a ce droit.",
)
BADGE_UNREADABLE = _fault(
    "O-106",
    "BADGE ILLISIBLE",
    "Le code lu est un badge, mais sa clé est fausse.",
    "Taper C et scanner de nouveau, ou taper son numéro et VENDEUR.",
)
BADGE_UNKNOWN = _fault(
    "O-107",
    "BADGE INCONNU",
    "Ce badge n'est à aucun vendeur d'ici, ou n'est plus valable.",
    "Taper C, puis son numéro et VENDEUR ; faire refaire le badge.",
)
BAD_CLERKS = _fault(
    "O-108",
    "VENDEURS ILLISIBLES",
    "Le fichier des vendeurs (clerks.toml) ne peut pas être utilisé.",
    "Lire la cause au journal du système ; corriger ou restaurer clerks.toml.",
    Tone.ALARM,
)
NO_ACCESS = _fault(
    "O-121",
    "PAS D'ACCES",
    "Aucun programme ne demande d'accès, ou aucun accès n'a ce numéro.",
    "Taper C ; ACCES seul montre le dernier accès ; faire redemander au besoin.",
)
ACCESS_SHOWN = _fault(
    "O-122",
    "ACCES OU C",
    "L'écran montre l'accès qu'un programme demande : ACCES le donne, C le refuse.",
    "Taper C, puis ACCES ou C.",
)
NO_SUPPORT_SET = _fault(
    "O-123",
    "PAS D'ASSISTANCE",
    "Les réglages ne nomment personne qui puisse venir à distance.",
    "Taper C ; appeler l'installateur : [support] firm, et le service support.",
)
SUPPORT_SHOWN = _fault(
    "O-124",
    "ASSISTANCE OU C",
    "L'écran montre qui viendrait : 1 voir, 2 essayer, 3 changer ; ASSISTANCE accepte.",
    "Taper C, puis 1, 2, 3, ASSISTANCE ou C.",
)
NO_SUPPORT_IN = _fault(
    "O-125",
    "PERSONNE N'EST LA",
    "OUI et NON répondent à l'assistance, et elle n'est pas là.",
    "Taper C.",
)
SUPPORT_SAID_NO = _fault(
    "O-126",
    "LE COMMERCE DIT NON",
    "La caisse a répondu NON, ou personne n'a répondu à temps.",
    "Demander au téléphone, puis recommencer.",
)
CODE_WRONG = _fault(
    "O-127",
    "CODE ASSISTANCE FAUX",
    "Ce n'est pas le code du ticket d'assistance, ou il n'ouvre plus.",
    "Relire le code au téléphone ; au besoin, refaire ASSISTANCE à la caisse.",
)
CLERK_REFUSED = _fault(
    "O-109",
    "VENDEUR REFUSE",
    "Ce vendeur, ce code ou ce badge ne peut pas être enregistré ainsi.",
    "Lire la cause dite et recommencer.",
)
PIN_TOO_SIMPLE = _fault(
    "O-110",
    "CODE TROP SIMPLE",
    "Le nouveau code a moins de quatre chiffres, ou est le premier que chacun essaierait.",
    "Taper C, puis un autre code, et VENDEUR.",
)
PINS_DIFFER = _fault(
    "O-111",
    "CODES DIFFERENTS",
    "Les deux codes tapés ne sont pas le même : aucun n'est gardé.",
    "Taper C, puis le nouveau code, VENDEUR, encore le même, VENDEUR.",
)
