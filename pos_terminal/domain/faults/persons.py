"""Personal data (E). Read through `faults`."""

from pos_terminal.domain.faults.fault import Tone
from pos_terminal.domain.faults.fault import define as _fault

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
    "Remettre persons.db et persons.slots depuis une même sauvegarde ; appeler le support.",
    Tone.ALARM,
)
PERSONS_DAMAGED = _fault(
    "E-106",
    "PERSONNES ABIMEES",
    "Le fichier des données personnelles manque, est abîmé ou en est un autre.",
    "Ne rien effacer ; remettre persons.db et persons.slots depuis une même sauvegarde.",
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
PERSONS_AHEAD = _fault(
    "E-114",
    "DATE A VENIR",
    "La date donnée est à venir : ce que la loi oblige à garder serait effacé.",
    "Donner la date du jour.",
)
CUSTOMER_TAKEN = _fault(
    "E-112",
    "NUMERO CLIENT PRIS",
    "Ce numéro de client est déjà celui de quelqu'un d'autre.",
    "Choisir un autre numéro : « pos-terminal person list » les dit.",
)
ACCOUNT_OPEN = _fault(
    "E-113",
    "COMPTE NON SOLDE",
    "Le compte de cette personne n'est pas soldé : effacée, on ne saurait plus qui doit à qui.",
    "Faire régler, ou rendre ce qui lui est dû, puis recommencer ; y renoncer : --unsettled.",
)
