"""Faults of cash, drawers and closures: codes S-260 to S-279 (domain/faults.py has them all)."""

from pos_terminal.domain.fault import define as _fault

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
PIN_BY_HAND = _fault(
    "S-265",
    "TAPER LE CODE",
    "Un code secret se tape ; un code-barres peut être vu et copié.",
    "Taper C, reprendre, et taper le code sur le clavier.",
)
SERVICE_EMPTY = _fault(
    "S-266",
    "SERVICE VIDE",
    "Rien n'a été vendu ni compté depuis le dernier service.",
    "Taper C : il n'y a pas de service à clore.",
)
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
