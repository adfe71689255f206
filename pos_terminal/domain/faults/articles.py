"""Articles (A), and what is scanned. Read through `faults`."""

from pos_terminal.domain.faults.fault import define as _fault

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
PRICE_OUT_OF_BOUNDS = _fault(
    "A-106",
    "PRIX HORS LIMITES",
    "Le prix, tapé ou d'une étiquette, n'est pas entre ceux que le catalogue permet.",
    "Taper C, vérifier le prix et le retaper.",
)
EXPIRED = _fault(
    "A-107",
    "DATE DEPASSEE",
    "Le code lu dit que l'article ne peut plus être vendu : sa date limite est passée.",
    "Taper C et retirer l'article de la vente.",
)
