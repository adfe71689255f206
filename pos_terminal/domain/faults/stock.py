"""Refusals that concern goods: weights typed, parts, stock. Read through `faults`."""

from pos_terminal.domain.faults.fault import Tone
from pos_terminal.domain.faults.fault import define as _fault

NOT_BY_WEIGHT = _fault(
    "A-130",
    "PAS AU POIDS",
    "Un poids ou une tare est tapé, et l'article ne se vend pas au poids.",
    "Taper C, puis l'article avec son nombre de pièces.",
)
TARE_TOO_HEAVY = _fault(
    "A-131",
    "TARE TROP LOURDE",
    "La tare pèse autant que l'article, ou plus : il ne resterait rien à vendre.",
    "Taper C ; vérifier la tare, peser l'article avec son emballage.",
)
ALLERGENS_UNKNOWN = _fault(
    "A-132",
    "ALLERGENES INCONNUS",
    "Le catalogue ne dit pas quels allergènes contient l'article : ce n'est pas « aucun ».",
    "Taper C ; lire l'étiquette, faire compléter le catalogue.",
)
NOT_STOCKED = _fault(
    "A-133",
    "STOCK NON SUIVI",
    "Le catalogue ne dit pas de suivre le stock de cet article.",
    "Taper C ; au besoin, faire compléter le catalogue.",
)
COUNT_WHOLES = _fault(
    "A-134",
    "COMPTER L'ENTIER",
    "L'inventaire se fait sur l'article entier (la bouteille), pas sur une part.",
    "Taper C, puis l'article entier, avec son nombre.",
)
NO_BOTTLE_SIZE = _fault(
    "A-135",
    "RIEN A OUVRIR",
    "L'article est une part d'un autre, ou le catalogue n'en dit pas la contenance.",
    "Taper C, puis la bouteille ; au besoin, faire compléter le catalogue.",
)
NO_BOTTLE = _fault(
    "S-240",
    "AUCUNE OUVERTE",
    "Aucune bouteille de cet article n'est ouverte.",
    "Taper C ; ouvrir une bouteille : OUVRIR, puis l'article.",
)
STOCK_LOW = _fault(
    "S-241",
    "STOCK BAS",
    "Il reste moins d'un article que ce que le catalogue demande de signaler.",
    "La vente continue ; recommander ou sortir l'article.",
    Tone.ALARM,
)
