"""Refusals that concern goods: weights typed, parts, stock. Read through `faults`."""

from pos_terminal.domain.fault import define as _fault

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
