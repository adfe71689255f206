"""Keys (K) and what is typed. Read through `faults`."""

from pos_terminal.domain.faults.fault import define as _fault

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
