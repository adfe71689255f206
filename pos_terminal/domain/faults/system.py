"""Configuration (C): settings, files, plugins, clock. Read through `faults`."""

from pos_terminal.domain.faults.fault import Tone
from pos_terminal.domain.faults.fault import define as _fault

BAD_PROMOTIONS = _fault(
    "S-267",
    "PROMOTIONS FAUSSES",
    "Le fichier des promotions ne peut pas être lu ; les dernières bonnes restent en vigueur.",
    "Taper C ; corriger le fichier, dont le journal système dit la faute.",
)
BAD_KEYMAP = _fault(
    "S-268",
    "PLAN TOUCHES FAUX",
    "Le plan de touches du magasin ne peut pas être lu ; le dernier bon reste en vigueur.",
    "Taper C ; corriger le plan, dont le journal système dit la faute.",
)
CLOCK_DOUBTED = _fault(
    "C-121",
    "HORLOGE DOUTEUSE",
    "L'heure de la machine recule ou n'est pas vérifiée ; chaque vente le dit.",
    "Brancher le réseau ou régler l'heure ; la vente continue.",
)
CLOCK_UNVOUCHED = _fault(
    "C-122",
    "DATE A CONFIRMER",
    "Une période semble finie, mais rien ne vérifie l'heure du boîtier : rien ne se clôt seul.",
    "Lire la date ; brancher le réseau, ou faire le Z, puis Z encore pour le mois.",
)
BAD_CONFIGURATION = _fault(
    "C-101",
    "REGLAGES REFUSES",
    "Le fichier de réglages est faux ; les derniers bons restent en vigueur.",
    "Corriger le fichier à la ligne dite, puis relancer.",
    Tone.ALARM,
)
BAD_CATALOGUE = _fault(
    "C-102",
    "CATALOGUE REFUSE",
    "Le catalogue est faux ; le dernier bon reste en vigueur.",
    "Corriger le fichier à la ligne dite.",
    Tone.ALARM,
)
CATALOGUE_MOVED = _fault(
    "C-147",
    "CATALOGUE CHANGE",
    "Quelqu'un d'autre a changé le catalogue entre-temps : ce changement-ci n'est pas fait.",
    "Relire le catalogue présent, et refaire le changement sur lui.",
)
CATALOGUE_TOO_LARGE = _fault(
    "C-154",
    "CATALOGUE TROP GRAND",
    "La console n'a pas la mémoire pour ce catalogue ; rien n'est changé, la caisse vend.",
    "L'alléger ; ou le mettre au boîtier par le fichier, vérifié par pos-terminal config check.",
)
SETTINGS_MOVED = _fault(
    "C-148",
    "REGLAGES CHANGES",
    "Les réglages ont changé entre-temps, ou d'autres sont à l'essai : rien n'est fait.",
    "Attendre la fin de l'essai, relire les réglages présents, et refaire le changement sur eux.",
)
SETTINGS_FIXED = _fault(
    "C-149",
    "REGLAGE FIXE",
    "Ce réglage ne se change pas de loin : vendeur, taux, horloge, témoins, modules, accès.",
    "Le changer dans terminal.toml, sur le boîtier.",
)
SETTINGS_WAIT = _fault(
    "C-151",
    "REGLAGES : ATTENDRE",
    "Une vente est en cours, ou rien ne se vend avec ces réglages : ils ne changent pas.",
    "Finir la vente, ou lever la cause dite, puis recommencer ; un essai se rend de lui-même.",
)
SETTINGS_RETURNED = _fault(
    "C-150",
    "REGLAGES RENDUS",
    "Les réglages à l'essai n'ont pas été gardés : ceux d'avant sont de nouveau en vigueur.",
    "La vente continue ; lire la cause au journal technique, puis refaire le changement.",
)
PLUGIN_STOPPED = _fault(
    "C-103",
    "MODULE ARRETE",
    "Un module complémentaire est en erreur et ne sert plus.",
    "Lancer « pos-terminal plugins » et lire la cause.",
    Tone.ALARM,
)
INTERNAL = _fault(
    "C-104",
    "ERREUR INTERNE",
    "Le logiciel a rencontré une erreur imprévue.",
    "Noter le code, appeler le support.",
    Tone.ALARM,
)
REPLAY_STOPPED = _fault(
    "C-105",
    "REJEU ARRETE",
    "Le rejeu des tickets s'est arrêté avant la fin.",
    "Lever la cause dite, puis relancer avec le même --state : il reprend où il en était.",
)
PAGE_STOPPED = _fault(
    "C-135",
    "PAGE IMPOSSIBLE",
    "La page du comptoir n'a pas pu être ouverte.",
    "Lire la cause dite ; fermer l'autre comptoir, ou prendre un autre port.",
)
BAD_SCENES = _fault(
    "C-107",
    "SCENES FAUSSES",
    "Une page de scènes, ou la boutique où elles jouent, ne veut rien dire.",
    "Corriger la page à la ligne dite (docs/scenes.md).",
)
TASK_FAILED = _fault(
    "C-106",
    "TACHE DE FOND",
    "Une tâche de fond est tombée en panne ; elle est relancée, et la vente continue.",
    "Taper C ; si cela revient, noter le code et appeler le support.",
)
FILE_UNWRITABLE = _fault(
    "C-131",
    "FICHIER NON ECRIT",
    "Le fichier demandé n'a pas pu être écrit.",
    "Lire la cause dite ; choisir un autre nom ou un autre dossier.",
)
EXTRA_MISSING = _fault(
    "C-132",
    "COMPLEMENT ABSENT",
    "Il manque une bibliothèque qui n'est installée que sur demande.",
    "L'installer avec la commande dite.",
)
PROGRAM_SHUT = _fault(
    "C-133",
    "PROGRAMME FERME",
    "Le programme est dans un dossier que l'utilisateur de la caisse ne peut pas lire.",
    "Lancer le programme de /opt/pos-terminal, ou l'installer hors d'un dossier personnel.",
)
FILE_UNREADABLE = _fault(
    "C-134",
    "FICHIER ILLISIBLE",
    "Le fichier nommé n'a pas pu être lu.",
    "Lire la cause dite ; nommer le bon fichier, ou relancer la commande avec sudo.",
)
