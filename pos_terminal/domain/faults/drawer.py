"""Faults of cash, drawers and closures: codes S-260 to S-279 (domain/faults has them all)."""

from pos_terminal.domain.faults.fault import define as _fault

REVIEWING = _fault(
    "S-260",
    "REPORT, Z OU C",
    "La caisse montre les ventes ouvertes : REPORT montre la suivante, Z clôt la journée et les "
    "reporte, C renonce.",
    "Taper C, puis REPORT, Z ou C.",
)
NOTHING_OPEN = _fault(
    "S-261",
    "PAS DE VENTE OUVERTE",
    "Il n'y a aucune vente à reporter : le Z se fait sans cela.",
    "Taper C, puis Z.",
)
UNKNOWN_CLOSURE = _fault(
    "S-262",
    "Z INCONNU",
    "Aucune clôture ne porte ce numéro, ou la journée n'a encore jamais été close.",
    "Taper C et vérifier le numéro du Z.",
)
CLOSURE_PURGED = _fault(
    "S-263",
    "Z ARCHIVE",
    "Cette clôture a quitté la caisse par une purge ; elle est dans l'archive.",
    "Taper C ; la lire dans l'archive.",
)
NO_SUCH_DRAWER = _fault(
    "S-264",
    "TIROIR INCONNU",
    "La caisse n'a pas de tiroir de ce numéro.",
    "Taper C et vérifier le numéro du tiroir.",
)
SERVICE_EMPTY = _fault(
    "S-266",
    "SERVICE VIDE",
    "Rien n'a été vendu ni compté depuis le dernier service.",
    "Taper C : il n'y a pas de service à clore.",
)
LEAVING = _fault(
    "S-278",
    "FOND, Z OU C",
    "La caisse demande ce qui reste dans le tiroir : une somme puis Z, Z seul laisse tout, C "
    "renonce au Z.",
    "Taper C, puis la somme et Z.",
)
MORE_THAN_COUNTED = _fault(
    "S-279",
    "PLUS QUE LE TIROIR",
    "Il ne peut pas rester dans le tiroir plus que ce qui y a été compté.",
    "Taper C, puis une somme plus petite et Z ; ajouter au fond se fait par FOND.",
)
NO_STICK_SET = _fault(
    "S-143",
    "PAS DE CLE REGLEE",
    "Les réglages ne disent pas sur quelle clé écrire pour un contrôle.",
    "Taper C ; mettre [inspection] directory dans les réglages, ou passer par les commandes.",
)
NO_STICK = _fault(
    "S-144",
    "CLE USB ABSENTE",
    "La clé des réglages n'est pas branchée, ou pas montée.",
    "Taper C, brancher la clé, attendre un peu, puis CONTROLE.",
)
EVIDENCE_FAILED = _fault(
    "S-145",
    "CONTROLE INCOMPLET",
    "Tout n'a pas pu être écrit sur la clé ; le papier dit ce qui y est et ce qui manque.",
    "Taper C ; lire la cause, faire de la place ou changer de clé, puis CONTROLE.",
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
Z_DUE = _fault(
    "S-121",
    "Z A FAIRE",
    "Une clôture est en retard.",
    "Finir la vente, puis faire le Z.",
)
ARCHIVE_DUE = _fault(
    "S-127",
    "ARCHIVE A FAIRE",
    "Un exercice est clos, et aucune archive ne le tient encore.",
    "Archiver (journal archive, ou CONTROLE sur une clé), et poser l'archive ailleurs.",
)
SALES_OPEN = _fault(
    "S-122",
    "VENTES NON FINIES",
    "Des ventes sont ouvertes ou en attente : la journée ne se clôt pas.",
    "Les finir ou les annuler ; ou les reporter au lendemain (--carry).",
)
ASKED_FOR_DATE = _fault(
    "S-125",
    "LA DATE : Z OU C",
    "Rien ne vérifie l'heure du boîtier : la caisse demande si c'est bien la date. Z l'affirme et "
    "clôt le mois, ou l'exercice, qui est fini ; C renonce.",
    "Taper C, puis lire la date ; Z si elle est juste.",
)
NOT_OVER = _fault(
    "S-126",
    "PAS ENCORE FINI",
    "Le mois ou l'exercice à clore n'est pas fini.",
    "Attendre ; ou le clore quand même, avec une raison, qui est enregistrée (--because).",
)
NOTHING_TO_CLOSE = _fault(
    "S-123",
    "RIEN A CLORE",
    "Rien n'a été vendu ni compté depuis la dernière clôture.",
    "Rien à faire : une période où rien ne s'est passé n'est pas close.",
)
CLOSE_FIRST = _fault(
    "S-124",
    "CLORE AVANT",
    "Une période plus courte est encore ouverte.",
    "Clore d'abord le jour, puis le mois, puis l'exercice.",
)
