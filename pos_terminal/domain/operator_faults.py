"""Refusals that concern persons: operators (O), personal data (E). Read through `faults`."""

from pos_terminal.domain.fault import Tone
from pos_terminal.domain.fault import define as _fault

PERSON_UNKNOWN = _fault(
    "E-101",
    "PERSONNE INCONNUE",
    "Rien n'est tenu sous ce pseudonyme.",
    "Relire le pseudonyme : « pos-terminal person list ».",
)
PERSON_REFUSED = _fault(
    "E-102",
    "FICHE REFUSEE",
    "Les données à enregistrer sont fausses, ou la loi interdit de les changer.",
    "Lire la cause dite, corriger, puis recommencer.",
)
PERSONS_KEY = _fault(
    "E-103",
    "CLE PERSONNES FAUSSE",
    "La clé des données personnelles manque, ou c'est celle d'un autre fichier.",
    "Ne rien effacer ; remettre keys/persons.key depuis sa sauvegarde.",
    Tone.ALARM,
)
PERSONS_KEY_OPEN = _fault(
    "E-104",
    "CLE PERSONNES LUE",
    "D'autres comptes peuvent lire la clé des données personnelles.",
    "La remettre au seul service (chmod 600) ; chercher qui a pu la lire.",
    Tone.ALARM,
)
PERSONS_TAMPERED = _fault(
    "E-105",
    "PERSONNES ALTEREES",
    "Des données personnelles ont été changées hors du logiciel.",
    "Remettre persons.db depuis sa sauvegarde ; appeler le support.",
    Tone.ALARM,
)
PERSONS_DAMAGED = _fault(
    "E-106",
    "PERSONNES ABIMEES",
    "Le fichier des données personnelles manque, est abîmé ou en est un autre.",
    "Ne rien effacer ; remettre persons.db depuis sa sauvegarde.",
    Tone.ALARM,
)
PERSONS_NEWER = _fault(
    "E-107",
    "PERSONNES TROP NEUVE",
    "Une version plus récente du logiciel a écrit les données personnelles.",
    "Remettre la version plus récente du logiciel.",
    Tone.ALARM,
)
PERSONS_BUSY = _fault(
    "E-108",
    "PERSONNES OCCUPEES",
    "Un autre programme tient les données personnelles.",
    "Attendre qu'il ait fini, puis recommencer.",
)
PERSONS_FULL = _fault(
    "E-109",
    "PERSONNES: PLEIN",
    "Il n'y a plus de place pour les données personnelles.",
    "Libérer de la place, puis recommencer.",
    Tone.ALARM,
)
PERSONS_FAILED = _fault(
    "E-110",
    "PERSONNES EN PANNE",
    "Les données personnelles n'ont pas pu être lues ou écrites.",
    "Lire la cause dite, vérifier le support de stockage, recommencer.",
    Tone.ALARM,
)
PERSONS_DATE = _fault(
    "E-111",
    "DATE INCERTAINE",
    "L'heure de la machine n'est pas sûre : rien d'échu n'est effacé.",
    "Attendre qu'elle soit à l'heure, ou donner la date : --today AAAA-MM-JJ.",
)
NO_CLERK = _fault(
    "O-101",
    "PAS DE VENDEUR",
    "Personne n'est identifié à la caisse.",
    "Taper C, puis son numéro, CLERK, son code, CLERK ; ou scanner son badge.",
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
    "Taper C et scanner de nouveau, ou taper son numéro et CLERK.",
)
BADGE_UNKNOWN = _fault(
    "O-107",
    "BADGE INCONNU",
    "Ce badge n'est à aucun vendeur d'ici, ou n'est plus valable.",
    "Taper C, puis son numéro et CLERK ; faire refaire le badge.",
)
BAD_CLERKS = _fault(
    "O-108",
    "VENDEURS ILLISIBLES",
    "Le fichier des vendeurs (clerks.toml) ne peut pas être utilisé.",
    "Lire la cause au journal du système ; corriger ou restaurer clerks.toml.",
    Tone.ALARM,
)
CLERK_REFUSED = _fault(
    "O-109",
    "VENDEUR REFUSE",
    "Ce vendeur, ce code ou ce badge ne peut pas être enregistré ainsi.",
    "Lire la cause dite et recommencer.",
)
