"""Every refusal and failure, once: its code, the clerk's twenty characters, cause and remedy.

The same code stands on the display, on paper, in the log and in the journal. The first letter
names the place: A article, K keys, S sale, P printer, W scale, D display, T drawer, R scanner,
J journal, C configuration, E personal data, O operators. French is what the clerk reads (gettext
gives the English). Devices' faults are in domain/device_faults.py,
persons' in domain/operator_faults.py.
"""

from pos_terminal.domain.cash_faults import *  # noqa: F403 (one table in several files)
from pos_terminal.domain.device_faults import *  # noqa: F403
from pos_terminal.domain.fault import *  # noqa: F403 (and all that there is to know of one)
from pos_terminal.domain.fault import Tone
from pos_terminal.domain.fault import define as _fault
from pos_terminal.domain.ledger_faults import *  # noqa: F403
from pos_terminal.domain.operator_faults import *  # noqa: F403
from pos_terminal.domain.paper_faults import *  # noqa: F403
from pos_terminal.domain.refund_faults import *  # noqa: F403
from pos_terminal.domain.stock_faults import *  # noqa: F403

UNKNOWN_ARTICLE = _fault(
    "A-101",
    "ARTICLE INCONNU",
    "Aucun article ne porte ce code.",
    "Taper C, puis le PLU de l'article ; faire compléter le catalogue.",
)
BAD_CHECK_DIGIT = _fault(
    "A-102",
    "CODE-BARRES FAUX",
    "La clé de contrôle du code lu est fausse.",
    "Taper C et scanner de nouveau, ou taper le PLU.",
)
UNREADABLE = _fault(
    "A-103",
    "LECTURE ILLISIBLE",
    "Le scanner a transmis autre chose qu'un code.",
    "Taper C et scanner de nouveau ; vérifier le réglage du scanner.",
)
NO_PRICE = _fault(
    "A-104",
    "PAS DE PRIX",
    "L'article n'a pas de prix à cette date.",
    "Taper C, puis le prix : prix PRIX plu PLU.",
)
COMMAND_UNREADABLE = _fault(
    "A-105",
    "COMMANDE ILLISIBLE",
    "Le code lu est une commande de la caisse, mais sa clé ou son contenu est faux.",
    "Taper C et scanner de nouveau, ou taper la touche ; réimprimer la feuille abîmée.",
)
KEY_UNKNOWN = _fault(
    "K-101",
    "TOUCHE INCONNUE",
    "Cette touche n'a pas de fonction.",
    "Taper C ; compléter le plan de touches.",
)
NOT_NOW = _fault(
    "K-102",
    "TOUCHE IMPOSSIBLE",
    "Cette touche ne sert pas à ce moment de la vente.",
    "Taper C et reprendre la saisie.",
)
TOO_LONG = _fault(
    "K-103",
    "NOMBRE TROP LONG",
    "Le nombre tapé dépasse ce que la caisse accepte.",
    "Taper C et retaper le nombre.",
)
NUMBER_MISSING = _fault(
    "K-104",
    "TAPER UN NOMBRE",
    "Cette touche attend un nombre tapé avant elle.",
    "Taper C, puis le nombre, puis la touche.",
)
BAD_NUMBER = _fault(
    "K-105",
    "NOMBRE IMPOSSIBLE",
    "Ce nombre n'a pas de sens pour cette touche.",
    "Taper C et retaper le nombre.",
)
CLEAR_FIRST = _fault(
    "K-106",
    "TAPER C D'ABORD",
    "Une erreur est affichée et attend d'être lue.",
    "Lire l'erreur, taper C, recommencer la lecture.",
)
NOTHING_SOLD = _fault(
    "S-101", "AUCUN ARTICLE", "La vente n'a pas d'article.", "Taper C, puis enregistrer un article."
)
NOTHING_TO_CORRECT = _fault(
    "S-102", "RIEN A CORRIGER", "Il n'y a pas de ligne à annuler.", "Taper C."
)
TENDER_STARTED = _fault(
    "S-103",
    "PAIEMENT COMMENCE",
    "Le règlement de cette vente est commencé.",
    "Taper C et finir de payer.",
)
NO_TICKET = _fault("S-104", "PAS DE TICKET", "Aucune vente close n'attend son ticket.", "Taper C.")
AMOUNT_TOO_LARGE = _fault(
    "S-105",
    "MONTANT TROP GRAND",
    "Le montant ou la quantité dépasse ce que la caisse accepte.",
    "Taper C et retaper.",
)
TENDER_EXACT = _fault(
    "S-106",
    "MONTANT EXACT SVP",
    "Ce moyen de paiement ne rend pas la monnaie.",
    "Taper C, puis le montant exact ou moins.",
)
LINE_NOT_FOUND = _fault(
    "S-107", "PAS SUR LE TICKET", "La vente n'a plus de ligne de cet article.", "Taper C."
)
CASH_LIMIT = _fault(
    "S-131",
    "TROP EN ESPECES",
    "La loi limite ce qui se paie en espèces (docs/tenders.md).",
    "Taper C ; prendre le reste par carte ou par chèque.",
)
CHANGE_LIMIT = _fault(
    "S-132",
    "RENDU TROP GRAND",
    "La monnaie à rendre dépasse la limite du magasin.",
    "Taper C, vérifier la somme reçue et la retaper.",
)
MEAL_LIMIT = _fault(
    "S-133",
    "TR : MAXI DU JOUR",
    "Les titres-restaurant ne paient qu'un montant par jour (docs/tenders.md).",
    "Taper C, puis TR seul : la caisse prend ce qui est permis.",
)
MEAL_FOOD = _fault(
    "S-134",
    "TR : REPAS SEULEMENT",
    "Un titre-restaurant ne paie que ce qui se mange, sans alcool.",
    "Taper C, puis TR seul : la caisse prend ce qui est permis.",
)
MEAL_DAY = _fault(
    "S-135",
    "PAS DE TR CE JOUR",
    "Les titres-restaurant ne servent ni le dimanche ni les jours fériés.",
    "Taper C et choisir un autre règlement ; au besoin voir [tenders] dans les réglages.",
)
DISCOUNT_TOO_LARGE = _fault(
    "S-151",
    "REMISE TROP GRANDE",
    "La remise dépasse ce qui reste à payer de la ligne ou du ticket.",
    "Taper C, puis une remise plus petite.",
)
NOTHING_TO_DISCOUNT = _fault(
    "S-152",
    "RIEN A REMISER",
    "La remise ne fait pas un centime.",
    "Taper C et poursuivre.",
)
UNKNOWN_REASON = _fault(
    "S-153",
    "MOTIF INCONNU",
    "Aucun motif de remise n'a ce numéro.",
    "Taper C, puis un numéro de la liste des motifs ([sales] dans les réglages).",
)
REASON_WANTED = _fault(
    "S-136",
    "TAPER LE MOTIF",
    "Une entrée ou une sortie d'espèces a besoin d'un motif.",
    "Taper C, puis le numéro du motif, MOTIF, la somme et la touche.",
)
NOT_IN_TRAINING = _fault(
    "S-137",
    "PAS EN FORMATION",
    "En formation, le tiroir et la clôture ne servent pas.",
    "Taper C ; finir la formation d'abord.",
)
COUNTING = _fault(
    "S-138",
    "COMPTAGE EN COURS",
    "Le tiroir est en train d'être compté.",
    "Taper C et finir le comptage ; C encore l'abandonne.",
)
COUNT_FIRST = _fault(
    "S-139",
    "COMPTER D'ABORD",
    "Le tiroir n'a pas été compté, ou de l'argent a bougé depuis.",
    "Taper C, compter le tiroir (COMPTE), puis Z.",
)
PRICES_FIRST = _fault(
    "S-154",
    "AVANT LES ARTICLES",
    "Les prix du personnel ou des professionnels se choisissent avant le premier article.",
    "Taper C ; finir cette vente, ou annuler ses articles, puis choisir les prix.",
)
CHOICE_WANTED = _fault(
    "S-155",
    "CHOIX A FAIRE",
    "L'article demande un choix, par exemple sa taille.",
    "Taper C, puis le numéro du choix ; ou CORR pour reprendre l'article.",
)
OPTION_REFUSED = _fault(
    "S-156",
    "PAS POUR CET ARTICLE",
    "Le dernier article n'a pas cette option, ou son choix est déjà fait.",
    "Taper C ; mettre l'option juste après son article.",
)
PRICE_OUT_OF_BOUNDS = _fault(
    "A-106",
    "PRIX HORS LIMITES",
    "Le prix tapé n'est pas entre ceux que le catalogue permet pour l'article.",
    "Taper C, vérifier le prix et le retaper.",
)
Z_DUE = _fault(
    "S-121",
    "Z A FAIRE",
    "Une clôture est en retard.",
    "Finir la vente, puis faire le Z.",
)
SALES_OPEN = _fault(
    "S-122",
    "VENTES NON FINIES",
    "Des ventes sont ouvertes ou en attente : la journée ne se clôt pas.",
    "Les finir ou les annuler ; ou les reporter au lendemain (--carry).",
)
NOTHING_TO_CLOSE = _fault(
    "S-123",
    "RIEN A CLORE",
    "Cette période ne peut pas être close maintenant.",
    "Lire la cause dite ; clore d'abord le jour, puis le mois, puis l'exercice.",
)
JOURNAL_FAILED = _fault(
    "J-101",
    "JOURNAL EN PANNE",
    "Le journal n'a pas pu être écrit ; rien n'est vendu.",
    "Attendre la reprise ; vérifier la place et le support de stockage.",
    Tone.ALARM,
)
DISK_FULL = _fault(
    "J-102",
    "DISQUE PLEIN",
    "Le support du journal est plein ; rien n'est vendu.",
    "Libérer de la place ; la vente reprend d'elle-même.",
    Tone.ALARM,
)
JOURNAL_LOCKED = _fault(
    "J-103",
    "JOURNAL OCCUPE",
    "Un autre programme tient ce journal.",
    "N'en lancer qu'un sur ce dossier.",
    Tone.ALARM,
)
JOURNAL_DAMAGED = _fault(
    "J-104",
    "JOURNAL ABIME",
    "Le journal ne se vérifie pas.",
    "Ne rien effacer ; appeler le support, qui lancera « journal verify ».",
    Tone.ALARM,
)
JOURNAL_FOREIGN = _fault(
    "J-105",
    "JOURNAL ETRANGER",
    "Ce dossier porte le journal d'une autre caisse ou d'un autre usage.",
    "Choisir un autre dossier avec --state.",
    Tone.ALARM,
)
JOURNAL_NEWER = _fault(
    "J-106",
    "VERSION TROP VIEILLE",
    "Le journal contient des écritures que cette version ne connaît pas.",
    "Remettre la version plus récente du logiciel.",
    Tone.ALARM,
)
JOURNAL_MISSING = _fault(
    "J-107",
    "PAS DE JOURNAL",
    "Ce dossier ne contient pas de journal.",
    "Nommer le bon dossier avec --state.",
)
PURGE_REFUSED = _fault(
    "J-121",
    "PURGE REFUSEE",
    "Rien n'a été purgé : il manque de quoi le faire sans perte.",
    "Lire la cause dite ; archiver, vérifier deux copies sur deux supports.",
)
RESTORE_REFUSED = _fault(
    "J-122",
    "RESTAURATION REFUSEE",
    "La sauvegarde ne peut pas être reprise ici.",
    "Lire la cause dite ; prendre une autre copie, et un dossier vide.",
)
CLOCK_DOUBTED = _fault(
    "C-121",
    "HORLOGE DOUTEUSE",
    "L'heure de la machine recule ou n'est pas vérifiée ; chaque vente le dit.",
    "Brancher le réseau ou régler l'heure ; la vente continue.",
)
SIGNER_DOWN = _fault(
    "J-108",
    "SIGNATURE EN PANNE",
    "Les écritures ne peuvent plus être signées ; rien n'est vendu.",
    "Attendre la reprise ; sinon appeler le support.",
    Tone.ALARM,
)
KEY_MISSING = _fault(
    "J-109",
    "CLE ABSENTE",
    "La clé qui signe ce journal manque, est abîmée ou est celle d'une autre caisse.",
    "Ne rien effacer ; remettre le dossier keys de cette caisse depuis sa sauvegarde.",
    Tone.ALARM,
)
KEY_OPEN = _fault(
    "J-110",
    "CLE LISIBLE",
    "D'autres comptes peuvent lire la clé qui signe le journal.",
    "La remettre au seul service (chmod 700 keys, 600 ses fichiers), puis changer de clé.",
    Tone.ALARM,
)
WITNESS_DISAGREES = _fault(
    "J-111",
    "TEMOIN CONTRAIRE",
    "Le témoin a vu un journal plus long ou différent : une copie ancienne a été remise.",
    "Ne rien effacer ; remettre le journal complet, ou appeler le support.",
    Tone.ALARM,
)
WITNESS_MISSING = _fault(
    "J-112",
    "TEMOIN ABSENT",
    "Le support du témoin manque, est plein ou illisible ; la vente continue sans témoin.",
    "Remettre le support du témoin ; vérifier [witness] dans les réglages.",
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
NOTHING_HELD = _fault(
    "S-191", "RIEN EN ATTENTE", "Aucune vente n'attend.", "Taper C et poursuivre."
)
SALE_AT_HAND = _fault(
    "S-192",
    "VENTE EN COURS",
    "Une vente est ouverte : une autre ne peut pas être rappelée sur elle.",
    "Taper C, finir la vente ou la mettre en attente (HOLD), puis rappeler.",
)
